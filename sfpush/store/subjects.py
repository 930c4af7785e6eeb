"""Reading what decisions are made from: records in key order, a chunk at a time, joined with all that is known of them.

A chunk costs a fixed number of queries, whatever its size, so a million records pass in constant memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from sfpush.model import Link, OrgRow, Record, RecordType, SalesforceId
from sfpush.planning.deals.memory import org_values
from sfpush.planning.keys import company_key, contact_emails, domain_key
from sfpush.planning.subjects import Candidate, Level, Subject
from sfpush.store.database import in_chunks, marks
from sfpush.store.links import linked_since_pull, links_for
from sfpush.store.settled import settled
from sfpush.store.snapshot import rows_by_id, rows_by_key

CHUNK = 1000
NONE_MOVED: Mapping[str, Link] = {}
_PEOPLE = ("Contact", "Lead")
_TYPES: Mapping[str, RecordType] = {one.value: one for one in RecordType}
_ACCOUNT = ("Account",)
_DEAL = ("Opportunity",)
_COLUMNS = "key, type, name, fields, apollo_id, version"
_EXPORT_ID_FIELDS: Mapping[RecordType, Mapping[str, str]] = {
    RecordType.CONTACT: {"salesforce_contact_id": "003", "salesforce_lead_id": "00Q", "salesforce_id": "00"},
    RecordType.ACCOUNT: {"salesforce_id": "001"},
    RecordType.DEAL: {"salesforce_id": "006", "crm_id": "006"},
}


def record_chunks(
    connection: sqlite3.Connection, record_type: RecordType, keys: Iterable[str] | None = None, *, size: int = CHUNK
) -> Iterator[list[Record]]:
    """Living records of one type in key order; only `keys` where given. Accounts made for contacts are left out unless
    they are named, deals made of Opportunities always."""
    if keys is not None:
        prefix = f"{record_type.value}:"
        for chunk in in_chunks(sorted(key for key in keys if key.startswith(prefix))):
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM records WHERE key IN ({marks(chunk)}) AND deleted_at IS NULL"
                " AND (made_for IS NULL OR type <> 'deal') ORDER BY key",
                chunk,
            ).fetchall()
            yield [_record(row) for row in rows]
        return
    last = ""
    while True:
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM records WHERE key > ? AND key < ? AND deleted_at IS NULL AND made_for IS NULL"
            " ORDER BY key LIMIT ?",
            (last or f"{record_type.value}:", f"{record_type.value};", size),
        ).fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield [_record(row) for row in rows]


def count_records(connection: sqlite3.Connection, record_type: RecordType) -> int:
    """How many records of this type `record_chunks` reads; counted in indexes, as their rows are large."""
    of_type = {"first": f"{record_type.value}:", "end": f"{record_type.value};"}
    (count,) = connection.execute(
        "SELECT (SELECT COUNT(*) FROM records WHERE key > :first AND key < :end)"
        " - (SELECT COUNT(*) FROM records WHERE key > :first AND key < :end AND deleted_at IS NOT NULL)"
        " - (SELECT COUNT(*) FROM records WHERE key > :first AND key < :end AND made_for IS NOT NULL"
        " AND deleted_at IS NULL)",
        of_type,
    ).fetchone()
    return int(count)


def person_subjects(
    connection: sqlite3.Connection,
    org: int,
    records: Sequence[Record],
    *,
    by_external_id: bool,
    moved: Mapping[str, Link] = NONE_MOVED,
) -> list[Subject]:
    """Join contacts with links, org rows and each other. `moved` are links that the plan moves (S3)."""
    links = _links(connection, org, records, moved)
    emails = {record.key: contact_emails(record.fields) for record in records if record.key not in links}
    by_email = rows_by_key(connection, org, "email", (one for all_of in emails.values() for one in all_of), _PEOPLE)

    def alike(record: Record) -> list[Candidate]:
        primary = str(record.fields.get("email") or "").strip().lower()
        return [
            Candidate(Level.EMAIL if address == primary else Level.ADDITIONAL_EMAIL, row)
            for address in emails[record.key]
            for row in by_email.get(address, ())
        ]

    return _subjects(connection, org, records, links, alike, _PEOPLE, by_external_id=by_external_id)


def account_subjects(
    connection: sqlite3.Connection,
    org: int,
    records: Sequence[Record],
    *,
    by_external_id: bool,
    moved: Mapping[str, Link] = NONE_MOVED,
) -> list[Subject]:
    """Account records, stored or made up from contacts, joined with links and org rows."""
    links = _links(connection, org, records, moved)
    unlinked = [record for record in records if record.key not in links]
    domains = {record.key: domain_key(record.fields.get("website")) for record in unlinked}
    names = {record.key: company_key(record.name) for record in unlinked}
    by_domain = rows_by_key(connection, org, "domain", filter(None, domains.values()), _ACCOUNT)
    by_name = rows_by_key(connection, org, "name", filter(None, names.values()), _ACCOUNT)

    def alike(record: Record) -> list[Candidate]:
        return [
            *(Candidate(Level.DOMAIN, row) for row in by_domain.get(domains[record.key] or "", ())),
            *(Candidate(Level.NAME, row) for row in by_name.get(names[record.key], ())),
        ]

    return _subjects(connection, org, records, links, alike, _ACCOUNT, by_external_id=by_external_id)


def deal_subjects(
    connection: sqlite3.Connection, org: int, records: Sequence[Record], *, by_external_id: bool
) -> Sequence[Subject]:
    """Join deals with links and org rows; nothing else tells that two deals are one (M6)."""
    links = _links(connection, org, records, NONE_MOVED)
    return _subjects(connection, org, records, links, lambda _deal: [], _DEAL, by_external_id=by_external_id)


def stored_records(connection: sqlite3.Connection, keys: Sequence[str]) -> Mapping[str, Record]:
    """The living records with these keys; for one that was merged into another, that one (S3)."""
    found: dict[str, Record] = {}
    columns = ", ".join(f"r.{column}" for column in _COLUMNS.split(", "))
    for chunk in in_chunks(keys):
        for key, *row in connection.execute(
            f"SELECT asked.key, {columns} FROM records asked"
            " JOIN records r ON r.key = coalesce(asked.merged_into, asked.key)"
            f" WHERE asked.key IN ({marks(chunk)}) AND r.deleted_at IS NULL",
            chunk,
        ):
            found[key] = _record(row)
    return found


def _links(
    connection: sqlite3.Connection, org: int, records: Sequence[Record], moved: Mapping[str, Link]
) -> Mapping[str, Link]:
    links = links_for(connection, org, [record.key for record in records])
    return {**links, **{record.key: moved[record.key] for record in records if record.key in moved}} if moved else links


def _subjects(
    connection: sqlite3.Connection,
    org: int,
    records: Sequence[Record],
    links: Mapping[str, Link],
    alike: Callable[[Record], list[Candidate]],
    sobjects: Sequence[str],
    *,
    by_external_id: bool,
) -> list[Subject]:
    """Subjects in the order of their records. A linked one has the row of its link, whatever else is like it (M1);
    `alike` finds those that an unlinked one may be."""
    unlinked = [record for record in records if record.key not in links]
    named: Mapping[str, Sequence[SalesforceId]] = {
        record.key: own for record in unlinked if (own := export_ids(record))
    }
    by_id = _rows_and_converted(
        connection, org, [*(link.id for link in links.values()), *(one for ids in named.values() for one in ids)]
    )
    by_id |= _as_pushed(connection, org, [link for link in links.values() if link.id not in by_id])
    named = _without_unlinked(connection, org, named, by_id)
    external = _external(connection, org, unlinked, sobjects) if by_external_id else {}
    subjects = []
    for record in records:
        key = record.key
        if (link := links.get(key)) is not None:
            subjects.append(Subject(record, link, _linked(link, by_id)))
            continue
        found = (*alike(record), *external.get(key, ()))
        unknown: tuple[str, ...] = ()
        if ids := named.get(key, ()):
            found += (*_named(ids, by_id, sobjects),)
            unknown = tuple(one for one in ids if one not in by_id)
        subjects.append(Subject(record, None, found, unknown))
    return subjects


def _as_pushed(connection: sqlite3.Connection, org: int, unseen: Sequence[Link]) -> dict[str, OrgRow]:
    """Rows that were made after the org was last read, as they were sent: a plan made offline knows no more of them."""
    if not unseen:
        return {}
    new = linked_since_pull(connection, org, [link.key for link in unseen])
    made = [(link, org_values(link.pushed)) for link in unseen if link.key in new]
    ids = links_for(connection, org, sorted({str(sent["AccountId"]) for _, sent in made if "AccountId" in sent}))
    rows: dict[str, OrgRow] = {}
    for link, sent in made:
        there = ids.get(str(sent.get("AccountId")))
        rows[link.id] = OrgRow(link.sobject, link.id, {**sent, "AccountId": there.id} if there else sent)
    return rows


def _without_unlinked(
    connection: sqlite3.Connection,
    org: int,
    named: Mapping[str, Sequence[SalesforceId]],
    by_id: Mapping[str, OrgRow],
) -> Mapping[str, Sequence[SalesforceId]]:
    """Without the rows that are gone and that a person untied the record from (S2)."""
    gone = {key for key, ids in named.items() if any(one in by_id and by_id[one].deleted for one in ids)}
    if not gone:
        return named
    untied = settled(connection, org, sorted(gone), "unlinked")
    return {
        key: [one for one in ids if not ((key, one) in untied and by_id[one].deleted)] for key, ids in named.items()
    }


def _external(
    connection: sqlite3.Connection, org: int, records: Sequence[Record], sobjects: Sequence[str]
) -> Mapping[str, list[Candidate]]:
    """The rows that hold the external id of each of these records, by its key."""
    values = {record.key: (record.apollo_id or record.key).lower() for record in records}
    rows = rows_by_key(connection, org, "external", values.values(), sobjects)
    return {key: [Candidate(Level.EXTERNAL_ID, row) for row in rows.get(value, ())] for key, value in values.items()}


def _rows_and_converted(connection: sqlite3.Connection, org: int, ids: Sequence[str]) -> dict[str, OrgRow]:
    by_id = dict(rows_by_id(connection, org, ids))
    more = [one for one in _converted(by_id.values()) if one not in by_id]
    return {**by_id, **rows_by_id(connection, org, more)} if more else by_id


def _converted(rows: Iterable[OrgRow]) -> list[str]:
    return [
        str(row.fields["ConvertedContactId"])
        for row in rows
        if row.sobject == "Lead" and row.fields.get("IsConverted") and row.fields.get("ConvertedContactId")
    ]


def _named(ids: Sequence[str], by_id: Mapping[str, OrgRow], sobjects: Sequence[str]) -> list[Candidate]:
    rows = [by_id[one] for one in ids if one in by_id]
    return [
        *(Candidate(Level.EXPORT_ID, row) for row in rows if row.sobject in sobjects),
        *(Candidate(Level.LINK, by_id[one]) for one in _converted(rows) if one in by_id),
    ]


def _linked(link: Link, by_id: Mapping[str, OrgRow]) -> tuple[Candidate, ...]:
    row = by_id.get(link.id)
    if row is None:
        return ()
    return tuple([Candidate(Level.LINK, by_id[one]) for one in (link.id, *_converted([row])) if one in by_id])


def export_ids(record: Record) -> tuple[SalesforceId, ...]:
    """The Salesforce Ids that an export carries for a contact, account or deal itself (M1, M6); none for others."""
    found: dict[SalesforceId, None] = {}
    for name, prefix in _EXPORT_ID_FIELDS.get(record.type, {}).items():
        text = record.fields.get(name)
        if not text:
            continue
        try:
            identity = SalesforceId(str(text))
        except ValueError:
            continue
        if identity.startswith(prefix):
            found[identity] = None
    return tuple(found)


def _record(row: Sequence[Any]) -> Record:
    key, record_type, name, fields, apollo_id, version = row
    return Record(key, _TYPES[record_type], name, orjson.loads(fields), apollo_id, version)
