"""Things people do in the org by hand: convert a lead, merge, delete, edit. What sfpush then has to cope with.

They bypass duplicate and validation rules, as their buttons in Salesforce mostly do, but not the fields' own limits.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sfpush.practice import derived, ids, remove, rows, values
from sfpush.practice.fields import SObject
from sfpush.practice.org import PracticeOrg
from sfpush.practice.rows import Row
from sfpush.practice.seed import seed, seed_sample

__all__ = ["Converted", "OrgRefusal", "convert_lead", "delete", "edit", "merge", "seed", "seed_sample"]

MERGEABLE = ("Account", "Contact", "Lead")
MOST_LOSERS = 2
_FROM_LEAD = ("FirstName", "LastName", "Salutation", "Title", "Email", "Phone", "MobilePhone", "Fax", "LeadSource",
              "Description", "HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall", "OwnerId")  # fmt: skip
_ADDRESS = ("Street", "City", "State", "PostalCode", "Country")


class OrgRefusal(ValueError):
    """The org can't do what was asked: the message says why."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What a lead became."""

    account_id: str
    contact_id: str
    opportunity_id: str | None


def convert_lead(
    org: PracticeOrg,
    lead_id: str,
    *,
    account_id: str | None = None,
    contact_id: str | None = None,
    opportunity: bool = False,
) -> Converted:
    """Convert a lead into a contact, by default a new one of a new account; into the given ones where they are given.

    The lead stays, marked IsConverted and pointing at them. OrgRefusal: no such lead, already converted, or a given row
    is not there.
    """
    with org.writing() as db:
        lead = _row(org, db, "Lead", lead_id)
        if lead["IsConverted"]:
            raise OrgRefusal(f"{lead['Id']} is already converted.")
        if contact_id is not None:
            contact = _row(org, db, "Contact", contact_id)
            account_id = account_id or str(contact["AccountId"])
        account = _row(org, db, "Account", account_id) if account_id else None
        account_key = str(account["Id"]) if account else _account_from(org, db, lead)
        contact_key = (
            str(_row(org, db, "Contact", contact_id)["Id"]) if contact_id else _contact_from(org, db, lead, account_key)
        )
        opportunity_key = _opportunity_from(org, db, lead, account_key) if opportunity else None
        lead.update(
            IsConverted=1,
            Status="Closed - Converted",
            ConvertedDate=org.now()[:10],
            ConvertedAccountId=account_key,
            ConvertedContactId=contact_key,
            ConvertedOpportunityId=opportunity_key,
        )
        _touch(org, db, "Lead", [lead])
        for child, lookup, target in (
            ("Task", "WhoId", contact_key),
            ("Event", "WhoId", contact_key),
            ("CampaignMember", "ContactId", contact_key),
        ):
            source = "LeadId" if child == "CampaignMember" else lookup
            cleared = ", LeadId = NULL" if child == "CampaignMember" else ""
            db.execute(
                f'UPDATE "{child}" SET {lookup} = ?{cleared}, SystemModstamp = ? WHERE {source} = ?',
                (target, org.now(), lead["Id"]),
            )
    return Converted(account_key, contact_key, opportunity_key)


def merge(org: PracticeOrg, winner_id: str, loser_ids: Sequence[str]) -> None:
    """Merge one or two losers of the same sObject into the winner: its blanks stay, their children become its own.

    The losers go to the recycle bin with MasterRecordId set. OrgRefusal: other sObjects, too many, or no such row.
    """
    winner = ids.canonical(winner_id)
    sobject = org.catalogue.of_id(winner) if winner else None
    if winner is None or sobject is None or sobject.name not in MERGEABLE:
        raise OrgRefusal(f"{winner_id}: only accounts, contacts and leads can be merged.")
    if not 1 <= len(loser_ids) <= MOST_LOSERS:
        raise OrgRefusal("A merge takes one or two losers.")
    with org.writing() as db:
        kept = _row(org, db, sobject.name, winner)
        losers = [_row(org, db, sobject.name, each) for each in loser_ids]
        if kept["Id"] in [loser["Id"] for loser in losers]:
            raise OrgRefusal("A row can't be merged into itself.")
        if sobject.name == "Lead" and any(row["IsConverted"] for row in [kept, *losers]):
            raise OrgRefusal("Converted leads can't be merged.")
        for loser in losers:
            _hand_over_children(org, db, sobject, str(loser["Id"]), winner)
            remove.mark_deleted(org, db, sobject, [str(loser["Id"])], master_id=winner)
        _touch(org, db, sobject.name, [kept])


