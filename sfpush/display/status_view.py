"""Where things stand: the org, its gates, what is here and what went last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from sfpush.display.console import counted, moment, number, safe
from sfpush.display.result import ErrorLine
from sfpush.display.run_view import counts_text
from sfpush.display.table import pairs


def show_connected(facts: Mapping[str, Any], console: Console) -> None:
    """Whom the connection reached, and when automatic push begins."""
    console.print(
        Text.assemble(
            ("✓ ", "green"), "Connected to org ", (_org(facts["org"]), "bold"), " as ", safe(facts["username"]), "."
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
    console.print(Text.assemble(("✓ ", "green"), f"{said}: automatic push is on for org {_org(facts['org'])}."))


def show_status(facts: Mapping[str, Any], errors: Sequence[ErrorLine], console: Console) -> None:
    """The org, what holds pushes back, what is in the store, the last run."""
    counts = facts["counts"]
    records = ", ".join(counted(count, name) for name, count in counts["records"].items())
    rows: dict[str, str | Text] = {"records": f"{records or 'none'}; {number(counts['synced'])} in Salesforce"}
    if facts["org"]:
        rows = {"org": _org(facts["org"]), "last pull": _pulled(facts["org"]), **rows}
    else:
        rows = {"org": "not connected", **rows}
    if facts["api"]:
        rows["API calls"] = f"{number(facts['api']['remaining'])} of {number(facts['api']['max'])} left today"
    if facts["org"]:
        rows["rejected"] = f"{counted(counts['errors'], 'record')}" + (": sfpush errors" if counts["errors"] else "")
    if facts["last_run"]:
        run = facts["last_run"]
        said = Text(f"{moment(run['started_at'])}, {run['command']}: ")
        if run["status"] == "failed":
            said.append("killed, or ended by a failure; ", "red")
        rows["last run"] = said.append_text(counts_text(run["results"]))
    console.print(pairs(rows))
    for gate in facts["gates"]:
        console.print(Text.assemble((f"Held by {safe(gate['gate'])}: ", "yellow"), safe(gate["message"])))
    for error in errors:
        console.print(Text.assemble((safe(error.message), "red"), f" {safe(error.hint)}"))
    if not facts["org"]:
        console.print("Connect with `sfpush connect --practice`, or see `sfpush connect --help`.")
    elif not errors and not facts["gates"]:
        console.print(Text.assemble(("✓ ", "green"), "Every gate is open: `sfpush sync` pushes."))


def _pulled(org: Mapping[str, Any]) -> str:
    return moment(org["pulled_at"]) if org["pulled_at"] else "never"


def _org(org: Mapping[str, Any]) -> str:
    return safe(org["id"]) + (f" at {safe(org['instance_url'])}" if org["instance_url"] else "")
