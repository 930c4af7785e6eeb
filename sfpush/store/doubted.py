"""Rows that the snapshot has as living and that the org, asked to write to them, did not know any more."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sfpush.store.database import in_chunks, marks

_NOT_THERE = ("ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND")


def doubted_rows(connection: sqlite3.Connection, org: int, sobject: str) -> list[str]:
    """The Ids of living rows of this sObject of which an unresolved rejection says that they are not there."""
    return [
        sf_id
        for (sf_id,) in connection.execute(
            "SELECT DISTINCT s.sf_id FROM errors e JOIN batch_rows w ON w.key = e.key JOIN batches b USING (batch)"
            " JOIN snapshot s ON s.org = e.org AND s.sf_id = w.sf_id AND s.sobject = b.sobject AND s.deleted <> 1"
            " WHERE e.org = ? AND e.state <> 'resolved' AND b.sobject = ? AND w.outcome = 'rejected'"
            f" AND e.code IN ({marks(_NOT_THERE)}) AND w.code IN ({marks(_NOT_THERE)}) ORDER BY s.sf_id",
            (org, sobject, *_NOT_THERE, *_NOT_THERE),
        )
    ]


def mark_gone(connection: sqlite3.Connection, org: int, ids: Sequence[str]) -> None:
    """Take these rows as deleted, as they were last seen; nothing matches them. In the caller's transaction."""
    for chunk in in_chunks(ids):
        connection.execute(
            f"UPDATE snapshot SET deleted = 1 WHERE org = ? AND sf_id IN ({marks(chunk)})", (org, *chunk)
        )
        connection.execute(f"DELETE FROM snapshot_keys WHERE org = ? AND sf_id IN ({marks(chunk)})", (org, *chunk))
