"""What earlier runs left on a record: rejections (L3), creates without an answer (B3), and who goes first (M4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import replace

from sfpush.model import AnyChange, Record
from sfpush.planning.keys import company_domain
from sfpush.planning.subjects import Failure, Subject
from sfpush.store import error_log, journal
from sfpush.store.sharers import Goer, Group, Shared, goes, groups_of, is_telling, shared_by


def with_failures(
    connection: sqlite3.Connection, org: int, subjects: Sequence[Subject], *, by_hand: bool
) -> list[Subject]:
    """Add what the error log and the journal hold against the subjects; a push by hand tries refused ones again."""
    keys = [subject.record.key for subject in subjects]
    failures = {} if by_hand else error_log.failures(connection, org, keys)
    unclear = journal.unclear(connection, org, keys)
    if not failures and not unclear:
        return list(subjects)
    return [
        replace(
            subject,
            failure=_failure(subject, failures.get(subject.record.key)),
            unclear=unclear[subject.record.key].candidates if subject.record.key in unclear else None,
        )
        for subject in subjects
    ]


def _failure(subject: Subject, failure: error_log.Failure | None) -> Failure | None:
    if failure is None:
        return None
    used_up = failure.state == "open" and failure.record_version == subject.record.version
    return Failure(failure.code, used_up)


class Rivals:
    """Who goes first among records that are the same person or company (M4), as the plan takes shape."""

    def __init__(
        self, connection: sqlite3.Connection, org: int, plan: int, records: Sequence[Record], free_mail: Collection[str]
    ) -> None:
        self._shared = shared_by(connection, [record.key for record in records])
        every = {one for shared in self._shared.values() for one in shared}
        self._groups = groups_of(connection, org, plan, every, free_mail) if every else {}
        self._free_mail = free_mail

    def put_before(self, subject: Subject) -> Subject:
        """The subject, told of the record that goes before it: a linked one, else one with a lower key that goes."""
        first = self._first(subject, any_key=False)
        return subject if first is None else replace(subject, rival=first)

    def of_any_key(self, subject: Subject) -> str | None:
        """A record of the same company that is linked or that the plan lets go, whatever its key."""
        return self._first(subject, any_key=True)

    def note(self, record: Record, change: AnyChange | None) -> None:
        """Remember what was decided; None: it goes, and the details follow."""
        if change is not None and not goes(change.action):
            return
        for one in self._shared.get(record.key, ()):
            goer = Goer(True, record.key, one.primary, self._domain(record))
            group = self._groups.setdefault((one.kind, one.value), Group())
            group.add(goer, telling=is_telling(one.kind, goer))

    def _first(self, subject: Subject, *, any_key: bool) -> str | None:
        key = subject.record.key
        before = [
            goer
            for one in self._shared.get(key, ())
            for goer in self._same(subject.record, one)
            if goer.key != key and (any_key or not goer.unlinked or goer.key < key)
        ]
        return min(before).key if before else None

    def _same(self, record: Record, one: Shared) -> Sequence[Goer]:
        """Those of a group that are the same person or company as this record."""
        group = self._groups.get((one.kind, one.value))
        if group is None:
            return ()
        match one.kind:
            case "email":  # two people may have an additional address in common, and that alone
                return group.everyone if one.primary else group.telling
            case "name":  # two domains are two companies (M3); one domain is a group of its own
                return group.everyone if self._domain(record) is None else group.telling
            case _:
                return () if one.value in self._free_mail else group.everyone

    def _domain(self, record: Record) -> str | None:
        return company_domain(record.fields.get("website"), self._free_mail)
