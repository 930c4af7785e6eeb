"""The snapshot: what the org held when last read, and the keys its rows are found by."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from sfpush.model import OrgRow, SalesforceId
from sfpush.planning.keys import company_key, domain_key, email_key
from sfpush.planning.subjects import MOST_ALIKE
from sfpush.store.database import in_chunks, marks

_COLUMNS = "s.sobject, s.sf_id, s.fields, s.created, s.modstamp, s.deleted, s.master_id"
_ALIVE, _DELETED, _UNSEEN = 0, 1, 2
ROLE = "role"
"""The kind of key that finds an OpportunityContactRole: the Ids of its deal and its contact, a blank between them."""
_SYSTEM_FIELDS = frozenset({"Id", "CreatedDate", "SystemModstamp", "IsDeleted", "MasterRecordId"})


@dataclass(frozen=True, slots=True)
class SnapshotState:
    """How far one sObject has been read: which fields its rows hold, up to which SystemModstamp, and when.

    `external_id_field` is the one of them that its rows are found by (M1); "": none.
    """

    field_names: tuple[str, ...]
    modstamp: str
    pulled_in_full_at: str
    read_at: str
    external_id_field: str = ""


def snapshot_state(connection: sqlite3.Connection, org: int, sobject: str) -> SnapshotState | None:
    """How far this sObject has been read; None: never in full."""
    row = connection.execute(
        "SELECT field_names, modstamp, pulled_in_full_at, read_at, external_id_field FROM snapshot_state"
        " WHERE org = ? AND sobject = ?",
        (org, sobject),
    ).fetchone()
    return SnapshotState(tuple(orjson.loads(row[0])), *row[1:]) if row else None


def note_state(connection: sqlite3.Connection, org: int, sobject: str, state: SnapshotState) -> None:
    """Remember how far this sObject has been read; in the caller's transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO snapshot_state"
        " (org, sobject, field_names, modstamp, pulled_in_full_at, read_at, external_id_field)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            org,
            sobject,
            orjson.dumps(state.field_names).decode(),
            state.modstamp,
            state.pulled_in_full_at,
            state.read_at,
            state.external_id_field,
        ),
    )


def begin_full_read(connection: sqlite3.Connection, org: int, sobject: str) -> None:
    """Mark every living row as unseen; `end_full_read` takes those that stay so as deleted. Caller's transaction."""
    connection.execute(
        "UPDATE snapshot SET deleted = ? WHERE org = ? AND sobject = ? AND deleted = ?",
        (_UNSEEN, org, sobject, _ALIVE),
    )


def end_full_read(connection: sqlite3.Connection, org: int, sobject: str) -> int:
    """Rows that a full read did not show are gone for good; returns how many. In the caller's transaction."""
    connection.execute(
        "DELETE FROM snapshot_keys WHERE org = ? AND sf_id IN"
        " (SELECT sf_id FROM snapshot WHERE org = ? AND sobject = ? AND deleted = ?)",
        (org, org, sobject, _UNSEEN),
    )
    return connection.execute(
        "UPDATE snapshot SET deleted = ? WHERE org = ? AND sobject = ? AND deleted = ?",
        (_DELETED, org, sobject, _UNSEEN),
    ).rowcount


def save_rows(
    connection: sqlite3.Connection,
    org: int,
    sobject: str,
    rows: Sequence[Mapping[str, Any]],
    external_id_field: str,
) -> None:
    """Keep these rows as the org gave them (Id, CreatedDate, SystemModstamp, IsDeleted and mapped fields).

    Deleted rows and converted leads keep their row and lose their keys: nothing matches them. Caller's transaction.
    """
    saved, keys = [], []
    for row in rows:
        sf_id = SalesforceId(row["Id"])
        deleted = bool(row.get("IsDeleted"))
        saved.append(
            (
                org,
                sf_id,
                sobject,
                row.get("CreatedDate") or "",
                row.get("SystemModstamp") or "",
                _DELETED if deleted else _ALIVE,
                row.get("MasterRecordId"),
                row.get("AccountId"),
                orjson.dumps({name: value for name, value in row.items() if name not in _SYSTEM_FIELDS}).decode(),
            )
        )
        if not deleted and not row.get("IsConverted"):
            keys += [
                (org, kind, value, sobject, sf_id) for kind, value in _keys_of(sobject, row, external_id_field) if value
            ]
    connection.executemany("DELETE FROM snapshot_keys WHERE org = ? AND sf_id = ?", ((one[0], one[1]) for one in saved))
    connection.executemany(
        "INSERT OR REPLACE INTO snapshot"
        " (org, sf_id, sobject, created, modstamp, deleted, master_id, account_id, fields)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        saved,
    )
    connection.executemany(
        "INSERT OR IGNORE INTO snapshot_keys (org, kind, value, sobject, sf_id) VALUES (?, ?, ?, ?, ?)", keys
    )


