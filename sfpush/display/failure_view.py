"""An error as people read it: what happened, and under it what to do."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from sfpush.display.console import safe
from sfpush.display.result import ErrorLine


def show_failure(console: Console, errors: Iterable[ErrorLine], *, summary: str = "") -> None:
    """Each error on its own line, the hint they share once below."""
    lines = list(errors)
    if summary:
        console.print(Text.assemble(("Error: ", "bold red"), safe(summary)))
    for line in lines:
        lead = Text("  " if summary else "")
        if not summary:
            lead.append("Error: ", "bold red")
        console.print(lead.append(safe(line.message)))
    for hint in dict.fromkeys(line.hint for line in lines if line.hint):
        console.print(Padding(Text(safe(hint), "cyan"), (0, 0, 0, 2), expand=False))


def show_warning(console: Console, message: str) -> None:
    """Something beside the matter that went wrong."""
    console.print(Text.assemble(("Warning: ", "yellow"), safe(message)))


def show_next_step(console: Console, sentence: str) -> None:
    """What to do now, quietly, below a result."""
    console.print(Text(safe(sentence), "dim"))
