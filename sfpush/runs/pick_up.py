"""Going on with a Bulk job that a run left behind: Salesforce works through it with or without us (B3)."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sfpush.errors import AnswerLost, RequestRefused
from sfpush.model import Batch, Outcome, Row, Verb, Written
from sfpush.org.bulk import Job
from sfpush.org.bulk_csv import Ties
from sfpush.org.connected import Org
from sfpush.push.execute import UNPROCESSED
from sfpush.runs.keeping import Answered, keep_answers
from sfpush.runs.org_port import job_shape
from sfpush.store import journal
from sfpush.store.database import writing
from sfpush.store.journal import SentRow, UnansweredBatch
from sfpush.store.times import from_text, to_text

_MAY_WAIT = timedelta(days=1)
"""How long a job that the org does not show (to this user any more, it may be) is still reckoned with."""


@dataclass(frozen=True, slots=True)
class PickedUp:
    """What became of a job's rows. `repeatable`: the org did nothing with them. `left` are those that its results say
    nothing of; `may_run`: the org does not show the job, which may all the same be waiting its turn."""

    created: int = 0
    updated: int = 0
    rejected: int = 0
    repeatable: int = 0
    left: tuple[SentRow, ...] = ()
    may_run: bool = False


def pick_up(
    connection: sqlite3.Connection, org: Org, number: int, batch: UnansweredBatch, now: Callable[[], datetime]
) -> PickedUp:
    """Wait for the job of an unanswered batch and note what became of its rows.

    A job that was never closed is aborted: nothing was written. Rows are left to be looked up one by one when the org
    no longer knows the job, or its results can't be tied to them. Raises NotReady when the org is lost.
    """
    if batch.job_id is None:
        return _nothing_written(connection, batch, now())
    try:
        job = _settled_job(org, batch.job_id)
    except RequestRefused:
        return PickedUp(left=batch.rows, may_run=now() < from_text(batch.sent_at) + _MAY_WAIT)
    if job is None:
        return _nothing_written(connection, batch, now())
    rows = tuple(Row(row.key, row.sent, row.id) for row in batch.rows)
    shape = job_shape(Batch(batch.sobject, batch.verb, rows, batch.external_id_field), rows)
    outcomes: dict[str, Outcome] = {}
    with contextlib.suppress(RequestRefused, AnswerLost):
        outcomes.update(org.job_outcomes(job, shape, Ties.of(shape, rows)))
    return _keep(connection, number, batch, outcomes, now())


def _settled_job(org: Org, job_id: str) -> Job | None:
    """The job, ended; None if it was still open and so has done nothing, nor will it."""
    job = org.read_job(job_id)
    if job.state == "Open":
        with contextlib.suppress(RequestRefused):  # the close was on its way, and came first
            org.abort_job(job_id)
        job = org.read_job(job_id)
        if job.state == "Aborted" and not job.processed:
            return None
    return org.wait_for_job(job_id)


def _nothing_written(connection: sqlite3.Connection, batch: UnansweredBatch, now: datetime) -> PickedUp:
    with writing(connection):
        places = [row.place for row in batch.rows]
        journal.settle(connection, batch.number, places, "absent", now=to_text(now))
    return PickedUp(repeatable=len(batch.rows))


def _keep(
    connection: sqlite3.Connection, number: int, batch: UnansweredBatch, outcomes: Mapping[str, Outcome], now: datetime
) -> PickedUp:
    answered = [(row, outcomes[row.key]) for row in batch.rows if row.key in outcomes]
    untouched = [row.place for row, outcome in answered if getattr(outcome, "code", None) in UNPROCESSED]
    told = [(row, outcome) for row, outcome in answered if getattr(outcome, "code", None) not in UNPROCESSED]
    with writing(connection):
        journal.note_outcomes(
            connection, batch.number, [(row.place, outcome) for row, outcome in told], now=to_text(now)
        )
        journal.settle(connection, batch.number, untouched, "absent", now=to_text(now))
        answers = [Answered(row.key, outcome, row.sent, row.pushed) for row, outcome in told]
        keep_answers(connection, number, batch.sobject, batch.verb, answers, plan=batch.plan, now=now)
    written = [outcome for _, outcome in told if isinstance(outcome, Written)]
    created = sum(outcome.created for outcome in written) if batch.verb is not Verb.CREATE else len(written)
    left = tuple(row for row in batch.rows if row.key not in outcomes)
    return PickedUp(created, len(written) - created, len(told) - len(written), len(untouched), left)
