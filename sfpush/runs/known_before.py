"""What earlier runs left on a record: rejections (L3), creates without an answer (B3), and who goes first (M4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace

from sfpush.model import AnyChange
from sfpush.planning.subjects import Failure, Subject
from sfpush.store import error_log, journal
from sfpush.store.plans import changes_of
from sfpush.store.subjects import Chunk, Sharer

_GOES = frozenset({"create", "update", "link", "unchanged", "block"})


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
        self,
        connection: sqlite3.Connection,
        plan: int,
        chunk: Chunk,
        same: Callable[[Subject, Sharer], bool],
    ) -> None:
        self._sharers, self._same = chunk.sharers, same
        self._here = {subject.record.key for subject in chunk.subjects}
        others = {one.key for sharers in chunk.sharers.values() for one in sharers} - self._here
        self._goes = {
            key: change.action in _GOES for key, change in changes_of(connection, plan, sorted(others)).items()
        }

    def of(self, subject: Subject) -> str | None:
        """The record that goes before this one: a linked one, else one with a lower key that the plan lets go."""
        key = subject.record.key
        for one in self._sharers.get(key, ()):
            goes = self._goes.get(one.key, one.linked)
            if self._same(subject, one) and goes and (one.linked or one.key < key):
                return one.key
        return None

    def put_before(self, subject: Subject) -> Subject:
        """The subject, told of the record that goes before it."""
        rival = self.of(subject)
        return subject if rival is None else replace(subject, rival=rival)

    def of_any_key(self, subject: Subject) -> str | None:
        """A record of the same company that is linked or that the plan lets go, whatever its key."""
        others = self._sharers.get(subject.record.key, ())
        return next(
            (one.key for one in others if self._same(subject, one) and (one.linked or self._goes.get(one.key))), None
        )

    def note(self, key: str, change: AnyChange | None) -> None:
        """Remember what was decided; None: it goes, and the details follow."""
        if key in self._sharers:
            self._goes[key] = change is None or change.action in _GOES
