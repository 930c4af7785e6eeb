"""Whom and what a chunk of activities names, and how each stands: in the org, coming with this plan, or missing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sfpush.model import AnyChange, OrgRow, Record
from sfpush.planning.activities.drafts import Draft, Named
from sfpush.planning.activities.standings import (
    Ambiguous,
    Around,
    Follow,
    Held,
    Missing,
    Person,
    Related,
    Standing,
    from_decision,
    from_row,
)
from sfpush.planning.activities.strangers import STRANGER, begin_stranger, made_up_person, stranger_key, to_make
from sfpush.planning.context import Context
from sfpush.planning.matching import Found, Gone, Match, Several, match_person
from sfpush.planning.people import Pending, finish, target_of
from sfpush.planning.subjects import Subject
from sfpush.runs.known_before import with_failures
from sfpush.runs.linked_standings import linked_standings
from sfpush.runs.plan_accounts import AccountDecisions
from sfpush.store.activities import contacts_by_email
from sfpush.store.plans import Decided, changes_of
from sfpush.store.snapshot import rows_by_id, rows_by_key
from sfpush.store.subjects import person_subjects, stored_records

_PEOPLE = ("Contact", "Lead")


class PeopleOfActivities:
    """Finds out for each draft of a chunk; makes the people that the settings say to make (E2, E6)."""

    def __init__(
        self, connection: sqlite3.Connection, org: int, context: Context, plan: int, accounts: AccountDecisions
    ) -> None:
        self._connection, self._org, self._context, self._plan = connection, org, context, plan
        self._accounts = accounts
        ids = context.settings.salesforce.external_ids
        self._by_external_id = bool(ids.contact or ids.lead)
        self._made: list[Decided] = []

    def around(self, drafts: Sequence[Draft], making: Sequence[Draft]) -> Mapping[str, Around]:
        """Everyone and everything that the drafts name, by the activity's key; `making` may bring people along."""
        people = self._people(drafts)
        related = self._related([key for draft in drafts for key in (*draft.accounts, *draft.deals)])
        self._make(making, people)
        return {
            draft.record.key: Around(
                people[draft.record.key],
                [related[key] for key in draft.accounts],
                [related[key] for key in draft.deals],
            )
            for draft in drafts
        }

    def take_made(self) -> list[Decided]:
        """The people made for the last chunk and their accounts, to be written with the activities' own decisions."""
        made, self._made = self._made, []
        return [*self._accounts.take_made(), *made]

    def _people(self, drafts: Sequence[Draft]) -> dict[str, list[Person]]:
        everyone = {one for draft in drafts for one in draft.people}
        wanted = {one.contact for one in everyone if one.contact}
        by_email = contacts_by_email(self._connection, self._org, (one.address for one in everyone if one.address))
        records = stored_records(self._connection, sorted(wanted | set(by_email.values())))
        standings = self._standings_of(list(records.values()))
        in_org = rows_by_key(
            self._connection,
            self._org,
            "email",
            (one.address for one in everyone if one.address and one.address not in by_email),
            _PEOPLE,
        )

        def person(named: Named) -> Person:
            key = named.contact if named.contact in records else by_email.get(named.address, "")
            if key:
                record = records[key]  # of one that was merged, the record it went into
                ours = named.ours or self._context.mailboxes.owns(str(record.fields.get("email") or "").lower())
                return Person(replace(named, ours=ours), record.key, standings[record.key], record.fields)
            if rows := in_org.get(named.address):
                return self._in_org(named, rows)
            if not named.address:
                return Person(named, named.contact, Missing(f"{named.contact} is not in the local store"))
            return Person(
                named, stranger_key(named.address), Missing(f"{named.address} is neither in Salesforce nor a contact")
            )

        return {draft.record.key: [person(one) for one in draft.people] for draft in drafts}

    def _in_org(self, named: Named, rows: Sequence[OrgRow]) -> Person:
        """Someone whom the org has and the store has not: a Contact before a Lead, several as `on_ambiguous_match`."""
        alike = sorted([row for row in rows if row.sobject == "Contact"] or rows, key=lambda row: (row.created, row.id))
        if len(alike) > 1 and self._context.settings.contacts.on_ambiguous_match == "block":
            return Person(named, stranger_key(named.address), Ambiguous(named.address, tuple(alike)))
        row = alike[0]
        fields = {
            "first_name": row.fields.get("FirstName"),
            "last_name": row.fields.get("LastName"),
            "title": row.fields.get("Title"),
            "email": row.fields.get("Email"),
        }
        return Person(named, stranger_key(named.address), from_row(row.id, row), fields)

    def _standings_of(self, contacts: Sequence[Record]) -> dict[str, Standing]:
        """How contact records stand: as the plan decided, else as they match."""
        decided = self._decided([record.key for record in contacts])
        rows = rows_by_id(
            self._connection, self._org, [change.salesforce_id for change in decided.values() if change.salesforce_id]
        )
        found: dict[str, Standing] = {}
        for key, change in decided.items():
            standing = from_decision(change, rows.get(change.salesforce_id or ""))
            found[key] = Held(key, change.reason) if isinstance(standing, Follow) else standing
        rest = [record for record in contacts if record.key not in decided]
        chunk = person_subjects(self._connection, self._org, rest, by_external_id=self._by_external_id)
        for subject in chunk:
            found[subject.record.key] = self._matched(subject)[1]
        return found

    def _decided(self, keys: Iterable[str]) -> dict[str, AnyChange]:
        """What the plan says of these records; of a duplicate what it says of the record that goes first."""
        decided = dict(changes_of(self._connection, self._plan, sorted(keys)))
        followed = {
            key: standing.key
            for key, change in decided.items()
            if isinstance(standing := from_decision(change), Follow)
        }
        firsts = changes_of(self._connection, self._plan, sorted(set(followed.values())))
        return decided | {key: firsts[first] for key, first in followed.items() if first in firsts}

    def _matched(self, subject: Subject) -> tuple[Match, Standing]:
        """How a contact stands that the plan does not decide on."""
        key = subject.record.key
        match = match_person(subject, self._context.settings.contacts.on_ambiguous_match)
        target = target_of(subject, match)
        if isinstance(target, OrgRow):
            return match, from_row(key, target)
        if isinstance(target, Gone):
            return match, Held(key, f"{target.row.sobject} {target.row.id} was deleted in Salesforce.")
        if isinstance(match, Several):
            return match, Ambiguous(str(subject.record.fields.get("email") or key), match.rows)
        return match, Missing(f"{key} is not in Salesforce")

    def _related(self, keys: Sequence[str]) -> Mapping[str, Related]:
        """How accounts and deals stand: as the plan decided, else by their link."""
        wanted = sorted(set(keys))
        records = stored_records(self._connection, wanted)
        keys = sorted({record.key for record in records.values()})
        decided = self._decided(keys)
        linked = linked_standings(self._connection, self._org, [key for key in keys if key not in decided])

        def standing(key: str) -> Standing:
            if (change := decided.get(key)) is not None:
                found = from_decision(change)
                return Held(key, change.reason) if isinstance(found, Follow) else found
            return linked.get(key) or Missing(f"{key} is not in Salesforce")

        return {
            key: Related(record.key, record.name, standing(record.key))
            if (record := records.get(key)) is not None
            else Related(key, "", Missing(f"{key} is not in the local store"))
            for key in wanted
        }

    def _make(self, drafts: Sequence[Draft], people: dict[str, list[Person]]) -> None:
        """Decide on the people that are to be made, and put them in the places of the missing ones."""
        wanted: dict[str, tuple[Person, Draft]] = {}
        for draft in drafts:
            for person in to_make(draft, people[draft.record.key]):
                wanted.setdefault(person.key, (person, draft))
        if not wanted:
            return
        standings = self._made_standings(wanted)
        for draft in drafts:
            making = {one.key for one in to_make(draft, people[draft.record.key])}
            people[draft.record.key] = [
                replace(one, standing=standings[one.key]) if one.key in making else one
                for one in people[draft.record.key]
            ]

    def _made_standings(self, wanted: Mapping[str, tuple[Person, Draft]]) -> Mapping[str, Standing]:
        before = {
            key: change
            for key, change in changes_of(self._connection, self._plan, sorted(wanted)).items()
            if change.action != "skip"  # a setting held the contact back; that does not hold here (E2)
        }
        standings: dict[str, Standing] = {}
        for key, change in before.items():
            standing = from_decision(change)
            standings[key] = Held(key, change.reason) if isinstance(standing, Follow) else standing
        records = stored_records(self._connection, sorted(wanted))
        chosen = [
            made_up_person(person, self._context) if key.startswith(STRANGER) else records[key]
            for key, (person, _draft) in sorted(wanted.items())
            if key not in before
        ]
        chunk = person_subjects(self._connection, self._org, chosen, by_external_id=self._by_external_id)
        by_hand = self._context.mode == "manual"
        decided: dict[str, AnyChange | Pending] = {}
        versions: dict[str, int] = {}
        for subject in with_failures(self._connection, self._org, chunk, by_hand=by_hand):
            key = subject.record.key
            match, standing = self._matched(subject)
            if isinstance(match, Found | Gone | Several):
                standings[key] = standing
                continue
            decided[key] = begin_stranger(subject, wanted[key][1], self._context)
            versions[key] = subject.record.version
        accounts = self._accounts.of_people(
            [one for one in decided.values() if isinstance(one, Pending) and one.account != "none"]
        )
        for key, one in decided.items():
            change = finish(one, accounts.get(key)) if isinstance(one, Pending) else one
            account = next((field.after for field in change.fields if field.field == "AccountId"), None)
            self._made.append(Decided(change, versions[key], near=account))
            standing_now = from_decision(change)
            assert not isinstance(standing_now, Follow)
            standings[key] = standing_now
        return standings
