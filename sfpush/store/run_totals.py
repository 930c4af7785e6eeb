"""All runs of an org taken together: figures that only grow, and when one last went through."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from sfpush.store.database import marks


def runs_by_status(connection: sqlite3.Connection, org: int) -> Mapping[str, int]:
    """How many runs ended in each way; one that is not over is not counted yet."""
    rows = connection.execute(
        "SELECT status, COUNT(*) FROM runs WHERE org = ? AND status <> 'running' GROUP BY 1 ORDER BY 1", (org,)
    )
    return dict(rows.fetchall())


def records_by_result(connection: sqlite3.Connection, org: int, results: Sequence[str]) -> Mapping[str, int]:
    """How many records came to each of these results, in the words of the contract, in all runs."""
    rows = connection.execute(
        "SELECT one.key, SUM(one.value) FROM runs, json_each(runs.results) AS one"
        f" WHERE org = ? AND status <> 'running' AND one.key IN ({marks(results)}) GROUP BY 1",
        (org, *results),
    )
    found = dict(rows.fetchall())
    return {result: found.get(result, 0) for result in results}


def last_success(connection: sqlite3.Connection, org: int) -> str | None:
    """When a run last went through to its end, rejections or not: ISO-8601 UTC text; None: never."""
    row = connection.execute(
        "SELECT MAX(ended_at) FROM runs WHERE org = ? AND status IN ('done', 'rejected')", (org,)
    ).fetchone()
    return None if row is None else row[0]
