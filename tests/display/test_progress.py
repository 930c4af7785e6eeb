"""Bars say what is done, how far and how fast, and leave nothing behind."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from sfpush.display.progress import Bars, size


def test_a_bar_shows_amounts_and_notes_and_is_gone_in_the_end() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120, markup=False)
    bars = Bars(console)
    bars.start("Import \x1b[31mx.csv", 190_000_000, "bytes")
    bars.advance(12_400_000, "3,120 rows")
    drawn = "".join(segment.text for segment in console.render(bars._progress.get_renderable()))
    assert "Import x.csv" in drawn
    assert "12.4 MB / 190.0 MB" in drawn
    assert "3,120 rows" in drawn
    bars.start("Reading Contact", None, "rows")
    bars.advance(2000)
    assert "2,000 rows" in "".join(segment.text for segment in console.render(bars._progress.get_renderable()))
    bars.finish()
    assert bars._progress.tasks == []
    bars.finish()


@pytest.mark.parametrize(("count", "shown"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_500_000_000, "2.5 GB")])
def test_sizes_read_well(count: int, shown: str) -> None:
    assert size(count) == shown


def test_a_name_in_brackets_is_no_markup() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    bars = Bars(console)
    bars.start("Import [/red][blink]x.csv", 10)
    bars.advance(1, "[/]")
    assert "[/red][blink]x.csv" in "".join(one.text for one in console.render(bars._progress.get_renderable()))
    bars.finish()
