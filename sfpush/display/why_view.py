"""The answer to `why` as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from sfpush.display.console import safe
from sfpush.display.records_view import show_attempts

_INDENT = (0, 0, 0, 2)


def show_why(facts: Mapping[str, Any], console: Console) -> None:
    """Who it is, the answer, what to do, what was tried."""
    record = facts["record"]
    console.print(Text.assemble((safe(record["name"]), "bold"), (f"  {safe(record['key'])}", "dim")))
    console.print(Text(safe(facts["answer"])))
    console.print(Text.assemble(("rule ", "dim"), facts["rule"]))
    if facts["would_change"]:
        console.print()
        console.print(Text("What would change the answer", "bold"))
        for one in facts["would_change"]:
            console.print(Padding(Text.assemble(("· ", "dim"), safe(one)), _INDENT, expand=False))
    show_attempts(facts["attempts"], console)
