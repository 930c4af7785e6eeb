"""Deals in the store: Opportunities that no record is linked to yet, and deals that were made of one (D2)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from sfpush.model import OrgRow, ParsedRecord, Pull, Record, RecordType
from sfpush.planning.deals.memory import pulled_values, shown_fields
from sfpush.store.database import in_chunks, marks
from sfpush.store.links import links_for
from sfpush.store.records import upsert
from sfpush.store.snapshot import rows_by_id

_CHUNK = 2000
_FIRST_ID, _AFTER_IDS = "006", "007"
"""All Ids of Opportunities lie between these."""


def pulled_deals(connection: sqlite3.Connection, org: int, keys: Iterable[str] | None = None) -> Iterator[list[Record]]:
    """Living deals that were made of an Opportunity of this org, in key order, a chunk at a time; only `keys` where
    given."""
    if keys is not None:
        for chunk in in_chunks(sorted(keys)):
            yield _pulled(connection, org, f"r.key IN ({marks(chunk)})", chunk)
        return
    last = f"{RecordType.DEAL.value}:{_FIRST_ID}"
    while found := _pulled(connection, org, "r.key > ? AND r.key < ?", (last, f"{RecordType.DEAL.value}:{_AFTER_IDS}")):
        last = found[-1].key
        yield found


def unlinked_opportunities(connection: sqlite3.Connection, org: int) -> Iterator[list[OrgRow]]:
    """Living Opportunities of the snapshot that no record is linked to, by Id, a chunk at a time."""
    last = _FIRST_ID
    while True:
        ids = [
            sf_id
            for (sf_id,) in connection.execute(
                "SELECT s.sf_id FROM snapshot s LEFT JOIN links l ON l.org = s.org AND l.sf_id = s.sf_id"
                " WHERE s.org = ? AND s.sf_id > ? AND s.sf_id < ? AND s.sobject = 'Opportunity' AND s.deleted <> 1"
                " AND l.key IS NULL ORDER BY s.sf_id LIMIT ?",
                (org, last, _AFTER_IDS, _CHUNK),
            )
        ]
        if not ids:
            return
        last = ids[-1]
        rows = rows_by_id(connection, org, ids)
        yield [rows[sf_id] for sf_id in ids]


def as_shown(connection: sqlite3.Connection, org: int | None, record: Record) -> Mapping[str, Any]:
    """A record's fields, with the values that a deal has from Salesforce in the place of Apollo's (D1)."""
    link = links_for(connection, org, [record.key]).get(record.key) if org is not None else None
    if record.type is not RecordType.DEAL or link is None:
        return record.fields
    return shown_fields(record.fields, link.pushed)


def have_contact_roles(connection: sqlite3.Connection) -> bool:
    """Whether any living deal names contacts."""
    return bool(
        connection.execute(
            "SELECT EXISTS (SELECT 1 FROM records WHERE key > 'deal:' AND key < 'deal;' AND deleted_at IS NULL"
            " AND json_array_length(fields, '$.opportunity_contact_roles') > 0)"
        ).fetchone()[0]
    )


def save_pulled(connection: sqlite3.Connection, pulls: Sequence[Pull], *, now: str) -> None:
    """Write Opportunities that Apollo has no deal of into the store, as deals; in the caller's transaction."""
    records = [_as_record(pull) for pull in pulls]
    upsert(connection, records, now=now)
    connection.executemany(
        "UPDATE records SET made_for = ? WHERE key = ?", ((pull.salesforce_id, pull.record) for pull in pulls)
    )


def _as_record(pull: Pull) -> ParsedRecord:
    values = pulled_values(pull.pushed)
    fields = {name: value for name, value in values.items() if value is not None}
    own = {**fields, "salesforce_id": pull.salesforce_id}
    return ParsedRecord(pull.record, RecordType.DEAL, own, {*values, "salesforce_id"}, source="Salesforce")


def _pulled(connection: sqlite3.Connection, org: int, condition: str, values: Sequence[object]) -> list[Record]:
    return [
        Record(key, RecordType.DEAL, name, orjson.loads(fields), version=version)
        for key, name, fields, version in connection.execute(
            "SELECT r.key, r.name, r.fields, r.version FROM records r JOIN links l ON l.org = ? AND l.key = r.key"
            f" WHERE {condition} AND r.type = 'deal' AND r.made_for IS NOT NULL AND r.deleted_at IS NULL"
            " ORDER BY r.key LIMIT ?",
            (org, *values, _CHUNK),
        )
    ]
