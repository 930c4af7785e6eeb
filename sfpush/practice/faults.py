"""Failures on request: armed in the org's file, so that another process can do it, and met by the requests they fit.

A fault fits a method and a path; it lets the first `nth - 1` fitting requests pass, strikes the next `times`, and is
spent.
"""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from sfpush.practice.org import PracticeOrg


class FaultKind(StrEnum):
    """What happens to the request."""

    CLOSE_BEFORE_COMMIT = "close-before-commit"
    """The connection is closed; nothing was done."""
    CLOSE_AFTER_COMMIT = "close-after-commit"
    """Everything was done; the connection is closed instead of an answer."""
    SILENT_BEFORE_COMMIT = "silent-before-commit"
    """Nothing was done, and no answer ever comes."""
    SILENT_AFTER_COMMIT = "silent-after-commit"
    """Everything was done, and no answer ever comes."""
    UNAVAILABLE = "unavailable"
    """503 with an HTML body; with a Retry-After header if `retry_after` is given. Nothing was done."""
    SESSION_EXPIRED = "session-expired"
    """Every access token given out so far stops working, from this request on."""
    ROW_LOCKED = "row-locked"
    """Rows are refused with UNABLE_TO_LOCK_ROW: every `every`-th of a request, 1 being all."""
    DAILY_LIMIT = "daily-limit"
    """403 REQUEST_LIMIT_EXCEEDED, the org's calls for the day used up. Nothing was done."""
    CONCURRENT_LIMIT = "concurrent-limit"
    """403 REQUEST_LIMIT_EXCEEDED, too many long calls at once. Nothing was done."""
    TRUNCATED = "truncated"
    """Everything was done; the answer's JSON ends in the middle."""
    CUT_OFF = "cut-off"
    """Everything was done; the connection breaks in the middle of the answer's body."""
    SLOW = "slow"
    """Everything was done; the answer comes `seconds` later."""
    JOB_FAILS = "job-fails"
    """A Bulk ingest job ends as Failed instead of saving a chunk of 200 rows; what it saved before stays."""


JOB = "JOB"
"""The `method` of faults that strike chunks of Bulk jobs (JOB_FAILS, ROW_LOCKED), at `/jobs/ingest/Contact`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One armed failure. `method` is a method or `*`; `path` a shell pattern for the path below `/services/data/vN`
    (or for the whole path, outside it), such as `/composite/sobjects*`.
    """

    kind: FaultKind
    method: str = "*"
    path: str = "*"
    nth: int = 1
    times: int = 1
    seconds: float = 1.0
    retry_after: int | None = None
    every: int = 1

    def fits(self, method: str, path: str) -> bool:
        wanted = (JOB,) if method == JOB else ("*", method)
        return self.method.upper() in wanted and fnmatchcase(path, self.path)


_COLUMNS = "kind, method, path, nth, times, seconds, retry_after, every"


def arm(org: PracticeOrg, fault: Fault) -> None:
    """Arm a fault; several armed ones are met in the order they were armed, one for each request."""
    values = (fault.kind.value, *astuple(fault)[1:])
    with org.writing() as db:
        db.execute(f"INSERT INTO fault ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)


def armed(org: PracticeOrg) -> list[Fault]:
    """The faults that are not spent yet, with what remains of their `nth` and `times`."""
    with org.reading() as db:
        return [fault for _, fault in _read(db)]


def disarm(org: PracticeOrg) -> None:
    """Forget every armed fault."""
    with org.writing() as db:
        db.execute("DELETE FROM fault")


def strike(org: PracticeOrg, method: str, path: str) -> Fault | None:
    """The fault that this request meets, counted down; None lets it pass."""
    with org.reading() as db:
        waiting = [(number, fault) for number, fault in _read(db) if fault.fits(method, path)]
    struck = None
    for number, fault in waiting:
        with org.writing() as db:
            if fault.nth > 1:
                db.execute("UPDATE fault SET nth = nth - 1 WHERE id = ?", (number,))
            elif struck is None:
                struck = fault
                db.execute("UPDATE fault SET times = times - 1 WHERE id = ?", (number,))
                db.execute("DELETE FROM fault WHERE times < 1")
    return struck


def _read(db: sqlite3.Connection) -> list[tuple[int, Fault]]:
    return [
        (row[0], Fault(FaultKind(row[1]), *row[2:]))
        for row in db.execute(f"SELECT id, {_COLUMNS} FROM fault ORDER BY id").fetchall()
    ]
