"""Records as people read them: a list with the last decision on each, or everything known of one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sfpush.display.console import counted, moment, number, safe
from sfpush.display.plan_view import value_text
from sfpush.display.table import ACTION_STYLES, first_of, pairs, plain_table, shortened
from sfpush.store.record_list import ListedRecord

_MOST = 100
_MOST_EVENTS = 10
_LONGEST_NAME = 32
_UNBOUNDED = 100_000


def show_records(
    listed: Callable[[], Iterator[ListedRecord]], console: Console, *, connected: bool, with_reasons: bool = False
) -> None:
    """Name, key, stage, link and the last decision, or in place of the link the reason (L1); long lists are cut.

    A table where all of it fits side by side, else two lines a record: a key or an Id that is cut or folded can't be
    copied.
    """
    shown, rest = first_of(listed(), _MOST)
    if with_reasons:
        for record in shown:
            _show_with_reason(record, console)
    elif shown:
        table = _table(shown)
        unbounded = console.options.update(max_width=_UNBOUNDED)
        if console.measure(table, options=unbounded).maximum <= console.width:
            console.print(table)
        else:
            _show_in_two_lines(shown, console)
    if rest:
        console.print(Text(f"and {number(rest)} more: --search, --stage, --csv FILE or --json.", "dim"))
    said = f"{counted(len(shown) + rest, 'record')}."
    console.print(said if connected else f"{said} Not connected to an org, so none counts as synced.")


def _table(records: Sequence[ListedRecord]) -> Table:
    table = plain_table("name", "key", "stage", "in Salesforce", "last decision")
    for record in records:
        table.add_row(
            _name(record),
            Text(safe(record.key), "dim"),
            Text(safe(record.stage or "–")),
            Text(_link(record) or "–"),
            _decision(record.last_action, record.last_rule),
        )
    return table


def _show_in_two_lines(records: Sequence[ListedRecord], console: Console) -> None:
    room = max(_name(record).cell_len for record in records)
    for record in records:
        title = _name(record)
        title.pad_right(room - title.cell_len + 2)
        title.append_text(_decision(record.last_action, record.last_rule))
        if record.stage:
            title.append(f"  {safe(record.stage)}")
        console.print(title, no_wrap=True, overflow="ellipsis")
        facts = filter(None, (safe(record.key), _link(record)))
        console.print(_reason(Text(" · ".join(facts), "dim")))


def _name(record: ListedRecord) -> Text:
    return Text(shortened(safe(record.name) or safe(record.key), _LONGEST_NAME), "bold")


def _link(record: ListedRecord) -> str:
    return f"{record.sobject} {record.salesforce_id}" if record.synced else ""


def _show_with_reason(record: ListedRecord, console: Console) -> None:
    title = Text.assemble(_name(record), "  ", _decision(record.last_action, record.last_rule))
    key, reason = safe(record.key), Text(safe(record.last_reason or ""))
    if title.cell_len + 2 + cell_len(key) <= console.width:
        title.append(f"  {key}", "dim")
    else:
        reason = Text.assemble((f"{key} · " if reason else key, "dim"), reason)
    console.print(title)
    if reason:
        console.print(_reason(reason))


def _reason(reason: Text) -> Padding:
    return Padding(reason, (0, 0, 0, 4), expand=False)


def _decision(action: str | None, rule: str | None) -> Text:
    """`block required-missing`; the rule only where it says more than the action."""
    if action is None:
        return Text("not planned yet", "dim")
    said = Text(action, ACTION_STYLES.get(action, "dim"))
    return said.append(f" {rule}", "dim") if rule and rule != action else said


def show_record(facts: Mapping[str, Any], console: Console) -> None:
    """One record: what Apollo says, its link, its attempts, its decisions."""
    record = facts["record"]
    console.print(Text.assemble((safe(record["name"]), "bold"), (f"  {safe(record['key'])}", "dim")))
    link = f"{record['sobject']} {record['salesforce_id']}" if record["synced"] else "not in Salesforce"
    decision = _decision(record["last_action"], record["last_rule"])
    if record["last_reason"]:
        decision.append(f": {safe(record['last_reason'])}", "not dim")
    console.print(pairs({"stage": record["stage"] or "–", "link": link, "last decision": decision}))
    _heading(console, "Fields")
    console.print(_indented(pairs({name: value_text(value) for name, value in facts["fields"].items()})))
    show_attempts(facts["attempts"], console)
    if facts["history"]:
        _heading(console, "Decisions")
        console.print(_indented(_decisions(facts["history"])))


def _decisions(history: Sequence[Mapping[str, Any]]) -> Table:
    """The latest first; plans that decided alike one after another are one line, with when it began."""
    table = Table.grid(padding=(0, 2, 0, 0))
    alike = itertools.groupby(history, key=lambda one: (one["action"], one["rule"], one["reason"]))
    for (action, rule, reason), plans in itertools.islice(alike, _MOST_EVENTS):
        times = [one["decided_at"] for one in plans]
        said = _decision(action, rule).append(f": {safe(reason)}", "not dim")
        if len(times) > 1:
            said.append(f" ({number(len(times))} plans)", "dim")
        table.add_row(Text(moment(times[-1]), "dim"), said)
    return table


def show_attempts(attempts: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Each time a record was sent, and what came of it; nothing if it never was."""
    if attempts:
        _heading(console, "Sent")
    table = Table.grid(padding=(0, 2, 0, 0))
    for one in attempts[:_MOST_EVENTS]:
        outcome = one["outcome"] or "unanswered"
        line = Text(f"{one['operation']} {safe(one['sobject'])}: ")
        line.append(outcome, "red" if outcome == "rejected" else "")
        if one["message"]:
            line.append(f"  {safe(one['code'])}: {safe(one['message'])}")
        table.add_row(Text(moment(one["sent_at"]), "dim"), line)
    if attempts:
        console.print(_indented(table))


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, "bold"))


def _indented(table: Table) -> Padding:
    return Padding(table, (0, 0, 0, 2), expand=False)
