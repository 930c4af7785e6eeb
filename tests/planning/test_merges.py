"""Merged org rows: where a row has gone, and what one record takes over from the other (S3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.model import Block, FieldChange, Link, Merge, OrgRow, Record, Rule
from sfpush.planning.merges import Lost, blanks_filled, decide_merged, follow, with_fields
from tests.planning.made import account, contact, row, row_id

ANN, ANNA = row(1), row(2)


def merged(number: int, into: int) -> OrgRow:
    return replace(row(number, deleted=True), master_id=row_id(into))


def converted(number: int, into: int) -> OrgRow:
    return row(number, "Lead", IsConverted=True, ConvertedContactId=row_id(into))


def by_id(*rows: OrgRow) -> dict[str, OrgRow]:
    return {one.id: one for one in rows}


def lost(record: Record, gone: OrgRow, *others: OrgRow) -> Lost:
    return Lost(record, Link(record.key, gone.sobject, gone.id), gone, follow(gone, by_id(gone, *others)))


def test_S3_a_row_that_is_there_leads_to_itself() -> None:
    trail = follow(ANN, {})
    assert (trail.id, trail.row, trail.merged, trail.alive) == (ANN.id, ANN, False, True)


def test_S3_chains_are_followed_to_their_end() -> None:
    rows = by_id(merged(1, 2), merged(2, 3), row(3))
    trail = follow(rows[row_id(1)], rows)
    assert (trail.id, trail.merged, trail.alive) == (row_id(3), True, True)


def test_S3_a_chain_may_go_through_a_conversion() -> None:
    lead = replace(row(4, "Lead", deleted=True), master_id=converted(5, 6).id)
    rows = by_id(lead, converted(5, 6), merged(6, 7), row(7))
    assert follow(lead, rows).id == row_id(7)


def test_C5_a_conversion_alone_is_no_merge() -> None:
    trail = follow(converted(5, 6), by_id(row(6)))
    assert (trail.id, trail.merged, trail.alive) == (row_id(6), False, True)


def test_C5_a_converted_lead_that_was_deleted_is_still_its_contact() -> None:
    lead = replace(converted(5, 6), deleted=True)
    assert follow(lead, by_id(lead, row(6))).id == row_id(6)


def test_S3_a_circle_of_merges_ends() -> None:
    rows = by_id(merged(1, 2), merged(2, 1))
    assert not follow(rows[row_id(1)], rows).alive


def test_S3_a_survivor_that_is_not_in_the_snapshot_is_known_by_its_id() -> None:
    gone = merged(1, 9)
    trail = follow(gone, by_id(gone))
    assert (trail.id, trail.row, trail.merged) == (row_id(9), None, True)


def test_S3_the_record_joins_the_masters() -> None:
    change = decide_merged(lost(contact("contact:2", title="CEO"), merged(2, 1), ANN), contact("contact:1"), sync=True)
    assert isinstance(change, Merge)
    assert (change.record, change.needs, change.salesforce_id) == ("contact:2", ("contact:1",), ANN.id)
    assert change.fields == (FieldChange("title", None, "CEO"),)


def test_S3_without_a_master_the_link_moves_and_remembers_what_was_pushed() -> None:
    change = decide_merged(lost(contact("contact:2"), merged(2, 1), ANN), None, sync=True, pushed={"Title": "CEO"})
    assert isinstance(change, Merge)
    assert (change.needs, change.salesforce_id, change.pushed) == ((), ANN.id, {"Title": "CEO"})


def test_S3_off_names_the_surviving_record() -> None:
    change = decide_merged(lost(contact("contact:2"), merged(2, 1), ANN), contact("contact:1"), sync=False)
    assert isinstance(change, Block)
    assert (change.rule, change.candidates) == (Rule.LINKED_MERGED, (ANN.id,))
    assert "contact:1" in change.reason
    assert "contacts.merge_sync is off" in change.reason


def test_S3_off_without_a_master_says_how_to_tie_it() -> None:
    change = decide_merged(lost(account("account:2"), merged(2, 1), ANN), None, sync=False)
    assert f"sfpush link account:2 {ANN.id}" in change.reason
    assert "accounts.merge_sync is off" in change.reason


def test_S3_off_a_survivor_that_was_deleted_since_changes_nothing() -> None:
    change = decide_merged(lost(contact("contact:2"), merged(2, 1), row(1, deleted=True)), None, sync=False)
    assert change.rule is Rule.LINKED_MERGED
    assert "was then deleted" in change.reason


def test_S3_a_survivor_that_the_user_does_not_see_is_a_block() -> None:
    change = decide_merged(lost(contact("contact:2"), merged(2, 9)), None, sync=True)
    assert isinstance(change, Block)
    assert change.candidates == (row_id(9),)


@pytest.mark.parametrize(
    ("master", "loser", "taken"),
    [
        ({}, {"title": "CEO"}, {"title": "CEO"}),
        ({"title": ""}, {"title": "CEO"}, {"title": "CEO"}),
        ({"title": "CTO"}, {"title": "CEO"}, {}),
        ({"title": "CTO"}, {"title": ""}, {}),
        ({}, {"employees": 0}, {"employees": 0}),
        ({}, {"do_not_call": False}, {"do_not_call": False}),
        ({}, {"other_emails": []}, {}),
        ({"stage": ""}, {"stage": "Cold"}, {}),
        ({}, {"stage": ""}, {"stage": ""}),
        ({}, {"salesforce_contact_id": "003"}, {}),
        ({}, {"id": "2", "created_at": "2026"}, {}),
        ({"email": "a@x.example"}, {"email": "b@x.example", "email_status": "Verified"}, {}),
        (
            {},
            {"email": "b@x.example", "email_status": "Verified"},
            {"email": "b@x.example", "email_status": "Verified"},
        ),
        ({"email": "A@x.example"}, {"email": "a@x.example", "email_status": "Verified"}, {"email_status": "Verified"}),
        ({"organization_name": "Acme"}, {"organization_name": "Beta", "website": "beta.example"}, {}),
        (
            {"organization_name": "Acme"},
            {"organization_name": "ACME Inc.", "website": "acme.example"},
            {"website": "acme.example"},
        ),
        ({"website": "acme.example"}, {"account_id": "1", "website": "beta.example", "employees": 5}, {}),
        ({"city": "Rome"}, {"city": "Paris", "country": "France"}, {}),
        ({"country": "France"}, {"city": "Paris", "country": "france"}, {"city": "Paris"}),
        (
            {"typed_custom_fields": {"a": 1}},
            {"typed_custom_fields": {"a": 2, "b": 3}},
            {"typed_custom_fields": {"a": 1, "b": 3}},
        ),
        ({"typed_custom_fields": {"a": 1}}, {"typed_custom_fields": {"a": 2}}, {}),
    ],
)
def test_S3_blanks_are_filled_and_nothing_else(
    master: dict[str, Any], loser: dict[str, Any], taken: dict[str, Any]
) -> None:
    changes = blanks_filled(contact("contact:1", **master), contact("contact:2", **loser))
    assert {one.field: one.after for one in changes} == taken


def test_S3_the_address_of_an_account_is_not_made_of_two() -> None:
    rome = account("account:1", name="Acme", city="Rome")
    paris = account("account:2", name="Acme", street="Rue 1", city="Paris", industry="Food")
    assert [one.field for one in blanks_filled(rome, paris)] == ["industry"]


_FIELDS = st.dictionaries(
    st.sampled_from(["title", "email", "email_status", "stage", "city", "country", "organization_name", "website"]),
    st.sampled_from(["", "Rome", "Acme", "acme.example", "a@x.example"]),
)


@given(_FIELDS, _FIELDS)
def test_S3_a_merge_never_changes_what_the_master_says_and_is_whole_at_once(
    mine: dict[str, str], its: dict[str, str]
) -> None:
    master, loser = contact("contact:1", **mine), contact("contact:2", **its)
    joined = with_fields(master, blanks_filled(master, loser))
    assert all(joined.fields[name] == value for name, value in mine.items() if value)
    assert set(joined.fields) <= set(mine) | set(its)
    assert blanks_filled(joined, loser) == ()
