"""Deciding on people, a chunk at a time: match, who goes first, their accounts, the decision."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sfpush.model import AnyChange, OrgRow, Record, RecordType
from sfpush.planning.context import Context
from sfpush.planning.matching import match_person
from sfpush.planning.people import Pending, begin, finish, target_of
from sfpush.planning.subjects import Subject
from sfpush.runs.filters import with_filter
from sfpush.runs.known_before import Rivals, with_failures
from sfpush.runs.plan_accounts import AccountDecisions
from sfpush.runs.plan_removals import Removals
from sfpush.store.claims import Claims
from sfpush.store.database import writing
from sfpush.store.plans import Decided, add_changes
from sfpush.store.subjects import person_subjects


class PeopleDecisions:
    """The people of one plan in the making."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        org: int,
        context: Context,
        plan: int,
        accounts: AccountDecisions,
        removals: Removals,
    ) -> None:
        self._connection, self._org, self._context, self._plan = connection, org, context, plan
        self._accounts = accounts
        self._claims = Claims(connection, org, "people", removals.spoken_for)
        self._removals = removals
        ids = context.settings.salesforce.external_ids
        self._by_external_id = bool(ids.contact or ids.lead)

    def decide_all(self, records: Sequence[Record]) -> None:
        """Decide on a chunk of contacts."""
        found = person_subjects(
            self._connection, self._org, records, by_external_id=self._by_external_id, moved=self._removals.moved
        )
        by_hand = self._context.mode == "manual"
        subjects = with_filter(self._connection, self._context, RecordType.CONTACT, found)
        subjects = with_failures(self._connection, self._org, subjects, by_hand=by_hand)
        free_mail = self._context.free_mail_domains
        rivals = Rivals(self._connection, self._org, self._plan, records, free_mail)
        policy = self._context.settings.contacts.on_ambiguous_match
        matches = {subject.record.key: match_person(subject, policy) for subject in subjects}
        targets = {subject.record.key: target_of(subject, matches[subject.record.key]) for subject in subjects}
        claimed = self._claims.take({key: row.id for key, row in targets.items() if isinstance(row, OrgRow)})
        decided: dict[str, AnyChange | Pending] = {}
        for subject in subjects:
            key = subject.record.key
            one = begin(rivals.put_before(subject), matches[key], self._context, claimed_by=claimed.get(key))
            decided[key] = one
            rivals.note(subject.record, None if isinstance(one, Pending) else one)
        accounts = self._accounts.of_people(
            [one for one in decided.values() if isinstance(one, Pending) and one.account != "none"]
        )
        rows = []
        for subject in subjects:
            key = subject.record.key
            one = decided[key]
            change = finish(one, accounts.get(key)) if isinstance(one, Pending) else one
            rows.append(_decided(change, subject, targets[key]))
        with writing(self._connection):
            add_changes(
                self._connection, self._plan, [*self._accounts.take_made(), *self._removals.besides_moves(rows)]
            )


def _decided(change: AnyChange, subject: Subject, target: object) -> Decided:
    row = target if isinstance(target, OrgRow) else None
    account = next((one.after for one in change.fields if one.field == "AccountId"), None)
    near = account or (row.fields.get("AccountId") if row else None)
    return Decided(change, subject.record.version, row.modstamp if row else None, near)
