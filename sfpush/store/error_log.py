"""The error log: what was attempted and rejected by the org, and how often it still goes again by itself (L2, L3).

A record has at most two unresolved entries: its own, and that of its campaign memberships, which never go again by
themselves and never hold the record back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from sfpush.errors import UsageError
from sfpush.store.database import in_chunks, marks, writing
from sfpush.store.plans import BESIDES

RETRIES = 5
"""Runs in which a rejected record goes again by itself (L3)."""

State = Literal["retrying", "open", "resolved"]

_MEMBERSHIP = "(sobject = 'CampaignMember')"
"""As in the unique index `errors_unresolved`."""

_COLUMNS = (
    "id, key, sobject, operation, code, message, fields, payload, record_version, attempts, retries_left, state,"
    " first_at, last_at"
)


@dataclass(frozen=True, slots=True)
class Rejection:
    """One rejected row, as it happened. `payload` is what was sent."""

    record: str
    sobject: str
    operation: str
    code: str
    message: str
    fields: tuple[str, ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoggedError:
    """One entry: all the rejections of a record since it last succeeded. Times are ISO-8601 UTC text."""

    id: int
    record: str
    sobject: str
    operation: str
    code: str
    message: str
    fields: tuple[str, ...]
    payload: Mapping[str, Any]
    record_version: int
    attempts: int
    retries_left: int
    state: State
    first_at: str
    last_at: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A record's unresolved entry, as far as a plan needs it: `open` holds it back until it is another version (L3)."""

    code: str
    message: str
    state: State
    record_version: int
    retries_left: int


def campaign_of(error: LoggedError) -> str | None:
    """The campaign that a rejected membership would have been of; None for the error of a record."""
    return error.payload.get("CampaignId") if error.sobject == "CampaignMember" else None


def record_rejections(
    connection: sqlite3.Connection, org: int, rejections: Iterable[Rejection], *, plan: int | None, now: str
) -> None:
    """Add rejections to their records' entries, or open new ones; in the caller's transaction.

    Each rejection of the same version of a record takes one of its retries; without any left it is `open`. A changed
    record starts anew. `plan` says which version of a record was sent.
    """
    connection.executemany(
        "INSERT INTO errors (org, key, sobject, operation, code, message, fields, payload, record_version,"
        " retries_left, state, first_at, last_at)"
        " VALUES (:org, :key, :sobject, :operation, :code, :message, :fields, :payload,"
        " COALESCE((SELECT record_version FROM changes WHERE changes.key = :key AND plan = :plan LIMIT 1),"
        " (SELECT version FROM records WHERE records.key = :key), 0), :retries, :state, :now, :now)"
        f" ON CONFLICT (org, key, {_MEMBERSHIP}) WHERE state <> 'resolved' DO UPDATE SET"
        " sobject = excluded.sobject, operation = excluded.operation, code = excluded.code,"
        " message = excluded.message, fields = excluded.fields, payload = excluded.payload,"
        " record_version = excluded.record_version, last_at = excluded.last_at, attempts = attempts + 1,"
        " retries_left = CASE WHEN record_version <> excluded.record_version THEN :retries"
        " ELSE MAX(retries_left - 1, 0) END,"
        " state = CASE WHEN record_version = excluded.record_version AND retries_left <= 1 THEN 'open'"
        " ELSE excluded.state END",
        (
            {
                "org": org,
                "plan": plan,
                "key": rejection.record,
                "sobject": rejection.sobject,
                "operation": rejection.operation,
                "code": rejection.code,
                "message": rejection.message,
                "fields": orjson.dumps(rejection.fields).decode(),
                "payload": orjson.dumps(rejection.payload).decode(),
                "retries": 0 if rejection.sobject == "CampaignMember" else RETRIES,
                "state": "open" if rejection.sobject == "CampaignMember" else "retrying",
                "now": now,
            }
            for rejection in rejections
        ),
    )


def resolve(
    connection: sqlite3.Connection, org: int, keys: Sequence[str], *, now: str, memberships: bool = False
) -> None:
    """Close the entries of records that have succeeded (L2), or of their campaign memberships; in the caller's
    transaction."""
    for chunk in in_chunks(keys):
        connection.execute(
            "UPDATE errors SET state = 'resolved', last_at = ?"
            f" WHERE org = ? AND state <> 'resolved' AND {_MEMBERSHIP} = ? AND key IN ({marks(chunk)})",
            (now, org, memberships, *chunk),
        )


