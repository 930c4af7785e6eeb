"""A plan as people read it: how much of what first, then each change with its rule, its reason and its values."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson
from rich.cells import cell_len, set_cell_size
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sfpush.display.console import counted, moment, number, safe
from sfpush.display.table import ACTION_SIGNS, ACTION_STYLES, count_cell, plain_table, shortened
from sfpush.model import WAITS, AnyChange, FieldChange
from sfpush.store.plans import PlanHead

ACTIONS = ("delete", "merge", "block", "create", "update", "pull", "link", "skip", "unchanged")
"""In this order: what can hurt first, what nobody has to look at last."""
WAITING = "waiting"
"""Blocks that end by themselves (`WAITS`) are a section of their own, counted apart as a run counts them."""
_SECTIONS = ("delete", "merge", "block", WAITING, "create", "update", "pull", "link", "skip", "unchanged")
PENDING = ("create", "update", "link", "delete", "merge", "pull")
HEADINGS = {
    "delete": "To be deleted",
    "merge": "To be merged",
    "block": "Blocked: each needs something mended or decided",
    WAITING: "Waiting for a record that must go first",
    "create": "To be created",
    "update": "To be updated",
    "pull": "To be pulled",
    "link": "To be linked: already in Salesforce as they are",
    "skip": "Skipped by the settings",
    "unchanged": "Unchanged",
}
_TYPES = {
    "contact": "contacts",
    "account": "accounts",
    "deal": "deals",
    "email": "e-mails",
    "campaign-member": "campaign members",
    "contact-role": "contact roles",
    "participant": "participants",
}
_WHOLE_UP_TO = 60
_CUT_AT = 12
_READ_AT_MOST = 5000
_LONGEST_NAME = 32
_LONGEST_VALUE = 70
_INDENT = 4

ChangesOf = Callable[[str], Iterator[AnyChange]]
"""The plan's changes of one kind (`kind_of`), streamed."""


def kind_of(change: AnyChange) -> str:
    """The section that a change stands in: its action, or `waiting`."""
    return WAITING if change.rule in WAITS else change.action


def show_plan(
    head: PlanHead,
    changes_of: ChangesOf,
    waiting: Callable[[], Mapping[str, int]],
    console: Console,
    *,
    with_unchanged: bool = False,
) -> None:
    """The whole plan; long sections are cut. `waiting` counts the blocks that end by themselves by record type."""
    made = f" of {safe(moment(head.created_at))}, {safe(head.mode)}, "
    console.print(Text.assemble(("Plan", "bold"), made, _org(head)))
    console.print()
    summary = _apart(head.summary, waiting()) if _totals(head.summary).get("block") else head.summary
    totals = _totals(summary)
    if totals:
        console.print(_summary(summary))
        console.print()
    cut = _CUT_AT if sum(totals.values()) - totals.get("unchanged", 0) > _WHOLE_UP_TO else _WHOLE_UP_TO
    for kind in _SECTIONS:
        if totals.get(kind) and (kind != "unchanged" or with_unchanged):
            _section(console, kind, totals[kind], changes_of(kind), cut)
    for warning in (*head.recovered, *head.warnings):
        console.print(Text.assemble(("Warning: ", "yellow"), safe(warning)))
    for gate in head.gates:
        console.print(Text.assemble((f"Held by {safe(gate.gate)}: ", "yellow"), safe(gate.message)))
    console.print(_conclusion(head, totals))


def pending(summary: Mapping[str, Mapping[str, int]]) -> int:
    """How many records a plan would change, here or in the org."""
    totals = _totals(summary)
    return sum(totals.get(action, 0) for action in PENDING)


def _org(head: PlanHead) -> str:
    return f"org {safe(head.org_id)}"


