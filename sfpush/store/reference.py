"""Apollo's own lists: stages, users, custom field definitions, connected mailboxes. Small enough to be held whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import orjson


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
