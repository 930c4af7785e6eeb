"""Looking up what became of rows whose answer never came: by Id, by external id, or by what was sent (B3)."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sfpush.errors import RequestRefused
from sfpush.model import Link, SalesforceId, Verb, Written
from sfpush.org.connected import Org
from sfpush.push.batches import makes_link
from sfpush.push.recovery import Found, Missing, Partly, SeenRow, Verdict, agrees, telling_field, verdicts
from sfpush.runs.keeping import keep_written
from sfpush.settings.schema import Settings
from sfpush.store import journal
from sfpush.store.database import writing
from sfpush.store.journal import SentRow, UnansweredBatch
from sfpush.store.links import held_loosely, keys_linked_to, links_for
from sfpush.store.times import from_text, to_text

CLOCK_TOLERANCE = timedelta(hours=1)
"""How far this machine's clock may be ahead of the org's, where that told no time. Looking too far back is harmless:
rows that are linked don't count, so that what is found is a row of ours that nobody knows of."""
_SERVERS_APART = timedelta(minutes=5)
"""How far the clocks of the org's own servers may be apart."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What was found, in rows; the words are those of `Recovered`."""

    created: int = 0
    updated: int = 0
    repeatable: int = 0
    settling: int = 0
    unclear: int = 0


def look_up(
    connection: sqlite3.Connection,
    org: Org,
    number: int,
    settings: Settings,
    batch: UnansweredBatch,
    *,
    now: datetime,
    may_run: bool,
) -> LookedUp:
    """Settle the rows of a batch as far as it can be.

    `may_run`: a Bulk job with them may still be waiting its turn, so that what is not there may yet come.
    """
    match batch.verb:
        case Verb.DELETE:
            return _found_and_repeatable(connection, number, batch, [], now)
        case Verb.UPDATE:
            return _look_up_updates(connection, org, number, batch, now)
        case Verb.UPSERT:
            return _look_up_upserts(connection, org, number, batch, now)
        case Verb.CREATE:
            last = from_text(batch.lost_at or batch.sent_at)
            settled = not may_run and now >= last + timedelta(seconds=settings.push.settle_seconds)
            return _look_up_creates(connection, org, number, batch, now, settled=settled)


def _look_up_updates(
    connection: sqlite3.Connection, org: Org, number: int, batch: UnansweredBatch, now: datetime
) -> LookedUp:
    """Note what the org has as it was sent: that is what Apollo's next change is a change from (F2, D1)."""
    names = {name for row in batch.rows for name in row.sent}
    there = org.rows_by_id(batch.sobject, [row.id for row in batch.rows if row.id is not None], names)
    describe = org.describe(batch.sobject)
    found = [
        (row, Written(row.id))
        for row in batch.rows
        if row.id is not None and row.id in there and agrees(row.sent, SeenRow(row.id, there[row.id]), describe)
    ]
    return _found_and_repeatable(connection, number, batch, found, now)


def _found_and_repeatable(
    connection: sqlite3.Connection,
    number: int,
    batch: UnansweredBatch,
    found: list[tuple[SentRow, Written]],
    now: datetime,
) -> LookedUp:
    rest = {row.place for row in batch.rows} - {row.place for row, _ in found}
    _keep(connection, number, batch, found, now)
    with writing(connection):
        journal.settle(connection, batch.number, sorted(rest), "repeatable", now=to_text(now))
    created = sum(written.created for _, written in found)
    return LookedUp(created=created, updated=len(found) - created, repeatable=len(rest))


def _look_up_upserts(
    connection: sqlite3.Connection, org: Org, number: int, batch: UnansweredBatch, now: datetime
) -> LookedUp:
    """Link what the org has as it was sent, and what this upsert made and somebody else has changed since (F2); all
    else can be upserted again without a second row coming of it."""
    field = batch.external_id_field
    assert field is not None
    names = {*(name for row in batch.rows for name in row.sent), "CreatedById", "LastModifiedById"}
    seen = {
        str(row[field]).lower(): SeenRow(SalesforceId(row["Id"]), row)
        for row in org.rows_where_in(batch.sobject, field, [row.sent[field] for row in batch.rows], names)
    }
    describe, us = org.describe(batch.sobject), _sender(org, batch)
    found: list[tuple[SentRow, Written]] = []
    for row in batch.rows:
        there = seen.get(str(row.sent[field]).lower())
        if there is None:
            continue
        made = there.fields["CreatedById"] == us and from_text(there.fields["CreatedDate"]) >= _since(batch)
        if agrees(row.sent, there, describe) or (made and there.fields["LastModifiedById"] != us):
            found.append((row, Written(there.id, created=made)))
    return _found_and_repeatable(connection, number, batch, found, now)


