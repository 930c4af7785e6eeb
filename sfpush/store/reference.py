"""Apollo's own lists: stages, users, custom field definitions, connected mailboxes. Small enough to be held whole."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from sfpush.importer.parsed import ListEntry
from sfpush.store.records import Counts


def save_entries(connection: sqlite3.Connection, entries: Sequence[ListEntry]) -> Counts:
    """Keep these entries, in the caller's transaction; one that is already there is replaced. None goes by itself."""
    outcomes: Counter[str] = Counter()
    for entry in entries:
        row = (entry.name, orjson.dumps(entry.body).decode(), entry.list_name, entry.id)
        known = connection.execute(
            "SELECT name, body FROM reference WHERE list = ? AND id = ?", (entry.list_name, entry.id)
        ).fetchone()
        if known is None:
            connection.execute("INSERT INTO reference (name, body, list, id) VALUES (?, ?, ?, ?)", row)
            outcomes["new"] += 1
        elif known[0] == entry.name and orjson.loads(known[1]) == entry.body:
            outcomes["unchanged"] += 1
        else:
            connection.execute("UPDATE reference SET name = ?, body = ? WHERE list = ? AND id = ?", row)
            outcomes["changed"] += 1
    return Counts(**outcomes)


def names(connection: sqlite3.Connection, list_name: str) -> Mapping[str, str]:
    """The names of one imported list's entries (`contact_stages`, `account_stages`, …), by Apollo id."""
    return dict(connection.execute("SELECT id, name FROM reference WHERE list = ?", (list_name,)).fetchall())


def bodies(connection: sqlite3.Connection, list_name: str) -> list[Mapping[str, Any]]:
    """One imported list's entries as they were imported, by id."""
    return [
        orjson.loads(body)
        for (body,) in connection.execute("SELECT body FROM reference WHERE list = ? ORDER BY id", (list_name,))
    ]


def user_emails(connection: sqlite3.Connection) -> Mapping[str, str]:
    """The e-mail of each imported Apollo user, by Apollo id (C9)."""
    return {str(user["id"]): str(user["email"]) for user in bodies(connection, "users") if user.get("email")}
