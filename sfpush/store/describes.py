"""The org's describes as last read, so that a plan can be made offline."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import orjson

from sfpush.describe import Describe, FieldDescribe


def save_describes(connection: sqlite3.Connection, org: int, found: Iterable[Describe], *, now: str) -> None:
    """Keep these describes; in the caller's transaction."""
    connection.executemany(
        "INSERT OR REPLACE INTO describes (org, sobject, read_at, body) VALUES (?, ?, ?, ?)",
        ((org, one.sobject, now, orjson.dumps(_body(one)).decode()) for one in found),
    )


def describes(connection: sqlite3.Connection, org: int) -> Mapping[str, Describe]:
    """Every describe that was read from this org, by sObject."""
    return {
        sobject: _describe(orjson.loads(body))
        for sobject, body in connection.execute("SELECT sobject, body FROM describes WHERE org = ?", (org,))
    }


def _body(describe: Describe) -> dict[str, Any]:
    return {
        "sobject": describe.sobject,
        "createable": describe.createable,
        "updateable": describe.updateable,
        "deletable": describe.deletable,
        "queryable": describe.queryable,
        "fields": [asdict(field) for field in describe.fields.values()],
    }


def _describe(body: dict[str, Any]) -> Describe:
    fields = [FieldDescribe(**{name: _frozen(value) for name, value in field.items()}) for field in body["fields"]]
    return Describe(**{**body, "fields": {field.name: field for field in fields}})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
