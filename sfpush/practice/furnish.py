"""What an org holds before anyone typed a word: Organization, API user, profiles, statuses, stages, duplicate rules."""

from __future__ import annotations

import sqlite3

from sfpush.practice import rows
from sfpush.practice.catalogue import Catalogue
from sfpush.practice.rows import Row
from sfpush.practice.rules import DuplicateRules


def furnish(
    db: sqlite3.Connection, catalogue: Catalogue, *, pod: str, user_id: str, org_id: str, username: str, now: str
) -> None:
    """Insert those rows into an empty org."""

    def insert(name: str, given: list[Row]) -> list[str]:
        sobject = catalogue.whole(name)
        whole = [{**rows.defaults(sobject), **row} for row in given]
        return rows.insert(db, sobject, whole, pod=pod, user_id=user_id, now=now)

    insert("Organization", [{
        "Id": org_id, "Name": "Practice", "InstanceName": "PRA1", "OrganizationType": "Developer Edition",
        "DefaultLocaleSidKey": "en_US", "TimeZoneSidKey": "UTC", "LanguageLocaleKey": "en_US",
        "FiscalYearStartMonth": 1, "Country": "US",
    }])  # fmt: skip
    taken = 0
    profiles: list[str] = []
    for sobject in catalogue.full.values():
        if not sobject.rows:
            continue
        whole = [{**rows.defaults(sobject), **row} for row in sobject.rows]
        first = taken + 1 if sobject.prefix == "01J" else 0
        made = rows.insert(db, sobject, whole, pod=pod, user_id=user_id, now=now, first=first)
        taken += len(made) if sobject.prefix == "01J" else 0
        profiles = made if sobject.name == "Profile" else profiles
    insert("User", [{
        "Id": user_id, "Username": username, "FirstName": "Integration", "LastName": "User", "Name": "Integration User",
        "Email": username, "Alias": "integ", "IsActive": 1, "ProfileId": profiles[0], "UserType": "Standard",
    }])  # fmt: skip


def show_duplicate_rules(
    db: sqlite3.Connection, catalogue: Catalogue, rules: DuplicateRules, *, pod: str, user_id: str, now: str
) -> None:
    """Bring the rows of DuplicateRule in line with the org's rules: one for each standard rule, inactive where off."""
    sobject = catalogue.whole("DuplicateRule")
    there = {row["SobjectType"]: row for row in rows.where_in(db, sobject, "SobjectType", DuplicateRules.STANDARD)}
    for name in DuplicateRules.STANDARD:
        active = int(getattr(rules, name) != "off")
        row = there.get(name)
        if row is None:
            made: Row = {
                **rows.defaults(sobject),
                "SobjectType": name,
                "SobjectSubtype": "None",
                "DeveloperName": f"Standard_{name}_Duplicate_Rule",
                "Language": "en_US",
                "MasterLabel": f"Standard {name} Duplicate Rule",
                "IsActive": active,
            }
            rows.insert(db, sobject, [made], pod=pod, user_id=user_id, now=now)
        elif row["IsActive"] != active:
            audit: Row = {"LastModifiedDate": now, "LastModifiedById": user_id, "SystemModstamp": now}
            rows.update(db, sobject, [{**row, **audit, "IsActive": active}], ["IsActive", *audit])
