"""Rejected records as people read them: by cause, with what to mend."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from sfpush.display.console import counted, moment, number, safe
from sfpush.display.plan_view import value_text
from sfpush.display.table import pairs, plain_table, shown_of
from sfpush.push.hints import hint_for
from sfpush.store.error_log import LoggedError

_MOST_OF_A_CAUSE = 10
_STATE_STYLES = {"open": "red", "retrying": "yellow", "resolved": "green"}


def show_errors(errors: Sequence[LoggedError], name_of: Callable[[str], str], console: Console) -> None:
    """Each cause with its count and hint, then its records; one line of conclusion."""
    for code, group in itertools.groupby(errors, key=lambda error: error.code):
        of_cause = list(group)
        console.print(Text.assemble((safe(code), "bold red"), f"  {counted(len(of_cause), 'record')}"))
        console.print(_indented(Text(hint_for(code), "cyan")))
        table = plain_table("id", "record", "state", "what Salesforce says", numbers={"id"})
        table.show_header = False
        shown = shown_of(len(of_cause), _MOST_OF_A_CAUSE)
        for error in of_cause[:shown]:
            table.add_row(
                str(error.id),
                Text(safe(name_of(error.record)) or safe(error.record), "bold"),
                Text(error.state, _STATE_STYLES[error.state]),
                Text(safe(error.message)),
            )
        console.print(_indented(table))
        if len(of_cause) > shown:
            more = f"and {number(len(of_cause) - shown)} more: --json lists them all."
            console.print(_indented(Text(more, "dim")))
        console.print()
    console.print(_conclusion(errors))


def show_error(error: LoggedError, name: str, console: Console) -> None:
    """One rejection in full."""
    console.print(
        Text.assemble((safe(error.code), "bold red"), "  ", (safe(name), "bold"), (f"  {safe(error.record)}", "dim"))
    )
    console.print(_indented(Text(safe(error.message))))
    console.print(_indented(Text(hint_for(error.code), "cyan")))
    console.print()
    facts = {
        "object": f"{error.operation} {error.sobject}",
        "fields": ", ".join(error.fields) or "–",
        "attempts": f"{error.attempts}, the first {moment(error.first_at)}, the last {moment(error.last_at)}",
        "state": _said_of_state(error),
    }
    console.print(pairs(facts))
    console.print()
    console.print(Text("Sent", "bold"))
    console.print(_indented(pairs({field: value_text(value) for field, value in error.payload.items()})))


def show_exported(written: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Which files hold how many rejected records now."""
    for one in written:
        console.print(
            Text.assemble(("✓ ", "green"), f"{counted(one['rows'], one['type'][:-1])} in ", (safe(one["file"]), "bold"))
        )
    if not written:
        console.print("No rejected record can be mended in a table; nothing was written.")


def _said_of_state(error: LoggedError) -> str:
    if error.state == "retrying":
        return f"retrying: goes again by itself, {counted(error.retries_left, 'time')} more"
    if error.state == "open":
        return "open: waits for a change of the record, or for `sfpush errors retry`"
    return "resolved"


def _conclusion(errors: Sequence[LoggedError]) -> Text:
    waiting = sum(1 for error in errors if error.state != "resolved")
    if not waiting:
        return Text.assemble(("✓ ", "green"), "No record is rejected.")
    going = sum(1 for error in errors if error.state == "retrying")
    said = Text(f"{counted(waiting, 'record')} rejected", "bold")
    if not going:
        return said.append(". Mend them, then `sfpush errors retry`.", "not bold")
    which = "it" if waiting == 1 else "them" if going == waiting else f"{number(going)} of them"
    return said.append(f"; the next run sends {which} again.", "not bold")


def _indented(drawn: object) -> Padding:
    return Padding(drawn, (0, 0, 0, 2), expand=False)  # type: ignore[arg-type]
