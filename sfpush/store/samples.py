"""Values of Apollo fields in the store: one of each as a sample, or the different ones that there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import orjson

from sfpush.apollo_fields import STAGE_FIELD
from sfpush.model import Record, RecordType
from sfpush.planning.activities.contents import content_of
from sfpush.planning.activities.lines import ACTIVITY_DEFAULTS, SOBJECTS
from sfpush.planning.custom_fields import CustomFields, Read
from sfpush.planning.field_map import RECORD_TYPES
from sfpush.store import reference

_MOST_RECORDS = 500
_MOST_LOOKED_AT = 20_000
_MOST_VALUES = 1_000
_MOST_ACTIVITIES = 20
"""They hold whole e-mails."""


def samples_for(connection: sqlite3.Connection, sobject: str, names: Collection[str]) -> Mapping[str, Any]:
    """By name, a value of what is written to this sObject: of its records' fields, or of what its activities say."""
    if sobject in ACTIVITY_DEFAULTS:
        return _of_activities(connection, sobject)
    return samples(connection, RECORD_TYPES[sobject], names)


def samples(connection: sqlite3.Connection, record_type: RecordType, names: Collection[str]) -> Mapping[str, Any]:
    """By name, a value that one of the first few hundred records holds; stages and custom fields as people name them.

    `*` at the end of a name stands for any text.
    """
    readers = _readers(connection, record_type, names)
    found: dict[str, Any] = {}
    for (fields,) in connection.execute(
        "SELECT fields FROM records WHERE type = ? AND deleted_at IS NULL AND made_for IS NULL ORDER BY id LIMIT ?",
        (record_type.value, _MOST_RECORDS),
    ):
        held = orjson.loads(fields)
        for name, read in readers.items():
            if name not in found and (value := read(held)) not in (None, ""):
                found[name] = value
        if len(found) == len(readers):
            break
    return found


def values_of(
    connection: sqlite3.Connection, record_type: RecordType, names: Collection[str]
) -> Mapping[str, tuple[Any, ...]]:
    """By name, the different values (up to 1,000 each) that the newest 20,000 records hold, blanks left out."""
    if not names:
        return {}
    readers = _readers(connection, record_type, names)
    found: dict[str, dict[str, Any]] = {name: {} for name in readers}
    for (fields,) in connection.execute(
        "SELECT fields FROM records WHERE type = ? AND deleted_at IS NULL AND made_for IS NULL"
        " ORDER BY id DESC LIMIT ?",
        (record_type.value, _MOST_LOOKED_AT),
    ):
        held = orjson.loads(fields)
        for name, read in readers.items():
            if (value := read(held)) not in (None, "", []) and len(found[name]) < _MOST_VALUES:
                found[name].setdefault(str(value), value)
    return {name: tuple(values.values()) for name, values in found.items()}


def _of_activities(connection: sqlite3.Connection, sobject: str) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for record_type in (one for one, becomes in SOBJECTS.items() if becomes == sobject):
        for key, name, fields in connection.execute(
            "SELECT key, name, fields FROM records WHERE type = ? AND deleted_at IS NULL ORDER BY id LIMIT ?",
            (record_type.value, _MOST_ACTIVITIES),
        ):
            content = content_of(Record(key, record_type, name, orjson.loads(fields)), outgoing=True)
            said = {"title": content.words.get("title"), **content.values}
            found = {**{name: value for name, value in said.items() if value not in (None, "")}, **found}
    return found


def _readers(connection: sqlite3.Connection, record_type: RecordType, names: Collection[str]) -> Mapping[str, Read]:
    custom = CustomFields.of(reference.bodies(connection, "typed_custom_fields"))
    words = "opportunity" if record_type is RecordType.DEAL else record_type.value
    stages = reference.names(connection, f"{words}_stages")
    found: dict[str, Read] = {}
    for name in names:
        found[name] = custom.reader(name, record_type) or partial(_plain, name)
    if STAGE_FIELD in found:
        found[STAGE_FIELD] = lambda fields: stages.get(str(fields.get(STAGE_FIELD)), fields.get(STAGE_FIELD))
    return found


def _plain(name: str, fields: Mapping[str, Any]) -> Any:
    return fields.get(name)
