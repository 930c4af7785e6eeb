"""The accounts that a plan in the making creates for contacts, found again by domain and name (C8).

A temporary table: ten thousand contacts of new companies must not be held in memory.
"""

from __future__ import annotations

import sqlite3

from sfpush.model import Record
from sfpush.planning.accounts import different_companies
from sfpush.planning.keys import company_domain, company_key


class PlannedAccounts:
    """Which made-up account stands for which company, while one plan is made."""

    def __init__(self, connection: sqlite3.Connection, free_mail: frozenset[str]) -> None:
        self._connection = connection
        self._free_mail = free_mail
        connection.execute("DROP TABLE IF EXISTS temp.planned_accounts")
        connection.execute(
            "CREATE TEMP TABLE planned_accounts (kind TEXT, value TEXT, key TEXT, website TEXT,"
            " PRIMARY KEY (kind, value, key)) WITHOUT ROWID"
        )

    def add(self, record: Record) -> None:
        """Remember that this company's account is being created."""
        website = record.fields.get("website")
        rows = [("name", company_key(record.name), record.key, website)]
        if domain := company_domain(website, self._free_mail):
            rows.append(("domain", domain, record.key, website))
        self._connection.executemany("INSERT OR IGNORE INTO temp.planned_accounts VALUES (?, ?, ?, ?)", rows)

    def find(self, record: Record) -> str | None:
        """The planned account of the same company as this one: by domain, else by name (M3); the lowest key."""
        if domain := company_domain(record.fields.get("website"), self._free_mail):
            row = self._connection.execute(
                "SELECT key FROM temp.planned_accounts WHERE kind = 'domain' AND value = ? ORDER BY key", (domain,)
            ).fetchone()
            if row:
                return str(row[0])
        for key, website in self._connection.execute(
            "SELECT key, website FROM temp.planned_accounts WHERE kind = 'name' AND value = ? ORDER BY key",
            (company_key(record.name),),
        ):
            other = Record(key, record.type, record.name, {"website": website})
            if not different_companies(record, other, self._free_mail):
                return str(key)
        return None
