"""What a person decides about one record: which org row it is tied to, or that it is tied to none (M8)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sfpush.errors import UsageError
from sfpush.model import Link, Record, RecordType, SalesforceId, typed
from sfpush.org.connected import Org
from sfpush.settings.schema import Settings
from sfpush.store import error_log, journal, settled
from sfpush.store.database import writing
from sfpush.store.links import drop_guests, drop_links, keys_linked_to, links_for, release_held_loosely, save_links
from sfpush.store.made_accounts import drop_unlinked_made_accounts
from sfpush.store.records import get
from sfpush.store.snapshot import rows_by_id, save_rows, snapshot_state
from sfpush.store.subjects import export_ids
from sfpush.store.times import to_text

_TASK, _NOTE = {"00T": "Task"}, {"002": "Note"}
_FITTING: Mapping[RecordType, Mapping[str, str]] = {
    RecordType.CONTACT: {"003": "Contact", "00Q": "Lead"},
    RecordType.ACCOUNT: {"001": "Account"},
    RecordType.DEAL: {"006": "Opportunity"},
    RecordType.EMAIL: _TASK,
    RecordType.CALL: _TASK,
    RecordType.TASK: _TASK,
    RecordType.MEETING: {"00U": "Event"},
    RecordType.NOTE: _NOTE,
    RecordType.CONVERSATION: _NOTE,
}
"""What a record can be in the org, by the first three letters of the Id."""


@dataclass(frozen=True, slots=True)
class Tied:
    """A record's link as a person left it; `before` is what it was. None: no link."""

    record: str
    link: Link | None
    before: Link | None


def link_record(
    connection: sqlite3.Connection,
    org: Callable[[], Org],
    number: int,
    settings: Settings,
    key: str,
    text: str,
    *,
    now: datetime,
) -> Tied:
    """Tie a record to the org row with this Id. The row is at its first match (F2): nothing counts as pushed yet.

    `number` is the org's in this store; `org` is only called for a row that the snapshot does not show as living.
    Raises UsageError when the Id is none, is of an sObject that the record can't be, is of no living row, or is
    linked to another record (M4), which the message names. The caller holds the home's lock.
    """
    record = _living(connection, key)
    identity, sobject = _fitting(record, text)
    _refuse_missing(connection, org, number, settings, sobject, identity)
    before = links_for(connection, number, [key]).get(key)
    link = before if before is not None and before.id == identity else Link(key, sobject, identity)
    with writing(connection):
        _free_or_refuse(connection, number, sobject, identity, key)
        if link is not before:
            drop_guests(connection, number, [key])
        save_links(connection, number, [link], now=to_text(now))
        settled.forget_settled(connection, number, key)
        error_log.resolve(connection, number, [key], now=to_text(now))
    journal.dismiss_unclear(connection, number, [key], now=to_text(now))
    return Tied(key, link, before)


def unlink_record(connection: sqlite3.Connection, number: int, key: str, *, now: datetime) -> Tied:
    """Untie a record: the next plan decides on it as on a new one, also where its row was deleted (S2).

    The caller holds the home's lock.
    """
    before = links_for(connection, number, [key]).get(key)
    record = get(connection, key)
    named = rows_by_id(connection, number, export_ids(record) if record is not None else ())
    gone = {row.id for row in named.values() if row.deleted} | ({before.id} if before is not None else set())
    with writing(connection):
        drop_links(connection, number, [key])
        settled.forget_settled(connection, number, key)
        settled.settle_unlinked(connection, number, key, gone)
        error_log.resolve(connection, number, [key], now=to_text(now))
    journal.dismiss_unclear(connection, number, [key], now=to_text(now))
    return Tied(key, None, before)


def _living(connection: sqlite3.Connection, key: str) -> Record:
    record = get(connection, key)
    if record is None or record.deleted:
        raise UsageError(
            f"The record {key} is deleted.",
            hint=f"Bring it back first: sfpush records restore {typed(key)}",
            code="deleted-record",
        )
    return record


def _fitting(record: Record, text: str) -> tuple[SalesforceId, str]:
    try:
        identity = SalesforceId(text)
    except ValueError as problem:
        raise UsageError(f"{problem}.", hint="Copy it from the record's address in Salesforce.") from None
    fitting = _FITTING[record.type]
    if identity[:3] not in fitting:
        wanted = " or ".join(f"{sobject} (its Id begins with {prefix})" for prefix, sobject in fitting.items())
        raise UsageError(
            f"{identity} can't be {record.key}: a record of that type is a {wanted}.",
            hint="Give the Id of such a record.",
            code="other-object",
        )
    return identity, fitting[identity[:3]]


def _refuse_missing(
    connection: sqlite3.Connection,
    org: Callable[[], Org],
    number: int,
    settings: Settings,
    sobject: str,
    identity: SalesforceId,
) -> None:
    known = rows_by_id(connection, number, [identity]).get(identity)
    if known is not None and not known.deleted:
        return
    state = snapshot_state(connection, number, sobject)
    row = org().rows_by_id(sobject, [identity], state.field_names if state else ()).get(identity)
    if row is None:
        raise UsageError(
            f"This org has no {sobject} {identity} that the connected user sees.",
            hint="Check the Id, and which org is connected: sfpush status",
            code="unknown-row",
        )
    if row.get("IsDeleted"):
        raise _deleted(sobject, identity, row)
    if state is not None:
        external_id_field = getattr(settings.salesforce.external_ids, sobject.lower(), "")
        with writing(connection):
            save_rows(connection, number, sobject, [row], external_id_field)


def _deleted(sobject: str, identity: SalesforceId, row: Mapping[str, Any]) -> UsageError:
    if master := row.get("MasterRecordId"):
        return UsageError(
            f"{sobject} {identity} was merged into {SalesforceId(master)}.",
            hint=f"Link the record to {SalesforceId(master)}.",
            code="merged-row",
        )
    return UsageError(
        f"{sobject} {identity} is deleted in Salesforce.",
        hint="Take it out of the recycle bin first.",
        code="deleted-row",
    )


def _free_or_refuse(
    connection: sqlite3.Connection, number: int, sobject: str, identity: SalesforceId, key: str
) -> None:
    other = keys_linked_to(connection, number, [identity]).get(identity, key)
    released = release_held_loosely(connection, number, [identity]) if other != key else {}
    drop_unlinked_made_accounts(connection, list(released.values()))
    if other != key and not released:
        there = get(connection, other)
        name = f" ({there.name})" if there and there.name else ""
        raise UsageError(
            f"{sobject} {identity} is linked to {other}{name}, and one org record is only ever one record's.",
            hint=f"If that link is wrong, take it away first: sfpush unlink {typed(other)}",
            code="linked-elsewhere",
        )
