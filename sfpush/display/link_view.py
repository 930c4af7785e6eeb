"""What a person decided about one record."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from sfpush.display.console import safe
from sfpush.model import Link


def show_tied(key: str, link: Link | None, linked_before: Link | None, console: Console) -> None:
    """Which org record the record is tied to now, and to which it was before."""
    record = safe(key)
    before = f"{linked_before.sobject} {linked_before.id}" if linked_before else ""
    if link is None:
        said = f"{record} is no longer linked to {before}." if before else f"{record} was linked to nothing."
    else:
        there = f"{link.sobject} {link.id}"
        moved = f"; it was linked to {before}" if before and before != there else ""
        said = f"{record} is linked to {there}{moved}."
    console.print(Text.assemble(("✓ ", "green"), said))
