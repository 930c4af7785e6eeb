"""Apollo records in the local store: taking in what exports say about them (I1–I3), and finding one of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import orjson

from sfpush.apollo_fields import STAGE_FIELD, display_name
from sfpush.errors import UsageError
from sfpush.model import ParsedRecord, Record, RecordType
from sfpush.planning.keys import RecordKey, email_key, record_keys
from sfpush.store.database import in_chunks, marks, writing

_INSERT = (
    "INSERT INTO records (key, type, apollo_id, name, email, stage, updated_at, deleted_at, source, fields)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPDATE = (
    "UPDATE records SET apollo_id = ?, name = ?, email = ?, stage = ?, updated_at = ?, deleted_at = ?, source = ?,"
    " fields = ?, version = version + 1 WHERE key = ?"
)
_INSERT_KEY = "INSERT INTO record_keys (key, kind, rank, value) VALUES (?, ?, ?, ?)"
_MOST_NAMED = 5


class Counts(NamedTuple):
    """What became of rows: `stale` ones are older than what is stored (I3)."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*(mine + its for mine, its in zip(self, other, strict=True)))


@dataclass(slots=True)
class _State:
    """A record as it is stored (`before`), and as the rows read so far would have it."""

    type: RecordType
    fields: dict[str, Any]
    apollo_id: str | None
    updated_at: str | None
    deleted_at: str | None
    source: str
    before: _State | None = None
    rows: list[str] = field(default_factory=list)
    """What each row did to it, one word of `Counts` a row."""

    def is_as_stored(self) -> bool:
        before = self.before
        return before is not None and (
            (self.fields, self.updated_at, self.deleted_at) == (before.fields, before.updated_at, before.deleted_at)
        )


def upsert(connection: sqlite3.Connection, records: Sequence[ParsedRecord], *, now: str) -> Counts:
    """Take in rows in their order, in one transaction; a few thousand at a time.

    A field that a row has no place for keeps its value, an empty one is emptied (I1). A row older than what is stored
    is ignored (I3). A tombstone deletes softly; no row ever brings a deleted record back. A record whose content does
    not change is not written; one that does gets the next version.
    """
    with writing(connection):
        states = _stored(connection, [record.key for record in records])
        for record in records:
            state = states.get(record.key)
            if state is None:
                states[record.key] = _first(record, now)
            else:
                state.rows.append(_take(state, record, now))
        fresh = [(key, state) for key, state in states.items() if state.before is None]
        changed = [(key, state) for key, state in states.items() if state.before and not state.is_as_stored()]
        _insert(connection, fresh)
        _update(connection, changed)
    counted = {"new": 0, "changed": 0, "unchanged": 0, "stale": 0}
    for state in states.values():
        # Rows that take turns in contradicting each other leave what was there: nothing has changed.
        settled = state.is_as_stored()
        for row in state.rows:
            counted["unchanged" if settled and row == "changed" else row] += 1
    return Counts(**counted)


def _stored(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, _State]:
    found: dict[str, _State] = {}
    for chunk in in_chunks(list(dict.fromkeys(keys))):
        for key, record_type, fields, apollo_id, updated_at, deleted_at, source in connection.execute(
            f"SELECT key, type, fields, apollo_id, updated_at, deleted_at, source FROM records"
            f" WHERE key IN ({marks(chunk)})",
            chunk,
        ):
            before = _State(RecordType(record_type), orjson.loads(fields), apollo_id, updated_at, deleted_at, source)
            found[key] = replace(before, fields=dict(before.fields), before=before)
    return found


def _first(record: ParsedRecord, now: str) -> _State:
    return _State(
        record.type,
        dict(record.fields),
        record.apollo_id,
        record.updated_at,
        now if record.deleted else None,
        record.source,
        rows=["new"],
    )