def delete(org: PracticeOrg, record_id: str) -> None:
    """Delete a row, with what belongs to it. OrgRefusal with Salesforce's message when it can't be."""
    saved = remove.delete(org, [record_id])[0]
    if not saved.success:
        raise OrgRefusal(f"{record_id}: {saved.errors[0].message}")


def edit(org: PracticeOrg, record_id: str, changes: Mapping[str, Any]) -> None:
    """Change fields of a row by API name; '' or None empties one. OrgRefusal: no such row, field, or value."""
    whole = ids.canonical(record_id)
    sobject = org.catalogue.of_id(whole) if whole else None
    if whole is None or sobject is None:
        raise OrgRefusal(f"{record_id} is not the id of a row of this org.")
    with org.writing() as db:
        row = _row(org, db, sobject.name, whole)
        given = set()
        for name, value in changes.items():
            field = sobject.field(name)
            if field is None or not field.stored:
                raise OrgRefusal(f"{sobject.name} has no field {name}.")
            try:
                row[field.name] = values.read(field, value)
            except values.BadValue as bad:
                raise OrgRefusal(str(bad)) from bad
            given.add(field.name)
        _touch(org, db, sobject.name, [row], frozenset(given))


def _row(org: PracticeOrg, db: sqlite3.Connection, name: str, record_id: str) -> Row:
    whole = ids.canonical(record_id)
    row = rows.by_id(db, org.catalogue.whole(name), [whole]).get(whole) if whole else None
    if row is None or row["IsDeleted"]:
        raise OrgRefusal(f"{record_id}: this org has no such {name}.")
    return row


def _touch(
    org: PracticeOrg, db: sqlite3.Connection, name: str, changed: Sequence[Row], given: frozenset[str] = frozenset()
) -> None:
    """Write whole rows back as changed by a person now."""
    sobject = org.catalogue.whole(name)
    for row in changed:
        row.update(LastModifiedDate=org.now(), LastModifiedById=_somebody(org, db), SystemModstamp=org.now())
    derived.fill(db, org.catalogue, sobject, changed, [given] * len(changed))
    rows.update(db, sobject, changed, [column for column in changed[0] if column not in ("n", "Id")])


def _somebody(org: PracticeOrg, db: sqlite3.Connection) -> str:
    """A person's user id; the integration user's where the org has no other."""
    row = db.execute(
        'SELECT Id FROM "User" WHERE Id != ? AND IsActive = 1 ORDER BY n', (org.identity.user_id,)
    ).fetchone()
    return org.identity.user_id if row is None else str(row[0])


def _account_from(org: PracticeOrg, db: sqlite3.Connection, lead: Row) -> str:
    shared = ("Phone", "Fax", "Website", "Industry", "AnnualRevenue", "NumberOfEmployees", "Rating", "OwnerId")
    return _made(
        org,
        db,
        "Account",
        {
            **{name: lead[name] for name in shared},
            "Name": lead["Company"],
            **{f"Billing{part}": lead[part] for part in _ADDRESS},
        },
    )


def _contact_from(org: PracticeOrg, db: sqlite3.Connection, lead: Row, account_id: str) -> str:
    return _made(
        org,
        db,
        "Contact",
        {
            **{name: lead[name] for name in _FROM_LEAD},
            "AccountId": account_id,
            **{f"Mailing{part}": lead[part] for part in _ADDRESS},
        },
    )


def _opportunity_from(org: PracticeOrg, db: sqlite3.Connection, lead: Row, account_id: str) -> str:
    closes = org.now()[:10]
    given = {"Name": f"{lead['Company']}-", "StageName": "Prospecting", "CloseDate": closes, "AccountId": account_id}
    return _made(org, db, "Opportunity", {**given, "LeadSource": lead["LeadSource"], "OwnerId": lead["OwnerId"]})


def _made(org: PracticeOrg, db: sqlite3.Connection, name: str, given: Row) -> str:
    sobject = org.catalogue.whole(name)
    row = {**rows.defaults(sobject), **given}
    user_id = _somebody(org, db)
    derived.fill(db, org.catalogue, sobject, [row], [frozenset(given)])
    return rows.insert(db, sobject, [row], pod=org.identity.pod, user_id=user_id, now=org.now())[0]


def _hand_over_children(
    org: PracticeOrg, db: sqlite3.Connection, sobject: SObject, loser_id: str, winner_id: str
) -> None:
    for child in org.catalogue.full.values():
        for lookup in child.fields:
            ties = sobject.name in lookup.refers_to and not lookup.name.startswith(("MasterRecord", "Converted"))
            if ties:
                db.execute(
                    f'UPDATE "{child.name}" SET "{lookup.name}" = ?, SystemModstamp = ?'
                    f' WHERE "{lookup.name}" = ? AND IsDeleted = 0',
                    (winner_id, org.now(), loser_id),
                )
