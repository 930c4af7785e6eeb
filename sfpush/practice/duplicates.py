"""The three standard duplicate rules, on exact keys: who is "the same person" or "the same company" as a new row.

People: the same e-mail, or the same first and last name at the same company, among Contacts and unconverted Leads.
Accounts: the same company name and one more thing in common: website domain, phone, or billing street and city. Rows
of one batch do not see each other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sfpush.practice import rows
from sfpush.practice.catalogue import Catalogue
from sfpush.practice.fields import SObject
from sfpush.practice.incoming import Draft
from sfpush.practice.refusals import RowError
from sfpush.practice.rows import Row

ALERT = "Use one of these records?"
BLOCK = "You're creating a duplicate record. We recommend you use an existing record instead."
_PERSON_TARGETS = ("Contact", "Lead")
_MATCH_RULES = {
    "Account": "Standard_Account_Match_Rule_v1_0",
    "Contact": "Standard_Contact_Match_Rule_v1_1",
    "Lead": "Standard_Lead_Match_Rule_v1_0",
}


def check(
    db: sqlite3.Connection,
    catalogue: Catalogue,
    sobject: SObject,
    drafts: Sequence[Draft],
    *,
    action: str,
    allow_save: bool,
) -> None:
    """Refuse drafts that duplicate a row of the org. `allow_save`, the caller's header, passes alerts, never blocks."""
    if action == "off" or (action == "alert" and allow_save):
        return
    targets = ("Account",) if sobject.name == "Account" else _PERSON_TARGETS
    for name in targets:
        target = catalogue.whole(name)
        matches = _account_matches if name == "Account" else _person_matches
        for draft, found in zip(drafts, matches(db, target, drafts), strict=True):
            own = None if draft.before is None else draft.before["Id"]
            others = [record_id for record_id in found if record_id != own]
            if others and draft.good:
                draft.errors.append(_refusal(sobject, target, others, alert=action == "alert"))


def _person_matches(db: sqlite3.Connection, target: SObject, drafts: Sequence[Draft]) -> list[list[str]]:
    emails = [draft.row["Email"] for draft in drafts if draft.row["Email"]]
    names = [draft.row["LastName"] for draft in drafts if draft.row["LastName"] and draft.row["FirstName"]]
    by_email: dict[str, list[str]] = {}
    by_name: dict[tuple[str, str, str], list[str]] = {}
    for row in _candidates(db, target, "Email", emails):
        by_email.setdefault(_lower(row["Email"]), []).append(str(row["Id"]))
    for row in _candidates(db, target, "LastName", names):
        by_name.setdefault(_name_key(row), []).append(str(row["Id"]))
    found = []
    for draft in drafts:
        row = draft.row
        ids = by_email.get(_lower(row["Email"]), []) if row["Email"] else []
        if row["FirstName"] and row["key_company"]:
            ids = ids + [each for each in by_name.get(_name_key(row), []) if each not in ids]
        found.append(ids)
    return found


def _account_matches(db: sqlite3.Connection, target: SObject, drafts: Sequence[Draft]) -> list[list[str]]:
    by_name: dict[str, list[Row]] = {}
    for row in rows.where_in(db, target, "key_name", [draft.row["key_name"] for draft in drafts], live=True):
        by_name.setdefault(str(row["key_name"]), []).append(row)
    return [
        [str(other["Id"]) for other in by_name.get(str(draft.row["key_name"]), ()) if _same_company(draft.row, other)]
        for draft in drafts
    ]


def _same_company(one: Row, other: Row) -> bool:
    return any(
        all(one[name] and _lower(one[name]) == _lower(other[name]) for name in names)
        for names in (("key_domain",), ("key_phone",), ("BillingStreet", "BillingCity"))
    )


def _candidates(db: sqlite3.Connection, target: SObject, column: str, wanted: Sequence[Any]) -> list[Row]:
    found = rows.where_in(db, target, column, wanted, live=True) if wanted else []
    return [row for row in found if not row.get("IsConverted")]


def _name_key(row: Row) -> tuple[str, str, str]:
    return _lower(row["FirstName"]), _lower(row["LastName"]), str(row["key_company"])


def _lower(value: object) -> str:
    return str(value).strip().lower()


def _refusal(sobject: SObject, target: SObject, record_ids: Sequence[str], *, alert: bool) -> RowError:
    message = ALERT if alert else BLOCK
    details: Mapping[str, Any] = {
        "allowSave": alert,
        "duplicateRule": f"Standard_{sobject.name}_Duplicate_Rule",
        "duplicateRuleEntityType": sobject.name,
        "errorMessage": message,
        "matchResults": [
            {
                "entityType": target.name,
                "errors": [],
                "matchEngine": "FuzzyMatchEngine",
                "matchRecords": [
                    {
                        "additionalInformation": [],
                        "fieldDiffs": [],
                        "matchConfidence": 100.0,
                        "record": {
                            "attributes": {"type": target.name, "url": f"/sobjects/{target.name}/{each}"},
                            "Id": each,
                        },
                    }
                    for each in record_ids
                ],
                "rule": _MATCH_RULES[target.name],
                "size": len(record_ids),
                "success": True,
            }
        ],
    }
    return RowError("DUPLICATES_DETECTED", message, (), details)
