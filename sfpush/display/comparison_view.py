"""Two plans side by side: how many decisions would be others, and which."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from sfpush.display.console import counted, moment, number, safe
from sfpush.display.table import ACTION_STYLES, plain_table, shortened, shown_of
from sfpush.store.comparison import Decision, Difference
from sfpush.store.plans import PlanHead

_SAME = "the same, with other values"
_MOST = 60
_LONGEST_NAME = 32


def show_comparison(
    head: PlanHead, other: str, differences: Callable[[], Iterator[Difference]], console: Console
) -> None:
    """Counts of what would become what, then record by record; long lists are cut."""
    console.print(
        Text.assemble(("Plan", "bold"), f" of {moment(head.created_at)}, and what {safe(other)} would make of it")
    )
    console.print()
    kinds = Counter((_said(one.ours), _said(one.theirs)) for one in differences())
    total = kinds.total()
    records = sum(count for actions in head.summary.values() for count in actions.values())
    if not total:
        console.print(Text.assemble(("✓ ", "green"), f"No difference: {counted(records, 'decision')}, all the same."))
        return
    summary = plain_table("now", f"under {safe(other)}", "records", numbers={"records"})
    for (ours, theirs), count in kinds.most_common():
        summary.add_row(_coloured(ours), _coloured(theirs) if theirs != ours else _SAME, number(count))
    console.print(summary)
    console.print()
    shown = list(itertools.islice(differences(), shown_of(total, _MOST)))
    names = [shortened(safe(one.name) or safe(one.record), _LONGEST_NAME) for one in shown]
    room = max(map(cell_len, names))
    for one, name in zip(shown, names, strict=True):
        _show(one, set_cell_size(name, room), console)
    if total > len(shown):
        console.print(Text(f"and {number(total - len(shown))} more: --json lists them all.", "dim"))
    console.print()
    console.print(f"{counted(total, 'decision')} of {number(records)} would be different.")


def _show(one: Difference, name: str, console: Console) -> None:
    """What is decided now and under the other settings; below it the record's key and the reason for the latter."""
    ours, theirs = _said(one.ours), _said(one.theirs)
    alike = ours == theirs
    console.print(
        Text.assemble((name, "bold"), "  ", _coloured(ours), " → ", _besides(one) if alike else _coloured(theirs))
    )
    reason = "" if alike or one.theirs is None else safe(one.theirs.reason)
    key = f"{safe(one.record)} · " if reason else safe(one.record)
    console.print(Padding(Text.assemble((key, "dim"), reason), (0, 0, 0, 4), expand=False))


def _said(decision: Decision | None) -> str:
    if decision is None:
        return "–"
    word = f"{decision.action} {decision.sobject}" if decision.action in ("create", "update") else decision.action
    return word if decision.rule == decision.action else f"{word} {decision.rule}"


def _coloured(said: str) -> Text:
    action, _, rest = said.partition(" ")
    return Text.assemble((action, ACTION_STYLES.get(action, "dim")), f" {rest}" if rest else "")


def _besides(difference: Difference) -> Text:
    """Which fields would get other values, where the decision itself is the same."""
    assert difference.ours is not None
    assert difference.theirs is not None
    ours, theirs = difference.ours.fields, difference.theirs.fields
    absent = object()
    others = [name for name in {**ours, **theirs} if ours.get(name, absent) != theirs.get(name, absent)]
    return Text(f"the same, with another {', '.join(others)}") if others else Text("the same, of another row")
