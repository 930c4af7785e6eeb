"""A value of each Apollo field, from the first records that have one."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Any

import orjson

from sfpush.model import RecordType

_MOST_RECORDS = 500


def samples(connection: sqlite3.Connection, record_type: RecordType, names: Collection[str]) -> Mapping[str, Any]:
    """By name, a value that one of the first few hundred records holds; `*` in a name stands for any text."""
    found: dict[str, Any] = {}
    for (fields,) in connection.execute(
        "SELECT fields FROM records WHERE type = ? AND deleted_at IS NULL AND made_for IS NULL ORDER BY id LIMIT ?",
        (record_type.value, _MOST_RECORDS),
    ):
        held = orjson.loads(fields)
        for name in names:
            if name not in found and (value := _value(held, name)):
                found[name] = value
        if len(found) == len(names):
            break
    return found


def _value(held: Mapping[str, Any], name: str) -> Any:
    if "*" not in name:
        return held.get(name)
    return next((value for field, value in held.items() if value and fnmatchcase(field, name)), None)
