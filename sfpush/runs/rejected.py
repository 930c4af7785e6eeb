"""Rejected records as rows that can be mended in a spreadsheet and imported again (L2)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sfpush.apollo_fields import STAGE_FIELD, canonical
from sfpush.model import Record, RecordType
from sfpush.push.hints import hint_for
from sfpush.store.error_log import LoggedError, entries
from sfpush.store.records import get

MENDABLE = (RecordType.CONTACT, RecordType.ACCOUNT, RecordType.DEAL)
REMARKS = ("sfpush error", "sfpush message", "sfpush hint")
"""Columns that an import passes over."""

_LEFT_OUT = ("id", "created_at", "updated_at", "deleted")
"""An import with the old `updated_at` could be taken for one that is out of date (I3)."""
_ID_HEADERS = {RecordType.CONTACT: "Apollo Contact Id", RecordType.ACCOUNT: "Apollo Account Id", RecordType.DEAL: "Id"}
_HEADERS = {
    (RecordType.ACCOUNT, "name"): "Company Name",
    (RecordType.DEAL, "name"): "Deal Name",
    (RecordType.CONTACT, "organization_name"): "Company Name",
}
_FIRST = ("first_name", "last_name", "name", "title", "email", "organization_name")


@dataclass(frozen=True, slots=True)
class RejectedRecords:
    """The rejected records of one type. `fields` are the columns that all of them can be written in, by header."""

    connection: sqlite3.Connection
    org: int
    type: RecordType
    count: int
    fields: Mapping[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """What went wrong first, then who it is, then everything else."""
        return (*REMARKS, _ID_HEADERS[self.type], *self.fields)

    def rows(self) -> Iterator[Mapping[str, str]]:
        """One row a record."""
        for error, record in _rejected(self.connection, self.org, self.type):
            yield {
                **dict(zip(REMARKS, (error.code, error.message, hint_for(error.code)), strict=True)),
                _ID_HEADERS[self.type]: record.key.partition(":")[2],
                **{header: str(record.fields.get(name, "")) for header, name in self.fields.items()},
            }


def rejected_records(connection: sqlite3.Connection, org: int) -> Iterator[RejectedRecords]:
    """The unresolved rejections of the types that can be mended in a table, a type at a time."""
    for record_type in MENDABLE:
        names: dict[str, None] = {}
        unfit: set[str] = set(_LEFT_OUT)
        count = 0
        for _error, record in _rejected(connection, org, record_type):
            count += 1
            names |= dict.fromkeys(record.fields)
            unfit |= {name for name, value in record.fields.items() if not isinstance(value, str)}
            if STAGE_FIELD not in record.fields:  # an empty cell would say No stage of it (I2)
                unfit.add(STAGE_FIELD)
        if count:
            order = sorted(names, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
            fields = {_header(record_type, name): name for name in order if name not in unfit}
            yield RejectedRecords(connection, org, record_type, count, fields)


def _rejected(
    connection: sqlite3.Connection, org: int, record_type: RecordType
) -> Iterator[tuple[LoggedError, Record]]:
    """An account that was made up for a contact has no record until it is there: its contacts are what to mend."""
    for error in entries(connection, org):
        if error.record.startswith(f"{record_type}:") and error.sobject != "CampaignMember":
            record = get(connection, error.record)
            if record is not None and not record.deleted and not record.key.startswith("account:name:"):
                yield error, record


def _header(record_type: RecordType, name: str) -> str:
    """A field's name as Apollo's exports write it, if an import reads it as the same field."""
    header = _HEADERS.get((record_type, name), name.replace("_", " ").title())
    return header if canonical(header, record_type) == name else name
