"""An ingest job's rows: read from its CSV, saved 200 at a time, told apart into successful, failed and unprocessed."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from sfpush.practice import faults, remove, save
from sfpush.practice.bulk import jobs
from sfpush.practice.bulk.jobs import Job
from sfpush.practice.faults import FaultKind
from sfpush.practice.fields import SObject
from sfpush.practice.org import PracticeOrg
from sfpush.practice.refusals import RowError, Saved
from sfpush.practice.save import Manner

CHUNK = 200
NULL = "#N/A"
SERVER_ERROR = "InternalServerError : Exceeded retries while processing the job"


class JobFailed(Exception):
    """The job as a whole can't go on; what was saved before stays."""


class Reading:
    """The data of one job, read from where it stopped."""

    def __init__(self, org: PracticeOrg, job: Job) -> None:
        self._org = org
        self._job = job
        self.finished = False
        self._sobject = org.catalogue.get(job.object)
        self.header, self._rows = rows_of(org, job)
        for _ in islice(self._rows, job.processed):
            pass
        self._check_header()

    def save_chunk(self) -> bool:
        """Save the next rows and keep what became of each; False when that was not to be done.

        Either none were left (`finished`), or the job was aborted or gone on with by another server meanwhile.
        JobFailed when a fault stops the job.
        """
        org, job = self._org, self._job
        chunk = self._next_rows()
        if not chunk:
            self.finished = True
            return False
        fault = faults.strike(org, faults.JOB, f"/jobs/ingest/{job.object}")
        if fault is not None and fault.kind is FaultKind.JOB_FAILS:
            raise JobFailed(SERVER_ERROR)
        locked_every = fault.every if fault is not None and fault.kind is FaultKind.ROW_LOCKED else 0
        with org.writing() as db:
            now = jobs.get(org, job.id, "ingest")
            if now.state != jobs.IN_PROGRESS or now.processed != job.processed:
                return False
            verdicts = self._save([record for record, _ in chunk], [error for _, error in chunk], locked_every)
            jobs.keep_results(
                db,
                job.id,
                [
                    (job.processed + index, verdict.id, int(verdict.created), _written(verdict))
                    for index, verdict in enumerate(verdicts)
                ],
            )
            failed = sum(not verdict.success for verdict in verdicts)
            jobs.change(org, job.id, processed=job.processed + len(chunk), failed=job.failed + failed)
        self._job = jobs.get(org, job.id, "ingest")
        return True

    def _next_rows(self) -> list[tuple[dict[str, Any], str | None]]:
        return [_record(self.header, cells) for cells in islice(self._rows, CHUNK)]

    def _save(self, records: list[dict[str, Any]], errors: list[str | None], locked_every: int) -> list[Saved]:
        """Save the rows that are whole; the others are refused where they stand."""
        verdicts = [None if error is None else Saved(None, (RowError("INVALID_CSV_ROW", error),)) for error in errors]
        good = [index for index, verdict in enumerate(verdicts) if verdict is None]
        saved = self._run([records[index] for index in good], Manner(locked_every=locked_every, from_text=True))
        for index, verdict in zip(good, saved, strict=True):
            verdicts[index] = verdict
        return [verdict for verdict in verdicts if verdict is not None]

    def _run(self, records: list[dict[str, Any]], manner: Manner) -> list[Saved]:
        org, job, sobject = self._org, self._job, self._known_sobject()
        if job.operation == "insert":
            return save.create(org, sobject, records, manner)
        if job.operation == "update":
            return save.update(org, sobject, records, manner)
        if job.operation == "upsert":
            key = sobject.field(job.external_id or "")
            if key is None:
                raise JobFailed(f"InvalidBatch : Field name not found : {job.external_id}")
            return save.upsert(org, sobject, key, records, manner)
        return remove.delete(org, [_id_of(each) for each in records], locked_every=manner.locked_every)

    def _known_sobject(self) -> SObject:
        if self._sobject is None:
            raise JobFailed(f"InvalidJob : Unable to find object: {self._job.object}")
        return self._sobject

    def _check_header(self) -> None:
        sobject, seen = self._known_sobject(), set()
        for name in self.header:
            if name.lower() in seen:
                raise JobFailed(f"InvalidBatch : Duplicate field name : {name}")
            seen.add(name.lower())
            relationship, _, key = name.partition(".")
            lookup = sobject.by_relationship.get(relationship.lower()) if key else None
            target = self._org.catalogue.get(lookup.refers_to[0]) if lookup else None
            if not (target.has(key) if key and target else not key and sobject.has(name)):
                raise JobFailed(f"InvalidBatch : Field name not found : {name}")
        needed = {"update": "Id", "delete": "Id", "upsert": self._job.external_id or ""}.get(self._job.operation)
        if needed and needed.lower() not in seen:
            raise JobFailed(f"InvalidBatch : Field name not found : {needed}")


