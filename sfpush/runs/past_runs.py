"""Past runs as they really ended: one that was killed could not write down how."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sfpush.runs.lock import at_work
from sfpush.store import journal, runs
from sfpush.store.runs import Run


def past_runs(connection: sqlite3.Connection, org: int, home: Path, *, limit: int | None = None) -> Iterator[Run]:
    """The org's runs, the latest first. One that died is `failed`, and counts what its journal knows of it."""
    alive = at_work(home) is not None
    for run in runs.history(connection, org, limit=limit):
        if run.status == "running" and not alive:
            yield replace(run, status="failed", results=journal.counts(connection, run.run))
        else:
            yield run
