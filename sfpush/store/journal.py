"""The journal of what was sent to an org: before a batch leaves, its rows; after the answer, what came back (B3).

A batch without `answered_at` is one of which nobody knows what the org did with it; so is each of its rows without
an outcome.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from sfpush.model import Batch, Delete, Merge, Outcome, Pull, Rejected, SalesforceId, Verb, Written
from sfpush.store.database import in_chunks, marks, writing

Transport = Literal["collections", "bulk"]

Settled = Literal["absent", "repeatable", "linked"]
"""What recovery says of rows whose answer never came, other than an outcome: the org has no such row, so that it may
be sent again; sending it again is harmless; the record has been linked in another way meanwhile."""


@dataclass(frozen=True, slots=True)
class SentRow:
    """One row as it was sent. `before` holds what the org's row held in the fields sent; None for a create."""

    place: int
    key: str
    id: SalesforceId | None
    sent: Mapping[str, Any]
    before: Mapping[str, Any] | None
    pushed: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UnansweredBatch:
    """A batch that left and was not, or not wholly, answered; `rows` are those without an outcome.

    `sent_at` and `lost_at`, when its answer was given up, are this machine's times; `org_time` is the org's, at its
    last answer before the batch left. `sent_by` is the user who was connected.
    """

    number: int
    run: int
    plan: int | None
    transport: Transport
    sobject: str
    verb: Verb
    external_id_field: str | None
    job_id: str | None
    sent_at: str
    org_time: str | None
    sent_by: str | None
    lost_at: str | None
    rows: tuple[SentRow, ...]


@dataclass(frozen=True, slots=True)
class LocalChange:
    """A record deleted, merged or pulled in the store as its org row was. `id`: that row, or the one that survived.

    `merged_into` None in a merge: only the link moved there. `fields` are those that the surviving record took over, or
    that were pulled.
    """

    record: str
    action: Literal["delete", "merge", "pull"]
    sobject: str
    id: SalesforceId
    merged_into: str | None
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unclear:
    """A create of this record was sent and never answered. `candidates`: org rows that agree with it only in part.

    Without candidates it may be sent again `settle_seconds` after `sent_at`, when recovery has not found it by then.
    """

    record: str
    sobject: str
    sent_at: str
    candidates: tuple[SalesforceId, ...] = ()


def intend(
    connection: sqlite3.Connection,
    run: int,
    batch: Batch,
    *,
    before: Sequence[Mapping[str, Any] | None],
    pushed: Sequence[Mapping[str, Any]],
    now: str,
    transport: Transport = "collections",
    org_time: str | None = None,
    sent_by: str | None = None,
) -> int:
    """Write down a batch that is about to leave and return its number; in the caller's transaction.

    `org_time` and `sent_by` are as `UnansweredBatch` has them.
    """
    cursor = connection.execute(
        "INSERT INTO batches (run, transport, sobject, verb, external_id_field, sent_at, org_time, sent_by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (run, transport, batch.sobject, batch.verb.value, batch.external_id_field, now, org_time, sent_by),
    )
    assert cursor.lastrowid is not None
    number = cursor.lastrowid
    connection.executemany(
        "INSERT INTO batch_rows (batch, place, key, sf_id, sent, before, pushed) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (number, place, row.key, row.id, _json(row.values), None if old is None else _json(old), _json(remembered))
            for place, (row, old, remembered) in enumerate(zip(batch.rows, before, pushed, strict=True))
        ),
    )
    return number


def note_job(connection: sqlite3.Connection, number: int, job_id: str) -> None:
    """Write down a Bulk job's id, before its rows are uploaded; in the caller's transaction."""
    connection.execute("UPDATE batches SET job_id = ? WHERE batch = ?", (job_id, number))


def note_lost(connection: sqlite3.Connection, number: int, *, now: str) -> None:
    """Write down that a batch's answer was given up; in the caller's transaction."""
    connection.execute("UPDATE batches SET lost_at = ? WHERE batch = ?", (now, number))


def note_outcomes(
    connection: sqlite3.Connection, number: int, outcomes: Iterable[tuple[int, Outcome]], *, now: str
) -> None:
    """Write down outcomes by place; the batch is answered once every row has one. In the caller's transaction."""
    connection.executemany(
        "UPDATE batch_rows SET outcome = ?, sf_id = COALESCE(?, sf_id), code = ?, message = ?, candidates = NULL"
        " WHERE batch = ? AND place = ?",
        ((*_outcome(outcome), number, place) for place, outcome in outcomes),
    )
    _close_if_whole(connection, number, now)


def settle(connection: sqlite3.Connection, number: int, places: Iterable[int], settled: Settled, *, now: str) -> None:
    """Close rows whose answer never came without an outcome of the org; in the caller's transaction."""
    connection.executemany(
        "UPDATE batch_rows SET outcome = ?, candidates = NULL WHERE batch = ? AND place = ?",
        ((settled, number, place) for place in places),
    )
    _close_if_whole(connection, number, now)