def rows_by_id(connection: sqlite3.Connection, org: int, ids: Sequence[str]) -> Mapping[str, OrgRow]:
    """The rows with these 18-character ids, deleted ones too; ids this org never held are left out."""
    found: dict[str, OrgRow] = {}
    for chunk in in_chunks(ids):
        for row in connection.execute(
            f"SELECT {_COLUMNS} FROM snapshot s WHERE org = ? AND sf_id IN ({marks(chunk)})", (org, *chunk)
        ):
            found[row[1]] = _org_row(row)
    return found


def rows_by_key(
    connection: sqlite3.Connection, org: int, kind: str, values: Iterable[str], sobjects: Sequence[str]
) -> Mapping[str, list[OrgRow]]:
    """The living rows found by these key values (`email`, `domain`, `name`, `external`), by value.

    Of rows of one sObject that share a value only the oldest `MOST_ALIKE` are read.
    """
    found: dict[str, list[OrgRow]] = {}
    for value, *row in connection.execute(
        f"SELECT near.value, {_COLUMNS} FROM (SELECT k.value AS value, k.sf_id AS sf_id,"
        " ROW_NUMBER() OVER (PARTITION BY k.value, k.sobject ORDER BY a.created, a.sf_id) AS place"
        " FROM json_each(?) wanted"
        " CROSS JOIN snapshot_keys k ON k.org = ? AND k.kind = ? AND k.value = wanted.value"
        " CROSS JOIN snapshot a ON a.org = k.org AND a.sf_id = k.sf_id"
        f" WHERE k.sobject IN ({marks(sobjects)})) near"
        " CROSS JOIN snapshot s ON s.org = ? AND s.sf_id = near.sf_id WHERE near.place <= ?",
        (orjson.dumps(list(dict.fromkeys(values))).decode(), org, kind, *sobjects, org, MOST_ALIKE),
    ):
        found.setdefault(value, []).append(_org_row(row))
    return found


def deal_stages(connection: sqlite3.Connection, org: int) -> Mapping[SalesforceId, str]:
    """The org's deal stages, as StageName holds them, by the Id of their OpportunityStage (D5)."""
    return {
        SalesforceId.trusted(sf_id): name
        for sf_id, name in connection.execute(
            "SELECT sf_id, json_extract(fields, '$.ApiName') FROM snapshot"
            " WHERE org = ? AND sf_id > '01J' AND sf_id < '01K' AND sobject = 'OpportunityStage' AND deleted <> 1",
            (org,),
        )
        if name
    }


def active_user_ids(connection: sqlite3.Connection, org: int) -> frozenset[SalesforceId]:
    """Active Salesforce users."""
    return frozenset(
        SalesforceId.trusted(sf_id)
        for (sf_id,) in connection.execute(
            "SELECT sf_id FROM snapshot WHERE org = ? AND sf_id > '005' AND sf_id < '006' AND sobject = 'User'"
            " AND deleted = 0 AND json_extract(fields, '$.IsActive')",
            (org,),
        )
    )


def active_users(connection: sqlite3.Connection, org: int) -> Mapping[str, SalesforceId]:
    """Active Salesforce users by lower-cased e-mail; of several, the oldest (C9)."""
    found: dict[str, SalesforceId] = {}
    for email, sf_id in connection.execute(
        "SELECT lower(json_extract(fields, '$.Email')), sf_id FROM snapshot"
        " WHERE org = ? AND sobject = 'User' AND deleted = 0 AND json_extract(fields, '$.IsActive')"
        " ORDER BY created DESC, sf_id DESC",
        (org,),
    ):
        if email:
            found[email] = SalesforceId.trusted(sf_id)
    return found


def count_alive(connection: sqlite3.Connection, org: int) -> Mapping[str, int]:
    """How many living rows the snapshot holds, by sObject."""
    return dict(
        connection.execute(
            "SELECT sobject, COUNT(*) FROM snapshot WHERE org = ? AND deleted <> 1 GROUP BY sobject", (org,)
        ).fetchall()
    )


def _keys_of(sobject: str, row: Mapping[str, Any], external_id_field: str) -> Iterable[tuple[str, str | None]]:
    if external_id_field and row.get(external_id_field):
        yield "external", str(row[external_id_field]).strip().lower()
    if sobject == "Account":
        yield "domain", domain_key(row.get("Website"))
        yield "name", company_key(row.get("Name"))
    elif sobject == "OpportunityContactRole":
        yield ROLE, f"{row.get('OpportunityId')} {row.get('ContactId')}"
    else:
        yield "email", email_key(row.get("Email"))


def _org_row(row: Sequence[Any]) -> OrgRow:
    sobject, sf_id, fields, created, modstamp, deleted, master_id = row
    return OrgRow(
        sobject=sobject,
        id=SalesforceId.trusted(sf_id),
        fields=orjson.loads(fields),
        created=created,
        modstamp=modstamp,
        deleted=deleted == _DELETED,
        master_id=SalesforceId(master_id) if master_id else None,
    )
