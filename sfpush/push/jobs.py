"""One parcel as a Bulk job: journal, create, journal the id, send, wait, journal (B3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sfpush.errors import AnswerLost, NotReady, RequestRefused
from sfpush.model import Batch, Outcome
from sfpush.push.batches import Placed
from sfpush.push.ports import BulkJob, Journal, OrgWriter


class Stopped(Exception):
    """The user asked to stop while Salesforce works on a job; the next run picks it up."""


@dataclass(frozen=True, slots=True)
class JobResult:
    """What became of a job. `outcomes` by place in `batch`; rows without one are unanswered in the journal.

    `stayed` are changes that a Bulk job can't carry, or that the org takes no job of: they were not sent. `unsent`: the
    org did nothing with any row.
    """

    number: int
    batch: Batch
    going: tuple[Placed, ...]
    stayed: tuple[Placed, ...]
    outcomes: dict[int, Outcome]
    problem: NotReady | None = None
    unsent: bool = False
    stopped: bool = False


def run_job(
    org: OrgWriter,
    journal: Journal,
    batch: Batch,
    going: tuple[Placed, ...],
    *,
    stop: Callable[[], bool],
    advanced: Callable[[int], None],
) -> JobResult:
    """Send the batch's rows as one Bulk job, in the calling thread, and wait for it."""
    with org.job(batch) as job:
        keys = frozenset(job.keys)
        batch = replace(batch, rows=tuple(row for row in batch.rows if row.key in keys))
        stayed = tuple(placed for placed in going if placed.change.record not in keys)
        going = tuple(placed for placed in going if placed.change.record in keys)
        if not going:
            return JobResult(0, batch, going, stayed, {})
        number = journal.intend(batch, [placed.change for placed in going], in_bulk=True)
        result = JobResult(number, batch, going, stayed, {})
        try:
            job_id = job.create()
        except RequestRefused:  # not every sObject, nor every user, may travel so
            return replace(result, stayed=(*going, *stayed), unsent=True)
        except NotReady as problem:
            return replace(result, problem=problem, unsent=True)
        journal.note_job(number, job_id)
        try:
            job.send()
        except AnswerLost as problem:
            return replace(result, problem=problem)
        except NotReady as problem:
            return replace(result, problem=problem, unsent=True)
        return _wait(job, result, stop, advanced)


def _wait(job: BulkJob, result: JobResult, stop: Callable[[], bool], advanced: Callable[[int], None]) -> JobResult:
    places = {row.key: place for place, row in enumerate(result.batch.rows)}
    told = 0

    def seen(processed: int) -> None:
        nonlocal told
        advanced(max(0, min(processed, len(places)) - told))
        told = max(told, min(processed, len(places)))
        if stop():
            raise Stopped

    try:
        for key, outcome in job.outcomes(seen):
            result.outcomes[places[key]] = outcome
    except Stopped:
        return replace(result, stopped=True)
    except NotReady as problem:
        return replace(result, problem=problem)
    finally:
        advanced(len(result.outcomes) - min(told, len(result.outcomes)))
    return result
