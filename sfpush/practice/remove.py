"""Deleting rows: into the recycle bin, with what belongs to them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from sfpush.practice import ids, rows
from sfpush.practice.database import quoted
from sfpush.practice.fields import SObject
from sfpush.practice.org import PracticeOrg
from sfpush.practice.refusals import RowError, Saved, lock_refused, malformed_id

TAKEN_ALONG = {
    "Account": (
        ("Contact", "AccountId"), ("Opportunity", "AccountId"), ("Task", "WhatId"), ("Event", "WhatId"),
        ("Note", "ParentId"),
    ),
    "Contact": (
        ("CampaignMember", "ContactId"), ("OpportunityContactRole", "ContactId"), ("Task", "WhoId"), ("Event", "WhoId"),
        ("EventRelation", "RelationId"), ("Note", "ParentId"),
    ),
    "Lead": (
        ("CampaignMember", "LeadId"), ("Task", "WhoId"), ("Event", "WhoId"), ("EventRelation", "RelationId"),
        ("Note", "ParentId"),
    ),
    "Opportunity": (
        ("OpportunityContactRole", "OpportunityId"), ("Task", "WhatId"), ("Event", "WhatId"), ("Note", "ParentId"),
    ),
    "Campaign": (("CampaignMember", "CampaignId"), ("Task", "WhatId"), ("Event", "WhatId")),
    "Event": (("EventRelation", "EventId"),),
}  # fmt: skip
"""Which children go with a deleted parent: sObject and the lookup that ties it."""

CUT_LOOSE = (
    ("Account", "Account", "ParentId"),
    ("Contact", "Contact", "ReportsToId"),
    ("Campaign", "Campaign", "ParentId"),
)
"""Lookups that are emptied instead: parent, child, field."""


def delete(org: PracticeOrg, record_ids: Sequence[str], *, locked_every: int = 0) -> list[Saved]:
    """Delete rows by id, whatever sObject each is of; one verdict for each, in order.

    Every `locked_every`-th finds its row locked; 0: none does.
    """
    verdicts: list[Saved] = []
    with org.writing() as db:
        for index, given in enumerate(record_ids):
            record_id = ids.canonical(given)
            sobject = org.catalogue.of_id(record_id) if record_id else None
            if record_id is None or sobject is None:
                verdicts.append(Saved(None, (malformed_id(given),)))
                continue
            row = rows.by_id(db, sobject, [record_id]).get(record_id)
            error = _obstacle(org, db, sobject, row)
            if error is None and ((locked_every and index % locked_every == 0) or not _took_lock(org, sobject, row)):
                error = lock_refused(record_id)
            if error is None:
                mark_deleted(org, db, sobject, [record_id])
            verdicts.append(Saved(record_id, () if error is None else (error,)))
    return verdicts


def mark_deleted(
    org: PracticeOrg,
    db: sqlite3.Connection,
    sobject: SObject,
    record_ids: Sequence[str],
    *,
    master_id: str | None = None,
) -> None:
    """Put rows and what belongs to them into the recycle bin; with `master_id`, as losers of a merge, alone."""
    found = rows.by_id(db, sobject, record_ids)
    changed = ["IsDeleted", "SystemModstamp", "LastModifiedDate", "LastModifiedById"]
    for row in found.values():
        row.update(
            IsDeleted=1, SystemModstamp=org.now(), LastModifiedDate=org.now(), LastModifiedById=org.identity.user_id
        )
        if master_id is not None:
            row["MasterRecordId"] = master_id
    rows.update(db, sobject, list(found.values()), changed + ([] if master_id is None else ["MasterRecordId"]))
    if master_id is not None:
        return
    listed = json.dumps(list(found))
    details = [
        (child.name, field.name)
        for child in org.catalogue.full.values()
        for field in child.fields
        if field.master and sobject.name in field.refers_to
    ]
    for child_name, lookup in (*TAKEN_ALONG.get(sobject.name, ()), *details):
        child = org.catalogue.whole(child_name)
        children = [
            row[0]
            for row in db.execute(
                f"SELECT Id FROM {quoted(child_name)}"
                f" WHERE {quoted(lookup)} IN (SELECT value FROM json_each(?)) AND IsDeleted = 0",
                (listed,),
            )
        ]
        if children:
            mark_deleted(org, db, child, children)
    for parent, child_name, lookup in CUT_LOOSE:
        if parent == sobject.name:
            db.execute(
                f"UPDATE {quoted(child_name)} SET {quoted(lookup)} = NULL, SystemModstamp = ?"
                f" WHERE {quoted(lookup)} IN (SELECT value FROM json_each(?)) AND IsDeleted = 0",
                (org.now(), listed),
            )


def _took_lock(org: PracticeOrg, sobject: SObject, row: rows.Row | None) -> bool:
    account = row and row.get("Id" if sobject.name == "Account" else "AccountId")
    return not account or org.locks.take(str(account))


def _obstacle(org: PracticeOrg, db: sqlite3.Connection, sobject: SObject, row: rows.Row | None) -> RowError | None:
    visible = org.catalogue.get(sobject.name)
    if row is None or visible is None:
        return RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if row["IsDeleted"]:
        return RowError("ENTITY_IS_DELETED", "entity is deleted")
    if not visible.deletable:
        return RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
    if sobject.name == "Account":
        won = db.execute(
            'SELECT count(*) FROM "Opportunity" WHERE AccountId = ? AND IsWon = 1 AND IsDeleted = 0', (row["Id"],)
        ).fetchone()[0]
        if won:
            return RowError(
                "DELETE_FAILED",
                f"Your attempt to delete {row['Name']} could not be completed because some opportunities in that "
                "account were closed won",
            )
    return None
