"""Single decisions on deals: writing rules, what is held back, what is remembered (D1, D2, D5, D6, F2, F3)."""

from __future__ import annotations

from typing import Any

import pytest

from sfpush.describe import FieldDescribe
from sfpush.model import Block, Create, Link, LinkTo, OrgRow, Pull, Rule, SalesforceId, Skip, Unchanged, Update
from sfpush.planning.custom_fields import CustomFields
from sfpush.planning.deals import pulled
from sfpush.planning.deals.decide import decide_deal
from sfpush.planning.deals.memory import remembered, shown_fields, to_remember
from sfpush.planning.matching import match_deal
from sfpush.planning.people import AccountAt, AccountToCome, NoAccount
from sfpush.planning.subjects import Candidate, Failure, Level, Subject
from tests.planning.deals.made import OPPORTUNITY_ID, Both, context, deal, opportunity, subject, written

ROBOTS: dict[str, Any] = {"name": "Robots", "stage": "Prospecting", "closed_date": "2026-12-31", "amount": 1000}
ACCOUNT = SalesforceId("001000000000001")
EXTERNAL: dict[str, Any] = {"salesforce": {"external_ids": {"opportunity": "Apollo_Id__c"}}}
EXTERNAL_FIELD = FieldDescribe("Apollo_Id__c", "Apollo Id", "string", length=40, external_id=True, unique=True)


def synced(**fields: Any) -> Both:
    """A deal that both sides have alike."""
    both = Both({**ROBOTS, **fields})
    assert isinstance(both.sync(), Create)
    assert isinstance(both.sync(), Unchanged)
    return both


def rule_of_amount(write: str) -> dict[str, Any]:
    return {"deals": {"fields": {"amount": {"to": "Amount", "write": write}}}}


def test_F2_always_writes_over_what_salesforce_changed() -> None:
    both = synced()
    assert both.org is not None
    both.org["Amount"] = 5
    change = both.sync(**rule_of_amount("always"))
    assert isinstance(change, Update)
    assert written(change) == {"Amount": 1000}
    assert isinstance(both.decide(**rule_of_amount("always")), Unchanged)


def test_F2_fill_writes_only_into_a_blank() -> None:
    both = synced()
    both.apollo["amount"] = 2000
    assert isinstance(both.decide(**rule_of_amount("fill")), Unchanged)
    blank = Both(dict(ROBOTS), {**(both.org or {}), "Amount": None})
    assert written(blank.decide(**rule_of_amount("fill"))) == {"Amount": 1000}


def test_F2_never_is_pulled_and_not_pushed() -> None:
    both = synced()
    assert both.org is not None
    both.apollo["amount"] = 2000
    assert isinstance(both.decide(**rule_of_amount("never")), Unchanged)
    both.org["Amount"] = 7
    change = both.sync(**rule_of_amount("never"))
    assert isinstance(change, Pull)
    assert both.shown["amount"] == 7
    assert "Amount" not in written(Both(ROBOTS).decide(**rule_of_amount("never")))


def test_F2_a_blank_in_apollo_never_erases_and_takes_salesforces_value() -> None:
    both = synced()
    both.apollo["amount"] = None
    change = both.sync()
    assert isinstance(change, Pull)
    assert change.rule is Rule.SALESFORCE_CHANGED
    assert both.shown["amount"] == 1000
    assert isinstance(both.decide(), Unchanged)


def test_D1_what_salesforce_empties_is_empty_here_too() -> None:
    both = synced(next_step="Call")
    assert both.org is not None
    both.org["NextStep"] = None
    assert isinstance(both.sync(), Pull)
    assert "next_step" not in both.shown
    assert both.sync().action == "unchanged"


def test_D1_both_sides_changed_to_the_same_value_and_nothing_is_left_to_do() -> None:
    both = synced()
    assert both.org is not None
    both.apollo["amount"] = both.org["Amount"] = 5
    assert isinstance(both.sync(), Unchanged)
    both.apollo["amount"] = 6
    assert written(both.sync()) == {"Amount": 6}


