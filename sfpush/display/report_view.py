"""That a report has been written, and of what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from sfpush.display.console import counted, number, safe


def show_report_written(facts: Mapping[str, Any], title: str, console: Console) -> None:
    """The file, what it is of, and how many records are on it."""
    console.print(Text.assemble(("✓ ", "green"), "Wrote ", (safe(facts["file"]), "bold"), f": {safe(title)}"))
    cut = f", the first {number(facts['shown'])} of them on the page" if facts["shown"] < facts["records"] else ""
    console.print(f"{counted(facts['records'], 'record')}{cut}.")
