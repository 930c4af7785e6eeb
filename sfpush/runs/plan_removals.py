"""Deciding, before all else, on what goes: records of merged rows (S3), then deletions in both directions (S1, S2)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sfpush.model import AnyChange, Delete, Link, Merge, OrgRow, Record, RecordType, SalesforceId, Unchanged
from sfpush.planning.context import Context
from sfpush.planning.deletions import (
    NO_CHILDREN,
    Children,
    decide_deleted_in_apollo,
    decide_deleted_in_salesforce,
)
from sfpush.planning.merges import Lost, decide_merged, follow, with_fields
from sfpush.planning.subjects import Subject
from sfpush.runs.known_before import with_failures
from sfpush.settings.record_types import AccountSettings, ContactSettings
from sfpush.store import removals
from sfpush.store.database import in_chunks, writing
from sfpush.store.links import keys_linked_to, links_for
from sfpush.store.made_accounts import made_keys
from sfpush.store.plans import Decided, Scope, add_changes
from sfpush.store.snapshot import snapshot_state
from sfpush.store.subjects import CHUNK


class Removals:
    """The removals of one plan in the making.

    `deleted_rows` are the org rows that the plan deletes; `spoken_for` maps these, and the rows that links move to, to
    their records; `moved` are those links.
    """

    def __init__(self, connection: sqlite3.Connection, org: int, context: Context, plan: int, scope: Scope) -> None:
        self._connection, self._org, self._context, self._plan = connection, org, context, plan
        self._scope = scope
        self._joined: dict[str, Record] = {}
        self._decided: set[str] = set()
        self.deleted_rows: set[str] = set()
        self.spoken_for: dict[str, str] = {}
        self.moved: dict[str, Link] = {}

    def decide(self) -> None:
        """Decide on every record in scope that was merged, was deleted, or lost its row; people before accounts."""
        lost = self._in_scope(removals.keys_of_lost(self._connection, self._org))
        converted = removals.converted_leads(self._connection, self._org) if lost else {}
        for keys in in_chunks(lost, CHUNK):
            self._add(self._decide_lost(keys, converted))
        for record_type in (RecordType.CONTACT, RecordType.ACCOUNT):
            deleted = self._in_scope(removals.keys_of_deleted(self._connection, self._org, record_type))
            for keys in in_chunks(deleted, CHUNK):
                self._add(self._decide_deleted(keys))

    def rest_of(self, records: Sequence[Record]) -> Sequence[Record]:
        """Those of these records that are still to be decided on, as the plan's merges leave them.

        A record whose link moves is one of them: what is to be written to its new row is still open.
        """
        if not self._decided:
            return records
        return [self._joined.get(record.key, record) for record in records if record.key not in self._decided]

    def besides_moves(self, decided: Sequence[Decided]) -> Sequence[Decided]:
        """These decisions without the records of which there is no more to say than that their link moves."""
        if not self.moved:
            return decided
        return [one for one in decided if one.change.action != Unchanged.action or one.change.record not in self.moved]

    def _in_scope(self, keys: Sequence[str]) -> list[str]:
        accounts, people = f"{RecordType.ACCOUNT.value}:", f"{RecordType.CONTACT.value}:"
        in_scope = {None: (accounts, people), "Account": (accounts,), "Contact": (people,), "Lead": (people,)}
        prefixes = in_scope.get(self._scope.sobject, ())
        wanted = self._scope.keys
        return [key for key in keys if key.startswith(prefixes) and (wanted is None or key in wanted)]

    def _add(self, decided: Sequence[Decided]) -> None:
        self._decided.update(one.change.record for one in decided if one.change.record not in self.moved)
        with writing(self._connection):
            add_changes(self._connection, self._plan, decided)

    def _decide_lost(self, keys: Sequence[str], converted: Mapping[str, str]) -> list[Decided]:
        found = list(self._lost(keys))
        masters = self._masters([lost.trail.id for lost in found if lost.trail.merged], converted)
        made = made_keys(self._connection, [*keys, *(record.key for record in masters.values())])
        decided = []
        for lost in found:
            sync = self._settings(lost.record)
            trail = lost.trail
            change: AnyChange
            if trail.merged and (trail.alive or trail.row is None or not sync.merge_sync):
                master = masters.get(trail.id)
                if master is not None and master.key in made and lost.record.key not in made:
                    master = None  # an account made for a contact gives way to Apollo's own record (C6)
                change = decide_merged(lost, master, sync=sync.merge_sync, pushed=self._carried(lost))
                if isinstance(change, Merge):
                    self._note_merge(change, lost, masters)
            elif trail.alive:
                continue  # only converted: the update goes to the Contact (C5)
            else:
                change = decide_deleted_in_salesforce(lost, sync=sync.deletion_sync)
            decided.append(_decided(change, lost.record, lost.row))
        return decided

    def _lost(self, keys: Sequence[str]) -> Iterator[Lost]:
        links = links_for(self._connection, self._org, keys)
        rows = removals.rows_and_followers(self._connection, self._org, [link.id for link in links.values()])
        records = removals.records_of(self._connection, keys)
        restored = removals.restored(self._connection, self._org, keys)
        for key in keys:
            row = rows[links[key].id]
            yield Lost(records[key], links[key], row, follow(row, rows), restored=(key, row.id) in restored)

    def _carried(self, lost: Lost) -> Mapping[str, Any]:
        """What a link remembers once it has moved; a Lead's values under the names that a Contact has for them."""
        writers = self._context.writers
        there = lost.trail.row.sobject if lost.trail.row else lost.link.sobject
        if there == lost.link.sobject or there not in writers or lost.link.sobject not in writers:
            return lost.link.pushed
        return writers[there].carried(lost.link.pushed, writers[lost.link.sobject])

    def _masters(self, survivors: Sequence[SalesforceId], converted: Mapping[str, str]) -> dict[str, Record]:
        """The living records of these rows, as the plan has left them: linked to them, or to a Lead that became one."""
        linked = keys_linked_to(self._connection, self._org, survivors)
        owners = {
            one: [key for key in (self.spoken_for.get(one), linked.get(one), converted.get(one)) if key is not None]
            for one in survivors
        }
        records = removals.records_of(self._connection, [key for keys in owners.values() for key in keys])
        masters: dict[str, Record] = {}
        for one, keys in owners.items():
            living = [records[key] for key in keys if key in records and not records[key].deleted]
            if living:
                masters[one] = self._joined.get(living[0].key, living[0])
        return masters

    def _note_merge(self, merge: Merge, lost: Lost, masters: dict[str, Record]) -> None:
        survivor = lost.trail.id
        if merge.needs:
            joined = with_fields(masters[survivor], merge.fields)
            masters[survivor] = self._joined[joined.key] = joined
        else:
            masters[survivor] = lost.record
            self.spoken_for[survivor] = merge.record
            self.moved[merge.record] = Link(merge.record, merge.sobject, survivor, merge.pushed)

    def _decide_deleted(self, keys: Sequence[str]) -> list[Decided]:
        targets = dict(self._targets(keys))
        records = removals.records_of(self._connection, list(targets))
        by_hand = self._context.mode == "manual"
        subjects = with_failures(
            self._connection, self._org, [Subject(records[key]) for key in targets], by_hand=by_hand
        )
        children = self._children([row for row in targets.values() if row.sobject == "Account"])
        decided = []
        for subject in subjects:
            record = subject.record
            row = targets[record.key]
            describe = self._context.describes.get(row.sobject)
            change = decide_deleted_in_apollo(
                record,
                row,
                sync=self._settings(record).deletion_sync,
                deletable=describe is None or describe.deletable,
                children=children.get(row.id, NO_CHILDREN),
                failure=subject.failure,
            )
            if isinstance(change, Delete):
                self.deleted_rows.add(row.id)
                self.spoken_for[row.id] = record.key
            decided.append(_decided(change, record, row))
        return decided

    def _targets(self, keys: Sequence[str]) -> Iterator[tuple[str, OrgRow]]:
        """The rows that deleted records would take along: living ones that no living record has."""
        links = links_for(self._connection, self._org, keys)
        rows = removals.rows_and_followers(self._connection, self._org, [link.id for link in links.values()])
        trails = {key: follow(rows[links[key].id], rows) for key in keys if links[key].id in rows}
        linked = keys_linked_to(self._connection, self._org, [trail.id for trail in trails.values()])
        converted = removals.converted_leads(self._connection, self._org)
        for key, trail in trails.items():
            free = linked.get(trail.id, key) == key and not {trail.id} & (self.spoken_for.keys() | converted.keys())
            if trail.row is not None and trail.alive and not trail.merged and free:
                yield key, trail.row

    def _children(self, accounts: Sequence[OrgRow]) -> Mapping[str, Children]:
        unseen = tuple(
            sobject
            for sobject in ("Contact", "Opportunity")
            if snapshot_state(self._connection, self._org, sobject) is None
        )
        found = removals.children_of(self._connection, self._org, [row.id for row in accounts])
        return {
            row.id: Children(
                staying=[child for child in found.get(row.id, ()) if child.id not in self.deleted_rows],
                going=tuple(
                    sorted(
                        self.spoken_for[child.id] for child in found.get(row.id, ()) if child.id in self.deleted_rows
                    )
                ),
                unseen=unseen,
            )
            for row in accounts
        }

    def _settings(self, record: Record) -> ContactSettings | AccountSettings:
        settings = self._context.settings
        return settings.contacts if record.type is RecordType.CONTACT else settings.accounts


def _decided(change: AnyChange, record: Record, row: OrgRow) -> Decided:
    account = row.id if row.sobject == "Account" else row.fields.get("AccountId")
    return Decided(change, record.version, row.modstamp, near=account)