def _look_up_creates(
    connection: sqlite3.Connection, org: Org, number: int, batch: UnansweredBatch, now: datetime, *, settled: bool
) -> LookedUp:
    keys = [row.key for row in batch.rows] if makes_link(batch.sobject) else []
    linked = links_for(connection, number, keys)
    rows = [row for row in batch.rows if row.key not in linked]
    found: list[tuple[SentRow, Written]] = []
    partly: list[tuple[int, tuple[SalesforceId, ...]]] = []
    missing: list[int] = []
    for row, verdict in zip(rows, _judged(connection, org, number, batch, rows), strict=True):
        match verdict:
            case Found(id=sf_id):
                found.append((row, Written(sf_id, created=True)))
            case Partly(candidates=candidates):
                partly.append((row.place, candidates))
            case Missing():
                missing.append(row.place)
    _keep(connection, number, batch, found, now)
    with writing(connection):
        text = to_text(now)
        journal.settle(
            connection, batch.number, [row.place for row in batch.rows if row.key in linked], "linked", now=text
        )
        journal.note_candidates(connection, batch.number, [*partly, *((place, ()) for place in missing)])
        if settled:
            journal.settle(connection, batch.number, missing, "absent", now=text)
    return LookedUp(
        created=len(found),
        repeatable=len(missing) if settled else 0,
        settling=0 if settled else len(missing),
        unclear=len(partly),
    )


def _judged(
    connection: sqlite3.Connection, org: Org, number: int, batch: UnansweredBatch, rows: Sequence[SentRow]
) -> Sequence[Verdict]:
    """Looked for by what tells them; where that does not find all, among everything that was created since then."""
    sent, describe = [row.sent for row in rows], org.describe(batch.sobject)
    with contextlib.suppress(RequestRefused):  # an encrypted field can't be searched for
        seen = list(_told(org, batch, rows))
        judged = verdicts(sent, _unknown(connection, number, seen), describe)
        if not any(isinstance(verdict, Missing) for verdict in judged):
            return judged
    names = {name for row in rows for name in row.sent}
    seen = list(org.rows_created_by(_sender(org, batch), batch.sobject, names, since=_since(batch)))
    return verdicts(sent, _unknown(connection, number, seen), describe)


def _told(org: Org, batch: UnansweredBatch, rows: Sequence[SentRow]) -> Iterator[dict[str, Any]]:
    """What was created since the batch was sent, as far as it could be one of its rows by what tells them."""
    values: dict[str, list[str]] = {}
    for row in rows:
        field = telling_field(batch.sobject, row.sent)
        if field is not None:
            values.setdefault(field, []).append(row.sent[field])
    names = {name for row in rows for name in row.sent}
    for field, wanted in values.items():
        yield from org.rows_created_by(
            _sender(org, batch), batch.sobject, names, since=_since(batch), field=field, values=wanted
        )


def _sender(org: Org, batch: UnansweredBatch) -> str:
    """Who sent it: another user may be connected by now."""
    return batch.sent_by or org.identity.user_id


def _since(batch: UnansweredBatch) -> datetime:
    """The earliest that anything of it can have been written, by the org's clock: of both clocks the earlier counts, as
    neither may skip anything by being ahead."""
    sent_at = from_text(batch.sent_at)
    if batch.org_time is None:
        return sent_at - CLOCK_TOLERANCE
    return min(from_text(batch.org_time), sent_at) - _SERVERS_APART


def _unknown(connection: sqlite3.Connection, number: int, rows: Sequence[Mapping[str, Any]]) -> list[SeenRow]:
    """Those of these rows that are linked to no record."""
    seen = {SalesforceId(row["Id"]): row for row in rows}
    taken = keys_linked_to(connection, number, list(seen))
    given_back = held_loosely(connection, number, list(taken))  # a deal may have been pulled before its answer came
    return [SeenRow(sf_id, row) for sf_id, row in seen.items() if sf_id not in taken or sf_id in given_back]


def _keep(
    connection: sqlite3.Connection,
    number: int,
    batch: UnansweredBatch,
    found: list[tuple[SentRow, Written]],
    now: datetime,
) -> None:
    with writing(connection):
        outcomes = [(row.place, written) for row, written in found]
        journal.note_outcomes(connection, batch.number, outcomes, now=to_text(now))
        links = [Link(row.key, batch.sobject, written.id, row.pushed) for row, written in found]
        keep_written(connection, number, links, now=now)
