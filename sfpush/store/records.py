"""Apollo records in the local store: taking in what exports say about them (I1–I3), and finding one of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from sfpush.apollo_fields import STAGE_FIELD, display_name
from sfpush.errors import UsageError
from sfpush.model import ParsedRecord, Record, RecordType, typed
from sfpush.planning.keys import domain_key, email_key, field_keys
from sfpush.store.database import in_chunks, marks

_INSERT = (
    "INSERT INTO records (key, type, apollo_id, name, email, stage, updated_at, deleted_at, source, fields)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPDATE = (
    "UPDATE records SET name = ?, email = ?, stage = ?, updated_at = ?, deleted_at = ?, source = ?,"
    " fields = ?, version = version + 1 WHERE key = ?"
)
_INSERT_KEY = "INSERT INTO record_keys (key, kind, rank, value) VALUES (?, ?, ?, ?)"
_MOST_NAMED = 5
FORMER_KEY = "(merged_into IS NOT NULL AND deleted_in IS NULL)"
"""Of a record: it is the key that another one had before it had an Apollo id (see `twins`). What an org has merged (S3)
has `deleted_in`."""
_TYPES = {record_type.value: record_type for record_type in RecordType}


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
    """A record as the rows read so far would have it, and what each of them did to it."""

    type: RecordType
    apollo_id: str | None
    updated_at: str | None
    deleted_at: str | None
    source: str
    fields: Mapping[str, Any] | None
    """None: still as in `stored`, which has not been read yet."""
    stored: str | None = None
    """The JSON of the fields as the store has them; None: not in the store."""
    deleted: bool = False
    """A tombstone among the rows has deleted it."""
    changed: int = 0
    unchanged: int = 0
    stale: int = 0

    def current(self) -> Mapping[str, Any]:
        if self.fields is None:
            assert self.stored is not None
            self.fields = orjson.loads(self.stored)
        assert self.fields is not None
        return self.fields

    def settle(self) -> None:
        """Rows that contradict each other may have left all as it was: then none of them has changed anything."""
        if self.changed and self.stored and not self.deleted and self.current() == orjson.loads(self.stored):
            self.unchanged, self.changed = self.unchanged + self.changed, 0

    def take(self, record: ParsedRecord, now: str) -> None:
        """Merge one more row."""
        if record.updated_at and self.updated_at and record.updated_at < self.updated_at:
            self.stale += 1
            return
        self.updated_at = record.updated_at or self.updated_at
        merged = self._merged(record)
        if record.deleted and not self.deleted_at:
            self.deleted, self.deleted_at = True, now
        elif merged is None:
            self.unchanged += 1
            return
        self.changed += 1
        self.source = record.source
        if merged is not None:
            self.fields = merged

    def _merged(self, record: ParsedRecord) -> Mapping[str, Any] | None:
        """The fields after this row; None if it changes none."""
        if self.fields is None and orjson.dumps(record.fields).decode() == self.stored:
            return None
        current = self.current()
        if current == record.fields:
            return None
        merged = dict(current)
        for name in record.given:
            value = record.fields.get(name)
            if value is None:
                merged.pop(name, None)
            else:
                merged[name] = value
        return None if merged == current else merged


def upsert(connection: sqlite3.Connection, records: Sequence[ParsedRecord], *, now: str) -> Counts:
    """Take in rows in their order, a few thousand at a time; in the caller's transaction.

    A field that a row has no place for keeps its value, an empty one is emptied (I1). A row older than what is stored
    is ignored (I3). A tombstone deletes softly; no row ever brings a deleted record back. A record whose content does
    not change is not written; one that does gets the next version.
    """
    new = 0
    states = _stored(connection, [record.key for record in records])
    for record in records:
        state = states.get(record.key)
        if state is None:
            new += 1
            states[record.key] = _State(
                record.type,
                record.apollo_id,
                record.updated_at,
                now if record.deleted else None,
                record.source,
                record.fields,
            )
        else:
            state.take(record, now)
    fresh, changed = [], []
    for key, state in states.items():
        if state.stored is None:
            fresh.append((key, state))
        elif state.changed:
            state.settle()
            if state.changed:
                changed.append((key, state))
    _insert(connection, fresh)
    _update(connection, changed)
    changed_rows = sum(state.changed for state in states.values())
    stale_rows = sum(state.stale for state in states.values())
    return Counts(new, changed_rows, len(records) - new - changed_rows - stale_rows, stale_rows)


def _stored(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, _State]:
    found: dict[str, _State] = {}
    for chunk in in_chunks(list(dict.fromkeys(keys))):
        for key, record_type, apollo_id, updated_at, deleted_at, source, fields in connection.execute(
            "SELECT key, type, apollo_id, updated_at, deleted_at, source, fields FROM records"
            f" WHERE key IN ({marks(chunk)})",
            chunk,
        ):
            found[key] = _State(_TYPES[record_type], apollo_id, updated_at, deleted_at, source, None, fields)
    return found


def _insert(connection: sqlite3.Connection, states: Sequence[tuple[str, _State]]) -> None:
    rows, keys = [], []
    for key, state in states:
        fields = state.current()
        name = display_name(state.type, fields)
        rows.append((key, state.type.value, state.apollo_id, *_columns(state, name, fields)))
        keys += [(key, *found) for found in field_keys(state.type, name, fields)]
    connection.executemany(_INSERT, rows)
    connection.executemany(_INSERT_KEY, keys)


def _update(connection: sqlite3.Connection, states: Sequence[tuple[str, _State]]) -> None:
    rows, moved, keys = [], [], []
    for key, state in states:
        fields, before = state.current(), orjson.loads(state.stored or "{}")
        name = display_name(state.type, fields)
        rows.append((*_columns(state, name, fields), key))
        found = field_keys(state.type, name, fields)
        if found != field_keys(state.type, display_name(state.type, before), before):
            moved.append((key,))
            keys += [(key, *each) for each in found]
    connection.executemany(_UPDATE, rows)
    connection.executemany("DELETE FROM record_keys WHERE key = ?", moved)
    connection.executemany(_INSERT_KEY, keys)


def _columns(state: _State, name: str, fields: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        name,
        fields.get("email"),
        fields.get(STAGE_FIELD),
        state.updated_at,
        state.deleted_at,
        state.source,
        orjson.dumps(fields).decode(),
    )


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


def record_name(connection: sqlite3.Connection, key: str) -> str:
    """The name of the record with this key; empty where the store has none."""
    row = connection.execute("SELECT name FROM records WHERE key = ?", (key,)).fetchone()
    return str(row[0]) if row else ""


def find(connection: sqlite3.Connection, text: str, *, to_delete: bool = False) -> str:
    """The key of the record that a person means: a key, a bare Apollo id, or an e-mail address.

    A former key leads to its record, but not `to_delete`: who wants that gone does not mean what has an Apollo id.

    Raises UsageError when there is none, or when several could be meant; the hint names them. A name or a domain is no
    key, as many records may share it; the hint names those that have it.
    """
    text = text.strip()
    keys = [text, *(f"{record_type.value}:{text}" for record_type in RecordType)]
    matches = connection.execute(
        f"SELECT key, CASE WHEN {FORMER_KEY} THEN merged_into ELSE key END FROM records WHERE key IN ({marks(keys)})"
        " ORDER BY key",
        keys,
    ).fetchall()
    leads: dict[str, str] = {key: key if to_delete else to for key, to in matches}
    if text in leads:
        return leads[text]
    found = list(dict.fromkeys(leads.values()))
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
                hint=_meant(connection, text)
                or "See `sfpush records --search …` for the keys; `sfpush import` brings records in.",
                code="unknown-record",
            )
        case _:
            more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
            raise UsageError(
                f"{text!r} can mean {len(found)} records.",
                hint=f"Name one of them by its key: {', '.join(found[:_MOST_NAMED])}{more}.",
                code="ambiguous-record",
            )


def _meant(connection: sqlite3.Connection, text: str) -> str:
    """The records with this in their name, those first whose whole name it is, and the accounts with this domain."""
    named = connection.execute(
        "SELECT key, name FROM records WHERE deleted_at IS NULL AND"
        " (instr(lower(name), lower(:text)) AND :text <> ''"
        "  OR key IN (SELECT key FROM record_keys WHERE kind = 'domain' AND value = :domain))"
        " ORDER BY lower(name) <> lower(:text), key LIMIT :most",
        {"text": text, "domain": domain_key(text), "most": _MOST_NAMED + 1},
    ).fetchall()
    if not named:
        return ""
    several = ", ".join(f"{typed(key)} ({name})" for key, name in named[:_MOST_NAMED])
    said = f"A record is named by its key, Apollo id or e-mail. By name or domain: {several}"
    more = len(named) > _MOST_NAMED
    return f"{said} and more: sfpush records --search {typed(text)}" if more else f"{said}."
