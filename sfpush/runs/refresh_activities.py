"""Reading what has become of pushed activities: never the org's whole activity, only the rows that are ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sfpush.describe import Describe
from sfpush.errors import RequestRefused
from sfpush.model import SalesforceId
from sfpush.org.connected import Org
from sfpush.planning.activities.lines import SOBJECTS
from sfpush.planning.field_map import object_map, snapshot_fields
from sfpush.runs.progress import Progress
from sfpush.runs.watermark import changed_since, moved_on
from sfpush.settings.schema import Settings
from sfpush.store import snapshot
from sfpush.store.activities import linked_but_unread, types_stored
from sfpush.store.database import writing
from sfpush.store.describes import save_describes
from sfpush.store.links import keys_linked_to
from sfpush.store.times import to_text

_PAGE = 2000
_CLOCKS_APART = timedelta(hours=1)
"""How far this machine's clock may be ahead of the org's."""


@dataclass(frozen=True)
class Ours:
    """What was read of pushed activities: rows by sObject, and how many of them were deleted."""

    read: Mapping[str, int]
    deleted: int = 0


def refresh_activities(
    connection: sqlite3.Connection,
    org: Org,
    number: int,
    settings: Settings,
    *,
    now: datetime,
    progress: Progress,
    full: bool = False,
) -> Ours:
    """Bring the rows of pushed activities up to date, and the describes of what is in the store to be pushed.

    Read are the rows that the connected user created, or that hold an external id, as far as they changed since the
    last time; kept are those that an activity is linked to or may be found by. A linked row that neither brings is
    read by its Id. Nothing is read of a type that the store has no activity of.
    """
    wanted = sorted({SOBJECTS[one] for one in types_stored(connection) if one in SOBJECTS})
    describes = _describes(org, [*wanted, *(["EventRelation"] if "Event" in wanted else [])])
    with writing(connection):
        save_describes(connection, number, describes.values(), now=to_text(now))
    read, deleted = {}, 0
    for sobject in wanted:
        if sobject in describes:
            reading = _Reading(connection, org, number, describes[sobject], settings, full=full)
            read[sobject], gone = reading.run(now, progress)
            deleted += gone
    return Ours(read, deleted)


def _describes(org: Org, sobjects: list[str]) -> dict[str, Describe]:
    found = {}
    for sobject in sobjects:
        try:
            found[sobject] = org.describe(sobject)
        except RequestRefused:  # hidden from the user; what needs it says so
            continue
    return found


class _Reading:
    """One sObject's part."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        org: Org,
        number: int,
        describe: Describe,
        settings: Settings,
        *,
        full: bool,
    ) -> None:
        mapped = object_map(describe.sobject, settings, describe)
        self._connection, self._org, self._number, self._sobject = connection, org, number, describe.sobject
        self._fields = snapshot_fields(mapped, describe.sobject, describe)
        self._external_id_field = mapped.external_id_field
        self._state = snapshot.snapshot_state(connection, number, describe.sobject)
        known = (
            self._state is not None
            and set(self._fields) <= set(self._state.field_names)
            and self._external_id_field == self._state.external_id_field
        )
        self._in_full = full or not known

    def run(self, now: datetime, progress: Progress) -> tuple[int, int]:
        """Read; returns how many rows came that are kept, and how many of them are deleted."""
        progress.start(f"Reading {self._sobject}", None, "rows")
        count = deleted = 0
        begun = self._org.answered_at
        before = newest = self._state.modstamp if self._state else to_text(min(now, begun or now) - _CLOCKS_APART)
        for page in _pages(self._changed(before)):
            newest = max(newest, *(str(row["SystemModstamp"]) for row in page))
            kept = self._keep(page)
            count, deleted = count + len(kept), deleted + sum(1 for row in kept if row.get("IsDeleted"))
            progress.advance(len(page))
        unread = linked_but_unread(self._connection, self._number, self._sobject)
        if unread:
            found = self._org.rows_by_id(self._sobject, unread, self._fields)
            # one that the org does not know any more was deleted too long ago to be shown
            rows = [found.get(SalesforceId.trusted(sf_id), {"Id": sf_id, "IsDeleted": True}) for sf_id in unread]
            kept = self._keep(rows)
            count, deleted = count + len(kept), deleted + sum(1 for row in kept if row.get("IsDeleted"))
        in_full_at = to_text(now) if self._state is None or self._in_full else self._state.pulled_in_full_at
        with writing(self._connection):
            snapshot.note_state(
                self._connection,
                self._number,
                self._sobject,
                snapshot.SnapshotState(
                    self._fields,
                    moved_on(before, newest, begun, now),
                    in_full_at,
                    to_text(now),
                    self._external_id_field,
                ),
            )
        progress.finish()
        return count, deleted

    def _changed(self, newest: str) -> Iterator[dict[str, Any]]:
        """Ours that changed; on the first time, all that hold an external id, and what we made in the last hour."""
        since: str | None = changed_since(newest)
        if self._in_full and (self._state is not None or self._external_id_field):
            since = None
        return self._org.read_own(
            self._sobject, self._fields, external_id_field=self._external_id_field, changed_since=since
        )

    def _keep(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        linked = keys_linked_to(self._connection, self._number, [str(row["Id"]) for row in rows])
        kept = [row for row in rows if row["Id"] in linked or row.get(self._external_id_field)]
        with writing(self._connection):
            snapshot.save_rows(self._connection, self._number, self._sobject, kept, self._external_id_field)
        return kept


def _pages(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while page := list(islice(rows, _PAGE)):
        yield page
