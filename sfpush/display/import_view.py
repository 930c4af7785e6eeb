"""What an import did, file by file, and the rows that could not be loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from sfpush.display.console import counted, number, safe
from sfpush.display.result import ErrorLine
from sfpush.display.table import count_cell, plain_table, shown_of

_COUNTS = ("rows", "new", "changed", "unchanged", "stale", "rejected")
_ALWAYS = ("rows", "new")
_MOST_REJECTS = 20


def show_import(facts: Mapping[str, Any], errors: Sequence[ErrorLine], console: Console) -> None:
    """Counts a file, rejected rows with line and reason, files that could not be read; a conclusion."""
    files, rejects = facts["files"], facts["rejects"]
    if files:
        shown = [word for word in _COUNTS if word in _ALWAYS or any(one[word] for one in files)]
        table = plain_table("file", "type", *shown, numbers=set(shown))
        for one in files:
            cells = (count_cell(one[word], "red" if word == "rejected" else "") for word in shown)
            table.add_row(Text(safe(one["file"])), safe(one["type"]), *cells)
        console.print(table)
    shown_rejects = shown_of(len(rejects), _MOST_REJECTS)
    for row in rejects[:shown_rejects]:
        console.print(Text.assemble((f"{safe(row['file'])}:{row['line']}: ", "dim"), safe(row["message"])))
    if len(rejects) > shown_rejects:
        console.print(Text(f"and {number(len(rejects) - shown_rejects)} more: --json lists them all.", "dim"))
    for error in errors:
        console.print(Text.assemble((safe(error.message), "red"), f" {safe(error.hint)}"))
    loaded = sum(one["rows"] - one["rejected"] for one in files)
    console.print(
        Text.assemble(("✓ ", "green"), f"{counted(loaded, 'row')} loaded.") if loaded else "Nothing was loaded."
    )
