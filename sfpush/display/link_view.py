"""What a person decided about one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from sfpush.display.console import safe

if TYPE_CHECKING:
    from sfpush.runs.link import Tied


def show_tied(tied: Tied, console: Console) -> None:
    """Which org record the record is tied to now, and to which it was before."""
    record = safe(tied.record)
    before = f"{tied.before.sobject} {tied.before.id}" if tied.before else ""
    if tied.link is None:
        said = f"{record} is no longer linked to {before}." if before else f"{record} was linked to nothing."
    else:
        there = f"{tied.link.sobject} {tied.link.id}"
        moved = f"; it was linked to {before}" if before and before != there else ""
        said = f"{record} is linked to {there}{moved}."
    console.print(Text.assemble(("✓ ", "green"), said))
