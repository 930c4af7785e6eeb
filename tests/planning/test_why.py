"""The answer to `why` and what would change it (L4), for everything that can keep a record from going."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sfpush.model import Block, Create, Link, Record, RecordType, Rule, SalesforceId, Skip, Unchanged, Update
from sfpush.planning.context import Stage
from sfpush.planning.explain import Made, Rejection, Standing, answer, deciding_rule
from sfpush.planning.gates import Gate
from sfpush.planning.remedies import would_change
from sfpush.planning.verdicts import Refusal

ID, OTHER = SalesforceId("003000000000001AAA"), SalesforceId("003000000000002AAA")
ANN = Record("contact:ann", RecordType.CONTACT, "Ann Lee", {"stage": "Cold"})
FACTS: dict[str, Any] = {"record": "contact:ann", "name": "Ann Lee", "sobject": "Contact", "reason": "Said so."}
REJECTED = Rejection(7, "REQUIRED_FIELD_MISSING", "Required: LastName.", 1, "Fill the field.", waits=False)
SKIPS = [
    "push-off", "stage", "no-stage", "filter", "class-off", "excluded", "no-match-in-salesforce", "not-completed",
]  # fmt: skip
BLOCKS = [
    "company-missing", "required-missing", "ambiguous-match", "ambiguous-account", "account-missing",
    "duplicate-in-import", "linked-deleted", "linked-merged", "has-children", "picklist-value", "too-long",
    "not-writeable", "bad-value", "unclear-create", "waits-for-account", "waits-for-person", "waits-for-deal",
    "retries-used-up",
]  # fmt: skip


def standing(change: Any, **facts: Any) -> Standing:
    return Standing(**{"record": ANN, "stage": Stage("Cold", known=True), "change": change, **facts})


@pytest.mark.parametrize("rule", [*SKIPS, *BLOCKS])
def test_L4_every_rule_that_keeps_a_record_has_something_to_do(rule: str) -> None:
    kind = Skip if rule in SKIPS else Block
    found = standing(
        kind(**FACTS, rule=Rule(rule), needs=("account:a",), candidates=(ID,)),
        refusals=(Refusal(Rule(rule), "it said so"),) if rule in ("push-off", "stage", "no-stage", "filter") else (),
        rejection=REJECTED if rule == "retries-used-up" else None,
    )
    assert would_change(found)
    assert deciding_rule(found) is Rule(rule)
    assert answer(found).startswith("It is not in Salesforce. Said so.")
    for remedy in would_change(found):
        assert "{" not in remedy
        assert not remedy.endswith(".")


@pytest.mark.parametrize(
    ("refusal", "stage", "remedy"),
    [
        (Rule.PUSH_OFF, Stage("Cold", known=True), "set contacts.push = true"),
        (Rule.STAGE, Stage("Cold", known=True), 'add "Cold" to contacts.stages'),
        (Rule.STAGE, Stage(None, known=True), "import an export that has the Stage column"),
        (Rule.STAGE, Stage("6095a7", known=False), "import Apollo's contact_stages, which name the stage 6095a7"),
        (Rule.NO_STAGE, Stage("", known=True), 'add "No stage" to contacts.stages'),
        (Rule.FILTER, Stage("Cold", known=True), "change contacts.filter, or the record, so that it passes"),
    ],
)
def test_L4_what_a_setting_holds_back_can_be_let_go_or_pushed_by_hand(refusal: Rule, stage: Stage, remedy: str) -> None:
    found = standing(Skip(**FACTS, rule=refusal), stage=stage, refusals=(Refusal(refusal, "it said so"),))
    assert would_change(found) == (remedy, "push it by hand: sfpush push contact:ann")


def test_L4_several_settings_must_all_change() -> None:
    both = (Refusal(Rule.PUSH_OFF, "contacts.push is off"), Refusal(Rule.STAGE, "stage Cold is not in contacts.stages"))
    found = standing(Skip(**FACTS, rule=Rule.PUSH_OFF), refusals=both)
    assert would_change(found)[0] == 'set contacts.push = true and add "Cold" to contacts.stages'


def test_L4_the_filter_says_what_does_not_hold() -> None:
    found = standing(Skip(**FACTS, rule=Rule.FILTER), unmet=('employees >= 50 (employees is "12")',))
    assert answer(found).endswith('Of the filter this does not hold: employees >= 50 (employees is "12").')


def test_L4_a_create_to_come_names_the_gates_that_hold_it() -> None:
    create = Create(**FACTS, rule=Rule.NEW)
    assert "the next push creates it. Said so." in answer(standing(create))
    assert would_change(standing(create)) == ("push now: sfpush sync",)
    held = standing(create, gates=(Gate("push-disabled", "Pushing is switched off; set push.enabled = true."),))
    assert would_change(held) == ("Pushing is switched off; set push.enabled = true",)


def test_L4_a_rejected_create_says_what_salesforce_said() -> None:
    found = standing(Create(**FACTS, rule=Rule.NEW), rejection=REJECTED)
    assert answer(found) == (
        "It is not in Salesforce: each try so far was rejected. Salesforce rejected it once: REQUIRED_FIELD_MISSING,"
        " Required: LastName. It goes again by itself."
    )
    assert would_change(found) == ("Fill the field", "send it again now: sfpush errors retry 7")


def test_L4_what_salesforce_asked_ends_as_it_does() -> None:
    asked = replace(REJECTED, message="Use one of these records?")
    assert "Use one of these records? It goes again" in answer(
        standing(Create(**FACTS, rule=Rule.NEW), rejection=asked)
    )


def test_L4_why_an_account_was_made() -> None:
    link = Link("account:name:acme", "Account", ID)
    made = Made("run-1", "2026-11-24T09:00:00Z", ID, Rule.ACCOUNT_FOR_CONTACT, "New account; contact:ann needs it.")
    found = standing(Unchanged(**FACTS, rule=Rule.UNCHANGED), link=link, made=made, made_for="contact:ann")
    assert deciding_rule(found) is Rule.ACCOUNT_FOR_CONTACT
    assert answer(found) == (
        f"It is in Salesforce as Account {ID}. Run run-1 created it on 2026-11-24: New account; contact:ann needs it."
    )
    assert "on_missing_account" in would_change(found)[0]
    forgotten = standing(Unchanged(**FACTS, rule=Rule.UNCHANGED), link=link, made_for="contact:ann")
    assert "It was made because contact:ann needed it." in answer(forgotten)
    assert deciding_rule(forgotten) is Rule.ACCOUNT_FOR_CONTACT


def test_L4_what_sfpush_did_not_create_was_there_before() -> None:
    found = standing(
        Unchanged(**FACTS, rule=Rule.UNCHANGED), link=Link("x", "Lead", ID), linked_at="2026-11-20T10:00:00Z"
    )
    assert "linked on 2026-11-20, not created by sfpush" in answer(found)
    assert (deciding_rule(found), would_change(found)) == (Rule.UNCHANGED, ())


def test_L4_a_link_that_has_moved_names_both_rows() -> None:
    made = Made("run-1", "2026-11-24T09:00:00Z", OTHER, Rule.NEW, "New lead.")
    update = Update(**FACTS, rule=Rule.CHANGED)
    found = standing(update, link=Link("x", "Contact", ID), made=made)
    assert f"created {OTHER}, which it was linked to before, on 2026-11-24" in answer(found)
    assert "The next push updates it. Said so." in answer(found)
    assert deciding_rule(found) is Rule.CHANGED


@pytest.mark.parametrize("follows", [False, True])
def test_L4_a_row_that_is_gone_was_in_salesforce_and_a_switch_that_is_on_is_no_remedy(follows: bool) -> None:
    found = standing(
        Block(**FACTS, rule=Rule.LINKED_DELETED, salesforce_id=ID),
        link=Link("contact:ann", "Contact", ID),
        linked_at="2026-11-24T08:00:00.000Z",
        follows_deletions=follows,
    )
    assert answer(found).startswith(f"It was in Salesforce as Contact {ID}.")
    offered = "set contacts.deletion_sync = true, and the record here goes along" in would_change(found)
    assert offered is not follows