def resolve_of_deleted(connection: sqlite3.Connection, *, now: str) -> None:
    """Close the entries of records that were deleted here: they are not pushed any more; in the caller's transaction.

    What Salesforce said to deleting their rows stays.
    """
    connection.execute(
        "UPDATE errors SET state = 'resolved', last_at = ? WHERE state <> 'resolved' AND operation <> 'delete'"
        " AND key IN (SELECT key FROM records WHERE deleted_at IS NOT NULL)",
        (now,),
    )


def resolve_unchanged(connection: sqlite3.Connection, org: int, plan: int, *, now: str) -> None:
    """Close the entries of what a plan found unchanged: somebody mended it in the org by hand (L2); in the caller's
    transaction."""
    connection.execute(
        "UPDATE errors SET state = 'resolved', last_at = ? WHERE org = ? AND state <> 'resolved'"
        " AND EXISTS (SELECT 1 FROM changes WHERE plan = ? AND changes.key = errors.key AND action = 'unchanged'"
        f" AND (changes.sobject = 'CampaignMember' OR changes.sobject NOT IN {BESIDES})"
        " AND (changes.sobject = 'CampaignMember') = (errors.sobject = 'CampaignMember'))",
        (now, org, plan),
    )


def failures(connection: sqlite3.Connection, org: int, keys: Sequence[str]) -> Mapping[str, Failure]:
    """The unresolved failures of these records, by key; records without one are left out."""
    found: dict[str, Failure] = {}
    for chunk in in_chunks(keys):
        for key, *facts in connection.execute(
            "SELECT key, code, message, state, record_version, retries_left FROM errors"
            f" WHERE org = ? AND state <> 'resolved' AND NOT {_MEMBERSHIP} AND key IN ({marks(chunk)})",
            (org, *chunk),
        ):
            found[key] = Failure(*facts)
    return found


def entries(
    connection: sqlite3.Connection,
    org: int,
    *,
    states: Sequence[State] = ("retrying", "open"),
    code: str | None = None,
    keys: Sequence[str] | None = None,
) -> Iterator[LoggedError]:
    """The log's entries in these states, grouped by code, the latest first within."""
    where = [f"org = ? AND state IN ({marks(states)})"]
    values: list[str | int] = [org, *states]
    if code is not None:
        where.append("code = ?")
        values.append(code)
    if keys is not None:
        where.append(f"key IN ({marks(keys)})")
        values.extend(keys)
    for row in connection.execute(
        f"SELECT {_COLUMNS} FROM errors WHERE {' AND '.join(where)} ORDER BY code, last_at DESC, id", values
    ):
        yield _entry(row)


def entry(connection: sqlite3.Connection, org: int, number: int) -> LoggedError:
    """The entry with this id. Raises UsageError when there is none."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM errors WHERE org = ? AND id = ?", (org, number)).fetchone()
    if row is None:
        raise UsageError(
            f"There is no error {number} in this org's log.", hint="`sfpush errors` lists them.", code="unknown-error"
        )
    return _entry(row)


def count_unresolved(connection: sqlite3.Connection, org: int) -> int:
    """How many records are rejected and have not succeeded since."""
    (count,) = connection.execute(
        "SELECT COUNT(*) FROM errors WHERE org = ? AND state <> 'resolved'", (org,)
    ).fetchone()
    return int(count)


def drop_resolved(connection: sqlite3.Connection, org: int, *, before: str) -> None:
    """Forget entries that were resolved before this time (`[store] keep_days`)."""
    with writing(connection):
        connection.execute("DELETE FROM errors WHERE org = ? AND state = 'resolved' AND last_at < ?", (org, before))


def _entry(row: Sequence[Any]) -> LoggedError:
    number, key, sobject, operation, code, message, fields, payload, *rest = row
    return LoggedError(
        number,
        key,
        sobject,
        operation,
        code,
        message,
        tuple(orjson.loads(fields)),
        orjson.loads(payload),
        *rest,
    )
