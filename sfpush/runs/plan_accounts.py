"""Deciding on account records, and on the accounts that people call for (C6–C8)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sfpush.model import AnyChange, Create, LinkTo, OrgRow, Record, RecordType, SalesforceId, Unchanged, Update
from sfpush.planning import account_of_person as answers
from sfpush.planning.accounts import decide_account
from sfpush.planning.context import Context
from sfpush.planning.deals.account import with_company
from sfpush.planning.matching import Found, Match, match_account
from sfpush.planning.people import Account, AccountAt, AccountToCome, Kept, Pending
from sfpush.planning.subjects import Subject
from sfpush.runs.companies import Told, companies_of, told_by
from sfpush.runs.filters import with_filter
from sfpush.runs.known_before import Rivals, with_failures
from sfpush.runs.plan_removals import Removals
from sfpush.store.claims import Claims
from sfpush.store.database import writing
from sfpush.store.planned_accounts import PlannedAccounts
from sfpush.store.plans import Decided, add_changes, changes_of
from sfpush.store.snapshot import rows_by_id
from sfpush.store.subjects import account_subjects, stored_records

_REMEMBERED = 16384
"""Of how many companies the answer is kept at hand: contacts of one company rarely stand side by side."""
_FOLLOWED = 5
"""How many duplicates in a row are followed to the account that goes first."""


class AccountDecisions:
    """The accounts of one plan in the making."""

    def __init__(
        self, connection: sqlite3.Connection, org: int, context: Context, plan: int, removals: Removals
    ) -> None:
        self._connection, self._org, self._context, self._plan = connection, org, context, plan
        self._claims = Claims(connection, org, "accounts", removals.spoken_for)
        self._removals = removals
        self._made = PlannedAccounts(connection, context.free_mail_domains)
        self._by_external_id = bool(context.settings.salesforce.external_ids.account)
        self._for_people: list[Decided] = []
        self._settled: dict[Told, Account] = {}

    def decide_all(self, records: Sequence[Record]) -> None:
        """Decide on a chunk of account records in their own right (A1–A3)."""
        subjects, rivals = self._subjects(records)
        policy = self._context.settings.accounts.on_ambiguous_match
        matches = {
            subject.record.key: match_account(subject, policy, self._context.free_mail_domains) for subject in subjects
        }
        claimed = self._claims.take({key: match.row.id for key, match in matches.items() if isinstance(match, Found)})
        decided = []
        for subject in subjects:
            key = subject.record.key
            match = matches[key]
            change = decide_account(rivals.put_before(subject), match, self._context, claimed_by=claimed.get(key))
            rivals.note(subject.record, change)
            decided.append(_decided(change, subject, match))
        with writing(self._connection):
            add_changes(self._connection, self._plan, self._removals.besides_moves(decided))

    def of_people(self, people: Sequence[Pending]) -> Mapping[str, Account | None]:
        """The accounts of a chunk of people, by the person's key; `take_made` gives those that must be made."""
        askers = [one.subject.record for one in people]
        told = self._told(askers)
        asked = self._asked(told, askers)
        found: dict[str, Account | None] = {}
        elsewhere: list[tuple[Pending, Account | answers.MakeIt]] = []
        for one in people:
            key = one.subject.record.key
            answer = self._answer(key, told, asked)
            if answer is None:
                found[key] = None
            elif one.account == "kept":
                assert one.row is not None
                found[key] = Kept()
                if not answers.may_be(one.row.fields["AccountId"], answer):
                    elsewhere.append((one, answer))
            elif isinstance(answer, answers.MakeIt):
                found[key] = self._make(one, asked.subject_of(key), asked.rivals, asked.decided)
            else:
                found[key] = answer
        if elsewhere:
            found.update(self._kept_elsewhere(elsewhere, told))
        return found

    def of_deals(self, deals: Sequence[Record]) -> Mapping[str, Account | None]:
        """The accounts of a chunk of deals, by the deal's key; none is made for a deal, which goes without (D5)."""
        askers = [with_company(deal) for deal in deals]
        told = self._told(askers)
        asked = self._asked(told, askers)
        found: dict[str, Account | None] = {}
        for deal in deals:
            answer = self._answer(deal.key, told, asked)
            if isinstance(answer, answers.MakeIt):
                answer = self._of_another(asked.subject_of(deal.key), asked.rivals)
            found[deal.key] = answer
        return found

    def take_made(self) -> list[Decided]:
        """The decisions on accounts that the last chunk of people called for, to be written with the people's own."""
        made, self._for_people = self._for_people, []
        return made

    def _told(self, askers: Sequence[Record]) -> Mapping[str, Told]:
        free_mail = self._context.free_mail_domains
        return {one.key: told for one in askers if (told := told_by(one, free_mail)) is not None}

    def _asked(self, told: Mapping[str, Told], askers: Sequence[Record]) -> _Asked:
        """The answers that are settled, and all that is known of the other companies."""
        settled = {one: self._settled[one] for one in told.values() if one in self._settled}
        open_ = [one for one in askers if one.key in told and told[one.key] not in settled]
        companies = companies_of(self._connection, told, open_, self._context.free_mail_domains)
        by_key = {company.key: company for company in companies.values()}
        keys = sorted(by_key)
        decided = dict(changes_of(self._connection, self._plan, keys))
        # of an account that is there, or that the plan makes, no more needs to be known
        there = {key for key, change in decided.items() if isinstance(change, Create | Update | LinkTo | Unchanged)}
        subjects, rivals = self._subjects([by_key[key] for key in keys if key not in there])
        known = {key: Subject(by_key[key]) for key in there} | {one.record.key: one for one in subjects}
        return _Asked(settled, companies, known, decided, rivals)

    def _answer(self, asker: str, told: Mapping[str, Told], asked: _Asked) -> Account | answers.MakeIt | None:
        """What the plan or the org has for the company of an asker, looked up once a company; None if it has none."""
        if asker not in told:
            return None
        if (settled := asked.settled.get(told[asker])) is not None:
            return settled
        if asker not in asked.companies:
            return None
        answer = self._resolved(asked.subject_of(asker), asked.decided)
        if not isinstance(answer, answers.MakeIt):
            asked.settled[told[asker]] = answer
            self._remember(told[asker], answer)
        return answer

    def _remember(self, told: Told, answer: Account) -> None:
        """Keep an answer that nothing in this plan can change any more, for the chunks to come."""
        if len(self._settled) >= _REMEMBERED:
            del self._settled[next(iter(self._settled))]
        self._settled[told] = answer

    def _kept_elsewhere(
        self, people: Sequence[tuple[Pending, Account | answers.MakeIt]], told: Mapping[str, Told]
    ) -> Mapping[str, Account]:
        """What people hear whose account is not Apollo's; one that the user does not see is known by its Id only."""
        companies = companies_of(
            self._connection, told, [one.subject.record for one, _ in people], self._context.free_mail_domains
        )
        ids = {one.row.fields["AccountId"] for one, _ in people if one.row is not None}
        seen = rows_by_id(self._connection, self._org, sorted(ids))
        found: dict[str, Account] = {}
        for one, answer in people:
            assert one.row is not None
            own = one.row.fields["AccountId"]
            row = seen.get(own) or OrgRow("Account", SalesforceId(own), {})
            company = companies[one.subject.record.key]
            found[one.subject.record.key] = answers.kept(row, company.name or company.key, answer)
        return found

    def _resolved(self, subject: Subject, decided: Mapping[str, AnyChange]) -> Account | answers.MakeIt:
        """What the plan or the org has for a company, duplicates followed to the account that goes first."""
        for _ in range(_FOLLOWED):
            key = subject.record.key
            answer: Account | answers.Follow | answers.Rematch | answers.MakeIt = answers.Rematch()
            if key in decided:
                answer = answers.from_decision(decided[key])
            if isinstance(answer, answers.Rematch):
                policy = self._context.settings.contacts.on_ambiguous_account
                answer = answers.from_match(key, match_account(subject, policy, self._context.free_mail_domains))
            if isinstance(answer, AccountAt) and answer.id in self._removals.deleted_rows:
                return answers.waits_for(key, f"account {answer.id} is being deleted.")
            if not isinstance(answer, answers.Follow):
                return answer
            subject, decided = self._followed(answer.key, subject)
        return answers.waits_for(subject.record.key, "its account record is a duplicate.")

    def _followed(self, key: str, subject: Subject) -> tuple[Subject, Mapping[str, AnyChange]]:
        """The account record that goes before this subject's, and what the plan says of it."""
        decided = changes_of(self._connection, self._plan, [key])
        stored = stored_records(self._connection, [key])
        return (self._subjects([stored[key]])[0][0] if key in stored else subject), decided

    def _make(self, person: Pending, subject: Subject, rivals: Rivals, decided: dict[str, AnyChange]) -> Account:
        key = subject.record.key
        if (there := self._of_another(subject, rivals)) is not None:
            return there
        if (refused := answers.may_make(subject.record, self._context)) is not None:
            return refused
        change = decide_account(subject, None, self._context, needed_by=person.subject.record.key)
        decided[key] = change
        self._for_people.append(_decided(change, subject, None))
        answer = answers.from_decision(change)
        if isinstance(answer, AccountToCome):
            self._made.add(subject.record)
            return answer
        return answers.waits_for(key, change.reason)

    def _of_another(self, subject: Subject, rivals: Rivals) -> Account | None:
        """The account of another record of the same company, or one that the plan makes of it for a contact."""
        if (rival := rivals.of_any_key(subject)) is not None:
            there = self._resolved(*self._followed(rival, subject))
            if not isinstance(there, answers.MakeIt):
                return there
        planned = self._made.find(subject.record)
        return AccountToCome(planned) if planned is not None and planned != subject.record.key else None

    def _subjects(self, records: Sequence[Record]) -> tuple[list[Subject], Rivals]:
        found = account_subjects(
            self._connection, self._org, records, by_external_id=self._by_external_id, moved=self._removals.moved
        )
        by_hand = self._context.mode == "manual"
        subjects = with_filter(self._connection, self._context, RecordType.ACCOUNT, found)
        subjects = with_failures(self._connection, self._org, subjects, by_hand=by_hand)
        return subjects, Rivals(self._connection, self._org, self._plan, records, self._context.free_mail_domains)


class _Asked(NamedTuple):
    """What is known of the companies that a chunk asks for: the answers that are settled; of the others the account
    record of each asker, by its key; by the company's key its subject and what the plan says of it; and its rivals."""

    settled: dict[Told, Account]
    companies: Mapping[str, Record]
    subjects: Mapping[str, Subject]
    decided: dict[str, AnyChange]
    rivals: Rivals

    def subject_of(self, asker: str) -> Subject:
        """The subject of an asker's company."""
        return self.subjects[self.companies[asker].key]


def _decided(change: AnyChange, subject: Subject, match: Match) -> Decided:
    modstamp = match.row.modstamp if isinstance(match, Found) else None
    return Decided(change, subject.record.version, modstamp, near=change.salesforce_id or change.record)
