"""What a run did, record by record, for people: the journal's last word on each, with what the plan had said of it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from sfpush.model import Rule, Verb

_LAST = (
    # a row that was sent again in the same run counts once, as it ended
    "NOT EXISTS (SELECT 1 FROM batch_rows later JOIN batches after USING (batch)"
    " WHERE later.key = r.key AND after.run = b.run AND after.sobject = b.sobject AND after.batch > b.batch)"
)


class Kind(NamedTuple):
    """Rows that a run sent of one sObject and verb and that ended alike; `code` is that of the rejected."""

    sobject: str
    verb: Verb
    outcome: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class RunRow:
    """One record as a run sent it last.

    `outcome` is the journal's word; None: nobody knows what the org did. `rule` and `reason` are the plan's, empty once
    it is forgotten. `before` None: the row was new, or what it held is forgotten.
    """

    key: str
    name: str
    id: str | None
    sent: Mapping[str, Any]
    before: Mapping[str, Any] | None
    code: str | None
    message: str | None
    rule: str
    reason: str


def kinds_of_rows(connection: sqlite3.Connection, run: int) -> Mapping[Kind, int]:
    """How many records a run sent of each kind."""
    rows = connection.execute(
        "SELECT b.sobject, b.verb, r.outcome, CASE r.outcome WHEN 'rejected' THEN r.code END"
        f" FROM batches b JOIN batch_rows r USING (batch) WHERE b.run = ? AND {_LAST}",
        (run,),
    )
    return Counter(Kind(sobject, Verb(verb), outcome, code) for sobject, verb, outcome, code in rows)


def rows_of_kind(
    connection: sqlite3.Connection,
    run: int,
    plan: int | None,
    kind: Kind,
    *,
    limit: int,
) -> Iterator[RunRow]:
    """The first records of a kind, in the order sent, streamed."""
    for key, name, sf_id, sent, before, row_code, message, rule, reason in connection.execute(
        "SELECT r.key, COALESCE(c.name, records.name, ''), r.sf_id, r.sent, r.before, r.code, r.message,"
        " COALESCE(c.rule, ''), COALESCE(c.reason, '')"
        " FROM batches b JOIN batch_rows r USING (batch)"
        # without the hint SQLite reads the whole plan for every row
        " LEFT JOIN changes c INDEXED BY changes_by_key ON c.key = r.key AND c.plan = ? AND c.sobject = b.sobject"
        " LEFT JOIN records ON records.key = r.key"
        f" WHERE b.run = ? AND b.sobject = ? AND b.verb = ? AND r.outcome IS ?"
        f" AND (? IS NULL OR r.code = ?) AND {_LAST} ORDER BY r.batch, r.place LIMIT ?",
        (plan, run, kind.sobject, kind.verb.value, kind.outcome, kind.code, kind.code, limit),
    ):
        yield RunRow(
            key,
            name,
            sf_id,
            orjson.loads(sent),
            None if before is None else orjson.loads(before),
            row_code,
            message,
            rule,
            reason,
        )


_UNSENT = (
    "FROM changes c WHERE c.plan = ? AND c.action IN ('create', 'update', 'delete') AND c.rule <> ?"
    " AND NOT EXISTS (SELECT 1 FROM batch_rows r JOIN batches b USING (batch)"
    " WHERE r.key = c.key AND b.run = ? AND b.sobject = c.sobject)"
)


def unsent(connection: sqlite3.Connection, run: int, plan: int) -> Mapping[str, int]:
    """How many of the plan's writes never left in this run, by sObject."""
    return dict(
        Counter(
            sobject
            for (sobject,) in connection.execute(
                f"SELECT c.sobject {_UNSENT}", (plan, Rule.DELETED_IN_SALESFORCE.value, run)
            )
        )
    )


def unsent_keys(connection: sqlite3.Connection, run: int, plan: int, sobject: str, *, limit: int) -> tuple[str, ...]:
    """The first of those records, in the plan's order."""
    rows = connection.execute(
        f"SELECT c.key {_UNSENT} AND c.sobject = ? ORDER BY c.place, c.key LIMIT ?",
        (plan, Rule.DELETED_IN_SALESFORCE.value, run, sobject, limit),
    )
    return tuple(key for (key,) in rows)
