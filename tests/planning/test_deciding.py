"""Decisions that people and accounts share, and what a person's account comes to (A1, B3, C3, C6–C9, L3, P1)."""

from __future__ import annotations

from typing import Any

import pytest

from sfpush.model import AnyChange, Block, Create, Delete, LinkTo, Rule, Skip, Unchanged, Update
from sfpush.planning import account_of_person as answers
from sfpush.planning import verdicts
from sfpush.planning.accounts import decide_account, different_companies, made_up_account, made_up_key
from sfpush.planning.gates import closed_gates
from sfpush.planning.matching import Found, Gone, Several
from sfpush.planning.people import AccountAt, AccountToCome, Kept, NoAccount, Pending, begin, finish
from sfpush.planning.subjects import Failure, Level
from sfpush.planning.verdicts import Refusal
from tests.planning.made import account, contact, context, row, row_id, settings, subject

STAGE_ID = "6095a710bd01d100a506d4ae"
LISTED = ("Interested", "No stage")


def held(stage: str | None, *, push: bool = True, passes: bool = True, **tables: Any) -> Refusal | str:
    chosen = {"push": push, "new_records": "stages", "stages": LISTED, **tables}
    facts = context(settings(contacts=chosen), stage_names={"contact_stages": {STAGE_ID: "Interested"}})
    record = contact() if stage is None else contact(stage=stage)
    one = subject(record, passes_filter=passes)
    return verdicts.hold_back(one, facts.settings.contacts, facts.contact_stages, facts)


@pytest.mark.parametrize("stage", ["Interested", " INTERESTED ", "", STAGE_ID])
def test_C3_these_stages_go(stage: str) -> None:
    assert isinstance(held(stage), str)


@pytest.mark.parametrize(
    ("stage", "rule", "words"),
    [
        ("Cold", Rule.STAGE, "stage Cold"),
        (None, Rule.STAGE, "the export has no Stage column"),
        ("f" * 24, Rule.STAGE, "no imported contact_stages list resolves"),
    ],
)
def test_C3_I2_these_stages_are_held_back(stage: str | None, rule: Rule, words: str) -> None:
    found = held(stage)
    assert isinstance(found, Refusal)
    assert found.rule is rule
    assert words in found.because


def test_C3_no_stage_is_excluded_unless_listed() -> None:
    found = held("", stages=["Interested"])
    assert isinstance(found, Refusal)
    assert found.rule is Rule.NO_STAGE


def test_C2_B6_all_that_holds_a_record_back_is_named_the_first_is_the_rule() -> None:
    found = held("Cold", push=False, passes=False)
    assert found == Refusal(
        Rule.PUSH_OFF,
        "contacts.push is off and stage Cold is not in contacts.stages and it does not pass contacts.filter",
    )


def decided(kind: type[AnyChange], rule: Rule, **facts: Any) -> AnyChange:
    return kind(record="account:1", name="Acme", sobject="Account", rule=rule, reason="Because.", **facts)


ID = row_id(1, "001")


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (decided(Update, Rule.CHANGED, salesforce_id=ID), AccountAt(ID)),
        (decided(LinkTo, Rule.MATCHED, salesforce_id=ID), AccountAt(ID)),
        (decided(Unchanged, Rule.UNCHANGED, salesforce_id=ID), AccountAt(ID)),
        (decided(Create, Rule.NEW), AccountToCome("account:1")),
        (decided(Skip, Rule.STAGE), answers.MakeIt()),
        (decided(Block, Rule.AMBIGUOUS_MATCH), answers.Rematch()),
        (decided(Block, Rule.TOO_LONG, salesforce_id=ID), AccountAt(ID)),
        (decided(Block, Rule.RETRIES_USED_UP, salesforce_id=ID), AccountAt(ID)),
        (decided(Block, Rule.DUPLICATE_IN_IMPORT, salesforce_id=ID, needs=("account:0",)), AccountAt(ID)),
        (decided(Block, Rule.DUPLICATE_IN_IMPORT, needs=("account:0",)), answers.Follow("account:0")),
    ],
)
def test_C6_what_the_decision_on_an_account_means_for_its_people(change: AnyChange, answer: object) -> None:
    assert answers.from_decision(change) == answer


