"""Deletions that travel, and those that don't (S1, S2)."""

from __future__ import annotations

from dataclasses import replace

from sfpush.model import Block, Delete, Link, OrgRow, Record, Rule, Skip
from sfpush.planning.deletions import (
    Children,
    decide_deleted_in_apollo,
    decide_deleted_in_salesforce,
    delete_warnings,
)
from sfpush.planning.merges import Lost, follow
from sfpush.planning.subjects import Failure
from tests.planning.made import account, contact, row

GONE = row(1, deleted=True)
ACME = row(1, "Account")


def lost(record: Record, gone: OrgRow = GONE) -> Lost:
    return Lost(record, Link(record.key, gone.sobject, gone.id), gone, follow(gone, {gone.id: gone}))


def test_S1_a_deleted_row_takes_its_record_along() -> None:
    change = decide_deleted_in_salesforce(lost(contact()), sync=True)
    assert isinstance(change, Delete)
    assert (change.rule, change.salesforce_id) == (Rule.DELETED_IN_SALESFORCE, GONE.id)


def test_S2_off_the_record_stays_and_is_not_made_again() -> None:
    change = decide_deleted_in_salesforce(lost(contact()), sync=False)
    assert isinstance(change, Block)
    assert change.rule is Rule.LINKED_DELETED
    assert "The linked record was deleted in Salesforce" in change.reason
    assert "sfpush unlink contact:1" in change.reason


def test_S2_a_restored_record_stays_although_deletion_sync_is_on() -> None:
    change = decide_deleted_in_salesforce(replace(lost(contact()), restored=True), sync=True)
    assert isinstance(change, Block)
    assert "restored" in change.reason


def test_S1_a_deleted_record_takes_its_row_along() -> None:
    change = decide_deleted_in_apollo(contact(), row(1), sync=True, deletable=True)
    assert isinstance(change, Delete)
    assert (change.rule, change.salesforce_id) == (Rule.DELETED_IN_APOLLO, row(1).id)


def test_S2_off_the_row_stays_and_the_plan_says_so() -> None:
    change = decide_deleted_in_apollo(account(), ACME, sync=False, deletable=True)
    assert isinstance(change, Skip)
    assert "stays in Salesforce, because accounts.deletion_sync is off" in change.reason


def test_S1_a_user_who_may_not_delete_does_not_try() -> None:
    change = decide_deleted_in_apollo(contact(), row(1), sync=True, deletable=False)
    assert isinstance(change, Block)
    assert change.rule is Rule.NOT_WRITEABLE


def test_S1_an_account_with_children_that_stay_is_a_block_naming_them() -> None:
    children = Children(staying=[row(number, Name=f"Ann {number}") for number in range(1, 8)], going=("contact:9",))
    change = decide_deleted_in_apollo(account(), ACME, sync=True, deletable=True, children=children)
    assert isinstance(change, Block)
    assert change.rule is Rule.HAS_CHILDREN
    assert len(change.candidates) == 7
    assert "Ann 1" in change.reason
    assert "Ann 5" in change.reason
    assert "and 2 more" in change.reason


def test_S1_an_account_goes_after_the_contacts_that_go_with_it() -> None:
    children = Children(going=("contact:1", "contact:2"))
    change = decide_deleted_in_apollo(account(), ACME, sync=True, deletable=True, children=children)
    assert isinstance(change, Delete)
    assert change.needs == ("contact:1", "contact:2")


def test_S1_an_account_whose_children_nobody_sees_stays() -> None:
    children = Children(unseen=("Opportunity",))
    change = decide_deleted_in_apollo(account(), ACME, sync=True, deletable=True, children=children)
    assert isinstance(change, Block)
    assert "Opportunity" in change.reason


def test_L3_a_delete_that_salesforce_keeps_refusing_waits_for_a_person() -> None:
    for used_up, rule in ((False, Rule.DELETED_IN_APOLLO), (True, Rule.RETRIES_USED_UP)):
        failure = Failure("DELETE_FAILED", used_up=used_up)
        assert decide_deleted_in_apollo(contact(), row(1), sync=True, deletable=True, failure=failure).rule is rule


def test_S1_deletes_in_the_org_are_counted_apart() -> None:
    assert delete_warnings(0, 50) == ()
    assert delete_warnings(1, 50) == (
        "1 record will be deleted in Salesforce; at most 50 go at once (push.max_deletes).",
    )
    (over,) = delete_warnings(1200, 50)
    assert over.startswith("1,200 records")
    assert "--over-limit" in over
