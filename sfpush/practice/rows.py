"""Rows on their way into and out of the tables, already checked: many at a time, one statement for each kind."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sfpush.practice import ids
from sfpush.practice.database import KEYS, quoted
from sfpush.practice.fields import SObject
from sfpush.practice.values import SqlValue

Row = dict[str, SqlValue]


def defaults(sobject: SObject) -> Row:
    """A new row's values where none are given."""
    row: Row = dict.fromkeys((column.name for column in sobject.columns), None)
    for column in sobject.columns:
        if column.type == "boolean":
            row[column.name] = int(bool(column.default))
        elif column.default is not None and column.type != "boolean":
            row[column.name] = column.default
    return row


def last_number(db: sqlite3.Connection, sobject: SObject) -> int:
    return int(db.execute(f"SELECT coalesce(max(n), 0) FROM {quoted(sobject.name)}").fetchone()[0])


def insert(
    db: sqlite3.Connection, sobject: SObject, rows: Iterable[Row], *, pod: str, user_id: str, now: str, first: int = 0
) -> list[str]:
    """Insert whole rows, giving each an Id and its audit fields (those it has already are kept); the Ids in order."""
    number = first or last_number(db, sobject) + 1
    names = [column.name for column in sobject.columns] + list(KEYS.get(sobject.name, ()))
    audit: Row = {
        "CreatedDate": now,
        "CreatedById": user_id,
        "LastModifiedDate": now,
        "LastModifiedById": user_id,
        "SystemModstamp": now,
    }
    made: list[str] = []
    tuples = []
    for row in rows:
        for name, value in audit.items():
            if row.get(name) is None:
                row[name] = value
        record_id = row.get("Id") or ids.make(sobject.prefix, pod, number)
        row["Id"] = record_id
        made.append(str(record_id))
        tuples.append((number, *map(row.get, names)))
        number += 1
    marks = ", ".join("?" * (len(names) + 1))
    db.executemany(f"INSERT INTO {quoted(sobject.name)} (n, {', '.join(map(quoted, names))}) VALUES ({marks})", tuples)
    return made


def update(db: sqlite3.Connection, sobject: SObject, rows: Sequence[Row], names: Sequence[str]) -> None:
    """Write the named columns of these rows, each found by its Id."""
    sets = ", ".join(f"{quoted(name)} = ?" for name in names)
    db.executemany(
        f"UPDATE {quoted(sobject.name)} SET {sets} WHERE Id = ?",
        [(*map(row.get, names), row["Id"]) for row in rows],
    )


def by_id(db: sqlite3.Connection, sobject: SObject, record_ids: Iterable[str]) -> dict[str, Row]:
    """The rows of these Ids, deleted ones too, whole, by Id."""
    return {str(row["Id"]): row for row in where_in(db, sobject, "Id", record_ids)}


def where_in(
    db: sqlite3.Connection, sobject: SObject, column: str, values: Iterable[SqlValue], *, live: bool = False
) -> list[Row]:
    """The rows whose column has one of these values; `live` leaves out deleted ones."""
    cursor = db.execute(
        f"SELECT * FROM {quoted(sobject.name)} WHERE {quoted(column)} IN (SELECT value FROM json_each(?))"
        + (" AND IsDeleted = 0" if live else "")
        + " ORDER BY n",
        (json.dumps(list(values)),),
    )
    names = [each[0] for each in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def outward(sobject: SObject, row: Mapping[str, Any], fields: Iterable[str] | None = None) -> dict[str, Any]:
    """A row as JSON shows it: booleans as such, an address put together; the named fields, or all."""
    shown: dict[str, Any] = {}
    for field in sobject.fields:
        if fields is not None and field.name not in fields:
            continue
        if field.type == "boolean":
            shown[field.name] = row[field.name] == 1
        elif field.type == "address":
            shown[field.name] = address(field.name.removesuffix("Address"), row)
        else:
            shown[field.name] = row[field.name]
    return shown


def address(prefix: str, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The compound address of a row: null when every part is."""
    parts = ("city", "country", "geocodeAccuracy", "latitude", "longitude", "postalCode", "state", "street")
    whole = {part: row[f"{prefix}{part[0].upper()}{part[1:]}"] for part in parts}
    return whole if any(value is not None for value in whole.values()) else None
