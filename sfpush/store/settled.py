"""What a person said of a record whose org row is gone: restored, it stays (S2); unlinked, it is a new one (M8)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Literal

from sfpush.store.database import in_chunks, marks

Said = Literal["restored", "unlinked"]


def settled(connection: sqlite3.Connection, org: int, keys: Sequence[str], said: Said) -> frozenset[tuple[str, str]]:
    """The rows of which a person said this, for these records: pairs of key and Salesforce Id."""
    found: set[tuple[str, str]] = set()
    for chunk in in_chunks(keys):
        found.update(
            connection.execute(
                f"SELECT key, sf_id FROM settled_rows WHERE org = ? AND said = ? AND key IN ({marks(chunk)})",
                (org, said, *chunk),
            ).fetchall()
        )
    return frozenset(found)


def settle_unlinked(connection: sqlite3.Connection, org: int, key: str, ids: Iterable[str]) -> None:
    """Keep that a person untied a record from these rows, by its link or by its export; in the caller's transaction."""
    connection.executemany(
        "INSERT OR REPLACE INTO settled_rows (org, key, sf_id, said) VALUES (?, ?, ?, 'unlinked')",
        ((org, key, sf_id) for sf_id in ids),
    )


def forget_settled(connection: sqlite3.Connection, org: int, key: str) -> None:
    """Forget what a person said earlier of this record's rows; in the caller's transaction."""
    connection.execute("DELETE FROM settled_rows WHERE org = ? AND key = ?", (org, key))
