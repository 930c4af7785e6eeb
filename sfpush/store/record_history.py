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


def attempts(connection: sqlite3.Connection, org: int, key: str) -> Iterator[Attempt]:
    """Each time this record was sent to this org, the latest first."""
    for run, sent_at, sobject, verb, sf_id, outcome, code, message in connection.execute(
        "SELECT run_id, sent_at, sobject, verb, sf_id, outcome, code, message"
        " FROM batch_rows JOIN batches USING (batch) JOIN runs USING (run)"
        " WHERE key = ? AND org = ? ORDER BY batch DESC",
        (key, org),
    ):
        yield Attempt(run, sent_at, sobject, Verb(verb), sf_id, outcome, code, message)


def decisions(connection: sqlite3.Connection, org: int, key: str) -> Iterator[Decision]:
    """What the stored plans for this org said of this record, the latest first."""
    for row in connection.execute(
        "SELECT plan_id, created_at, action, rule, reason FROM changes JOIN plans USING (plan)"
        " WHERE key = ? AND org = ? AND complete ORDER BY plan DESC",
        (key, org),
    ):
        yield Decision(*row)
