"""Which records were deleted from the store, or brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from sfpush.display.console import counted, safe

_MOST = 20


def show_deleted(facts: Mapping[str, Sequence[str]], console: Console) -> None:
    """The records that are deleted now."""
    _show(facts, "deleted", "already deleted", console)


def show_restored(facts: Mapping[str, Sequence[str]], console: Console) -> None:
    """The records that are back."""
    _show(facts, "restored", "not deleted", console)


def _show(facts: Mapping[str, Sequence[str]], done: str, otherwise: str, console: Console) -> None:
    for key in facts[done][:_MOST]:
        console.print(f"  {safe(key)}")
    rest = len(facts["unchanged"])
    said = f"{counted(len(facts[done]), 'record')} {done}{f'; {rest:,} {otherwise}' if rest else ''}."
    console.print(Text.assemble(("✓ ", "green"), said))
