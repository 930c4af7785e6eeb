"""Contact records of people that Apollo has no contact of: made for activities, kept once the org has them (E2, E6).

Like made accounts they give way to Apollo's own record, should one come.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from sfpush.model import Record, RecordType
from sfpush.planning.activities.strangers import STRANGER
from sfpush.planning.keys import record_keys
from sfpush.store.database import in_chunks, marks

_FROM, _TO = STRANGER, f"{STRANGER[:-1]};"
"""All keys of made people lie between these: `;` comes after `:`."""
_KNOWN: Mapping[str, str] = {"FirstName": "first_name", "LastName": "last_name", "Company": "organization_name"}


def keep_made_people(connection: sqlite3.Connection, org: int, plan: int) -> None:
    """Make a record of every linked person that has none, as the plan made it; in the caller's transaction."""
    missing = [
        key
        for (key,) in connection.execute(
            "SELECT l.key FROM links l LEFT JOIN records r ON r.key = l.key"
            " WHERE l.org = ? AND l.key > ? AND l.key < ? AND r.key IS NULL",
            (org, _FROM, _TO),
        )
    ]
    for chunk in in_chunks(missing):
        made_for = _made_for(connection, plan, chunk)
        for key, name, detail in connection.execute(
            f"SELECT key, name, detail FROM changes WHERE key IN ({marks(chunk)}) AND plan = ? AND action = 'create'",
            (*chunk, plan),
        ).fetchall():
            record = Record(key, RecordType.CONTACT, name, _fields(key, orjson.loads(detail)))
            connection.execute(
                "INSERT OR IGNORE INTO records (key, type, name, email, made_for, fields) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    key,
                    record.type.value,
                    name,
                    record.fields["email"],
                    made_for.get(key, key),
                    orjson.dumps(dict(record.fields)).decode(),
                ),
            )
            connection.executemany(
                "INSERT OR IGNORE INTO record_keys (key, kind, rank, value) VALUES (?, ?, ?, ?)",
                ((key, one.kind, one.rank, one.value) for one in record_keys(record)),
            )


def _made_for(connection: sqlite3.Connection, plan: int, keys: Sequence[str]) -> Mapping[str, str]:
    """The first activity of the plan that needs each of these people."""
    return dict(
        connection.execute(
            "SELECT n.value, MIN(c.key) FROM changes c, json_each(c.detail, '$.needs') n"
            f" WHERE c.plan = ? AND c.sobject IN ('Task', 'Event', 'EventRelation') AND n.value IN ({marks(keys)})"
            " GROUP BY n.value",
            (plan, *keys),
        ).fetchall()
    )


def _fields(key: str, detail: Mapping[str, Any]) -> Mapping[str, Any]:
    written = {field: after for field, _before, after in detail.get("fields", ())}
    known = {name: written[field] for field, name in _KNOWN.items() if written.get(field)}
    return {"email": key.removeprefix(STRANGER), **known}
