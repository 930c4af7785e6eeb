"""Deciding on deals, once accounts and people are decided: Apollo's own, then Salesforce's (D1–D6)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sfpush.model import AnyChange, OrgRow, Record
from sfpush.planning.activities.standings import Here, Standing, ToCome, from_decision
from sfpush.planning.context import Context
from sfpush.planning.deals import pulled
from sfpush.planning.deals.decide import decide_deal
from sfpush.planning.deals.modes import OPPORTUNITY, pulls, pushes
from sfpush.planning.deals.roles import CONTACT_ROLE, contacts_of, decide_roles, pair_of
from sfpush.planning.matching import Found, Match, match_deal
from sfpush.planning.people import Account
from sfpush.planning.subjects import Subject
from sfpush.runs.known_before import with_failures
from sfpush.runs.linked_standings import linked_standings
from sfpush.runs.plan_accounts import AccountDecisions
from sfpush.store.claims import Claims
from sfpush.store.database import writing
from sfpush.store.deals import pulled_deals, unlinked_opportunities
from sfpush.store.links import links_for
from sfpush.store.plans import Decided, add_changes, changes_of
from sfpush.store.snapshot import ROLE, rows_by_id, rows_by_key
from sfpush.store.subjects import deal_subjects


class DealDecisions:
    """The deals of one plan in the making."""

    def __init__(
        self, connection: sqlite3.Connection, org: int, context: Context, plan: int, accounts: AccountDecisions
    ) -> None:
        self._connection, self._org, self._context, self._plan = connection, org, context, plan
        self._accounts = accounts
        self._claims = Claims(connection, org, "deals")
        self._by_external_id = bool(context.settings.salesforce.external_ids.opportunity)

    def decide_all(self, records: Sequence[Record]) -> None:
        """Decide on a chunk of Apollo's deals."""
        subjects = self._with_failures(
            deal_subjects(self._connection, self._org, records, by_external_id=self._by_external_id)
        )
        matches = {subject.record.key: match_deal(subject) for subject in subjects}
        claimed = self._claims.take({key: match.row.id for key, match in matches.items() if isinstance(match, Found)})
        accounts = self._accounts_of(subjects, matches)
        changes = {
            key: decide_deal(subject, matches[key], accounts.get(key), self._context, claimed_by=claimed.get(key))
            for subject in subjects
            if (key := subject.record.key)
        }
        decided = [
            _decided(changes[subject.record.key], subject.record, matches[subject.record.key]) for subject in subjects
        ]
        decided += self._roles(subjects, changes)
        self._add(decided)

    def decide_pulled(self, keys: Iterable[str] | None = None) -> None:
        """Decide on the deals that were made of Opportunities, but for those that a deal of Apollo's takes over; only
        `keys` where given."""
        for records in pulled_deals(self._connection, self._org, keys):
            links = links_for(self._connection, self._org, [record.key for record in records])
            rows = rows_by_id(self._connection, self._org, [link.id for link in links.values()])
            taken = self._claims.taken([link.id for link in links.values()])
            decided = []
            for record in records:
                link = links[record.key]
                if link.id not in taken and (row := rows.get(link.id)) is not None:
                    change = pulled.decide_again(record, link, row, self._context)
                    decided.append(Decided(change, record.version, row.modstamp, row.fields.get("AccountId")))
            self._add(decided)

    def decide_new(self) -> None:
        """Decide on the Opportunities that are nobody's yet (D2)."""
        if not pulls(self._context) or OPPORTUNITY not in self._context.writers:
            return
        for rows in unlinked_opportunities(self._connection, self._org):
            taken = self._claims.taken([row.id for row in rows])
            self._add(
                Decided(pulled.decide_new(row, self._context), 0, row.modstamp, row.fields.get("AccountId"))
                for row in rows
                if row.id not in taken
            )

    def _accounts_of(self, subjects: Sequence[Subject], matches: Mapping[str, Match]) -> Mapping[str, Account | None]:
        """The accounts of the deals whose Opportunity has none, or is yet to be made."""
        if not pushes(self._context):
            return {}
        wanted = []
        for subject in subjects:
            match = matches[subject.record.key]
            if match is None or (isinstance(match, Found) and not match.row.fields.get("AccountId")):
                wanted.append(subject.record)
        return self._accounts.of_deals(wanted) if wanted else {}

    def _roles(self, subjects: Sequence[Subject], changes: Mapping[str, AnyChange]) -> list[Decided]:
        if not pushes(self._context) or CONTACT_ROLE not in self._context.describes:
            return []
        named = {subject.record.key: contacts_of(subject.record) for subject in subjects}
        people = self._people({one.contact for contacts in named.values() for one in contacts})
        roles = self._subjects_of_roles(
            [replace(subject.record, key=one.key) for subject in subjects for one in named[subject.record.key]]
        )
        pairs = [
            pair_of(deal, standing.id)
            for key, contacts in named.items()
            for one in contacts
            if (deal := changes[key].salesforce_id) and isinstance(standing := people.get(one.contact), Here)
        ]
        there = rows_by_key(self._connection, self._org, ROLE, pairs, (CONTACT_ROLE,))
        return [
            Decided(role, subject.record.version, near=_account_of(changes[key]))
            for subject in subjects
            if (key := subject.record.key)
            for role in decide_roles(subject.record, changes[key], named[key], people, roles, there, self._context)
        ]

    def _people(self, keys: Iterable[str]) -> dict[str, Standing]:
        """How contacts stand: as the plan decided, else as they are linked."""
        wanted = sorted(keys)
        found = linked_standings(self._connection, self._org, wanted)
        for key, change in changes_of(self._connection, self._plan, wanted).items():
            standing = from_decision(change)
            if isinstance(standing, Here | ToCome):
                found[key] = standing
            else:
                found.pop(key, None)
        return found

    def _subjects_of_roles(self, roles: Sequence[Record]) -> dict[str, Subject]:
        links = links_for(self._connection, self._org, [role.key for role in roles])
        subjects = self._with_failures([Subject(role, link=links.get(role.key)) for role in roles])
        return {subject.record.key: subject for subject in subjects}

    def _with_failures(self, subjects: Sequence[Subject]) -> list[Subject]:
        return with_failures(self._connection, self._org, subjects, by_hand=self._context.mode == "manual")

    def _add(self, decided: Iterable[Decided]) -> None:
        with writing(self._connection):
            add_changes(self._connection, self._plan, decided)


def _decided(change: AnyChange, record: Record, match: Match) -> Decided:
    row = match.row if isinstance(match, Found) else None
    return Decided(change, record.version, row.modstamp if row else None, _account_of(change, row))


def _account_of(change: AnyChange, row: OrgRow | None = None) -> str | None:
    account = next((one.after for one in change.fields if one.field == "AccountId"), None)
    return account or (row.fields.get("AccountId") if row else None)
