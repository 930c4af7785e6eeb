"""Planning to take a run back: its journal against the org as it is now (B4)."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sfpush.errors import RequestRefused, UsageError
from sfpush.model import Delete, SalesforceId, Update, Verb
from sfpush.org.connected import Org
from sfpush.push.batches import estimated_calls, stage_of, writes_of
from sfpush.push.undo import Child, RowNow, WrittenRow, undo
from sfpush.runs.progress import Progress
from sfpush.settings.schema import Settings
from sfpush.store import journal, plans
from sfpush.store.database import reading, writing
from sfpush.store.journal import SentRow
from sfpush.store.links import links_for
from sfpush.store.orgs import OrgState
from sfpush.store.plans import Decided, PlanHead
from sfpush.store.records import record_name
from sfpush.store.runs import Run, run_named
from sfpush.store.times import from_text, to_text

_ROWS_AT_ONCE = 400
_LAST_CHANGED = ("LastModifiedById", "LastModifiedDate")

_CHILDREN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Account": (("Contact", "AccountId"), ("Opportunity", "AccountId"), ("Task", "WhatId"), ("Event", "WhatId")),
    "Contact": (
        ("Task", "WhoId"),
        ("Event", "WhoId"),
        ("CampaignMember", "ContactId"),
        ("OpportunityContactRole", "ContactId"),
        ("Note", "ParentId"),
    ),
    "Lead": (("Task", "WhoId"), ("Event", "WhoId"), ("CampaignMember", "LeadId"), ("Note", "ParentId")),
    "Opportunity": (
        ("Task", "WhatId"),
        ("Event", "WhatId"),
        ("Note", "ParentId"),
        ("OpportunityContactRole", "OpportunityId"),
    ),
}
"""What hangs on a row, by the lookup that ties it: it would be deleted or orphaned with it."""

_LOOKUPS = frozenset(lookup for ties in _CHILDREN.values() for _, lookup in ties)


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A record that undo does not touch, and why."""

    record: str
    reason: str


def make_undo_plan(
    connection: sqlite3.Connection,
    org: Org,
    state: OrgState,
    run_id: str,
    settings: Settings,
    *,
    now: datetime,
    progress: Progress,
) -> PlanHead:
    """Store a plan of mode `undo` that takes the run back, for `carry_out` like any other.

    The caller holds the home's lock and has recovered before. What someone else changed since, what has children from
    elsewhere, converted leads and deletes stand in it as blocks. Raises UsageError for an unknown run, or for one of
    which the org took nothing.
    """
    run = run_named(connection, state.org, run_id)
    counted = journal.sobjects_taken(connection, run.run)
    if not counted:
        raise UsageError(
            f"Run {run.run_id} wrote nothing to Salesforce.",
            hint="`sfpush history` lists the runs.",
            code="nothing-to-undo",
        )
    head = PlanHead(
        plan=0,
        plan_id=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}",
        created_at=to_text(now),
        org_id=state.org_id,
        instance_url=state.instance_url,
        mode="undo",
    )
    with writing(connection):
        head = replace(head, plan=plans.begin_plan(connection, state.org, head))
    progress.start(f"Comparing run {run.run_id} with Salesforce", sum(counted.values()))
    undoing = _Undoing(connection, org, state.org, run)
    for sobject in sorted(counted, key=lambda name: stage_of(Delete.action, name)):
        with reading(connection) as reader:
            rows = journal.rows_taken(reader, run.run, sobject)
            while some := list(islice(rows, _ROWS_AT_ONCE)):
                decided = undoing.decide(sobject, some)
                with writing(connection):
                    plans.add_changes(connection, head.plan, decided)
                progress.advance(len(some))
    progress.finish()
    with writing(connection):
        calls = estimated_calls(writes_of(plans.tally(connection, head.plan)), settings)
        return plans.finish_plan(connection, replace(head, estimated_calls=calls))


def left_alone(connection: sqlite3.Connection, plan: int) -> tuple[LeftAlone, ...]:
    """What an undo plan does not touch, each with the reason."""
    blocks = plans.changes(connection, plan, actions=("block",))
    return tuple(LeftAlone(change.record, change.reason) for change in blocks)


