"""What decisions on activities are joined with: e-mails of one thread, contacts by address, names of what is named."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

import orjson

from sfpush.model import Link, Record, RecordType
from sfpush.planning.activities.threads import THREAD
from sfpush.planning.subjects import Candidate, Level, Subject
from sfpush.store.links import links_for
from sfpush.store.snapshot import rows_by_id, rows_by_key


def activity_subjects(
    connection: sqlite3.Connection, org: int, records: Sequence[Record], sobject: str, *, by_external_id: bool
) -> list[Subject]:
    """Join activities with their links and the org rows they may be (M6)."""
    links = links_for(connection, org, [record.key for record in records])
    rows = rows_by_id(connection, org, [link.id for link in links.values()])
    external: Mapping[str, list[Candidate]] = {}
    if by_external_id:
        values = {record.key: (record.apollo_id or record.key).lower() for record in records}
        found = rows_by_key(connection, org, "external", values.values(), (sobject,))
        external = {
            key: [Candidate(Level.EXTERNAL_ID, row) for row in found.get(value, ())] for key, value in values.items()
        }

    def candidates(record: Record, link: Link | None) -> tuple[Candidate, ...]:
        linked = [Candidate(Level.LINK, rows[link.id])] if link and link.id in rows else []
        return (*linked, *external.get(record.key, ()))

    return [
        Subject(record, link=links.get(record.key), candidates=candidates(record, links.get(record.key)))
        for record in records
    ]


def emails_sent_in_threads(connection: sqlite3.Connection, threads: Iterable[str]) -> Mapping[str, Sequence[Record]]:
    """The living e-mails that bear Apollo's signs in each of these threads (E1)."""
    found: dict[str, list[Record]] = {}
    for thread, key, name, fields in connection.execute(
        "SELECT k.value, r.key, r.name, r.fields FROM json_each(?) wanted"
        " CROSS JOIN record_keys k ON k.kind = ? AND k.value = wanted.value"
        " CROSS JOIN records r ON r.key = k.key WHERE r.deleted_at IS NULL ORDER BY r.key",
        (orjson.dumps(sorted(set(threads))).decode(), THREAD),
    ):
        found.setdefault(thread, []).append(Record(key, RecordType.EMAIL, name, orjson.loads(fields)))
    return found


def contacts_by_email(connection: sqlite3.Connection, org: int, addresses: Iterable[str]) -> Mapping[str, str]:
    """The contact record that has each of these addresses: a linked one before others, then the lowest key."""
    found: dict[str, str] = {}
    for address, key in connection.execute(
        "SELECT k.value, k.key FROM json_each(?) wanted"
        " CROSS JOIN record_keys k ON k.kind = 'email' AND k.value = wanted.value"
        " CROSS JOIN records r ON r.key = k.key AND r.deleted_at IS NULL"
        " LEFT JOIN links l ON l.org = ? AND l.key = k.key"
        " ORDER BY k.value, l.key IS NULL, r.made_for IS NOT NULL, k.key",
        (orjson.dumps(sorted(set(addresses))).decode(), org),
    ):
        found.setdefault(address, key)
    return found


def versions_pushed(connection: sqlite3.Connection, org: int, keys: Sequence[str]) -> Mapping[str, int]:
    """The version of linked records that the org has: the one last decided on with nothing left to write."""
    return dict(
        connection.execute(
            "SELECT d.key, d.record_version FROM json_each(?) wanted"
            " CROSS JOIN decisions d ON d.org = ? AND d.key = wanted.value"
            " WHERE d.action IN ('create', 'link', 'unchanged')",
            (orjson.dumps(list(keys)).decode(), org),
        ).fetchall()
    )


def types_stored(connection: sqlite3.Connection) -> frozenset[RecordType]:
    """The types of which the store holds at least one living record."""
    rows = connection.execute(
        "SELECT t.value FROM json_each(?) t WHERE EXISTS"
        " (SELECT 1 FROM records r WHERE r.key > t.value || ':' AND r.key < t.value || ';' AND r.deleted_at IS NULL)",
        (orjson.dumps([one.value for one in RecordType]).decode(),),
    )
    return frozenset(RecordType(value) for (value,) in rows)


def linked_but_unread(connection: sqlite3.Connection, org: int, sobject: str) -> list[str]:
    """The Ids of rows of this sObject that an activity is linked to and that the snapshot does not hold."""
    return [
        sf_id
        for (sf_id,) in connection.execute(
            "SELECT l.sf_id FROM links l LEFT JOIN snapshot s ON s.org = l.org AND s.sf_id = l.sf_id"
            " WHERE l.org = ? AND l.sobject = ? AND s.sf_id IS NULL ORDER BY l.sf_id",
            (org, sobject),
        )
    ]