def note_candidates(
    connection: sqlite3.Connection, number: int, candidates: Iterable[tuple[int, Sequence[SalesforceId]]]
) -> None:
    """Keep, by place, the org rows that agree in part with a create whose answer never came; in the caller's
    transaction."""
    connection.executemany(
        "UPDATE batch_rows SET candidates = ? WHERE batch = ? AND place = ?",
        ((_json(ids) if ids else None, number, place) for place, ids in candidates),
    )


def note_local(connection: sqlite3.Connection, run: int, changes: Iterable[Delete | Merge | Pull]) -> None:
    """Write down what a run did in this store alone; in the transaction that does it."""
    connection.executemany(
        "INSERT INTO local_changes (run, key, action, sobject, sf_id, merged_into, fields)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                run,
                change.record,
                change.action,
                change.sobject,
                change.salesforce_id,
                change.needs[0] if change.needs else None,
                _json({one.field: one.after for one in change.fields}),
            )
            for change in changes
        ),
    )


def local_changes(connection: sqlite3.Connection, run: int) -> Iterator[LocalChange]:
    """What a run did in this store alone, by record."""
    for key, action, sobject, sf_id, merged_into, fields in connection.execute(
        "SELECT key, action, sobject, sf_id, merged_into, fields FROM local_changes WHERE run = ? ORDER BY key", (run,)
    ):
        yield LocalChange(key, action, sobject, SalesforceId(sf_id), merged_into, orjson.loads(fields))


def forget_unsent(connection: sqlite3.Connection, number: int) -> None:
    """Take back a batch with which the org did nothing; in the caller's transaction."""
    connection.execute("DELETE FROM batches WHERE batch = ?", (number,))


def unanswered(connection: sqlite3.Connection, org: int) -> tuple[UnansweredBatch, ...]:
    """The batches of which it is not known what the org did, the oldest first."""
    found = connection.execute(
        "SELECT batch, run, plan, transport, sobject, verb, external_id_field, job_id, sent_at, org_time, sent_by,"
        " lost_at FROM batches JOIN runs USING (run) LEFT JOIN plans USING (plan_id)"
        " WHERE runs.org = ? AND answered_at IS NULL ORDER BY batch",
        (org,),
    ).fetchall()
    return tuple(
        UnansweredBatch(number, run, plan, transport, sobject, Verb(verb), *facts)
        for number, run, plan, transport, sobject, verb, *facts in (
            (*row, _rows(connection, row[0], "AND outcome IS NULL")) for row in found
        )
    )


def unclear(connection: sqlite3.Connection, org: int, keys: Sequence[str]) -> Mapping[str, Unclear]:
    """Which of these records have a create that was never answered (B3); the others are left out."""
    found: dict[str, Unclear] = {}
    if not _any_unanswered(connection, org):  # as good as always: spares a look-up for each of a million records
        return found
    for chunk in in_chunks(keys):
        for key, sobject, sent_at, candidates in connection.execute(
            "SELECT key, sobject, sent_at, candidates FROM batches JOIN runs USING (run) JOIN batch_rows USING (batch)"
            " WHERE org = ? AND answered_at IS NULL AND verb = 'create' AND outcome IS NULL"
            f" AND key IN ({marks(chunk)})",
            (org, *chunk),
        ):
            ids = tuple(map(SalesforceId, orjson.loads(candidates or "[]")))
            found[key] = Unclear(key, sobject, sent_at, ids)
    return found


def dismiss_unclear(connection: sqlite3.Connection, org: int, keys: Sequence[str], *, now: str) -> None:
    """Close what was sent of these records and not answered: a person has said what they are (`link`, `unlink`; M8)."""
    with writing(connection):
        for number, place in connection.execute(
            "SELECT batch, place FROM batches JOIN runs USING (run) JOIN batch_rows USING (batch)"
            f" WHERE org = ? AND answered_at IS NULL AND outcome IS NULL AND key IN ({marks(keys)})",
            (org, *keys),
        ).fetchall():
            settle(connection, number, [place], "linked", now=now)


def counts(connection: sqlite3.Connection, run: int) -> Mapping[str, int]:
    """What a run wrote, from its journal alone: rows by the words of the contract. For a run that died.

    Those of which nobody knows count as waiting.
    """
    found: dict[str, int] = {}
    for sobject, verb, outcome, number in connection.execute(
        "SELECT sobject, verb, outcome, COUNT(*) FROM batches JOIN batch_rows USING (batch)"
        " WHERE run = ? AND outcome IS NOT 'linked' GROUP BY 1, 2, 3",
        (run,),
    ):
        word = _word(sobject, verb, outcome)
        found[word] = found.get(word, 0) + number
    for action, number in connection.execute(
        "SELECT action, COUNT(*) FROM local_changes WHERE run = ? GROUP BY action", (run,)
    ):
        word = _LOCAL_WORDS[action]
        found[word] = found.get(word, 0) + number
    return found


def rows_of_run(connection: sqlite3.Connection, run: int) -> Iterator[tuple[str, Verb, SentRow, str | None]]:
    """Every row a run sent, in the order sent: sObject, verb, the row, its outcome (None: nobody knows)."""
    for sobject, verb, *facts, outcome in connection.execute(
        f"SELECT sobject, verb, {_ROW_COLUMNS}, outcome FROM batches JOIN batch_rows USING (batch)"
        " WHERE run = ? ORDER BY batch, place",
        (run,),
    ):
        yield sobject, Verb(verb), _row(facts), outcome


