"""Writing many rows: Bulk API 2.0 ingest jobs, in steps that leave no doubt what was written (B3).

    create     the job has an id, which the caller notes before anything else
    send       its data goes up, and the job is closed; until then Salesforce does nothing with it
    wait       Salesforce works through it
    outcomes   what became of each row

An open job that is never closed writes nothing, so an upload that breaks off is simply aborted. A job that was
closed is picked up by its id, however often: reading its state and results changes nothing.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sfpush.errors import AnswerLost, NotReady, OrgLost
from sfpush.model import Outcome, Rejected, SalesforceId, Verb, Written
from sfpush.org.bulk_csv import JobData, JobShape, Ties, read_results
from sfpush.org.faults import Fault, named_records, rejection
from sfpush.org.transport import Transport

_OPERATIONS = {Verb.CREATE: "insert", Verb.UPDATE: "update", Verb.UPSERT: "upsert", Verb.DELETE: "delete"}
_ENDED = frozenset({"JobComplete", "Failed", "Aborted"})
_FIRST_WAIT, _LONGEST_WAIT, _WAIT_GROWS = 0.5, 15.0, 1.5
MOST_WAITING = 6 * 3600.0
"""Seconds that one run waits for one job; the job goes on, and the next run picks it up."""

_ERROR = re.compile(r"(?P<code>[A-Z][A-Z0-9_]*):(?P<message>.*?)(?::(?P<fields>[^:]*)--)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Job:
    """How a job stands. `processed` counts refused rows too; `failed` is how many those are."""

    id: str
    state: str
    processed: int = 0
    failed: int = 0
    reason: str = ""

    @property
    def ended(self) -> bool:
        """Whether Salesforce will do no more for it."""
        return self.state in _ENDED


def create_job(transport: Transport, shape: JobShape) -> str:
    """A new open job's id. If its answer is lost, another is made: an open job does nothing."""
    body = {
        "object": shape.sobject,
        "operation": _OPERATIONS[shape.verb],
        "contentType": "CSV",
        "lineEnding": "CRLF",
        "columnDelimiter": "COMMA",
    }
    if shape.verb is Verb.UPSERT:
        body["externalIdFieldName"] = shape.external_id_field or ""
    try:
        return job_from(transport.write("POST", "jobs/ingest", body, harmless=True)).id
    except AnswerLost as lost:
        raise _nothing_written(lost) from None


def send_job(transport: Transport, job_id: str, data: JobData) -> None:
    """Upload `data` and close the job.

    Raises AnswerLost when it is not known whether the job was closed; any other error means that nothing is written,
    and the job is aborted where the org can be reached.
    """
    try:
        transport.upload(f"jobs/ingest/{job_id}/batches", data.file, "text/csv; charset=UTF-8")
    except NotReady as problem:
        with contextlib.suppress(NotReady):  # a job that stays open does nothing, and goes away in 7 days
            abort_job(transport, job_id)
        raise _nothing_written(problem) if isinstance(problem, AnswerLost) else problem from None
    _close(transport, job_id)


def _close(transport: Transport, job_id: str) -> None:
    try:
        transport.write("PATCH", f"jobs/ingest/{job_id}", {"state": "UploadComplete"}, harmless=True)
    except AnswerLost as lost:
        try:
            closed = read_job(transport, job_id).state != "Open"
        except NotReady:  # the org is out of reach, and what it did is as open as before
            raise lost from None
        if not closed:
            raise


def abort_job(transport: Transport, job_id: str) -> None:
    """Stop a job; what it has already saved stays."""
    transport.write("PATCH", f"jobs/ingest/{job_id}", {"state": "Aborted"}, harmless=True)


def read_job(transport: Transport, job_id: str) -> Job:
    """How the job stands. Raises RequestRefused if the org knows no such job (it keeps them for 7 days)."""
    return job_from(transport.read(f"jobs/ingest/{job_id}"))


def wait_for_job(transport: Transport, read: Callable[[], Job], seen: Callable[[Job], None]) -> Job:
    """`read` at growing intervals until the job has ended; `seen` is told each time how it stands.

    Raises OrgLost after six hours.
    """
    waited, wait = 0.0, _FIRST_WAIT
    while True:
        job = read()
        seen(job)
        if job.ended:
            return job
        if waited + wait > MOST_WAITING:
            raise OrgLost(
                f"Salesforce has not finished job {job.id} in {MOST_WAITING / 3600:.0f} hours.",
                hint="Run the same command again later: it goes on with that job and sends nothing twice.",
                code="job-running",
            )
        transport.pause(wait)
        waited, wait = waited + wait, min(wait * _WAIT_GROWS, _LONGEST_WAIT)


def read_outcomes(transport: Transport, job: Job, shape: JobShape, ties: Ties) -> Iterator[tuple[str, Outcome]]:
    """The outcome of each row of an ended job, by record key, in any order; only as many files as it takes.

    Raises AnswerLost, after all that can be said, if rows have no result or results no row.
    """
    untied = False
    for kind, outcome_of in _results(job, shape.verb):
        if not ties:
            break
        try:
            for line in _download(transport, f"jobs/ingest/{job.id}/{kind}"):
                try:
                    outcome = outcome_of(line)
                    yield ties.take(line), outcome
                except (KeyError, ValueError):
                    untied = True
        except ValueError:  # the rest of the file can't be read
            untied = True
    if untied or ties:
        raise _untied(job)


def _results(job: Job, verb: Verb) -> Iterator[tuple[str, Callable[[Mapping[str, str]], Outcome]]]:
    yield "successfulResults", lambda line: Written(SalesforceId(line["sf__Id"]), created=_created(line, verb))
    yield "failedResults", lambda line: read_bulk_error(line["sf__Error"])
    unprocessed = Rejected(
        "JOB_FAILED" if job.state == "Failed" else "JOB_ABORTED",
        job.reason or "The job ended before this row's turn.",
    )
    yield "unprocessedrecords", lambda line: unprocessed


def _created(line: Mapping[str, str], verb: Verb) -> bool:
    return verb is Verb.CREATE or (verb is Verb.UPSERT and line["sf__Created"].lower() == "true")


def read_bulk_error(text: str) -> Rejected:
    """An `sf__Error` cell, `CODE:message:Field, Field --`, as an outcome."""
    found = _ERROR.fullmatch(text)
    if found is None:
        return Rejected("UNKNOWN_EXCEPTION", text)
    fields = tuple(name.strip() for name in (found["fields"] or "").split(",") if name.strip())
    message = found["message"]
    return rejection([Fault(200, found["code"], message, fields, named_records(message))])


def _download(transport: Transport, path: str) -> Iterator[dict[str, str]]:
    with tempfile.TemporaryFile() as file:
        transport.download(path, {}, file)
        yield from read_results(file)


def job_from(answer: Any) -> Job:
    """How a job stands, from the org's answer about it."""
    try:
        return Job(
            answer["id"],
            answer["state"],
            int(answer.get("numberRecordsProcessed") or 0),
            int(answer.get("numberRecordsFailed") or 0),
            answer.get("errorMessage") or "",
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise OrgLost("The org's answer about a Bulk job is not as Salesforce documents it.") from None


def _nothing_written(lost: AnswerLost) -> OrgLost:
    return OrgLost(
        f"The rows could not be handed over, so nothing was written of them. {lost.message}",
        hint="Run the same command again.",
    )


def _untied(job: Job) -> AnswerLost:
    return AnswerLost(
        f"The results of job {job.id} can't all be tied to the rows that were sent.",
        hint="Run the same command again: it first finds out what went, and repeats nothing that did.",
    )
