"""One person or company that came without an Apollo id, and with one, in whichever order: one record (M4).

The key with the Apollo id is the one that stays. The other is its former key: kept as a deleted record, merged into the
one with the id, it leads there. Nothing of that travels to an org (S1): a former key has no link.

A person is told by the primary e-mail, a company by its domain and name together. Where several records share these,
or both are linked in one org, nothing is decided here: a plan says so (M4).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import orjson

from sfpush.apollo_fields import display_name
from sfpush.model import ParsedRecord, Record, RecordType
from sfpush.planning.keys import email_key, field_keys
from sfpush.store.database import in_chunks, marks
from sfpush.store.records import Counts, get, upsert

_MADE: Mapping[RecordType, tuple[str, str]] = {
    RecordType.CONTACT: ("contact:email-", "contact:name-"),
    RecordType.ACCOUNT: ("account:domain-", "account:name-"),
}
"""How the keys of records without an Apollo id begin."""
_IN_ANY_ORG = "org IN (SELECT org FROM orgs) AND key = ?"
"""Tables whose keys begin with the org are searched by it."""


class _Stored(NamedTuple):
    """A living record, as far as becoming another one needs it."""

    record: Record
    updated_at: str | None


def take_in(
    connection: sqlite3.Connection, rows: Sequence[ParsedRecord], *, now: str, alone: Callable[[], bool]
) -> Counts:
    """`upsert` of rows of one type, those with a twin as rows of one record; in the caller's transaction.

    `alone` is asked before records become one: whether no run is at work, nor starts until the transaction ends, as it
    might already have decided on both. If one is, they stay two until a row of either comes again.
    """
    rows = _led(connection, rows)
    places = _with_twins(connection, rows)
    if not places or not alone():
        return upsert(connection, rows, now=now)
    counts, start = Counts(), 0
    for place in places:
        counts = counts.plus(upsert(connection, _led(connection, rows[start:place]), now=now))
        counts = counts.plus(upsert(connection, [_united(connection, rows[place], now)], now=now))
        start = place + 1
    return counts.plus(upsert(connection, _led(connection, rows[start:]), now=now))


def _led(connection: sqlite3.Connection, rows: Sequence[ParsedRecord]) -> Sequence[ParsedRecord]:
    """The rows, those of a former key as rows of the record that it leads to."""
    keys = list({row.key for row in rows if row.apollo_id is None and row.type in _MADE})
    leads: dict[str, tuple[str, str | None]] = {}
    for chunk in in_chunks(keys):
        leads.update(
            (key, (to, apollo_id))
            for key, to, apollo_id in connection.execute(
                "SELECT b.key, r.key, r.apollo_id FROM records b JOIN records r ON r.key = b.merged_into"
                f" WHERE b.key IN ({marks(chunk)}) AND b.merged_into IS NOT NULL AND b.deleted_in IS NULL",
                chunk,
            )
        )
    return [_as_row_of(row, *leads[row.key]) if row.key in leads else row for row in rows] if leads else rows


def _as_row_of(row: ParsedRecord, key: str, apollo_id: str | None) -> ParsedRecord:
    """The row as one of the record with the id. Who deletes what has no id does not mean the one that has it."""
    if row.deleted:
        return row._replace(key=key, apollo_id=apollo_id, fields={}, given=(), deleted=False)
    fields = {name: value for name, value in row.fields.items() if name != "id"}
    return row._replace(key=key, apollo_id=apollo_id, fields=fields, given=frozenset(row.given) - {"id"})


def _with_twins(connection: sqlite3.Connection, rows: Sequence[ParsedRecord]) -> list[int]:
    """The places of the rows that may be one with another record, of the store or of these rows."""
    if not rows or (record_type := rows[0].type) not in _MADE:
        return []
    if all(row.apollo_id is not None for row in rows) and not _any_without_id(connection, record_type):
        return []
    told = [(place, row, identity) for place, row in enumerate(rows) if (identity := _identity(row))]
    with_id = {identity for _, row, identity in told if row.apollo_id is not None}
    without = {identity: row.key for _, row, identity in told if row.apollo_id is None}
    seen = _known_without_id(connection, record_type, {identity[0] for identity in with_id})
    others = _known_by_another_key(connection, [(*identity[0], key) for identity, key in without.items()])
    places = []
    for place, row, identity in told:
        if row.apollo_id is None:
            twin = identity in with_id or identity[0] in others
        else:
            twin = identity in without or identity[0] in seen
        if twin:
            places.append(place)
    return places


def _any_without_id(connection: sqlite3.Connection, record_type: RecordType) -> bool:
    return any(
        connection.execute("SELECT 1 FROM records WHERE key > ? AND key < ? LIMIT 1", (made, _after(made))).fetchone()
        for made in _MADE[record_type]
    )


def _known_without_id(
    connection: sqlite3.Connection, record_type: RecordType, wanted: Iterable[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Those of these that a record without an Apollo id is found by."""
    one, other = _MADE[record_type]
    there = (
        "EXISTS (SELECT 1 FROM record_keys"
        " WHERE kind = w.value ->> 0 AND value = w.value ->> 1 AND key > ? AND key < ?)"
    )
    return frozenset(
        connection.execute(
            f"SELECT w.value ->> 0, w.value ->> 1 FROM json_each(?) w WHERE {there} OR {there}",
            (orjson.dumps(list(wanted)).decode(), one, _after(one), other, _after(other)),
        ).fetchall()
    )


