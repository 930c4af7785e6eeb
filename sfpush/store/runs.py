"""Runs: one row for each time a plan was carried out, from its beginning to its end or its death."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from sfpush.errors import UsageError
from sfpush.store.database import writing

Status = Literal["running", "done", "rejected", "stopped", "failed"]
"""rejected: done, with rejections. stopped: by a signal, the org or the daily limit. failed: killed, or a bug."""

LATEST = "latest"
_COLUMNS = "run, run_id, org, plan_id, command, mode, started_at, ended_at, status, results, api_calls"


@dataclass(frozen=True, slots=True)
class Run:
    """One run. Times are ISO-8601 UTC text; `results` counts by the words of the contract."""

    run: int
    run_id: str
    org: int
    plan_id: str | None
    command: str
    mode: str
    started_at: str
    ended_at: str | None
    status: Status
    results: Mapping[str, int]
    api_calls: int


def begin_run(
    connection: sqlite3.Connection, org: int, *, command: str, mode: str, plan_id: str | None, now: str
) -> Run:
    """Open a run; it stays `running` until `end_run`, or until the next run finds that it died."""
    digits = "".join(letter for letter in now[:19] if letter.isdigit())
    run_id = f"{digits[:8]}-{digits[8:]}-{secrets.token_hex(2)}"
    with writing(connection):
        cursor = connection.execute(
            "INSERT INTO runs (run_id, org, plan_id, command, mode, started_at, status)"
            " VALUES (?, ?, ?, ?, ?, ?, 'running')",
            (run_id, org, plan_id, command, mode, now),
        )
    assert cursor.lastrowid is not None
    return Run(cursor.lastrowid, run_id, org, plan_id, command, mode, now, None, "running", {}, 0)


def end_run(
    connection: sqlite3.Connection, run: int, *, status: Status, results: Mapping[str, int], api_calls: int, now: str
) -> None:
    """Close a run with what became of it; in the caller's transaction."""
    connection.execute(
        "UPDATE runs SET ended_at = ?, status = ?, results = ?, api_calls = ? WHERE run = ?",
        (now, status, orjson.dumps(results).decode(), api_calls, run),
    )


def history(connection: sqlite3.Connection, org: int, *, limit: int | None = None) -> Iterator[Run]:
    """The org's runs, the latest first."""
    for row in connection.execute(
        f"SELECT {_COLUMNS} FROM runs WHERE org = ? ORDER BY run DESC LIMIT ?", (org, -1 if limit is None else limit)
    ):
        yield _run(row)


def run_named(connection: sqlite3.Connection, org: int, run_id: str) -> Run:
    """The run with this id, or whose id begins like this; `latest`: the last one. Raises UsageError when there is none,
    or several."""
    if run_id == LATEST:
        last = next(history(connection, org, limit=1), None)
        if last is None:
            raise UsageError("No run has written to this org yet.", hint="Make one: sfpush sync", code="unknown-run")
        return last
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM runs WHERE org = ? AND substr(run_id, 1, ?) = ? ORDER BY run_id = ? DESC LIMIT 2",
        (org, len(run_id), run_id, run_id),
    ).fetchall()
    if len(found) == 1 or (found and found[0][1] == run_id):
        return _run(found[0])
    raise UsageError(
        f"{'Several runs begin' if found else 'No run of this org begins'} with {run_id!r}.",
        hint="`sfpush history` lists them.",
        code="unknown-run",
    )


def run_of_plan(connection: sqlite3.Connection, plan_id: str) -> str | None:
    """The id of the run that carried a plan out; None if none has."""
    row = connection.execute("SELECT run_id FROM runs WHERE plan_id = ?", (plan_id,)).fetchone()
    return str(row[0]) if row else None


def dead_runs(connection: sqlite3.Connection, org: int) -> tuple[Run, ...]:
    """Runs that never ended. For the holder of the home's lock these are runs that were killed."""
    return tuple(
        _run(row)
        for row in connection.execute(f"SELECT {_COLUMNS} FROM runs WHERE org = ? AND status = 'running'", (org,))
    )


def _run(row: Sequence[Any]) -> Run:
    number, run_id, org, plan_id, command, mode, started_at, ended_at, status, results, api_calls = row
    return Run(
        number, run_id, org, plan_id, command, mode, started_at, ended_at, status, orjson.loads(results), api_calls
    )
