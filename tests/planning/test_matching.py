"""Which org row a record is (M1–M3, C5, C7)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.model import Link, OrgRow
from sfpush.planning.matching import Found, Gone, Several, match_account, match_person
from sfpush.planning.people import target_of
from sfpush.planning.subjects import Candidate, Level, Subject
from tests.planning.made import account, at, contact, row, row_id, subject

PERSON_LEVELS = (Level.EXPORT_ID, Level.EXTERNAL_ID, Level.EMAIL, Level.ADDITIONAL_EMAIL)


@pytest.mark.parametrize("place", range(len(PERSON_LEVELS)))
def test_M1_the_first_level_that_finds_anything_decides(place: int) -> None:
    candidates = [one for n, level in enumerate(PERSON_LEVELS[place:]) for one in at(level, row(n + 1))]
    assert match_person(subject(contact(), candidates), "block") == Found(row(1), PERSON_LEVELS[place])


def test_M1_the_link_comes_before_everything() -> None:
    candidates = (*at(Level.EXPORT_ID, row(1)), *at(Level.LINK, row(2)))
    linked = subject(contact(), candidates, link=Link("contact:1", "Contact", row_id(2)))
    assert match_person(linked, "block") == Found(row(2), Level.LINK)


@pytest.mark.parametrize("level", PERSON_LEVELS)
def test_M1_a_contact_wins_over_a_lead_at_the_same_level(level: Level) -> None:
    found = match_person(subject(contact(), at(level, row(1, "Lead"), row(2))), "block")
    assert found == Found(row(2), level)


def test_M1_e_mail_is_one_level() -> None:
    candidates = (*at(Level.EMAIL, row(1, "Lead")), *at(Level.ADDITIONAL_EMAIL, row(2)))
    assert match_person(subject(contact(), candidates), "block") == Found(row(2), Level.ADDITIONAL_EMAIL)


def test_M2_several_are_left_to_a_person_the_oldest_first() -> None:
    candidates = at(Level.EMAIL, row(2), row(1), row(3, "Lead"))
    assert match_person(subject(contact(), candidates), "block") == Several((row(1), row(2)), Level.EMAIL)


def test_M2_the_oldest_is_taken_where_the_settings_say_so() -> None:
    found = match_person(subject(contact(), at(Level.EMAIL, row(2), row(1))), "oldest")
    assert found == Found(row(1), Level.EMAIL, (row_id(1), row_id(2)))


def test_M2_one_row_found_by_two_addresses_is_one_row() -> None:
    assert match_person(subject(contact(), at(Level.ADDITIONAL_EMAIL, row(1), row(1))), "block") == Found(
        row(1), Level.ADDITIONAL_EMAIL
    )


def test_S2_a_link_to_a_row_that_is_gone_is_no_new_record() -> None:
    link = Link("contact:1", "Contact", row_id(9))
    gone = match_person(subject(contact(), at(Level.EMAIL, row(1)), link=link), "block")
    assert gone == Gone(OrgRow("Contact", row_id(9), {}, deleted=True))


def test_S3_a_merged_row_names_its_survivor() -> None:
    loser = replace(row(1, deleted=True), master_id=row_id(2))
    link = Link("contact:1", "Contact", row_id(1))
    assert match_person(subject(contact(), at(Level.LINK, loser), link=link), "block") == Gone(loser, row_id(2))


def test_G0_an_id_of_a_deleted_row_decides_unless_another_id_is_alive() -> None:
    dead, alive = row(1, deleted=True), row(2, "Lead")
    assert match_person(subject(contact(), at(Level.EXPORT_ID, dead)), "block") == Gone(dead)
    assert match_person(subject(contact(), at(Level.EXPORT_ID, dead, alive)), "block") == Found(alive, Level.EXPORT_ID)


def test_M1_a_deleted_row_is_found_by_nothing_but_its_id() -> None:
    assert match_person(subject(contact(), at(Level.EMAIL, row(1, deleted=True))), "block") is None


def test_C5_a_converted_lead_stands_for_its_contact() -> None:
    lead = row(1, "Lead", IsConverted=True, ConvertedContactId=row_id(2))
    candidates = at(Level.LINK, lead, row(2))
    linked = subject(contact(), candidates, link=Link("contact:1", "Lead", lead.id))
    match = match_person(linked, "block")
    assert match == Found(lead, Level.LINK)
    assert target_of(linked, match) == row(2)


def test_C5_a_contact_that_is_gone_or_hidden_is_gone() -> None:
    lead = row(1, "Lead", IsConverted=True, ConvertedContactId=row_id(2))
    link = Link("contact:1", "Lead", lead.id)
    deleted = subject(contact(), at(Level.LINK, lead, row(2, deleted=True)), link=link)
    assert target_of(deleted, match_person(deleted, "block")) == Gone(row(2, deleted=True))
    hidden = subject(contact(), at(Level.LINK, lead), link=link)
    assert target_of(hidden, match_person(hidden, "block")) == Gone(OrgRow("Contact", row_id(2), {}, deleted=True))


def acme(*candidates: Candidate, name: str = "Acme", website: str = "acme.example") -> Subject:
    return subject(account(name=name, website=website), candidates)


def test_M3_the_domain_decides_before_the_name() -> None:
    by_name, by_domain = row(1, "Account", Name="Acme"), row(2, "Account", Name="X", Website="www.acme.example")
    found = match_account(acme(*at(Level.NAME, by_name), *at(Level.DOMAIN, by_domain)), "block")
    assert found == Found(by_domain, Level.DOMAIN)


def test_M3_two_domains_are_two_companies() -> None:
    other = row(1, "Account", Name="Acme", Website="https://acme-two.example")
    assert match_account(acme(*at(Level.NAME, other)), "block") is None
    assert match_account(acme(*at(Level.NAME, other), website=""), "block") == Found(other, Level.NAME)


@pytest.mark.parametrize("website", ["gmail.com", "postbox.example", "n/a", ""])
def test_M3_a_website_that_is_no_companys_is_none(website: str) -> None:
    free_mail = frozenset({"postbox.example"})
    there = row(1, "Account", Name="Acme", Website=website)
    candidates = (*at(Level.DOMAIN, row(2, "Account", Name="Other", Website=website)), *at(Level.NAME, there))
    assert match_account(acme(*candidates, website=website), "block", free_mail) == Found(there, Level.NAME)
    assert match_account(acme(*at(Level.NAME, there)), "block", free_mail) == Found(there, Level.NAME)


@given(st.permutations([row(number, "Account", Website="acme.example") for number in range(1, 7)]), st.text())
def test_C7_random_is_the_same_for_every_spelling_of_a_company(rows: list[OrgRow], name: str) -> None:
    here = match_account(acme(*at(Level.DOMAIN, *rows), name=name), "random")
    there = match_account(acme(*at(Level.DOMAIN, *sorted(rows, key=lambda one: one.id))), "random")
    assert isinstance(here, Found)
    assert here == there


@given(st.integers(0, 400))
def test_C7_another_account_changes_nothing_unless_it_is_the_one_taken(number: int) -> None:
    some = [row(n, "Account", Website="acme.example") for n in range(1, 5)]
    website = f"acme{number}.example"
    before = match_account(acme(*at(Level.DOMAIN, *some), website=website), "random")
    after = match_account(acme(*at(Level.DOMAIN, *some, row(9, "Account")), website=website), "random")
    assert isinstance(before, Found)
    assert isinstance(after, Found)
    assert after.row.id in (before.row.id, row_id(9, "001"))


def test_C7_companies_are_spread_over_the_accounts() -> None:
    some = [row(n, "Account") for n in range(1, 5)]
    taken = [
        match_account(acme(*at(Level.DOMAIN, *some), website=f"acme{number}.example"), "random") for number in range(64)
    ]
    assert {found.row.id for found in taken if isinstance(found, Found)} == {one.id for one in some}