@pytest.mark.parametrize(
    "change",
    [
        decided(Block, Rule.TOO_LONG),
        decided(Block, Rule.RETRIES_USED_UP),
        decided(Block, Rule.UNCLEAR_CREATE),
        decided(Block, Rule.LINKED_DELETED, salesforce_id=ID),
        decided(Delete, Rule.DELETED_IN_SALESFORCE, salesforce_id=ID),
    ],
)
def test_C8_people_wait_for_an_account_that_can_not_be_had(change: AnyChange) -> None:
    answer = answers.from_decision(change)
    assert isinstance(answer, NoAccount)
    assert (answer.rule, answer.key) == (Rule.WAITS_FOR_ACCOUNT, "account:1")
    assert "Because." in answer.reason


def test_C7_what_several_accounts_mean_for_their_people() -> None:
    several = Several((row(1, "Account", Name="Acme"), row(2, "Account", Name="ACME")), Level.NAME)
    refused = answers.from_match("account:1", several)
    assert isinstance(refused, NoAccount)
    assert refused.rule is Rule.AMBIGUOUS_ACCOUNT
    assert refused.candidates == (row_id(1, "001"), row_id(2, "001"))
    taken = Found(row(2, "Account"), Level.NAME, refused.candidates)
    answer = answers.from_match("account:1", taken)
    assert isinstance(answer, AccountAt)
    assert answer.candidates == refused.candidates
    assert "2 accounts match" in answer.note
    assert answers.from_match("account:1", None) == answers.MakeIt()
    assert isinstance(answers.from_match("account:1", Gone(row(1, "Account", deleted=True))), NoAccount)


def test_C6_a_contact_that_keeps_its_account_hears_of_another_one_only() -> None:
    own = row(1, "Account", Name="Old Employer")
    for same in (AccountAt(own.id), AccountAt(row_id(2, "001"), (own.id, row_id(2, "001")))):
        assert answers.kept(own, "Acme", same) == Kept()
    ambiguous = NoAccount(Rule.AMBIGUOUS_ACCOUNT, "", candidates=(own.id, row_id(2, "001")))
    assert answers.kept(own, "Acme", ambiguous) == Kept()
    for other in (AccountAt(row_id(2, "001")), AccountToCome("account:1"), answers.MakeIt()):
        note = answers.kept(own, "Acme", other).note
        assert all(words in note for words in (own.id, "Old Employer", "Acme"))


def test_C6_no_account_is_made_of_a_website_alone_or_against_the_settings() -> None:
    nameless = answers.may_make(account(website="acme.example"), context())
    assert nameless is not None
    assert nameless.rule is Rule.COMPANY_MISSING
    against = context(settings(contacts={"on_missing_account": "block"}))
    refused = answers.may_make(account(name="Acme"), against)
    assert refused is not None
    assert (refused.rule, refused.key) == (Rule.ACCOUNT_MISSING, "account:1")
    assert answers.may_make(account(name="Acme"), context()) is None


@pytest.mark.parametrize(
    ("company", "website", "key"),
    [
        ("Acme, Inc.", "https://www.acme.example/", "account:name:acme@acme.example"),
        ("ACME", None, "account:name:acme"),
        ("Acme", "gmail.com", "account:name:acme"),
        ("Acme", "postbox.example", "account:name:acme"),
        (" ", "acme.example", "account:name:@acme.example"),
        ("", "gmail.com", None),
        (None, None, None),
    ],
)
def test_C6_the_key_of_an_account_made_for_a_contact(company: str | None, website: str | None, key: str | None) -> None:
    record = contact(organization_name=company, website=website)
    assert made_up_key(record, frozenset({"postbox.example"})) == key


