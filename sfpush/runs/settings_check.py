"""Checking the settings against what they are about: the org, the records, Apollo's own lists. Nothing is changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator

from sfpush.describe import Describe
from sfpush.errors import RequestRefused
from sfpush.model import RecordType
from sfpush.org.connected import Org
from sfpush.planning.context import Context
from sfpush.planning.list_check import STAGE_LISTS, check_mailboxes, check_owners, check_stages
from sfpush.planning.map_check import Found, check_map, check_sources, used_sobjects
from sfpush.runs.filters import field_map_warnings, filter_warnings
from sfpush.settings.keys import dotted
from sfpush.settings.problems import Finding
from sfpush.settings.schema import Settings
from sfpush.store import reference
from sfpush.store.record_list import owner_emails, stages
from sfpush.store.snapshot import active_users

_TABLES = {RecordType.CONTACT: "contacts", RecordType.ACCOUNT: "accounts"}


def check_against_org(org: Org, settings: Settings) -> Iterator[Found]:
    """What the org can't take, by its describes as they are now. Raises NotReady if it is out of reach."""
    return check_map(settings, dict(_described(org, settings)))


def check_against_store(connection: sqlite3.Connection, settings: Settings) -> Iterator[Finding]:
    """What the records and lists that were imported do not know; nothing is said of lists that were not."""
    for record_type, sentence in filter_warnings(connection, settings).items():
        yield Finding((_TABLES[record_type], "filter"), sentence)
    for path, sentence in field_map_warnings(connection, settings).items():
        yield Finding(path, sentence)
    lists = {name: reference.names(connection, name) for name in STAGE_LISTS}
    held = {name: stages(connection, record_type) for name, record_type in STAGE_LISTS.items()}
    yield from check_stages(settings, lists, held)
    yield from check_mailboxes(settings, reference.names(connection, "email_accounts"))


def check_owners_known(connection: sqlite3.Connection, org: int, settings: Settings) -> Iterator[Finding]:
    """Owners in Apollo who are nobody in the org as last read; nothing is said before its first pull."""
    users = active_users(connection, org)
    if users:
        yield from check_owners(settings, owners_named(connection), users)


def owners_named(connection: sqlite3.Connection) -> frozenset[str]:
    """The e-mails of all Apollo owners that records or the imported list of users name (C9)."""
    return owner_emails(connection) | {*reference.user_emails(connection).values()}


def plan_warnings(connection: sqlite3.Connection, context: Context, created: Collection[str]) -> tuple[str, ...]:
    """What a plan says of its settings: filters that ask for fields nobody has (B6); of the sObjects that it creates,
    sources that are new in Salesforce (C10)."""
    found = [
        Finding((_TABLES[record_type], "filter"), sentence)
        for record_type, sentence in filter_warnings(connection, context.settings).items()
    ]
    found += check_mailboxes(context.settings, context.connected_mailboxes)
    describes = {sobject: describe for sobject, describe in context.describes.items() if sobject in created}
    found += [one.finding for one in check_sources(context.settings, describes) if one.weight == "warning"]
    return tuple(f"{dotted(one.path)}: {one.sentence}" for one in found)


def _described(org: Org, settings: Settings) -> Iterator[tuple[str, Describe]]:
    for sobject in used_sobjects(settings):
        try:
            yield sobject, org.describe(sobject)
        except RequestRefused:  # what needs an sObject that the user does not see says so itself
            continue
