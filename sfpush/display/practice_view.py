"""The practice org as its user meets it. Its credentials open nothing but this machine's own loopback port."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from sfpush.display.console import safe
from sfpush.display.table import pairs


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