def rows_of(org: PracticeOrg, job: Job) -> tuple[list[str], Iterator[list[str]]]:
    """Header and rows of a job's CSV. JobFailed if it isn't what the job said it would be, there or while iterating."""
    data = jobs.content(org, job.id) or b""
    end = data.find(b"\n")
    if end >= 0 and data[:end].endswith(b"\r") != (job.line_ending == "CRLF"):
        raise JobFailed(
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is " + job.line_ending
        )
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    lines = _lines(csv.reader(text, delimiter=job.separator))
    return next(lines, []), (cells for cells in lines if cells)


def _lines(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except (csv.Error, UnicodeDecodeError) as error:
        raise JobFailed(f"ClientInputError : the CSV can't be read: {error}") from error


def successful(org: PracticeOrg, job: Job) -> bytes:
    """The rows that were saved, with their ids, in no order that could be relied on."""
    return _results(org, job, ["sf__Id", "sf__Created"], "error IS NULL")


def failed(org: PracticeOrg, job: Job) -> bytes:
    """The rows that were not, and why."""
    return _results(org, job, ["sf__Id", "sf__Error"], "error IS NOT NULL")


def unprocessed(org: PracticeOrg, job: Job) -> bytes:
    """The rows an aborted or failed job never came to."""
    header, rows = _header_and_rows(org, job)
    left = islice(rows, job.processed, None) if job.state in (jobs.ABORTED, jobs.FAILED) else iter(())
    return _written_csv(job, header, left)


def _results(org: PracticeOrg, job: Job, own: list[str], condition: str) -> bytes:
    header, _ = _header_and_rows(org, job)
    return _written_csv(job, own + header, _result_rows(org, job, condition))


def _result_rows(org: PracticeOrg, job: Job, condition: str) -> Iterator[list[str]]:
    """Verdict and cells of each row that meets the condition: odd ones first, so that no one counts on their order."""
    for parity in (1, 0):
        _, rows = _header_and_rows(org, job)
        with org.reading() as db:
            verdicts = db.execute(
                "SELECT row, id, created, error FROM job_row"
                f" WHERE job = ? AND row % 2 = ? AND {condition} ORDER BY row",
                (job.id, parity),
            ).fetchall()
        at = 0
        for number, record_id, created, error in verdicts:
            cells = next(islice(rows, number - at, None))
            at = number + 1
            yield [record_id or "", error or ("true" if created else "false"), *cells]


def _header_and_rows(org: PracticeOrg, job: Job) -> tuple[list[str], Iterator[list[str]]]:
    try:
        return rows_of(org, job)
    except JobFailed:
        return [], iter(())


def _written_csv(job: Job, header: list[str], lines: Iterator[list[str]]) -> bytes:
    out = io.BytesIO()
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text, delimiter=job.separator, lineterminator=job.newline, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    with contextlib.suppress(JobFailed):  # what can't be read ends the list, as it ended the job
        writer.writerows(lines)
    text.flush()
    return out.getvalue()


def _record(header: list[str], cells: list[str]) -> tuple[dict[str, Any], str | None]:
    """One row as a record: empty cells left out, `#N/A` null, `Account.Key__c` a nested parent."""
    if len(cells) != len(header):
        return {}, f"The row has {len(cells)} columns, the header {len(header)}"
    record: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=True):
        if cell == "":
            continue
        value = None if cell == NULL else cell
        relationship, _, key = name.partition(".")
        if key:
            record.setdefault(relationship, {})[key] = value
        else:
            record[name] = value
    return record, None


def _id_of(record: Mapping[str, Any]) -> str:
    return str(next((value for name, value in record.items() if name.lower() == "id"), ""))


def _written(verdict: Saved) -> str | None:
    """The verdict on a refused row as `sf__Error` has it."""
    if verdict.success:
        return None
    return ";".join(
        f"{error.code}:{error.message}:{', '.join(error.fields)}{' ' if error.fields else ''}--"
        for error in verdict.errors
    )
