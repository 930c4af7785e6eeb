"""Account records for companies that Apollo has no account of: made for contacts, kept once the org has them (C6)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import orjson

from sfpush.model import Record, RecordType
from sfpush.planning.accounts import made_up_account
from sfpush.planning.keys import record_keys
from sfpush.store.database import in_chunks, marks

_MADE_FROM, _MADE_TO = "account:name:", "account:name;"
"""All keys of made accounts lie between these: `;` comes after `:`."""


def keep_made_accounts(connection: sqlite3.Connection, org: int, plan: int) -> None:
    """Make a record of every linked account that has none: of the company of the first contact in the plan that it
    was made for, so that it can be shown and found like any other; in the caller's transaction."""
    missing = [
        key
        for (key,) in connection.execute(
            "SELECT l.key FROM links l LEFT JOIN records r ON r.key = l.key"
            " WHERE l.org = ? AND l.key > ? AND l.key < ? AND r.key IS NULL",
            (org, _MADE_FROM, _MADE_TO),
        )
    ]
    for chunk in in_chunks(missing):
        for made_for, record in _companies(connection, plan, chunk):
            connection.execute(
                "INSERT OR IGNORE INTO records (key, type, name, made_for, fields) VALUES (?, ?, ?, ?, ?)",
                (record.key, record.type.value, record.name, made_for, orjson.dumps(dict(record.fields)).decode()),
            )
            connection.executemany(
                "INSERT OR IGNORE INTO record_keys (key, kind, rank, value) VALUES (?, ?, ?, ?)",
                ((record.key, one.kind, one.rank, one.value) for one in record_keys(record)),
            )


def made_keys(connection: sqlite3.Connection, keys: Sequence[str]) -> frozenset[str]:
    """Those of these records that were made for contacts."""
    return frozenset(
        key
        for chunk in in_chunks([key for key in keys if _MADE_FROM < key < _MADE_TO])
        for (key,) in connection.execute(
            f"SELECT key FROM records WHERE key IN ({marks(chunk)}) AND made_for IS NOT NULL", chunk
        )
    )


def drop_unlinked_made_accounts(connection: sqlite3.Connection, keys: Sequence[str]) -> None:
    """Forget these made accounts where no org has them any more: Apollo has a record of the company now. In the
    caller's transaction."""
    for chunk in in_chunks(keys):
        gone = [
            key
            for (key,) in connection.execute(
                f"DELETE FROM records WHERE key IN ({marks(chunk)}) AND made_for IS NOT NULL"
                " AND NOT EXISTS (SELECT 1 FROM links l WHERE l.key = records.key) RETURNING key",
                chunk,
            ).fetchall()
        ]
        connection.executemany("DELETE FROM record_keys WHERE key = ?", ((key,) for key in gone))


def _companies(connection: sqlite3.Connection, plan: int, keys: Sequence[str]) -> Iterator[tuple[str, Record]]:
    for key, contact, name, fields in connection.execute(
        "SELECT made.near, r.key, r.name, r.fields FROM"
        f" (SELECT near, MIN(key) AS contact FROM changes WHERE plan = ? AND near IN ({marks(keys)})"
        " AND key > 'contact:' AND key < 'contact;' GROUP BY near) AS made JOIN records r ON r.key = made.contact",
        (plan, *keys),
    ):
        yield contact, made_up_account(key, Record(contact, RecordType.CONTACT, name, orjson.loads(fields)))