def _known_by_another_key(
    connection: sqlite3.Connection, wanted: Sequence[tuple[str, str, str]]
) -> frozenset[tuple[str, str]]:
    """Those of these kinds and values that a record with another key than the one beside them is found by."""
    if not wanted:
        return frozenset()
    return frozenset(
        connection.execute(
            "SELECT w.value ->> 0, w.value ->> 1 FROM json_each(?) w WHERE EXISTS (SELECT 1 FROM record_keys"
            " WHERE kind = w.value ->> 0 AND value = w.value ->> 1 AND key <> w.value ->> 2)",
            (orjson.dumps(list(wanted)).decode(),),
        ).fetchall()
    )


def _after(made: str) -> str:
    """What comes after all keys that begin so: `.` comes after `-`."""
    return f"{made[:-1]}."


def _identity(row: ParsedRecord) -> tuple[tuple[str, str], ...]:
    """Kinds and values as in `record_keys` that tell who it is, all of them together; a domain comes before a name."""
    if row.deleted:
        return ()
    if row.type is RecordType.CONTACT:
        address = email_key(row.fields.get("email"))
        return (("email", address),) if address else ()
    found = field_keys(row.type, display_name(row.type, row.fields), row.fields)
    return tuple([(one.kind, one.value) for one in found])


def _united(connection: sqlite3.Connection, row: ParsedRecord, now: str) -> ParsedRecord:
    """Let the row's record and its only twin, if it has one, become one; returns the row as that record's."""
    (row,) = _led(connection, [row])
    own = _stored(connection, row.key)
    if own is not None and (own.record.deleted or _stale(row, own)):
        return row
    match _alike(connection, row):
        case [(key, apollo_id)] if (apollo_id is None) is not (row.apollo_id is None):
            without, with_id = (row.key, key) if row.apollo_id is None else (key, row.key)
            if not _must_stay_two(connection, without, with_id):
                _become(connection, without, with_id, row.apollo_id or apollo_id or "", row, now)
            return _led(connection, [row])[0]
        case _:
            return row


def _alike(connection: sqlite3.Connection, row: ParsedRecord) -> list[tuple[str, str | None]]:
    """Keys and Apollo ids of the other living records with this identity; two of them tell as much as more."""
    identity = _identity(row)
    kind, value = identity[0]
    rest = (
        " AND (SELECT COUNT(*) FROM record_keys other WHERE other.key = k.key) = ?"
        " AND (SELECT COUNT(*) FROM record_keys other JOIN json_each(?) w ON other.kind = w.value ->> 0"
        " AND other.value = w.value ->> 1 WHERE other.key = k.key) = ?"
        if row.type is RecordType.ACCOUNT
        else ""
    )
    told = (len(identity), orjson.dumps(identity).decode(), len(identity)) if rest else ()
    return connection.execute(
        "SELECT k.key, r.apollo_id FROM record_keys k CROSS JOIN records r ON r.key = k.key"
        " WHERE k.kind = ? AND k.value = ? AND k.rank = 0 AND k.key <> ? AND r.type = ?"
        f" AND r.deleted_at IS NULL AND r.made_for IS NULL{rest} LIMIT 2",
        (kind, value, row.key, row.type.value, *told),
    ).fetchall()


def _must_stay_two(connection: sqlite3.Connection, without: str, with_id: str) -> bool:
    """Whether one org has a row of each: a person merges these there (S3). Or whether a Bulk job may yet make one of
    the former key, where the external id is: it is waited for before anything goes by the other (B3)."""
    return bool(
        connection.execute(
            "SELECT EXISTS (SELECT 1 FROM orgs JOIN links one ON one.org = orgs.org AND one.key = ?"
            " JOIN links other ON other.org = orgs.org AND other.key = ?)"
            " OR EXISTS (SELECT 1 FROM batch_rows JOIN batches USING (batch)"
            " WHERE key = ? AND outcome IS NULL AND verb = 'upsert' AND transport = 'bulk')",
            (without, with_id, without),
        ).fetchone()[0]
    )


