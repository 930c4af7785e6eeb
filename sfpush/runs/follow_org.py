"""What a plan does in the store alone: records are merged and deleted as their org rows were (S1, S3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from sfpush.model import Delete, Merge, Rule
from sfpush.runs.report import PlanTally
from sfpush.store import journal, plans, removals
from sfpush.store.database import in_chunks, reading, writing
from sfpush.store.times import to_text


def follow_org(
    connection: sqlite3.Connection, org: int, run: int, plan: int, planned: PlanTally, *, now: datetime
) -> Mapping[str, int]:
    """Carry out the plan's merges and deletions in the store, in one transaction with the journal's note of them.

    Returns how many records were `merged` and `deleted`. Merges come first, as the plan decided them first.
    """
    if not any(action == Merge.action or rule == Rule.DELETED_IN_SALESFORCE for action, _, rule in planned):
        return {"merged": 0, "deleted": 0}
    done: dict[str, int] = {"merged": 0, "deleted": 0}
    text = to_text(now)
    with reading(connection) as reader, writing(connection):
        for change in plans.changes(reader, plan, actions=(Merge.action,)):
            assert isinstance(change, Merge)
            removals.merge_record(connection, org, change, now=text)
            journal.note_local(connection, run, [change])
            done["merged"] += 1
        deletes = [
            change
            for change in plans.changes(reader, plan, actions=(Delete.action,))
            if isinstance(change, Delete) and change.rule is Rule.DELETED_IN_SALESFORCE
        ]
        for some in in_chunks(deletes):
            removals.delete_records(connection, [change.record for change in some], now=text, deleted_in=org)
            journal.note_local(connection, run, some)
            done["deleted"] += len(some)
    return done
