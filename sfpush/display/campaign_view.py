"""The org's campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from sfpush.display.console import safe
from sfpush.display.table import plain_table


def show_campaigns(campaigns: Sequence[Mapping[str, Any]], console: Console) -> None:
    """One line a campaign, inactive ones set back."""
    if not campaigns:
        console.print("This org has no campaigns that the connected user sees.")
        return
    table = plain_table("name", "status", "active", "id")
    for one in campaigns:
        style = "bold" if one["is_active"] else "dim"
        table.add_row(
            Text(safe(one["name"]), style),
            Text(safe(one["status"] or "–"), "" if one["is_active"] else "dim"),
            Text("yes" if one["is_active"] else "no", "green" if one["is_active"] else "dim"),
            Text(one["id"], "dim"),
        )
    console.print(table)
