"""Where things stand: the org, its gates, what is here and what went last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from sfpush.display.console import moment, safe


def show_connected(facts: Mapping[str, Any], console: Console) -> None:
    """Whom the connection reached, and when automatic push begins."""
    console.print(
        Text.assemble(
            ("✓ ", "green"), "Connected to ", (_org(facts["org"]), "bold"), " as ", safe(facts["username"]), "."
        )
    )
    if facts["window_ends_at"]:
        console.print(f"Automatic push begins by itself at {moment(facts['window_ends_at'])}.")


def show_disconnected(gone: bool, console: Console) -> None:
    """That the connection is forgotten, or that there was none."""
    console.print("Disconnected; what is known of the org is kept." if gone else "There was no connection.")


def show_enabled(facts: Mapping[str, Any], console: Console) -> None:
    """That automatic push is on."""
    said = "The setup window is over" if facts["window_ended"] else "There was no setup window left"
    console.print(Text.assemble(("✓ ", "green"), f"{said}: automatic push is on for {_org(facts['org'])}."))


def _org(org: Mapping[str, Any]) -> str:
    return f"org {safe(org['id'])}" + (f" at {safe(org['instance_url'])}" if org["instance_url"] else "")