def test_F3_a_stage_map_to_another_field_writes_that_one_besides_and_takes_nothing_back() -> None:
    more = opportunity(FieldDescribe("Phase__c", "Phase", "string", length=40))
    facts: dict[str, Any] = {
        "deals": {"stage_map": {"field": "Phase__c", "values": {"prospecting": "Early", "Qualification": "Middle"}}},
        "describe": more,
    }
    both = Both(dict(ROBOTS))
    made = written(both.sync(**facts))
    assert (made["StageName"], made["Phase__c"]) == ("Prospecting", "Early")
    assert both.org is not None
    both.org["Phase__c"] = "Somewhere"
    assert isinstance(both.sync(**facts), Unchanged)
    both.apollo["stage"] = "Qualification"
    assert written(both.sync(**facts)) == {"StageName": "Qualification", "Phase__c": "Middle"}


def test_D5_the_map_decides_about_StageName_and_a_pulled_stage_is_not_mapped_again() -> None:
    facts: dict[str, Any] = {"deals": {"stage_map": {"values": {"Prospecting": "Qualification"}}}}
    both = Both(dict(ROBOTS))
    assert written(both.sync(**facts))["StageName"] == "Qualification"
    assert both.org is not None
    both.org["StageName"] = "Prospecting"
    assert isinstance(both.sync(**facts), Pull)
    assert both.shown["stage"] == "Prospecting"
    assert isinstance(both.sync(**facts), Unchanged)


def test_L3_used_up_retries_hold_a_push_back_and_no_pull() -> None:
    both = synced()
    assert both.org is not None
    both.apollo["amount"] = 2000
    failed = {"failure": Failure("FIELD_CUSTOM_VALIDATION_EXCEPTION", used_up=True)}

    def decided(org: dict[str, Any]) -> Any:
        one = subject(deal(**both.apollo), org, both.link, **failed)
        return decide_deal(one, match_deal(one), None, context())

    assert decided(both.org).rule is Rule.RETRIES_USED_UP
    change = decided({**both.org, "NextStep": "Call"})
    assert isinstance(change, Pull)
    assert "Nothing is pushed: Salesforce keeps refusing it" in change.reason
    assert remembered(change.pushed)["Amount"].apollo == 1000, "what was not pushed is not remembered as pushed"


def test_a_user_who_may_not_edit_opportunities_can_still_pull() -> None:
    both = synced()
    assert both.org is not None
    both.apollo["amount"] = 2000
    read_only = opportunity(updateable=False)
    assert both.decide(describe=read_only).rule is Rule.NOT_WRITEABLE
    both.org["NextStep"] = "Call"
    assert isinstance(both.decide(describe=read_only), Pull)


def test_M7_the_external_id_goes_with_a_new_deal_and_is_filled_in_at_the_first_match() -> None:
    facts: dict[str, Any] = {"describe": opportunity(EXTERNAL_FIELD), "settings": EXTERNAL}
    assert written(Both(dict(ROBOTS)).decide(**facts))["Apollo_Id__c"] == "d1"
    there = Both(
        dict(ROBOTS), {"Name": "Robots", "StageName": "Prospecting", "CloseDate": "2026-12-31", "Amount": 1000}
    )
    assert written(there.sync(**facts)) == {"Apollo_Id__c": "d1"}
    assert isinstance(Both(dict(ROBOTS), dict(there.org or {})).sync("pull", **facts), LinkTo)


def test_M6_several_opportunities_with_one_external_id_are_a_block() -> None:
    rows = [OrgRow("Opportunity", SalesforceId(f"00600000000000{n}"), {"Name": f"No {n}"}) for n in (1, 2)]
    one = Subject(deal(**ROBOTS), candidates=tuple(Candidate(Level.EXTERNAL_ID, row) for row in rows))
    change = decide_deal(one, match_deal(one), None, context())
    assert change.rule is Rule.AMBIGUOUS_MATCH
    assert len(change.candidates) == 2


@pytest.mark.parametrize("mode", ["push", "bidirectional"])
def test_D5_an_opportunity_without_account_gets_it_once_and_keeps_what_people_make_of_it(mode: str) -> None:
    both = synced()

    def decided(account: Any) -> Any:
        one = subject(deal(**both.apollo), both.org, both.link)
        return decide_deal(one, match_deal(one), account, context(mode))

    to_come = decided(AccountToCome("account:a"))
    assert (written(to_come), to_come.needs) == ({"AccountId": "account:a"}, ("account:a",))
    change = decided(AccountAt(ACCOUNT))
    assert written(change) == {"AccountId": ACCOUNT}
    assert both.link is not None
    both.link = Link(both.link.key, both.link.sobject, both.link.id, change.pushed)
    assert isinstance(decided(AccountAt(ACCOUNT)), Unchanged), "somebody has taken it away again"
    assert isinstance(decided(NoAccount(Rule.WAITS_FOR_ACCOUNT, "It waits.")), Unchanged), "an update waits for none"


