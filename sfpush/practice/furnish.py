"""What a fresh org holds before anyone typed a word: its Organization, its API user, profiles, statuses and stages."""

from __future__ import annotations

import sqlite3

from sfpush.practice import rows
from sfpush.practice.catalogue import Catalogue
from sfpush.practice.rows import Row


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
