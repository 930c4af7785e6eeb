"""Bulk jobs as kept in the org's file, so that one that was under way when the server stopped goes on with the next."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from sfpush.practice import ids
from sfpush.practice.org import PracticeOrg
from sfpush.practice.refusals import Refused

PREFIX = "750"
DELIMITERS = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}

OPEN, UPLOADED, IN_PROGRESS = "Open", "UploadComplete", "InProgress"
COMPLETE, FAILED, ABORTED = "JobComplete", "Failed", "Aborted"
ENDED = (COMPLETE, FAILED, ABORTED)

_COLUMNS = (
    "n, id, kind, state, object, operation, external_id, delimiter, line_ending, version, query, created, modified,"
    " processed, failed, error, milliseconds"
)


@dataclass(frozen=True, slots=True)
class Job:
    """One job without its data. `processed` counts all rows done with, failed ones among them."""

    n: int
    id: str
    kind: str
    state: str
    object: str
    operation: str
    external_id: str | None
    delimiter: str
    line_ending: str
    version: str
    query: str | None
    created: str
    modified: str
    processed: int
    failed: int
    error: str | None
    milliseconds: int

    @property
    def separator(self) -> str:
        return DELIMITERS[self.delimiter]

    @property
    def newline(self) -> str:
        return LINE_ENDINGS[self.line_ending]


def create(
    org: PracticeOrg,
    *,
    kind: str,
    state: str,
    sobject: str,
    operation: str,
    version: str,
    external_id: str | None = None,
    query: str | None = None,
    delimiter: str = "COMMA",
    line_ending: str = "LF",
) -> Job:
    """A new job of `kind` ingest or query."""
    with org.writing() as db:
        number = 1 + db.execute("SELECT coalesce(max(n), 0) FROM job").fetchone()[0]
        job_id = org.make_id(PREFIX, number)
        db.execute(
            f"INSERT INTO job ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, NULL, 0)",
            (number, job_id, kind, state, sobject, operation, external_id, delimiter, line_ending, version, query,
             org.now(), org.now()),
        )  # fmt: skip
    return get(org, job_id, kind)


def get(org: PracticeOrg, job_id: str, kind: str) -> Job:
    """The job of this id. Refused 404 if there is none of its kind."""
    with org.reading() as db:
        row = db.execute(
            f"SELECT {_COLUMNS} FROM job WHERE id = ? AND kind = ?", (ids.canonical(job_id), kind)
        ).fetchone()
    if row is None:
        raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
    return Job(*row)


def listed(org: PracticeOrg, kind: str) -> list[Job]:
    """All jobs of a kind, the newest first."""
    with org.reading() as db:
        return [Job(*row) for row in db.execute(f"SELECT {_COLUMNS} FROM job WHERE kind = ? ORDER BY n DESC", (kind,))]


def next_waiting(org: PracticeOrg) -> Job | None:
    """The oldest job that has its data and is not ended."""
    with org.reading() as db:
        row = db.execute(
            f"SELECT {_COLUMNS} FROM job WHERE state IN (?, ?) ORDER BY n LIMIT 1", (UPLOADED, IN_PROGRESS)
        ).fetchone()
    return None if row is None else Job(*row)


def change(org: PracticeOrg, job_id: str, **values: Any) -> None:
    """Set columns of a job."""
    with org.writing() as db:
        sets = ", ".join(f"{name} = ?" for name in values)
        db.execute(f"UPDATE job SET {sets}, modified = ? WHERE id = ?", (*values.values(), org.now(), job_id))


def content(org: PracticeOrg, job_id: str) -> bytes | None:
    """The data uploaded for a job, or the row numbers a query found; None before."""
    with org.reading() as db:
        row = db.execute("SELECT content FROM job_content WHERE job = ?", (job_id,)).fetchone()
    return None if row is None else row[0]


def keep_content(org: PracticeOrg, job_id: str, data: bytes) -> None:
    """Keep a job's data, apart from what changes with every chunk: SQLite would write it anew each time."""
    with org.writing() as db:
        db.execute("INSERT INTO job_content VALUES (?, ?)", (job_id, data))


def remove(org: PracticeOrg, job_id: str) -> None:
    with org.writing() as db:
        db.execute("DELETE FROM job WHERE id = ?", (job_id,))
        db.execute("DELETE FROM job_content WHERE job = ?", (job_id,))
        db.execute("DELETE FROM job_row WHERE job = ?", (job_id,))


def keep_results(db: sqlite3.Connection, job_id: str, results: list[tuple[int, str | None, int, str | None]]) -> None:
    """Keep what became of rows: number in the data, id, created, error (None when saved)."""
    db.executemany("INSERT INTO job_row VALUES (?, ?, ?, ?, ?)", [(job_id, *result) for result in results])


def info(job: Job, *, whole: bool = True) -> dict[str, Any]:
    """A job as the API shows it; `whole` with its figures, as GET does."""
    shown: dict[str, Any] = {
        "id": job.id,
        "operation": job.operation,
        "object": job.object,
        "createdById": "",
        "createdDate": job.created,
        "systemModstamp": job.modified,
        "state": job.state,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(job.version.removeprefix("v")),
        "lineEnding": job.line_ending,
        "columnDelimiter": job.delimiter,
        "jobType": "V2Ingest" if job.kind == "ingest" else "V2Query",
    }
    if job.kind == "ingest":
        shown["contentUrl"] = f"services/data/{job.version}/jobs/ingest/{job.id}/batches"
        if job.external_id is not None:
            shown["externalIdFieldName"] = job.external_id
    if whole:
        shown |= {
            "numberRecordsProcessed": job.processed,
            "retries": 0,
            "totalProcessingTime": job.milliseconds,
        }
        if job.kind == "ingest":
            shown |= {
                "numberRecordsFailed": job.failed,
                "apiActiveProcessingTime": job.milliseconds,
                "apexProcessingTime": 0,
            }
        if job.error is not None:
            shown["errorMessage"] = job.error
    return shown