def _become(
    connection: sqlite3.Connection, without: str, with_id: str, apollo_id: str, row: ParsedRecord, now: str
) -> None:
    """Let the record without an Apollo id become the one with it, and its key a former key of that."""
    one, other = _stored(connection, without), _stored(connection, with_id)
    if one is not None and other is None:
        own_id = {"id": apollo_id} if _stale(row, one) else {}  # else the row brings it, and counts as a change
        fields = orjson.dumps({**one.record.fields, **own_id}).decode()
        connection.execute(
            "UPDATE records SET key = ?, apollo_id = ?, fields = ?, version = version + 1 WHERE key = ?",
            (with_id, apollo_id, fields, without),
        )
        connection.execute("UPDATE record_keys SET key = ? WHERE key = ?", (with_id, without))
    elif one is not None and other is not None:
        upsert(connection, [_both(one, other)], now=now)
        connection.execute("DELETE FROM records WHERE key = ?", (without,))
        connection.execute("DELETE FROM record_keys WHERE key = ?", (without,))
    known = other or one
    name = known.record.name if known else display_name(row.type, row.fields)
    connection.execute(
        "INSERT INTO records (key, type, name, deleted_at, merged_into, source, fields)"
        " VALUES (?, ?, ?, ?, ?, ?, '{}')",
        (without, row.type.value, name, now, with_id, row.source),
    )
    connection.execute("UPDATE records SET merged_into = ? WHERE merged_into = ?", (with_id, without))
    _move(connection, without, with_id, now)


def _move(connection: sqlite3.Connection, before: str, key: str, now: str) -> None:
    """Let all that orgs and people have said of a record be said of another."""
    _take_for_creates(connection, before, now)
    connection.execute("UPDATE batch_rows SET key = ? WHERE key = ?", (key, before))
    for table in ("links", "settled_rows"):
        connection.execute(f"UPDATE OR IGNORE {table} SET key = ? WHERE {_IN_ANY_ORG}", (key, before))
    for table in ("settled_rows", "decisions"):
        connection.execute(f"DELETE FROM {table} WHERE {_IN_ANY_ORG}", (before,))
    # Another version than any: what was refused goes again, as it is another record now (L3).
    connection.execute(
        f"UPDATE OR IGNORE errors SET key = ?, record_version = 0 WHERE {_IN_ANY_ORG} AND state <> 'resolved'",
        (key, before),
    )
    connection.execute(
        f"UPDATE errors SET state = 'resolved', last_at = ? WHERE {_IN_ANY_ORG} AND state <> 'resolved'",
        (now, before),
    )


def _take_for_creates(connection: sqlite3.Connection, key: str, now: str) -> None:
    """Make creates of a record's upserts that were never answered. With another external id, another upsert would not
    meet the row that such a one may still make; a create is looked up, and waited for, by what was sent (B3)."""
    for batch, place in connection.execute(
        "SELECT batch, place FROM batch_rows JOIN batches USING (batch)"
        " WHERE key = ? AND outcome IS NULL AND verb = 'upsert' AND answered_at IS NULL",
        (key,),
    ).fetchall():
        own = connection.execute(
            "INSERT INTO batches (run, transport, sobject, verb, sent_at, org_time, sent_by, lost_at)"
            " SELECT run, transport, sobject, 'create', sent_at, org_time, sent_by, lost_at FROM batches"
            " WHERE batch = ?",
            (batch,),
        ).lastrowid
        connection.execute("UPDATE batch_rows SET batch = ? WHERE batch = ? AND place = ?", (own, batch, place))
        connection.execute(
            "UPDATE batches SET answered_at = ? WHERE batch = ? AND NOT EXISTS"
            " (SELECT 1 FROM batch_rows WHERE batch_rows.batch = batches.batch AND outcome IS NULL)",
            (now, batch),
        )


def _both(without: _Stored, with_id: _Stored) -> ParsedRecord:
    """What is known of the two together: the fresher one's values (I3), its blanks filled from the other."""
    from sfpush.planning.merges import blanks_filled, with_fields  # brings along what an import has no other need of

    one, other = with_id, without
    if one.updated_at and other.updated_at and other.updated_at > one.updated_at:
        one, other = other, one
    record = with_fields(one.record, blanks_filled(one.record, other.record))
    own = with_id.record
    fields = {**record.fields, "id": own.apollo_id}
    updated_at = max(with_id.updated_at or "", without.updated_at or "") or None
    return ParsedRecord(own.key, own.type, fields, own.fields.keys() | fields.keys(), own.apollo_id, updated_at)


def _stale(row: ParsedRecord, stored: _Stored) -> bool:
    """Whether the row is older than what is stored, so that it is ignored (I3)."""
    return bool(row.updated_at and stored.updated_at and row.updated_at < stored.updated_at)


def _stored(connection: sqlite3.Connection, key: str) -> _Stored | None:
    record = get(connection, key)
    if record is None:
        return None
    (updated_at,) = connection.execute("SELECT updated_at FROM records WHERE key = ?", (key,)).fetchone()
    return _Stored(record, updated_at)
