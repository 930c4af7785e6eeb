"""Deciding on account records, and on the accounts that people call for (C6–C8)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from sfpush.model import AnyChange, Create, LinkTo, OrgRow, Record, RecordType, SalesforceId, Unchanged, Update
from sfpush.planning import account_of_person as answers
from sfpush.planning.accounts import decide_account, made_up_account, made_up_key
from sfpush.planning.context import Context
from sfpush.planning.deals.account import with_company
from sfpush.planning.keys import company_domain, company_key
from sfpush.planning.matching import Found, Match, match_account
from sfpush.planning.people import Account, AccountAt, AccountToCome, Pending
from sfpush.planning.subjects import Subject
from sfpush.runs.filters import with_filter
from sfpush.runs.known_before import Rivals, with_failures
from sfpush.runs.plan_removals import Removals
from sfpush.store.claims import Claims
from sfpush.store.database import writing
from sfpush.store.planned_accounts import PlannedAccounts
from sfpush.store.plans import Decided, add_changes, changes_of
from sfpush.store.sharers import accounts_alike
from sfpush.store.snapshot import rows_by_id
from sfpush.store.subjects import account_subjects, stored_records

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
        companies = self._companies([one.subject.record for one in people])
        keys = sorted({company.key for company in companies.values()})
        decided = dict(changes_of(self._connection, self._plan, keys))
        by_key = {company.key: company for company in companies.values()}
        # of an account that is settled no more needs to be known
        settled = {key for key, change in decided.items() if isinstance(change, Create | Update | LinkTo | Unchanged)}
        subjects, rivals = self._subjects([by_key[key] for key in keys if key not in settled])
        known = {key: Subject(by_key[key]) for key in settled} | {one.record.key: one for one in subjects}
        own = self._own_accounts(people)
        found: dict[str, Account | None] = {}
        for one in people:
            key = one.subject.record.key
            company = companies.get(key)
            if company is None:
                found[key] = None
                continue
            subject = known[company.key]
            answer = self._resolved(subject, decided)
            if one.account == "kept":
                assert one.row is not None
                found[key] = answers.kept(own[one.row.fields["AccountId"]], company.name or company.key, answer)
            elif isinstance(answer, answers.MakeIt):
                found[key] = self._make(one, subject, rivals, decided)
            else:
                found[key] = answer
        return found

    def of_deals(self, deals: Sequence[Record]) -> Mapping[str, Account | None]:
        """The accounts of a chunk of deals, by the deal's key; none is made for a deal, which goes without (D5)."""
        companies = self._companies([with_company(deal) for deal in deals])
        by_key = {company.key: company for company in companies.values()}
        decided = changes_of(self._connection, self._plan, sorted(by_key))
        subjects, rivals = self._subjects([by_key[key] for key in sorted(by_key)])
        found: dict[str, Account | None] = {}
        for subject in subjects:
            answer = self._resolved(subject, decided)
            if isinstance(answer, answers.MakeIt):
                answer = self._of_another(subject, rivals) or answer
            found[subject.record.key] = None if isinstance(answer, answers.MakeIt) else answer
        return {deal.key: found[companies[deal.key].key] if deal.key in companies else None for deal in deals}

    def take_made(self) -> list[Decided]:
        """The decisions on accounts that the last chunk of people called for, to be written with the people's own."""
        made, self._for_people = self._for_people, []
        return made

    def _own_accounts(self, people: Sequence[Pending]) -> Mapping[str, OrgRow]:
        """The accounts that people have in the org; one that the user does not see is known by its Id only."""
        ids = {one.row.fields["AccountId"] for one in people if one.row is not None and one.account == "kept"}
        seen = rows_by_id(self._connection, self._org, sorted(ids))
        return {one: seen.get(one) or OrgRow("Account", SalesforceId(one), {}) for one in ids}

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

    def _companies(self, people: Sequence[Record]) -> Mapping[str, Record]:
        """The account record of each person: Apollo's own, one of the same company, else one made up from its row."""
        wanted = {
            person.key: f"account:{person.fields['account_id']}" for person in people if person.fields.get("account_id")
        }
        stored = stored_records(self._connection, sorted(set(wanted.values())))
        found = {key: stored[account] for key, account in wanted.items() if account in stored}
        free_mail = self._context.free_mail_domains
        keys = {
            person.key: key
            for person in people
            if person.key not in found and (key := made_up_key(person, free_mail)) is not None
        }
        made_up: dict[str, Record] = {}
        for person in people:
            if (key := keys.get(person.key)) is not None and key not in made_up:
                made_up[key] = made_up_account(key, person)
        domains = {key: company_domain(record.fields.get("website"), free_mail) for key, record in made_up.items()}
        names = {record.key: company_key(record.name) for record in made_up.values()}
        by_domain = accounts_alike(self._connection, "domain", filter(None, domains.values()), free_mail)
        by_name = accounts_alike(self._connection, "name", filter(None, names.values()), free_mail)
        alike: dict[str, str] = {}
        for key, domain in domains.items():
            if domain is not None and domain in by_domain:
                alike[key] = by_domain[domain].first
            elif (there := by_name.get(names[key])) is not None:
                first = there.first if domain is None else there.first_without_domain
                if first is not None:
                    alike[key] = first
        records = stored_records(self._connection, sorted(set(alike.values())))
        made_up.update({key: records[other] for key, other in alike.items()})
        return {**found, **{person: made_up[key] for person, key in keys.items()}}


def _decided(change: AnyChange, subject: Subject, match: Match) -> Decided:
    modstamp = match.row.modstamp if isinstance(match, Found) else None
    return Decided(change, subject.record.version, modstamp, near=change.salesforce_id or change.record)
