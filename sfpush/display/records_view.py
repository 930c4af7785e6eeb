"""Records as people read them: a list with the last decision on each, or everything known of one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from sfpush.display.console import counted, moment, number, safe
from sfpush.display.plan_view import value_text
from sfpush.display.table import ACTION_STYLES, pairs, plain_table
from sfpush.store.record_list import ListedRecord

_MOST = 100
_MOST_EVENTS = 10
_NARROW = 80


def show_records(
    listed: Callable[[], Iterator[ListedRecord]], console: Console, *, connected: bool, with_reasons: bool = False
) -> None:
    """Name, stage, link and the last decision, or in place of the link the reason (L1); long lists are cut."""
    records = listed()
    shown = list(itertools.islice(records, _MOST))
    wide = console.width >= _NARROW
    columns = ("last decision", "reason") if with_reasons else ("in Salesforce", "last decision")
    table = plain_table("name", *(["key"] if wide else []), "stage", *columns)
    for record in shown:
        decision = Text(record.last_action or "not planned yet", ACTION_STYLES.get(record.last_action or "", "dim"))
        if record.last_rule and record.last_rule != record.last_action:
            decision.append(f" {record.last_rule}", "dim")
        key = [Text(safe(record.key), "dim")] if wide else []
        link = Text(f"{record.sobject} {record.salesforce_id}" if record.synced else "–")
        table.add_row(
            Text(safe(record.name) or safe(record.key), "bold"),
            *key,
            Text(safe(record.stage or "–")),
            *((decision, Text(safe(record.last_reason or "–"))) if with_reasons else (link, decision)),
        )
    if shown:
        console.print(table)
    rest = sum(1 for _ in records)
    if rest:
        console.print(Text(f"and {number(rest)} more: --search, --stage, --csv FILE or --json.", "dim"))
    said = f"{counted(len(shown) + rest, 'record')}."
    console.print(said if connected else f"{said} Not connected to an org, so none counts as synced.")


def show_record(facts: Mapping[str, Any], console: Console) -> None:
    """One record: what Apollo says, its link, its attempts, its decisions."""
    record = facts["record"]
    console.print(Text.assemble((safe(record["name"]), "bold"), (f"  {safe(record['key'])}", "dim")))
    link = f"{record['sobject']} {record['salesforce_id']}" if record["synced"] else "not in Salesforce"
    decision = (
        f"{record['last_action']} ({record['last_rule']}): {record['last_reason']}" if record["last_action"] else "–"
    )
    console.print(pairs({"stage": record["stage"] or "–", "link": link, "last decision": decision}))
    _heading(console, "Fields")
    console.print(_indented({name: value_text(value) for name, value in facts["fields"].items()}))
    show_attempts(facts["attempts"], console)
    if facts["history"]:
        _heading(console, "Decisions")
        for one in facts["history"][:_MOST_EVENTS]:
            line = Text(f"  {moment(one['decided_at'])}  ", "dim")
            line.append(f"{one['action']} ", ACTION_STYLES[one["action"]])
            console.print(line.append(f"{one['rule']}: {safe(one['reason'])}", "not dim"))


def show_attempts(attempts: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Each time a record was sent, and what came of it; nothing if it never was."""
    if attempts:
        _heading(console, "Sent")
    for one in attempts[:_MOST_EVENTS]:
        outcome = one["outcome"] or "unanswered"
        line = Text(f"  {moment(one['sent_at'])}  {one['operation']} {safe(one['sobject'])}: ", "dim")
        line.append(outcome, "red" if outcome == "rejected" else "not dim")
        if one["message"]:
            line.append(f"  {safe(one['code'])}: {safe(one['message'])}", "not dim")
        console.print(line)


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, "bold"))


def _indented(rows: dict[str, str]) -> Padding:
    return Padding(pairs(rows), (0, 0, 0, 2), expand=False)
