"""Going on with a Bulk job that a run left behind: Salesforce works through it with or without us (B3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sfpush.errors import AnswerLost, RequestRefused
from sfpush.model import Batch, Outcome, Row, Verb, Written
from sfpush.org.bulk_csv import Ties
from sfpush.org.connected import Org
from sfpush.push.execute import UNPROCESSED
from sfpush.runs.keeping import Answered, keep_answers
from sfpush.runs.org_port import job_shape
from sfpush.store import journal
from sfpush.store.database import writing
from sfpush.store.journal import UnansweredBatch
from sfpush.store.times import to_text


@dataclass(frozen=True, slots=True)
class PickedUp:
    """What became of a job's rows. `repeatable`: the org did nothing with them."""

    created: int = 0
    updated: int = 0
    rejected: int = 0
    repeatable: int = 0


def pick_up(
    connection: sqlite3.Connection, org: Org, number: int, batch: UnansweredBatch, now: Callable[[], datetime]
) -> PickedUp | None:
    """Wait for the job of an unanswered batch and note what became of its rows.

    A job that was never closed is aborted: nothing was written. None when the org no longer knows the job, or its
    results can't be tied to the rows: they are looked up one by one then. Raises NotReady when the org is lost.
    """
    if batch.job_id is None:
        return _nothing_written(connection, batch, now())
    try:
        job = org.read_job(batch.job_id)
        if job.state == "Open":
            org.abort_job(batch.job_id)
            return _nothing_written(connection, batch, now())
        job = org.wait_for_job(batch.job_id)
        rows = tuple(Row(row.key, row.sent, row.id) for row in batch.rows)
        shape = job_shape(Batch(batch.sobject, batch.verb, rows, batch.external_id_field), rows)
        outcomes = dict(org.job_outcomes(job, shape, Ties.of(shape, rows)))
    except (RequestRefused, AnswerLost):
        return None
    return _keep(connection, number, batch, outcomes, now())


def _nothing_written(connection: sqlite3.Connection, batch: UnansweredBatch, now: datetime) -> PickedUp:
    with writing(connection):
        places = [row.place for row in batch.rows]
        journal.settle(connection, batch.number, places, "absent", now=to_text(now))
    return PickedUp(repeatable=len(batch.rows))


def _keep(
    connection: sqlite3.Connection, number: int, batch: UnansweredBatch, outcomes: dict[str, Outcome], now: datetime
) -> PickedUp:
    untouched = [row for row in batch.rows if getattr(outcomes[row.key], "code", None) in UNPROCESSED]
    told = [(row, outcomes[row.key]) for row in batch.rows if row not in untouched]
    with writing(connection):
        journal.note_outcomes(
            connection, batch.number, [(row.place, outcome) for row, outcome in told], now=to_text(now)
        )
        journal.settle(connection, batch.number, [row.place for row in untouched], "absent", now=to_text(now))
        answers = [Answered(row.key, outcome, row.sent, row.pushed) for row, outcome in told]
        keep_answers(connection, number, batch.sobject, batch.verb, answers, plan=batch.plan, now=now)
    written = [outcome for _, outcome in told if isinstance(outcome, Written)]
    created = sum(outcome.created for outcome in written) if batch.verb is not Verb.CREATE else len(written)
    return PickedUp(created, len(written) - created, len(told) - len(written), len(untouched))