def sobjects_taken(connection: sqlite3.Connection, run: int) -> Mapping[str, int]:
    """How many rows the org took from a run, or may have, by sObject."""
    return dict(
        connection.execute(
            "SELECT sobject, COUNT(*) FROM batches JOIN batch_rows USING (batch)"
            f" WHERE run = ? AND {_TAKEN} GROUP BY 1",
            (run,),
        ).fetchall()
    )


def rows_taken(connection: sqlite3.Connection, run: int, sobject: str) -> Iterator[tuple[Verb, SentRow, str]]:
    """The rows of an sObject that the org took from a run, or may have, in the order sent: verb, row, outcome."""
    for verb, *facts, outcome in connection.execute(
        f"SELECT verb, {_ROW_COLUMNS}, outcome FROM batches JOIN batch_rows USING (batch)"
        f" WHERE run = ? AND sobject = ? AND {_TAKEN} ORDER BY batch, place",
        (run, sobject),
    ):
        yield Verb(verb), _row(facts), outcome


def written_since(
    connection: sqlite3.Connection, run: int, keys: Sequence[str]
) -> Mapping[tuple[str, str, str], Mapping[str, Any]]:
    """What runs after this one wrote to the rows of these records: the last values, by record, sObject and Id."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for chunk in in_chunks(keys):
        for key, sobject, sf_id, sent in connection.execute(
            "SELECT key, sobject, sf_id, sent FROM batch_rows JOIN batches USING (batch)"
            f" WHERE key IN ({marks(chunk)}) AND run > ? AND outcome IN ('created', 'written') AND verb <> 'delete'"
            " ORDER BY batch",
            (*chunk, run),
        ):
            found.setdefault((key, sobject, sf_id), {}).update(orjson.loads(sent))
    return found


def updated_by(connection: sqlite3.Connection, run: int, keys: Sequence[str]) -> frozenset[str]:
    """Which of these records this run has updated in the org."""
    return frozenset(
        key
        for chunk in in_chunks(keys)
        for (key,) in connection.execute(
            "SELECT key FROM batch_rows JOIN batches USING (batch)"
            f" WHERE key IN ({marks(chunk)}) AND run = ? AND verb = 'update' AND outcome = 'written'",
            (*chunk, run),
        )
    )


def _any_unanswered(connection: sqlite3.Connection, org: int) -> bool:
    return bool(
        connection.execute(
            "SELECT EXISTS (SELECT 1 FROM batches JOIN runs USING (run) WHERE org = ? AND answered_at IS NULL)", (org,)
        ).fetchone()[0]
    )


_TAKEN = "outcome IN ('created', 'written', 'repeatable') AND sf_id IS NOT NULL"
_ROW_COLUMNS = "place, key, sf_id, sent, before, pushed"


def _rows(connection: sqlite3.Connection, number: int, condition: str) -> tuple[SentRow, ...]:
    return tuple(
        _row(facts)
        for facts in connection.execute(
            f"SELECT {_ROW_COLUMNS} FROM batch_rows WHERE batch = ? {condition} ORDER BY place", (number,)
        )
    )


def _row(facts: Sequence[Any]) -> SentRow:
    place, key, sf_id, sent, before, pushed = facts
    return SentRow(
        place,
        key,
        SalesforceId(sf_id) if sf_id else None,
        orjson.loads(sent),
        None if before is None else orjson.loads(before),
        orjson.loads(pushed),
    )


def _outcome(outcome: Outcome) -> tuple[str, str | None, str | None, str | None]:
    match outcome:
        case Written(id=sf_id, created=created):
            return "created" if created else "written", sf_id, None, None
        case Rejected(code=code, message=message):
            return "rejected", None, code, message


def _close_if_whole(connection: sqlite3.Connection, number: int, now: str) -> None:
    connection.execute(
        "UPDATE batches SET answered_at = ? WHERE batch = ?"
        " AND NOT EXISTS (SELECT 1 FROM batch_rows WHERE batch_rows.batch = batches.batch AND outcome IS NULL)",
        (now, number),
    )


_LOCAL_WORDS = {Merge.action: "merged", Delete.action: "deleted", Pull.action: "pulled"}


def _word(sobject: str, verb: str, outcome: str | None) -> str:
    if outcome == "rejected":
        return "rejected"
    if outcome not in ("created", "written"):
        return "waiting"
    if verb == Verb.DELETE:
        return "deleted"
    if outcome == "written":
        return "updated"
    return "members" if sobject == "CampaignMember" else "created"


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def drop_old_images(connection: sqlite3.Connection, org: int, *, before: str) -> None:
    """Forget what rows held before runs that ended before this time; such runs can't be undone any more."""
    with writing(connection):
        connection.execute(
            "UPDATE batch_rows SET before = NULL WHERE before IS NOT NULL AND batch IN"
            " (SELECT batch FROM batches JOIN runs USING (run) WHERE org = ? AND ended_at < ?)",
            (org, before),
        )
