"""Who of a plan joins the campaign (P2)."""

from __future__ import annotations

from typing import Any

import pytest

from sfpush.model import CHANGE_KINDS, AnyChange, Create, FieldChange, Rule, SalesforceId, Unchanged, Update
from sfpush.planning.campaigns import Campaign, campaign_warnings, decide_member
from tests.planning.made import row_id

SPRING = Campaign(SalesforceId("701000000000001"), "Spring", is_active=True)


def person(kind: type[AnyChange], sobject: str = "Contact", **facts: Any) -> AnyChange:
    return kind(record="contact:1", name="Ann Lee", sobject=sobject, rule=Rule.NEW, reason="", **facts)


@pytest.mark.parametrize("kind", CHANGE_KINDS, ids=lambda kind: kind.action)
def test_P2_those_whom_the_plan_leaves_in_the_org_join(kind: type[AnyChange]) -> None:
    joins = decide_member(person(kind, salesforce_id=row_id(1)), SPRING) is not None
    assert joins == (kind.action in ("create", "update", "link", "unchanged"))


def test_P2_a_new_person_joins_once_it_is_there() -> None:
    member = decide_member(person(Create), SPRING)
    assert isinstance(member, Create)
    assert (member.rule, member.sobject, member.needs) == (Rule.CAMPAIGN_MEMBER, "CampaignMember", ("contact:1",))
    assert member.fields == (
        FieldChange("CampaignId", None, SPRING.id),
        FieldChange("ContactId", None, "contact:1"),
    )


def test_P2_a_lead_joins_as_a_lead() -> None:
    member = decide_member(person(Update, "Lead", salesforce_id=row_id(1, "00Q")), SPRING)
    assert isinstance(member, Create)
    assert (member.needs, member.fields[1]) == ((), FieldChange("LeadId", None, row_id(1, "00Q")))


def test_P2_a_member_already_is_unchanged() -> None:
    campaign = Campaign(SPRING.id, "Spring", members={row_id(1): SalesforceId("00v000000000001")})
    member = decide_member(person(Unchanged, salesforce_id=row_id(1)), campaign)
    assert isinstance(member, Unchanged)
    assert member.salesforce_id == "00v000000000001AAA"


def test_P2_an_account_is_no_member() -> None:
    assert decide_member(person(Create, "Account"), SPRING) is None


def test_P2_an_inactive_campaign_only_warns() -> None:
    assert campaign_warnings(SPRING) == ()
    assert campaign_warnings(Campaign(SPRING.id, "Spring")) == ("The campaign Spring is not active in Salesforce.",)
