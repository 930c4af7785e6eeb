"""Two plans side by side: how many decisions would be others, and which."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.text import Text

from sfpush.display.console import counted, moment, number, safe
from sfpush.display.table import ACTION_STYLES, plain_table
from sfpush.store.comparison import Decision, Difference
from sfpush.store.plans import PlanHead

_SAME = "the same, with other values"
_MOST = 60
_WIDE = 100


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
    wide = console.width >= _WIDE
    table = plain_table("name", *(["record"] if wide else []), "now", f"under {safe(other)}")
    for one in itertools.islice(differences(), _MOST):
        table.add_row(
            Text(safe(one.name) or safe(one.record), "bold"),
            *([Text(safe(one.record), "dim")] if wide else []),
            _coloured(_said(one.ours)),
            _coloured(_said(one.theirs)) if _said(one.theirs) != _said(one.ours) else _besides(one),
        )
    console.print(table)
    if total > _MOST:
        console.print(Text(f"and {number(total - _MOST)} more: --json lists them all.", "dim"))
    console.print()
    console.print(f"{counted(total, 'decision')} of {number(records)} would be different.")


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
