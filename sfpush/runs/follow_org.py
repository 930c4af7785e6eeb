"""What a plan does in the store alone: records merged and deleted as their rows were (S1, S3), deals pulled (D1)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from itertools import islice

from sfpush.model import Delete, Link, Merge, Pull, Rule
from sfpush.planning.deals.pulled import is_made_of
from sfpush.runs.keeping import keep_links
from sfpush.runs.report import PlanTally
from sfpush.store import journal, plans, removals
from sfpush.store.database import in_chunks, reading, writing
from sfpush.store.deals import save_pulled
from sfpush.store.times import to_text

_PULLS_AT_ONCE = 1000


def follow_org(
    connection: sqlite3.Connection, org: int, run: int, plan: int, planned: PlanTally, *, now: datetime
) -> Mapping[str, int]:
    """Carry out the plan's merges, deletions and pulls in the store, each with the journal's note of it.

    Returns how many records were `merged`, `deleted` and `pulled`.
    """
    done = {"merged": 0, "deleted": 0, "pulled": 0}
    if any(action == Merge.action or rule == Rule.DELETED_IN_SALESFORCE for action, _, rule in planned):
        done["merged"], done["deleted"] = _remove(connection, org, run, plan, now)
    if any(action == Pull.action for action, _, _ in planned):
        done["pulled"] = _pull(connection, org, run, plan, now)
    return done


def _remove(connection: sqlite3.Connection, org: int, run: int, plan: int, now: datetime) -> tuple[int, int]:
    """Merges and deletions, all in one transaction; merges come first, as the plan decided them first."""
    merged = deleted = 0
    text = to_text(now)
    with reading(connection) as reader, writing(connection):
        for change in plans.changes(reader, plan, actions=(Merge.action,)):
            assert isinstance(change, Merge)
            removals.merge_record(connection, org, change, now=text)
            journal.note_local(connection, run, [change])
            merged += 1
        deletes = [
            change
            for change in plans.changes(reader, plan, actions=(Delete.action,))
            if isinstance(change, Delete) and change.rule is Rule.DELETED_IN_SALESFORCE
        ]
        for some in in_chunks(deletes):
            removals.delete_records(connection, [change.record for change in some], now=text, deleted_in=org)
            journal.note_local(connection, run, some)
            deleted += len(some)
    return merged, deleted


def _pull(connection: sqlite3.Connection, org: int, run: int, plan: int, now: datetime) -> int:
    """The org's values of deals, kept with their links; an Opportunity that Apollo has no deal of becomes a record."""
    pulled = 0
    with reading(connection) as reader:
        changes = (one for one in plans.changes(reader, plan, actions=(Pull.action,)) if isinstance(one, Pull))
        while some := list(islice(changes, _PULLS_AT_ONCE)):
            links = [
                Link(change.record, change.sobject, change.salesforce_id, change.pushed)
                for change in some
                if change.salesforce_id is not None
            ]
            with writing(connection):
                save_pulled(connection, [change for change in some if is_made_of(change)], now=to_text(now))
                keep_links(connection, org, links, now=now)
                journal.note_local(connection, run, some)
            pulled += len(some)
    return pulled
