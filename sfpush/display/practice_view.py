"""The practice org as its user meets it. Its credentials open nothing but this machine's own loopback port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from sfpush.display.console import counted, safe
from sfpush.display.table import pairs, plain_table


def show_serving(served: Mapping[str, str], console: Console) -> None:
    """Where the org is and how to reach it, from another terminal."""
    console.print(
        Text.assemble(("✓ ", "green"), "The practice org answers at ", (served["url"], "bold"), "; Ctrl-C ends it.")
    )
    console.print("From another terminal:")
    console.print(
        Text(f"  export SFPUSH_INSTANCE_URL={served['url']} SFPUSH_ACCESS_TOKEN='{served['access_token']}'", "cyan"),
        soft_wrap=True,
    )
    console.print(pairs({"username": served["username"], "client id": served["client_id"]}))
    console.print(Text("`sfpush --json practice serve` prints every way to log in.", "dim"))


def show_done(said: str, console: Console) -> None:
    """One sentence on what was done in the org."""
    console.print(Text.assemble(("✓ ", "green"), safe(said)))


def show_faults(armed: Sequence[Mapping[str, Any]], console: Console) -> None:
    """The faults that still wait for a request, in the order in which they strike."""
    if not armed:
        console.print("No fault is armed.")
        return
    table = plain_table("fault", "method", "path", "strikes")
    for one in armed:
        times = counted(one["times"], "request")
        after = f", after {counted(one['nth'] - 1, 'other')}" if one["nth"] > 1 else ""
        table.add_row(Text(one["kind"], "bold"), safe(one["method"]), safe(one["path"]), times + after)
    console.print(table)
