"""What happened to one record: each time it was sent, and what each plan said of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from sfpush.model import Verb


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time a record was sent. `outcome` None: nobody knows what the org did; times are ISO-8601 UTC text."""

    run: str
    sent_at: str
    sobject: str
    operation: Verb
    salesforce_id: str | None
    outcome: str | None
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What one plan said of a record."""

    plan_id: str
    decided_at: str
    action: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Creation:
    """The run that created an org row for a record, and what its plan had said; None once that is forgotten."""

    run: str
    sent_at: str
    sf_id: str
    rule: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Foundation:
    """The latest automatic plan that decided on a record, and what its decision rests on."""

    plan: int
    decided_at: str
    settings_fingerprint: str
    record_version: int


def creation(connection: sqlite3.Connection, org: int, key: str) -> Creation | None:
    """How sfpush last created an org row for this record; None if it never did."""
    row = connection.execute(
        "SELECT run_id, sent_at, b.sf_id, c.rule, c.reason"
        " FROM batch_rows b JOIN batches USING (batch) JOIN runs USING (run)"
        " LEFT JOIN plans p ON p.plan_id = runs.plan_id"
        " LEFT JOIN changes c ON c.plan = p.plan AND c.key = b.key AND c.action = 'create'"
        " AND c.sobject = batches.sobject"
        " WHERE b.key = ? AND runs.org = ? AND b.outcome = 'created' AND batches.sobject <> 'CampaignMember'"
        " ORDER BY batch DESC LIMIT 1",
        (key, org),
    ).fetchone()
    return None if row is None else Creation(*row)


def foundation(connection: sqlite3.Connection, org: int, key: str) -> Foundation | None:
    """The latest complete automatic plan with a decision on this record; None if none is kept."""
    row = connection.execute(
        "SELECT plan, created_at, p.settings_fingerprint, record_version"
        " FROM changes INDEXED BY changes_by_key JOIN plans p USING (plan)"
        " WHERE key = ? AND org = ? AND complete AND mode = 'automatic' ORDER BY plan DESC LIMIT 1",
        (key, org),
    ).fetchone()
    return None if row is None else Foundation(*row)


def relatives(connection: sqlite3.Connection, key: str, *, limit: int) -> tuple[str, ...]:
    """Records that may be the same person or company, or are the account of this contact; in key order."""
    rows = connection.execute(
        "SELECT other.key FROM record_keys mine JOIN record_keys other ON other.kind = mine.kind"
        " AND other.value = mine.value WHERE mine.key = :key"
        " UNION SELECT 'account:' || json_extract(fields, '$.account_id') FROM records"
        " WHERE key = :key AND json_extract(fields, '$.account_id') IS NOT NULL"
        " ORDER BY 1 LIMIT :limit",
        {"key": key, "limit": limit},
    )
    return tuple(found for (found,) in rows if found != key)


def linked_at(connection: sqlite3.Connection, org: int, key: str) -> str:
    """When the record was first linked in this org; "" if it is not."""
    row = connection.execute("SELECT linked_at FROM links WHERE org = ? AND key = ?", (org, key)).fetchone()
    return row[0] if row else ""


def made_for(connection: sqlite3.Connection, key: str) -> str | None:
    """The contact that an account without an Apollo record was made for (C6)."""
    row = connection.execute("SELECT made_for FROM records WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def attempts(connection: sqlite3.Connection, org: int, key: str) -> Iterator[Attempt]:
    """Each time this record was sent to this org, the latest first."""
    for run, sent_at, sobject, verb, sf_id, outcome, code, message in connection.execute(
        "SELECT run_id, sent_at, sobject, verb, sf_id, outcome, code, message"
        " FROM batch_rows JOIN batches USING (batch) JOIN runs USING (run)"
        " WHERE key = ? AND org = ? ORDER BY batch DESC",
        (key, org),
    ):
        yield Attempt(run, sent_at, sobject, Verb(verb), sf_id, outcome, code, message)


def deleted_by_org(connection: sqlite3.Connection, org: int, key: str) -> bool:
    """Whether the record was deleted because its row of this org was (S1)."""
    row = connection.execute("SELECT 1 FROM records WHERE key = ? AND deleted_in = ?", (key, org)).fetchone()
    return row is not None


def decisions(connection: sqlite3.Connection, org: int, key: str) -> Iterator[Decision]:
    """What the stored plans for this org said of this record, the latest first."""
    for row in connection.execute(
        "SELECT plan_id, created_at, action, rule, reason FROM changes JOIN plans USING (plan)"
        " WHERE key = ? AND org = ? AND complete ORDER BY plan DESC",
        (key, org),
    ):
        yield Decision(*row)