def _take(state: _State, record: ParsedRecord, now: str) -> str:
    if record.updated_at and state.updated_at and record.updated_at < state.updated_at:
        return "stale"
    changed = False
    fields = state.fields
    for name in record.given:
        value = record.fields.get(name)
        if value is None:
            changed |= fields.pop(name, None) is not None
        elif fields.get(name) != value:
            fields[name] = value
            changed = True
    if record.deleted and not state.deleted_at:
        state.deleted_at = now
        changed = True
    if record.updated_at:
        state.updated_at = record.updated_at
    if changed:
        state.apollo_id = record.apollo_id or state.apollo_id
        state.source = record.source
    return "changed" if changed else "unchanged"


def _insert(connection: sqlite3.Connection, states: Sequence[tuple[str, _State]]) -> None:
    rows, keys = [], []
    for key, state in states:
        name = display_name(state.type, state.fields)
        rows.append((key, state.type.value, state.apollo_id, *_columns(state, name)))
        keys += [(key, *found) for found in _keys(key, state, name)]
    connection.executemany(_INSERT, rows)
    connection.executemany(_INSERT_KEY, keys)


def _update(connection: sqlite3.Connection, states: Sequence[tuple[str, _State]]) -> None:
    rows, moved, keys = [], [], []
    for key, state in states:
        name = display_name(state.type, state.fields)
        rows.append((state.apollo_id, *_columns(state, name), key))
        assert state.before is not None
        found = _keys(key, state, name)
        if found != _keys(key, state.before, display_name(state.type, state.before.fields)):
            moved.append((key,))
            keys += [(key, *each) for each in found]
    connection.executemany(_UPDATE, rows)
    connection.executemany("DELETE FROM record_keys WHERE key = ?", moved)
    connection.executemany(_INSERT_KEY, keys)


def _columns(state: _State, name: str) -> tuple[Any, ...]:
    fields = state.fields
    return (
        name,
        fields.get("email"),
        fields.get(STAGE_FIELD),
        state.updated_at,
        state.deleted_at,
        state.source,
        orjson.dumps(fields).decode(),
    )


def _keys(key: str, state: _State, name: str) -> tuple[RecordKey, ...]:
    return record_keys(Record(key, state.type, name, state.fields))


def get(connection: sqlite3.Connection, key: str) -> Record | None:
    """The record with this key, deleted or not; None if there is none."""
    row = connection.execute(
        "SELECT type, name, fields, apollo_id, version, deleted_at FROM records WHERE key = ?", (key,)
    ).fetchone()
    if row is None:
        return None
    record_type, name, fields, apollo_id, version, deleted_at = row
    return Record(
        key, RecordType(record_type), name, orjson.loads(fields), apollo_id, version, deleted=deleted_at is not None
    )


def find(connection: sqlite3.Connection, text: str) -> str:
    """The key of the record that a person means: a key, a bare Apollo id, or an e-mail address.

    Raises UsageError when there is none, or when several could be meant; the hint names them.
    """
    text = text.strip()
    keys = [text, *(f"{record_type.value}:{text}" for record_type in RecordType)]
    found: list[str] = [
        key
        for (key,) in connection.execute(
            f"SELECT key FROM records WHERE key IN ({marks(keys)}) ORDER BY key = ? DESC, key", (*keys, text)
        )
    ]
    if text in found:
        return text
    if not found and (address := email_key(text)):
        found = [
            key
            for (key,) in connection.execute(
                "SELECT DISTINCT key FROM record_keys WHERE kind = 'email' AND value = ? ORDER BY key", (address,)
            )
        ]
    match found:
        case [key]:
            return key
        case []:
            raise UsageError(
                f"No record {text!r} is in the local store.",
                hint="See `sfpush records --search …` for the keys; `sfpush import` brings records in.",
                code="unknown-record",
            )
        case _:
            more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
            raise UsageError(
                f"{text!r} can mean {len(found)} records.",
                hint=f"Name one of them by its key: {', '.join(found[:_MOST_NAMED])}{more}.",
                code="ambiguous-record",
            )
