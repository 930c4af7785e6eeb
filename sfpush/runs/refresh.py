"""Refreshing the snapshot: in full at first, then only what changed (G3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sfpush.describe import Describe
from sfpush.errors import RequestRefused
from sfpush.org.connected import Org
from sfpush.planning.field_map import object_map, snapshot_fields
from sfpush.runs.progress import Progress
from sfpush.runs.refresh_activities import refresh_activities
from sfpush.runs.watermark import changed_since, moved_on
from sfpush.settings.schema import Settings
from sfpush.store import snapshot
from sfpush.store.database import writing
from sfpush.store.deals import have_contact_roles
from sfpush.store.describes import save_describes
from sfpush.store.doubted import doubted_rows, mark_gone
from sfpush.store.orgs import OrgState, note_pull
from sfpush.store.reference import bodies
from sfpush.store.times import from_text, to_text

_PAGE = 2000
_MAPPED = ("Account", "Contact", "Lead", "Opportunity")
_FULL_AFTER = timedelta(days=14)


@dataclass(frozen=True)
class Refreshed:
    """What a pull brought: rows read by sObject, how many of them were deleted or merged, API calls made."""

    read: Mapping[str, int]
    deleted: int = 0
    merged: int = 0
    pulled: int = 0
    api_calls: int = 0
    describes: Mapping[str, Describe] = field(default_factory=dict)


def refresh(
    connection: sqlite3.Connection,
    org: Org,
    state: OrgState,
    settings: Settings,
    *,
    now: datetime,
    progress: Progress,
    full: bool = False,
) -> Refreshed:
    """Bring the snapshot of User, Account, Contact and Lead up to date, describes first; Opportunity where it matters.

    An sObject is read in full at first, when the fields it must hold have changed, when it was not read for 14 days
    (deletions age out of Salesforce after 15), and on request; else only rows changed since. Deleted rows come too.
    A refresh that is interrupted leaves what it has read, and the next one goes on.
    """
    calls_before = org.api_calls
    describes = _describes(org, _wanted(connection, settings))
    with writing(connection):
        save_describes(connection, state.org, describes.values(), now=to_text(now))
    stale = state.pulled_at is not None and now - from_text(state.pulled_at) > _FULL_AFTER
    read, deleted, merged, all_in_full = {}, 0, 0, True
    for sobject, describe in describes.items():
        reading = _Reading(connection, org, state.org, sobject, describe, settings, now, full=full)
        read[sobject], gone, lost = reading.run(progress)
        deleted, merged = deleted + gone, merged + lost
        all_in_full = all_in_full and reading.in_full
    ours = refresh_activities(connection, org, state.org, settings, now=now, progress=progress, full=full or stale)
    with writing(connection):
        note_pull(connection, state.org, now=to_text(now), in_full=all_in_full)
    read, deleted = {**read, **ours.read}, deleted + ours.deleted
    return Refreshed(read, deleted, merged, api_calls=org.api_calls - calls_before, describes=describes)


def _wanted(connection: sqlite3.Connection, settings: Settings) -> Iterator[str]:
    """What is read besides User, Account and Contact, as far as the user sees it."""
    yield "Lead"
    mode = settings.deals.mode
    if mode != "off" or settings.accounts.deletion_sync:  # an Account would take its Opportunities along (S1)
        yield "Opportunity"
    if mode in ("push", "bidirectional"):
        if any(stage.get("salesforce_id") for stage in bodies(connection, "opportunity_stages")):
            yield "OpportunityStage"
        if have_contact_roles(connection):
            yield "OpportunityContactRole"


def _describes(org: Org, wanted: Iterable[str]) -> dict[str, Describe]:
    found = {sobject: org.describe(sobject) for sobject in ("User", "Account", "Contact")}
    for sobject in wanted:
        try:
            found[sobject] = org.describe(sobject)
        except RequestRefused:  # switched off in the org, or hidden from the user; what needs one then says so
            continue
    return found


class _Reading:
    """One sObject's part of a refresh."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        org: Org,
        number: int,
        sobject: str,
        describe: Describe,
        settings: Settings,
        now: datetime,
        *,
        full: bool,
    ) -> None:
        mapped = object_map(sobject, settings, describe) if sobject in _MAPPED else None
        self._connection, self._org, self._number, self._sobject = connection, org, number, sobject
        self._fields = snapshot_fields(mapped, sobject, describe)
        self._external_id_field = mapped.external_id_field if mapped else ""
        self._state = snapshot.snapshot_state(connection, number, sobject)
        if self._state is not None and (
            full
            or now - from_text(self._state.read_at) > _FULL_AFTER
            or not set(self._fields) <= set(self._state.field_names)
            or self._external_id_field != self._state.external_id_field
        ):
            self._state = None
        self.in_full = self._state is None
        self._now = now
        if self._state is not None:  # a field that the org has taken away since would fail every read from now on
            self._fields = tuple(name for name in self._state.field_names if describe.field(name) is not None)

    def run(self, progress: Progress) -> tuple[int, int, int]:
        """Read; returns how many rows came, how many of them deleted, how many merged."""
        progress.start(f"Reading {self._sobject}", None, "rows")
        self._count = self._deleted = self._merged = 0
        before = self._newest = self._state.modstamp if self._state else ""
        there = self._counted()
        begun = self._org.answered_at
        if self.in_full:
            with writing(self._connection):
                snapshot.begin_full_read(self._connection, self._number, self._sobject)
        self._take(changed_since(before) if before else None, progress)
        if there > snapshot.count_alive(self._connection, self._number).get(self._sobject, 0):
            self._take(None, progress)
        self._deleted += self._look_after_doubted()
        self._note(moved_on(before, self._newest, begun, self._now))
        progress.finish()
        return self._count, self._deleted - self._merged, self._merged

    def _counted(self) -> int:
        """How many rows the org has, asked once a day; else 0. Rows that the user has been let see since, or that a
        read missed, have not changed: only by their number are they found out, before they are made a second time."""
        if self._state is None or from_text(self._state.read_at).date() == self._now.date():
            return 0
        try:
            return self._org.count(self._sobject)
        except RequestRefused:  # counting millions may take longer than Salesforce allows
            return 0

    def _take(self, since: str | None, progress: Progress) -> None:
        for page in _pages(self._org.read(self._sobject, self._fields, changed_since=since, include_deleted=True)):
            with writing(self._connection):
                snapshot.save_rows(self._connection, self._number, self._sobject, page, self._external_id_field)
            self._newest = max(self._newest, *(str(row["SystemModstamp"]) for row in page))
            self._deleted += sum(1 for row in page if row.get("IsDeleted"))
            self._merged += sum(1 for row in page if row.get("MasterRecordId"))
            self._count += len(page)
            progress.advance(len(page))

    def _look_after_doubted(self) -> int:
        """Ask for rows that took no write for not being there: purged before a read could show them as deleted. Returns
        how many are."""
        doubted = doubted_rows(self._connection, self._number, self._sobject)
        if not doubted:
            return 0
        found = self._org.rows_by_id(self._sobject, doubted, self._fields)
        gone = [sf_id for sf_id in doubted if sf_id not in found]
        with writing(self._connection):
            rows = list(found.values())
            snapshot.save_rows(self._connection, self._number, self._sobject, rows, self._external_id_field)
            mark_gone(self._connection, self._number, gone)
        return len(gone)

    def _note(self, watermark: str) -> None:
        in_full_at = to_text(self._now) if self._state is None else self._state.pulled_in_full_at
        with writing(self._connection):
            if self.in_full:
                snapshot.end_full_read(self._connection, self._number, self._sobject)
            snapshot.note_state(
                self._connection,
                self._number,
                self._sobject,
                snapshot.SnapshotState(
                    self._fields, watermark, in_full_at, to_text(self._now), self._external_id_field
                ),
            )


def _pages(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while page := list(islice(rows, _PAGE)):
        yield page