def test_I4_the_company_columns_make_the_account() -> None:
    person = contact(
        organization_name=" Acme ", company_city="Rome", company_postal_code="00100", city="Milan", employees="12"
    )
    made = made_up_account("account:name:acme", person)
    assert made.name == "Acme"
    assert dict(made.fields) == {"name": " Acme ", "city": "Rome", "postal_code": "00100", "employees": "12"}


def test_M3_different_companies_have_two_domains() -> None:
    here = account(name="Acme", website="acme.example")
    assert different_companies(here, account(website="acme-two.example"), frozenset())
    assert not different_companies(here, account(website="acme-two.example"), frozenset({"acme-two.example"}))
    assert not different_companies(here, account(website=""), frozenset())
    assert not different_companies(here, account(website="http://de.acme.example"), frozenset())


def test_C9_an_account_made_for_a_contact_is_the_integration_users() -> None:
    facts = context(owners={"sofia@us.example": row_id(1, "005")})
    fields = {"name": "Acme", "owner_email": "Sofia@us.example"}
    pushed = decide_account(subject(account(**fields)), None, facts)
    made = decide_account(subject(account("account:name:acme", **fields)), None, facts, needed_by="contact:1")
    assert "OwnerId" in {one.field for one in pushed.fields}
    assert "OwnerId" not in {one.field for one in made.fields}
    assert made.rule is Rule.ACCOUNT_FOR_CONTACT


def test_B3_L3_what_an_earlier_attempt_leaves_to_a_person() -> None:
    settling = subject(contact(last_name="Lee"), unclear=())
    partly = subject(contact(last_name="Lee"), unclear=(row_id(1),))
    used_up = subject(contact(last_name="Lee"), failure=Failure("DUPLICATES_DETECTED", used_up=True))
    again = subject(contact(last_name="Lee"), failure=Failure("DUPLICATES_DETECTED", used_up=False))
    rules = [begin(one, None, context()) for one in (settling, partly, used_up)]
    assert [one.rule for one in rules if isinstance(one, Block)] == [
        Rule.UNCLEAR_CREATE,
        Rule.UNCLEAR_CREATE,
        Rule.RETRIES_USED_UP,
    ]
    pending = begin(again, None, context())
    assert isinstance(pending, Pending)
    create = finish(pending, AccountAt(ID))
    assert isinstance(create, Create)
    assert "DUPLICATES_DETECTED" in create.reason


def test_P1_a_push_by_hand_says_what_it_overrides() -> None:
    tables = {"contacts": {"push": False, "new_records": "stages", "stages": ["Hot"]}}
    by_hand = context(settings(**tables), mode="manual")
    pending = begin(subject(contact(last_name="Lee", stage="Cold")), None, by_hand)
    assert isinstance(pending, Pending)
    change = finish(pending, AccountAt(ID))
    assert (change.action, change.rule) == ("create", Rule.MANUAL)
    assert "contacts.push is off and stage Cold" in change.reason


def test_C6_a_new_contact_is_never_created_without_an_account() -> None:
    pending = begin(subject(contact(last_name="Lee")), None, context())
    assert isinstance(pending, Pending)
    for account_of in (None, Kept(), NoAccount(Rule.WAITS_FOR_ACCOUNT, "It waits.", key="account:1")):
        assert isinstance(finish(pending, account_of), Block)


def test_G2_to_G4_every_closed_gate_is_named() -> None:
    off = settings(push={"enabled": False})
    found = closed_gates(off, pulled=False, window_ends_at="2026-11-24T15:00:00.000Z", now="2026-11-24T09:00:00.000Z")
    assert [gate.gate for gate in found] == ["push-disabled", "initial-pull", "setup-window"]
    assert found[2].until == "2026-11-24T15:00:00.000Z"
    assert "until 2026-11-24 15:00 UTC (6 h 0 min left)" in found[-1].message
    open_ones = closed_gates(settings(), pulled=True, window_ends_at="2026-11-24T08:00:00.000Z", now="2026-11-24T09")
    assert open_ones == ()
