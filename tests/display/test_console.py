"""Hostile text is made harmless, and consoles draw plainly where nobody watches."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import RenderableType
from rich.panel import Panel
from rich.text import Text

from sfpush.display.console import counted, make_console, moment, safe


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("plain", "plain"),
        ("Zoë O’Brien 李", "Zoë O’Brien 李"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"),
        ("\x1b]52;c;ZXZpbA==\x07", ""),
        ("\x9b31mx", "x"),
        ("a\x00b\x08c\x7f", "abc"),
        ("one\r\ntwo\tthree\u2028four", "one  two three four"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("zero\u200bwidth", "zerowidth"),
        ("half \ud800 pair", "half  pair"),
        ("[bold]not markup[/bold]", "[bold]not markup[/bold]"),
        (None, "None"),
        (12, "12"),
    ],
)
def test_safe_leaves_nothing_that_a_terminal_acts_on(hostile: object, shown: str) -> None:
    assert safe(hostile) == shown


@given(st.text())
def test_safe_is_always_one_printable_line_and_changes_nothing_twice(text: str) -> None:
    shown = safe(text)
    assert not set(shown) & {chr(code) for code in [*range(32), *range(127, 160)]}
    assert safe(shown) == shown
    shown.encode()


def test_a_pipe_gets_no_colours_no_markup_and_no_trailing_blanks() -> None:
    stream = io.StringIO()
    console = make_console(stream, {})
    console.print(Text("red", "red"), Text("[bold]x[/bold]"))
    console.print("[bold]y[/bold] :smile:   ")
    assert stream.getvalue() == "red [bold]x[/bold]\n[bold]y[/bold] :smile:\n"


def test_COLUMNS_sets_the_width_of_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    assert make_console(io.StringIO(), {"COLUMNS": "50"}).width == 50


def test_counts_and_times_read_well() -> None:
    assert counted(1, "record") == "1 record"
    assert counted(4312, "record") == "4,312 records"
    assert moment("2026-11-24T10:12:33.000Z") == "2026-11-24 10:12 UTC"
    assert moment(None) == "–"


@pytest.mark.parametrize("drawn", ["\x1b[31m\x9b31m\u202ex", Text("x\x1b]52;c;ZXZpbA==\x07"), Panel("a\x1b[2J\nx\r")])
def test_a_console_lets_nothing_through_that_a_view_forgot(drawn: RenderableType) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream in (io.StringIO(), Terminal()):
        console = make_console(stream, {"NO_COLOR": "1", "COLUMNS": "40"})
        console.print(drawn, Text("bold", "bold"))
        assert "x" in stream.getvalue()
        assert not set(stream.getvalue()) & set("\x1b\x9b\x07\r\u202e")
