"""The company that a contact or a deal names: Apollo's account record, one like it, else one that is made up (C6)."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sfpush.model import Record
from sfpush.planning.accounts import made_up_account, made_up_key
from sfpush.planning.keys import company_domain, company_key
from sfpush.store.sharers import accounts_alike
from sfpush.store.subjects import stored_records


class Told(NamedTuple):
    """What a record's own columns say of its company: Apollo's account, the account that they make; "" for neither.

    Records that are told the same have the same company.
    """

    account: str
    made_up: str


def told_by(asker: Record, free_mail: Collection[str]) -> Told | None:
    """What this record says of its company; None if nothing."""
    account = asker.fields.get("account_id")
    told = Told(f"account:{account}" if account else "", made_up_key(asker, free_mail) or "")
    return told if any(told) else None


def companies_of(
    connection: sqlite3.Connection, told: Mapping[str, Told], askers: Sequence[Record], free_mail: Collection[str]
) -> Mapping[str, Record]:
    """The account record of each asker, by the asker's key, as far as it is `told`; those without one are left out."""
    wanted = {one.key: told[one.key].account for one in askers if one.key in told and told[one.key].account}
    stored = stored_records(connection, sorted(set(wanted.values())))
    found = {key: stored[account] for key, account in wanted.items() if account in stored}
    keys = {
        one.key: told[one.key].made_up
        for one in askers
        if one.key not in found and one.key in told and told[one.key].made_up
    }
    made_up: dict[str, Record] = {}
    for one in askers:
        if (key := keys.get(one.key)) is not None and key not in made_up:
            made_up[key] = made_up_account(key, one)
    made_up.update(_alike(connection, made_up, free_mail))
    return {**found, **{asker: made_up[key] for asker, key in keys.items()}}


def _alike(
    connection: sqlite3.Connection, made_up: Mapping[str, Record], free_mail: Collection[str]
) -> Mapping[str, Record]:
    """The account records of the store that stand for made-up ones: by domain, else by name (M3)."""
    domains = {key: company_domain(record.fields.get("website"), free_mail) for key, record in made_up.items()}
    names = {key: company_key(record.name) for key, record in made_up.items()}
    by_domain = accounts_alike(connection, "domain", filter(None, domains.values()), free_mail)
    by_name = accounts_alike(connection, "name", filter(None, names.values()), free_mail)
    alike: dict[str, str] = {}
    for key, domain in domains.items():
        if domain is not None and domain in by_domain:
            alike[key] = by_domain[domain].first
        elif (there := by_name.get(names[key])) is not None:
            first = there.first if domain is None else there.first_without_domain
            if first is not None:
                alike[key] = first
    records = stored_records(connection, sorted(set(alike.values())))
    return {key: records[other] for key, other in alike.items()}
