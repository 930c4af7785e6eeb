"""Deciding on activities, a chunk at a time, once people and deals are decided (E1–E8)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sfpush.model import AnyChange, Record, RecordType
from sfpush.planning.activities.decide import decide_activity, decide_guests, guest_key, refuse
from sfpush.planning.activities.drafts import Draft, draft
from sfpush.planning.activities.email_classes import answered_email
from sfpush.planning.activities.lines import SOBJECTS
from sfpush.planning.activities.relations import Tie
from sfpush.planning.activities.standings import Around
from sfpush.planning.activities.strangers import may_make
from sfpush.planning.activities.threads import thread_of
from sfpush.planning.context import Context
from sfpush.planning.subjects import Level, Subject
from sfpush.planning.verdicts import Refusal
from sfpush.runs.known_before import with_failures
from sfpush.runs.people_of_activities import PeopleOfActivities
from sfpush.runs.plan_accounts import AccountDecisions
from sfpush.store.activities import activity_subjects, emails_sent_in_threads, versions_pushed
from sfpush.store.database import writing
from sfpush.store.plans import Decided, add_changes

CHUNK = 500
"""Activities hold whole e-mails: fewer of them at a time than of people."""


class ActivityDecisions:
    """The activities of one plan in the making."""

    def __init__(
        self, connection: sqlite3.Connection, org: int, context: Context, plan: int, accounts: AccountDecisions
    ) -> None:
        self._connection, self._org, self._context, self._plan = connection, org, context, plan
        self._people = PeopleOfActivities(connection, org, context, plan, accounts)

    def decide_all(self, records: Sequence[Record]) -> None:
        """Decide on a chunk of activities of one type."""
        if not records:
            return
        records = [record if record.name else replace(record, name=_name(record)) for record in records]
        subjects = self._subjects(records, SOBJECTS[records[0].type])
        answers = self._answers(records)
        drafts: dict[str, Draft] = {}
        decided: list[Decided] = []
        for subject in subjects:
            key = subject.record.key
            one = draft(subject.record, self._context, answers=answers.get(key))
            if isinstance(one, Refusal):
                decided.append(Decided(refuse(subject, one), subject.record.version))
            else:
                drafts[key] = one
        making = [
            found
            for subject in subjects
            if (found := drafts.get(subject.record.key)) is not None and may_make(found, subject)
        ]
        around = self._people.around(list(drafts.values()), making)
        guests = self._guests(list(drafts.values()), around)
        pushed = versions_pushed(self._connection, self._org, [one.record.key for one in subjects if one.link])
        for subject in subjects:
            if (found := drafts.get(subject.record.key)) is not None:
                same = pushed.get(subject.record.key) == subject.record.version
                decided += self._decide(found, subject, around[subject.record.key], guests, same_as_pushed=same)
        with writing(self._connection):
            add_changes(self._connection, self._plan, [*self._people.take_made(), *decided])

    def _decide(
        self, found: Draft, subject: Subject, around: Around, guests: Mapping[str, Subject], *, same_as_pushed: bool
    ) -> list[Decided]:
        change, tied = decide_activity(found, subject, around, self._context, same_as_pushed=same_as_pushed)
        decided = [_decided(change, subject, tied)]
        if found.sobject == "Event":
            decided += [
                Decided(guest, subject.record.version, near=tied.near)
                for guest in decide_guests(found, change, tied, around, guests, self._context)
            ]
        return decided

    def _subjects(self, records: Sequence[Record], sobject: str) -> Sequence[Subject]:
        external_id = getattr(self._context.settings.salesforce.external_ids, sobject.lower(), "")
        subjects = activity_subjects(self._connection, self._org, records, sobject, by_external_id=bool(external_id))
        return self._with_failures(subjects)

    def _with_failures(self, subjects: Sequence[Subject]) -> Sequence[Subject]:
        return with_failures(self._connection, self._org, subjects, by_hand=self._context.mode == "manual")

    def _answers(self, records: Sequence[Record]) -> Mapping[str, str]:
        """The e-mail sent in Apollo that each e-mail follows in its thread (E1)."""
        if records[0].type is not RecordType.EMAIL:
            return {}
        threads = {record.key: thread for record in records if (thread := thread_of(record.fields))}
        sent = emails_sent_in_threads(self._connection, threads.values())
        found = {
            record.key: answered_email(
                record.fields,
                [one for one in sent.get(threads.get(record.key, ""), ()) if one.key != record.key],
                self._context.mailboxes,
            )
            for record in records
        }
        return {key: answered for key, answered in found.items() if answered is not None}

    def _guests(self, drafts: Sequence[Draft], around: Mapping[str, Around]) -> Mapping[str, Subject]:
        """The participants of meetings as subjects of their own, by guest key: their links, what was refused."""
        records = [
            replace(draft.record, key=guest_key(draft.record, one.named), name=one.named.name or one.named.address)
            for draft in drafts
            if draft.sobject == "Event"
            for one in around[draft.record.key].people
        ]
        subjects = activity_subjects(self._connection, self._org, records, "EventRelation", by_external_id=False)
        return {subject.record.key: subject for subject in self._with_failures(subjects)}


def _name(record: Record) -> str:
    """What an activity without a name is called."""
    return f"{record.type.value} {str(record.fields.get('start_time') or record.apollo_id or '')[:10]}".strip()


def _decided(change: AnyChange, subject: Subject, tied: Tie) -> Decided:
    row = next((one.row for one in subject.candidates if one.level in (Level.LINK, Level.EXTERNAL_ID)), None)
    return Decided(change, subject.record.version, row.modstamp if row else None, near=tied.near)
