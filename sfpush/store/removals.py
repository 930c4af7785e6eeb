"""Records that go: linked to rows that are gone, deleted, restored, merged into another (S1–S3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

import orjson

from sfpush.model import Link, Merge, OrgRow, ParsedRecord, Record, RecordType, SalesforceId
from sfpush.planning.merges import following
from sfpush.store.database import in_chunks, marks
from sfpush.store.links import drop_links, release_held_loosely, save_links
from sfpush.store.made_accounts import drop_unlinked_made_accounts
from sfpush.store.records import FORMER_KEY, upsert
from sfpush.store.settled import settled
from sfpush.store.snapshot import rows_by_id

_CONVERTED = (
    "SELECT l.key AS key, json_extract(s.fields, '$.ConvertedContactId') AS contact"
    " FROM snapshot s INDEXED BY snapshot_converted"
    " JOIN links l ON l.org = s.org AND l.sf_id = s.sf_id"
    " JOIN records r ON r.key = l.key AND r.deleted_at IS NULL"
    " WHERE s.org = ? AND s.sobject = 'Lead' AND json_extract(s.fields, '$.ConvertedContactId') IS NOT NULL"
)


def converted_leads(connection: sqlite3.Connection, org: int) -> Mapping[str, str]:
    """Living records that are still linked to a Lead that was converted: the Contact's Id to the record's key."""
    return {contact: key for key, contact in connection.execute(_CONVERTED + " ORDER BY l.key DESC", (org,))}


def keys_of_lost(connection: sqlite3.Connection, org: int) -> list[str]:
    """Living contact and account records whose linked row is gone, or was converted to one that is; in key order."""
    gone = connection.execute(
        "SELECT l.key FROM snapshot s INDEXED BY snapshot_deleted"
        " JOIN links l ON l.org = s.org AND l.sf_id = s.sf_id"
        " JOIN records r ON r.key = l.key AND r.deleted_at IS NULL"
        " WHERE s.org = ? AND s.deleted = 1 AND r.type IN ('account', 'contact')",
        (org,),
    )
    converted = connection.execute(
        f"SELECT found.key FROM ({_CONVERTED}) AS found"
        " JOIN snapshot c ON c.org = ? AND c.sf_id = found.contact AND c.deleted = 1",
        (org, org),
    )
    return sorted({key for rows in (gone, converted) for (key,) in rows})


def keys_of_deleted(connection: sqlite3.Connection, org: int, record_type: RecordType) -> list[str]:
    """Records of this type that were deleted in Apollo and are still linked to a row of this org; in key order.

    What the deletions or merges of an org took along does not travel on to another org.
    """
    return [
        key
        for (key,) in connection.execute(
            "SELECT r.key FROM records r INDEXED BY records_deleted JOIN links l ON l.org = ? AND l.key = r.key"
            " WHERE r.deleted_at IS NOT NULL AND r.deleted_in IS NULL AND r.merged_into IS NULL AND r.type = ?"
            " ORDER BY r.key",
            (org, record_type.value),
        )
    ]


def records_of(connection: sqlite3.Connection, keys: Sequence[str]) -> Mapping[str, Record]:
    """These records, deleted ones too, by key."""
    found: dict[str, Record] = {}
    for chunk in in_chunks(keys):
        for key, record_type, name, fields, apollo_id, version, deleted in connection.execute(
            "SELECT key, type, name, fields, apollo_id, version, deleted_at IS NOT NULL FROM records"
            f" WHERE key IN ({marks(chunk)})",
            chunk,
        ):
            found[key] = Record(
                key, RecordType(record_type), name, orjson.loads(fields), apollo_id, version, deleted=bool(deleted)
            )
    return found


def rows_and_followers(connection: sqlite3.Connection, org: int, ids: Sequence[str]) -> Mapping[str, OrgRow]:
    """The rows with these ids, and all that merges and conversions lead to from them."""
    rows: dict[str, OrgRow] = {}
    wanted: list[str] = list(ids)
    asked: set[str] = set()
    while wanted:
        asked.update(wanted)
        found = rows_by_id(connection, org, wanted)
        rows.update(found)
        wanted = [to for row in found.values() if (to := following(row)) is not None and to not in asked]
    return rows


def restored(connection: sqlite3.Connection, org: int, keys: Sequence[str]) -> frozenset[tuple[str, str]]:
    """Which of these records a person has restored although their row was gone: pairs of key and Salesforce Id."""
    return settled(connection, org, keys, "restored")


def children_of(
    connection: sqlite3.Connection, org: int, account_ids: Sequence[str]
) -> Mapping[SalesforceId, Sequence[OrgRow]]:
    """The living Contacts and Opportunities of these Accounts, by Id."""
    found: dict[SalesforceId, list[OrgRow]] = {}
    for chunk in in_chunks(account_ids):
        for account, sobject, sf_id, fields in connection.execute(
            "SELECT account_id, sobject, sf_id, fields FROM snapshot"
            f" WHERE org = ? AND account_id IN ({marks(chunk)}) AND deleted <> 1"
            " AND sobject IN ('Contact', 'Opportunity') ORDER BY sobject, sf_id",
            (org, *chunk),
        ):
            row = OrgRow(sobject, SalesforceId.trusted(sf_id), orjson.loads(fields))
            found.setdefault(SalesforceId.trusted(account), []).append(row)
    return found


def delete_records(
    connection: sqlite3.Connection, keys: Sequence[str], *, now: str, deleted_in: int | None = None
) -> frozenset[str]:
    """Delete records softly; links stay. Returns the keys of those that were not deleted yet. Caller's transaction.

    `deleted_in` is the org whose own deletion takes them along.
    """
    return _mark(connection, keys, "deleted_at = ?, deleted_in = ?", (now, deleted_in), "deleted_at IS NULL")


def restore_records(connection: sqlite3.Connection, keys: Sequence[str]) -> frozenset[str]:
    """Bring deleted records back; returns the keys of those that were deleted. In the caller's transaction.

    One whose linked row is gone is from now on held as S2 says, whatever the settings, until it is unlinked. A former
    key (see `twins`) stays one.
    """
    cleared = "deleted_at = NULL, deleted_in = NULL, merged_into = NULL"
    back = _mark(connection, keys, cleared, (), f"deleted_at NOTNULL AND NOT {FORMER_KEY}")
    for chunk in in_chunks(sorted(back)):
        connection.execute(
            "INSERT OR REPLACE INTO settled_rows (org, key, sf_id, said)"
            " SELECT l.org, l.key, l.sf_id, 'restored' FROM links l"
            " JOIN snapshot s ON s.org = l.org AND s.sf_id = l.sf_id AND s.deleted = 1"
            f" WHERE l.key IN ({marks(chunk)})",
            chunk,
        )
    return back


def merge_record(connection: sqlite3.Connection, org: int, merge: Merge, *, now: str) -> None:
    """Carry a merge out as it was planned: fill the surviving record and let the other go, or move its link (S3).

    In the caller's transaction. What refers to the record that goes is found by its `merged_into`.
    """
    assert merge.salesforce_id is not None
    if not merge.needs:
        released = release_held_loosely(connection, org, [merge.salesforce_id])
        drop_unlinked_made_accounts(connection, list(released.values()))
        save_links(connection, org, [Link(merge.record, merge.sobject, merge.salesforce_id, merge.pushed)], now=now)
        return
    master = merge.needs[0]
    fields = {one.field: one.after for one in merge.fields}
    row = connection.execute("SELECT type, source FROM records WHERE key = ?", (master,)).fetchone()
    if fields and row is not None:
        taken_over = ParsedRecord(master, RecordType(row[0]), fields, fields.keys(), source=row[1] or "")
        upsert(connection, [taken_over], now=now)
    drop_links(connection, org, [merge.record])
    delete_records(connection, [merge.record], now=now, deleted_in=org)
    connection.execute("UPDATE records SET merged_into = ? WHERE key = ?", (master, merge.record))
    connection.execute("UPDATE records SET merged_into = ? WHERE merged_into = ?", (master, merge.record))


def _mark(
    connection: sqlite3.Connection, keys: Sequence[str], assignments: str, values: Sequence[object], where: str
) -> frozenset[str]:
    marked: set[str] = set()
    for chunk in in_chunks(keys):
        marked.update(
            key
            for (key,) in connection.execute(
                f"UPDATE records SET {assignments}, version = version + 1"
                f" WHERE key IN ({marks(chunk)}) AND {where} RETURNING key",
                (*values, *chunk),
            ).fetchall()
        )
    return frozenset(marked)