def test_D5_a_new_deal_waits_for_its_account() -> None:
    one = subject(deal(**ROBOTS), None, None)
    account = NoAccount(Rule.WAITS_FOR_ACCOUNT, "It waits for account:a: it is blocked.", key="account:a")
    change = decide_deal(one, None, account, context())
    assert isinstance(change, Block)
    assert (change.rule, change.needs) == (Rule.WAITS_FOR_ACCOUNT, ("account:a",))


def test_an_org_without_opportunities_is_said_so() -> None:
    one = subject(deal(**ROBOTS), None, None)
    nothing = context()
    change = decide_deal(one, None, None, type(nothing)(nothing.settings, {}))
    assert change.rule is Rule.NOT_WRITEABLE


def test_D2_an_opportunity_is_pulled_whole_then_what_changed_and_never_pushed() -> None:
    row = OrgRow("Opportunity", OPPORTUNITY_ID, {"Name": "Big deal", "StageName": "Closed Won", "Amount": 5})
    new = pulled.decide_new(row, context("pull"))
    assert (new.rule, new.record, new.name) == (Rule.NEW_IN_SALESFORCE, f"deal:{OPPORTUNITY_ID}", "Big deal")
    assert written(new) == {"Name": "Big deal", "StageName": "Closed Won", "Amount": 5}
    assert pulled.is_made_of(new)
    record, link = deal(), Link(new.record, "Opportunity", OPPORTUNITY_ID, new.pushed)
    assert isinstance(pulled.decide_again(record, link, row, context()), Unchanged)
    later = OrgRow("Opportunity", OPPORTUNITY_ID, {**row.fields, "Amount": 9})
    assert written(pulled.decide_again(record, link, later, context())) == {"Amount": 9}
    assert isinstance(pulled.decide_again(record, link, later, context("push")), Unchanged)
    assert isinstance(pulled.decide_again(record, link, later, context("off")), Skip)
    gone = OrgRow("Opportunity", OPPORTUNITY_ID, row.fields, deleted=True)
    assert pulled.decide_again(record, link, gone, context()).rule is Rule.LINKED_DELETED


def test_D5_the_currency_goes_where_the_org_has_several() -> None:
    several = opportunity(FieldDescribe("CurrencyIsoCode", "Currency", "picklist", 3, picklist=("EUR", "USD")))
    deal_in_euros = Both({**ROBOTS, "currency_iso_code": "EUR"})
    assert written(deal_in_euros.decide(describe=several))["CurrencyIsoCode"] == "EUR"
    assert "CurrencyIsoCode" not in written(deal_in_euros.decide())


def test_F5_a_custom_field_goes_both_ways_by_its_name() -> None:
    region = FieldDescribe("Region__c", "Region", "picklist", 40, picklist=("North", "South"))
    definitions = CustomFields.of(
        [
            {
                "id": "f1",
                "name": "Region",
                "modality": "opportunity",
                "picklist_values": [{"id": "n", "name": "North"}, {"id": "s", "name": "South"}],
            }
        ]
    )
    facts: dict[str, Any] = {
        "describe": opportunity(region),
        "custom_fields": definitions,
        "deals": {"fields": {"Region": "Region__c"}},
    }
    both = Both({**ROBOTS, "typed_custom_fields": {"f1": "n"}})
    assert written(both.sync(**facts))["Region__c"] == "North"
    assert both.org is not None
    both.org["Region__c"] = "South"
    assert isinstance(both.sync(**facts), Pull)
    assert both.shown["region"] == "South"
    assert isinstance(both.sync(**facts), Unchanged)
    both.org["Region__c"] = "North"
    both.sync(**facts)
    both.apollo["typed_custom_fields"] = {"f1": "s"}
    assert written(both.sync(**facts)) == {"Region__c": "South"}


def test_what_a_link_remembers_goes_through_json_and_shows_what_was_pulled() -> None:
    both = synced()
    assert both.org is not None
    both.org |= {"Amount": 5, "Description": "Hello"}
    both.sync()
    assert both.link is not None
    pushed = both.link.pushed
    assert pushed["Amount"] == {"field": "amount", "apollo": 1000, "salesforce": 5}
    assert pushed["Name"] == "Robots"
    assert to_remember(remembered(pushed)) == pushed
    assert shown_fields(both.apollo, pushed) == {**ROBOTS, "amount": 5, "description": "Hello"}
