"""Which record goes to an org row while a plan is made: the linked one, else the first that matched it (M4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from sfpush.store.database import in_chunks, marks
from sfpush.store.links import held_loosely, keys_linked_to

NOBODY: Mapping[str, str] = {}


class Claims:
    """The claims of one plan in the making, in a temporary table of their own.

    `spoken_for` maps rows to the records that the plan has given them to already.
    """

    def __init__(
        self, connection: sqlite3.Connection, org: int, name: str, spoken_for: Mapping[str, str] = NOBODY
    ) -> None:
        self._connection, self._org, self._table = connection, org, f"temp.claims_of_{name}"
        self._spoken_for = spoken_for
        connection.execute(f"DROP TABLE IF EXISTS {self._table}")
        connection.execute(f"CREATE TABLE {self._table} (sf_id TEXT PRIMARY KEY, key TEXT NOT NULL) WITHOUT ROWID")

    def take(self, wanted: Mapping[str, str]) -> Mapping[str, str]:
        """Claim org rows for records (key to Salesforce Id, in key order); returns who each record's row goes to."""
        linked = dict(keys_linked_to(self._connection, self._org, list(wanted.values())))
        strangers = [sf_id for key, sf_id in wanted.items() if linked.get(sf_id, key) != key]
        for sf_id in held_loosely(self._connection, self._org, strangers):
            del linked[sf_id]
        linked.update({sf_id: self._spoken_for[sf_id] for sf_id in wanted.values() if sf_id in self._spoken_for})
        free = [(sf_id, key) for key, sf_id in wanted.items() if linked.get(sf_id, key) == key]
        self._connection.executemany(f"INSERT OR IGNORE INTO {self._table} VALUES (?, ?)", free)
        first: dict[str, str] = {}
        for chunk in in_chunks([sf_id for sf_id, _key in free]):
            first.update(
                self._connection.execute(
                    f"SELECT sf_id, key FROM {self._table} WHERE sf_id IN ({marks(chunk)})", chunk
                ).fetchall()
            )
        return {key: linked.get(sf_id) or first[sf_id] for key, sf_id in wanted.items()}

    def taken(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of these org rows that a record of this plan goes to."""
        found: set[str] = set()
        for chunk in in_chunks(ids):
            found.update(
                sf_id
                for (sf_id,) in self._connection.execute(
                    f"SELECT sf_id FROM {self._table} WHERE sf_id IN ({marks(chunk)})", chunk
                )
            )
        return frozenset(found)
