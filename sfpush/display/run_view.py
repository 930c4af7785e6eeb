"""What a run did: counts by result, what was rejected, and what a pull brought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from sfpush.display.console import counted, number, safe
from sfpush.display.table import plain_table


def show_pulled(facts: Mapping[str, Any], console: Console) -> None:
    """Rows read by object, and what was deleted or merged meanwhile."""
    table = plain_table("object", "rows read", numbers={"rows read"})
    for sobject, count in facts["read"].items():
        table.add_row(safe(sobject), number(count))
    console.print(table)
    gone = [counted(facts[word], f"row {word}", f"rows {word}") for word in ("deleted", "merged") if facts[word]]
    said = f" {', '.join(gone)} in Salesforce." if gone else ""
    console.print(
        Text.assemble(("✓ ", "green"), f"The snapshot is up to date ({counted(facts['api_calls'], 'API call')}).{said}")
    )
