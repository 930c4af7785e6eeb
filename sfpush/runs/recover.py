"""Finding out what became of batches whose answer never came, before anything is sent again (B3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sfpush.model import Link, SalesforceId, Verb, Written
from sfpush.org.connected import Org
from sfpush.push.batches import makes_link
from sfpush.push.recovery import Found, Missing, Partly, SeenRow, agrees, telling_field, verdicts
from sfpush.runs.keeping import keep_written
from sfpush.runs.pick_up import pick_up
from sfpush.settings.schema import Settings
from sfpush.store import journal, runs
from sfpush.store.database import writing
from sfpush.store.journal import SentRow, UnansweredBatch
from sfpush.store.links import held_loosely, keys_linked_to, links_for
from sfpush.store.made_accounts import keep_made_accounts
from sfpush.store.made_people import keep_made_people
from sfpush.store.orgs import OrgState
from sfpush.store.plans import plan_number
from sfpush.store.times import from_text, to_text

CLOCK_TOLERANCE = timedelta(hours=1)
"""How far this machine's clock may be ahead of the org's. Looking too far back is harmless: rows that are linked
don't count, so that what is found is a row of ours that nobody knows of."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What recovery found, in rows. `runs` are runs that had never ended."""

    runs: tuple[str, ...] = ()
    created: int = 0
    """Creates that the org has; they are linked now."""
    updated: int = 0
    """Updates, deletes and upserts of what was there that the org has carried out."""
    rejected: int = 0
    """Rows that the org turns out to have refused; they are in the error log now."""
    repeatable: int = 0
    """They go again by themselves: the org has not got them, or a repeat is harmless."""
    settling: int = 0
    """Creates that the org does not show, sent too short a time ago to be sent again (`settle_seconds`)."""
    unclear: int = 0
    """Creates of which the org shows something that agrees only in part: a person must decide."""

    @property
    def found(self) -> int:
        """Rows that the org has taken although its answer never came."""
        return self.created + self.updated

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found, one sentence a finding; none when there was nothing to recover."""
        told = (
            (len(self.runs), "{:,} earlier run(s) ended without a word; they are closed now."),
            (self.found, "{:,} record(s) of theirs are in Salesforce although no answer came; they are linked now."),
            (self.rejected, "{:,} write(s) of theirs were refused: see `sfpush errors`."),
            (self.repeatable, "{:,} write(s) of theirs got no answer; what did not arrive goes again."),
            (self.settling, "{:,} create(s) got no answer and don't show in Salesforce yet; they go in a later run."),
            (self.unclear, "{:,} create(s) got no answer, and Salesforce shows something alike: see `sfpush plan`."),
        )
        return tuple(sentence.format(count) for count, sentence in told if count)

    def __add__(self, other: Recovered) -> Recovered:
        return Recovered(
            self.runs + other.runs,
            self.created + other.created,
            self.updated + other.updated,
            self.rejected + other.rejected,
            self.repeatable + other.repeatable,
            self.settling + other.settling,
            self.unclear + other.unclear,
        )


def recover(
    connection: sqlite3.Connection,
    org: Org,
    state: OrgState,
    settings: Settings,
    *,
    now: Callable[[], datetime],
    running: int | None = None,
) -> Recovered:
    """Settle every unanswered batch as far as it can be, and close runs that died. The caller holds the home's lock.

    A Bulk job is picked up by its id and waited for. Updates and deletes may be repeated: the next plan does so.
    Upserts and creates are looked up in the org; what is found as it was sent is linked. A create that is not found
    goes again only `settle_seconds` after it was sent. `running` is the caller's own run, which is not dead. Raises
    NotReady when the org can't be asked; the journal is then as it was, but for the batches already settled.
    """
    recovered = Recovered()
    for batch in journal.unanswered(connection, state.org):
        if batch.transport == "bulk" and (picked_up := pick_up(connection, org, state.org, batch, now)) is not None:
            recovered += Recovered(**asdict(picked_up))
        else:
            recovered += _settle(connection, org, state.org, settings, batch, now())
    return replace(recovered, runs=_close_dead_runs(connection, state.org, now(), running))


def _settle(
    connection: sqlite3.Connection, org: Org, number: int, settings: Settings, batch: UnansweredBatch, now: datetime
) -> Recovered:
    match batch.verb:
        case Verb.UPDATE | Verb.DELETE:
            return _repeatable(connection, batch, now)
        case Verb.UPSERT:
            return _look_up_upserts(connection, org, number, batch, now)
        case Verb.CREATE:
            return _look_up_creates(connection, org, number, settings, batch, now)


def _repeatable(connection: sqlite3.Connection, batch: UnansweredBatch, now: datetime) -> Recovered:
    with writing(connection):
        journal.settle(connection, batch.number, [row.place for row in batch.rows], "repeatable", now=to_text(now))
    return Recovered(repeatable=len(batch.rows))


def _look_up_upserts(
    connection: sqlite3.Connection, org: Org, number: int, batch: UnansweredBatch, now: datetime
) -> Recovered:
    """Link what the org has as it was sent; all else can be upserted again without a second row coming of it."""
    field = batch.external_id_field
    assert field is not None
    names = {name for row in batch.rows for name in row.sent}
    seen = {
        str(row[field]).lower(): SeenRow(SalesforceId(row["Id"]), row)
        for row in org.rows_where_in(batch.sobject, field, [row.sent[field] for row in batch.rows], names)
    }
    describe = org.describe(batch.sobject)
    found: list[tuple[SentRow, Written]] = []
    for row in batch.rows:
        there = seen.get(str(row.sent[field]).lower())
        if there is not None and agrees(row.sent, there, describe):
            created = from_text(there.fields["CreatedDate"]) >= from_text(batch.sent_at) - CLOCK_TOLERANCE
            found.append((row, Written(there.id, created=created)))
    rest = {row.place for row in batch.rows} - {row.place for row, _ in found}
    _keep(connection, number, batch, found, now)
    with writing(connection):
        journal.settle(connection, batch.number, sorted(rest), "repeatable", now=to_text(now))
    created_now = sum(written.created for _, written in found)
    return Recovered(created=created_now, updated=len(found) - created_now, repeatable=len(rest))


def _look_up_creates(
    connection: sqlite3.Connection, org: Org, number: int, settings: Settings, batch: UnansweredBatch, now: datetime
) -> Recovered:
    keys = [row.key for row in batch.rows] if makes_link(batch.sobject) else []
    linked = links_for(connection, number, keys)
    rows = [row for row in batch.rows if row.key not in linked]
    found: list[tuple[SentRow, Written]] = []
    partly: list[tuple[int, tuple[SalesforceId, ...]]] = []
    missing: list[int] = []
    judged = verdicts(
        [row.sent for row in rows], _unknown_rows(connection, org, number, batch, rows), org.describe(batch.sobject)
    )
    for row, verdict in zip(rows, judged, strict=True):
        match verdict:
            case Found(id=sf_id):
                found.append((row, Written(sf_id, created=True)))
            case Partly(candidates=candidates):
                partly.append((row.place, candidates))
            case Missing():
                missing.append(row.place)
    settled = now >= from_text(batch.sent_at) + timedelta(seconds=settings.push.settle_seconds)
    _keep(connection, number, batch, found, now)
    with writing(connection):
        text = to_text(now)
        journal.settle(
            connection, batch.number, [row.place for row in batch.rows if row.key in linked], "linked", now=text
        )
        journal.note_candidates(connection, batch.number, [*partly, *((place, ()) for place in missing)])
        if settled:
            journal.settle(connection, batch.number, missing, "absent", now=text)
    return Recovered(
        created=len(found),
        repeatable=len(missing) if settled else 0,
        settling=0 if settled else len(missing),
        unclear=len(partly),
    )


def _unknown_rows(
    connection: sqlite3.Connection, org: Org, number: int, batch: UnansweredBatch, rows: list[SentRow]
) -> list[SeenRow]:
    """What we created since the batch was sent, as far as it could be one of its rows and is linked to no record."""
    values: dict[str, list[str]] = {}
    for row in rows:
        field = telling_field(batch.sobject, row.sent)
        if field is not None:
            values.setdefault(field, []).append(row.sent[field])
    names = {name for row in rows for name in row.sent}
    since = from_text(batch.sent_at) - CLOCK_TOLERANCE
    seen = {
        SalesforceId(row["Id"]): row
        for field, wanted in values.items()
        for row in org.rows_we_created(batch.sobject, field, wanted, names, since=since)
    }
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


def _close_dead_runs(connection: sqlite3.Connection, org: int, now: datetime, running: int | None) -> tuple[str, ...]:
    closed = []
    for run in runs.dead_runs(connection, org):
        if run.run == running:
            continue
        with writing(connection):
            plan = plan_number(connection, run.plan_id)
            if plan is not None:
                keep_made_people(connection, org, plan)
                keep_made_accounts(connection, org, plan)
            results = journal.counts(connection, run.run)
            runs.end_run(
                connection, run.run, status="failed", results=results, api_calls=run.api_calls, now=to_text(now)
            )
        closed.append(run.run_id)
    return tuple(closed)
