"""The doctor's lines as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sfpush.display.console import counted, safe
from sfpush.planning.doctor.checks import Check, State

_SIGNS: dict[State, tuple[str, str]] = {
    "ok": ("✓", "green"),
    "warning": ("!", "yellow"),
    "failure": ("✗", "bold red"),
    "skipped": ("·", "bright_black"),
}


def show_checks(checks: Sequence[Check], console: Console) -> None:
    """A line each: its sign, its name, how it is, and under that what to do; then how many are not as they should be.

    Checks that are skipped one after another for the same reason share a line.
    """
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for (_, message, fix), group in groupby(checks, key=_as_shown):
        first, *others = group
        sign, style = _SIGNS[first.state]
        said = Text(safe(message), "bright_black" if first.state == "skipped" else "")
        if others:
            said = Text(safe(f"{message} Likewise: {', '.join(one.name for one in others)}."), "bright_black")
        table.add_row(Text(sign, style), Text(safe(first.name)), said)
        if fix:
            table.add_row("", "", Text(safe(fix), "cyan"))
    console.print(table)
    console.print()
    console.print(_conclusion(checks))


def _as_shown(check: Check) -> tuple[str, str, str]:
    """Equal for lines that are drawn as one."""
    return ("" if check.state == "skipped" else check.name, check.message, check.fix)


def _conclusion(checks: Sequence[Check]) -> Text:
    counts = {state: sum(check.state == state for check in checks) for state in _SIGNS}
    told = [
        (counted(counts["failure"], "failure"), "bold red") if counts["failure"] else None,
        (counted(counts["warning"], "warning"), "yellow") if counts["warning"] else None,
        (f"{counts['skipped']} skipped", "bright_black") if counts["skipped"] else None,
        (f"{counts['ok']} ok", "green"),
    ]
    return Text(", ").join(Text(*one) for one in told if one) + Text(".")