class _Undoing:
    """One run against the org; sObjects come children first, so that it is known which children go as well."""

    def __init__(self, connection: sqlite3.Connection, org: Org, number: int, run: Run) -> None:
        self._connection, self._org, self._number, self._run = connection, org, number, run
        self._going: set[SalesforceId] = set()
        self._moving: dict[tuple[SalesforceId, str], str] = {}
        self._deleted_ids = _deleted_by(connection, run) if run.mode == "undo" else {}

    def decide(self, sobject: str, sent: Sequence[tuple[Verb, SentRow, str]]) -> list[Decided]:
        """What takes these rows back."""
        since = journal.written_since(self._connection, self._run.run, [row.key for _, row, _ in sent])
        rows = [self._written(sobject, *one, since) for one in sent]
        now = self._now(sobject, rows)
        made = [row.id for row in rows if row.action == "create" and now.get(row.id) is not None]
        children = self._children(sobject, made)
        links = links_for(self._connection, self._number, [row.record for row in rows])
        decided = []
        for row in rows:
            link = links.get(row.record)
            there = now.get(row.id)
            change = undo(
                row,
                there,
                self._org.describe(sobject),
                children=children.get(row.id, ()),
                pushed=link.pushed if link else {},
                made_again=self._deleted_ids,
            )
            if isinstance(change, Delete):
                self._going.add(row.id)
            elif isinstance(change, Update):
                self._moving |= {(row.id, one.field): row.record for one in change.fields if one.field in _LOOKUPS}
            account = row.id if sobject == "Account" else (there.fields.get("AccountId") if there else None)
            decided.append(Decided(change, 0, there.fields.get("SystemModstamp") if there else None, account))
        return decided

    def _written(
        self,
        sobject: str,
        verb: Verb,
        row: SentRow,
        outcome: str,
        since: Mapping[tuple[str, str, str], Mapping[str, Any]],
    ) -> WrittenRow:
        assert row.id is not None
        action = "delete" if verb is Verb.DELETE else "create" if outcome == "created" else "update"
        return WrittenRow(
            record=row.key,
            name=record_name(self._connection, row.key),
            sobject=sobject,
            action=action,
            id=row.id,
            sent=row.sent,
            before=row.before if action != "delete" or self._run.mode == "undo" else None,
            written_since=since.get((row.key, sobject, row.id)),
            certain=outcome != "repeatable",
        )

    def _now(self, sobject: str, rows: Sequence[WrittenRow]) -> Mapping[SalesforceId, RowNow]:
        describe = self._org.describe(sobject)
        names = {name for row in rows for name in (*row.sent, *(row.before or {}))}
        wanted = [name for name in (*sorted(names), *_LAST_CHANGED, "IsConverted", "AccountId") if describe.field(name)]
        found = self._org.rows_by_id(sobject, [row.id for row in rows], dict.fromkeys(wanted))
        user = self._org.identity.user_id
        return {sf_id: _row_now(row, user) for sf_id, row in found.items() if not row.get("IsDeleted")}

    def _children(self, sobject: str, ids: Sequence[SalesforceId]) -> Mapping[SalesforceId, list[Child]]:
        found: dict[SalesforceId, list[Child]] = {}
        details = self._org.describe(sobject).details
        for child, lookup in (*_CHILDREN.get(sobject, ()), *details) if ids else ():
            try:
                rows = list(self._org.rows_where_in(child, lookup, ids, (lookup, "CreatedById")))
            except RequestRefused:  # an org may not have this sObject, or hide it: then nothing of it can be lost
                continue
            for row in rows:
                if (child, lookup) in details and row["CreatedById"] == self._org.identity.user_id:
                    continue  # automation of the org made it for what we made
                if (sf_id := SalesforceId(row["Id"])) not in self._going:
                    hanging = Child(child, sf_id, self._moving.get((sf_id, lookup)))
                    found.setdefault(SalesforceId(row[lookup]), []).append(hanging)
        return found


def _deleted_by(connection: sqlite3.Connection, run: Run) -> Mapping[str, str]:
    """Which record each row that an undo deleted stood for."""
    return {
        row.id: row.key
        for sobject in journal.sobjects_taken(connection, run.run)
        for verb, row, _ in journal.rows_taken(connection, run.run, sobject)
        if verb is Verb.DELETE and row.id is not None
    }


def _row_now(row: Mapping[str, Any], user_id: str) -> RowNow:
    changed = row.get("LastModifiedDate") or row["CreatedDate"]
    return RowNow(
        fields=row,
        by_us=row.get("LastModifiedById") in (None, user_id),
        age=from_text(changed) - from_text(row["CreatedDate"]),
        converted=bool(row.get("IsConverted")),
    )