def _totals(summary: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for actions in summary.values():
        for action, count in actions.items():
            totals[action] = totals.get(action, 0) + count
    return totals


def _apart(summary: Mapping[str, Mapping[str, int]], waiting: Mapping[str, int]) -> Mapping[str, Mapping[str, int]]:
    """The summary with the blocks that end by themselves counted apart."""
    return {
        record_type: {**counts, "block": counts.get("block", 0) - waiting.get(record_type, 0)}
        | ({WAITING: waiting[record_type]} if record_type in waiting else {})
        for record_type, counts in summary.items()
    }


def _summary(summary: Mapping[str, Mapping[str, int]]) -> Table:
    kinds = [kind for kind in _SECTIONS if any(counts.get(kind) for counts in summary.values())]
    table = plain_table("", *kinds, numbers=set(kinds))
    for record_type in sorted(summary, key=lambda name: (name != "account", name != "contact", name)):
        counts = summary[record_type]
        cells = (count_cell(counts.get(kind, 0), ACTION_STYLES[kind]) for kind in kinds)
        table.add_row(_TYPES.get(record_type, f"{safe(record_type)}s"), *cells)
    return table


def _section(console: Console, kind: str, total: int, changes: Iterable[AnyChange], cut: int) -> None:
    shown = _first_of_each_object(changes, total, cut)
    if not shown:  # a saved plan lists unchanged records only if it was asked to
        return
    console.print(Text.assemble((HEADINGS[kind], ACTION_STYLES[kind]), (f"  {number(total)}", "dim")))
    rule_room = max((len(change.rule.value) for change in shown), default=0)
    sobject_room = max((len(change.sobject) for change in shown), default=0)
    for change in shown:
        console.print(_change(change, console.width, sobject_room, rule_room))
    if total > len(shown):
        more = f"and {number(total - len(shown))} more: --csv FILE or --json lists them all."
        console.print(Padding(Text(more, "dim"), (0, 0, 0, 2), expand=False))
    console.print()


def _first_of_each_object(changes: Iterable[AnyChange], total: int, cut: int) -> list[AnyChange]:
    """So that people are seen too where there are many accounts; a very long plan is not read to its end for it.

    Where with one more of each object nothing would be left out, they stand instead of the line that says so.
    """
    seen: Counter[str] = Counter()
    first, with_one_more = [], []
    for change in itertools.islice(changes, _READ_AT_MOST):
        seen[change.sobject] += 1
        if seen[change.sobject] <= cut:
            first.append(change)
        if seen[change.sobject] <= cut + 1:
            with_one_more.append(change)
    return with_one_more if len(with_one_more) == total else first


def _change(change: AnyChange, width: int, sobject_room: int, rule_room: int) -> RenderableType:
    kind = kind_of(change)
    style = ACTION_STYLES[kind]
    name = safe(change.name) or safe(change.record)
    room = max(14, min(_LONGEST_NAME, width // 3))
    title = Text.assemble(
        (f"{ACTION_SIGNS[kind]} ", style),
        (set_cell_size(shortened(name, room), room), "bold"),
        f"  {safe(change.sobject):{sobject_room}}  ",
        (f"{change.rule.value:{rule_room}}", style),
        no_wrap=True,
        overflow="ellipsis",
    )
    key, reason = safe(change.record), Text(safe(change.reason))
    if title.cell_len + 2 + cell_len(key) <= width:
        title.append(f"  {key}", "dim")
    else:
        reason = Text.assemble((f"{key} · ", "dim"), reason)
    lines: list[RenderableType] = [title, _indented(reason)]
    if change.candidates:
        lines.append(_indented(Text(f"Candidates: {', '.join(change.candidates)}", "dim")))
    if change.fields:
        lines.append(_indented(_fields(change)))
    return Group(*lines)


def _indented(drawn: RenderableType) -> Padding:
    return Padding(drawn, (0, 0, 0, _INDENT), expand=False)


def _fields(change: AnyChange) -> RenderableType:
    """Before and after; one line of values where there is only one side."""
    if change.action == "create":
        return values_text((one.field, one.after) for one in change.fields)
    if change.action == "delete":
        return values_text((one.field, one.before) for one in change.fields)
    return _before_after(change.fields)


def _before_after(fields: Iterable[FieldChange]) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    for column in ("field", "before", "arrow", "after"):
        table.add_column(no_wrap=column in ("field", "arrow"), overflow="fold")
    for one in fields:
        table.add_row(
            Text(safe(one.field), "dim"), Text(value_text(one.before), "dim"), "→", Text(value_text(one.after))
        )
    return table


def values_text(pairs: Iterable[tuple[str, Any]]) -> Text:
    """`FirstName Ann · LastName Lee`."""
    drawn = Text(style="dim")
    for place, (field, value) in enumerate(pairs):
        drawn.append(" · " if place else "").append(f"{safe(field)} ").append(value_text(value), "not dim")
    return drawn


def value_text(value: Any) -> str:
    """A field's value on one line; a dash where there is none, an ellipsis where it is long."""
    if value is None or value == "":
        return "–"
    text = safe(orjson.dumps(value).decode() if isinstance(value, dict | list) else value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def _held(totals: Mapping[str, int]) -> Text:
    """`18 records blocked, 8 waiting`; empty where nothing is held."""
    blocked, waiting = totals.get("block", 0), totals.get(WAITING, 0)
    said = Text(f"{counted(blocked, 'record')} blocked" if blocked else "", "red")
    if waiting:
        said.append(f", {number(waiting)} waiting" if blocked else f"{counted(waiting, 'record')} waiting", "yellow")
    return said


def _conclusion(head: PlanHead, totals: Mapping[str, int]) -> Text:
    count, held = pending(head.summary), _held(totals)
    calls = counted(head.estimated_calls, "API call")
    left = f" of {number(head.remaining_calls)} left today" if head.remaining_calls is not None else ""
    said = Text.assemble((f"{counted(count, 'change')} pending", "bold"), f", {calls}{left}.") if count else Text()
    if not totals:
        said.append("There are no records to plan: load an Apollo export with `sfpush import FILE`.")
    elif not count and head.mode == "undo":
        said.append("Nothing can be taken back.", "bold")
    elif not count and held:
        said.append("Nothing can be pushed now:", "bold")
    elif not count:
        what = "all that the settings push" if totals.get("skip") else "what Apollo says"
        said.append("Nothing to do", "bold green").append(f": Salesforce holds {what}.")
    if held:
        said.append(" ").append_text(held).append(".")
    if totals.get("skip"):
        said.append(f" {number(totals['skip'])} skipped.", "dim")
    return said
