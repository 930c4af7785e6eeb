"""Tasks, events, notes, campaign members, deals: the rules of single sObjects."""

from __future__ import annotations

import pytest

from sfpush.practice import people
from tests.practice.conftest import Wire, error_of

MONDAY = "2026-11-30T09:00:00.000+0000"


def test_a_task_takes_its_account_from_what_it_is_about(wire: Wire) -> None:
    account = wire.create("Account", Name="A")
    contact = wire.create("Contact", LastName="B", AccountId=account)
    deal = wire.create("Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-12-31", AccountId=account)
    for relation in ({"WhoId": contact}, {"WhatId": account}, {"WhoId": contact, "WhatId": deal}):
        task = wire.create("Task", Subject="Call", TaskSubtype="Call", Status="Completed", **relation)
        row = wire.get(f"/sobjects/Task/{task}").json()
        assert (row["AccountId"], row["IsClosed"], row["TaskSubtype"]) == (account, True, "Call")
        assert row["CompletedDateTime"] is not None
    who = wire.query("SELECT Who.Name, Who.Type, What.Name FROM Task WHERE WhatId = '" + deal + "'")["records"][0]
    assert (who["Who"]["Name"], who["Who"]["Type"], who["What"]["Name"]) == ("B", "Contact", "D")
    assert who["Who"]["attributes"]["type"] == "Contact"


def test_a_task_has_defaults_and_a_subtype_that_stays(wire: Wire) -> None:
    task = wire.create("Task", Subject="x")
    row = wire.get(f"/sobjects/Task/{task}").json()
    assert (row["Status"], row["Priority"], row["TaskSubtype"], row["IsClosed"]) == (
        "Not Started",
        "Normal",
        "Task",
        False,
    )
    assert (
        error_of(wire.patch(f"/sobjects/Task/{task}", {"TaskSubtype": "Email"}))[1] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    )


@pytest.mark.parametrize(
    ("sobject", "more"), [("Task", {}), ("Event", {"StartDateTime": MONDAY, "DurationInMinutes": 30})]
)
def test_an_activity_of_a_lead_is_about_nothing_else(wire: Wire, sobject: str, more: dict[str, object]) -> None:
    lead = wire.create("Lead", LastName="L", Company="C")
    account = wire.create("Account", Name="A")
    refused = error_of(wire.post(f"/sobjects/{sobject}", {"WhoId": lead, "WhatId": account, **more}))
    assert refused[:2] == (400, "FIELD_INTEGRITY_EXCEPTION")
    made = wire.create(sobject, WhoId=lead, **more)
    assert error_of(wire.patch(f"/sobjects/{sobject}/{made}", {"WhatId": account}))[1] == "FIELD_INTEGRITY_EXCEPTION"


def test_a_converted_lead_can_not_be_referred_to(wire: Wire) -> None:
    lead = wire.create("Lead", LastName="L", Company="C")
    task = wire.create("Task", WhoId=lead)
    made = people.convert_lead(wire.server.org, lead)
    assert wire.get(f"/sobjects/Task/{task}").json()["WhoId"] == made.contact_id
    assert error_of(wire.post("/sobjects/Task", {"WhoId": lead}))[1] == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_an_event_needs_a_time_and_fills_in_the_rest(wire: Wire) -> None:
    assert error_of(wire.post("/sobjects/Event", {"Subject": "x"}))[1] == "REQUIRED_FIELD_MISSING"
    event = wire.create("Event", Subject="x", StartDateTime="2026-11-30T10:00:00+01:00", DurationInMinutes=45)
    row = wire.get(f"/sobjects/Event/{event}").json()
    assert (row["StartDateTime"], row["ActivityDateTime"]) == (MONDAY, MONDAY)
    assert (row["EndDateTime"], row["ActivityDate"]) == ("2026-11-30T09:45:00.000+0000", "2026-11-30")
    wire.patch(f"/sobjects/Event/{event}", {"EndDateTime": "2026-11-30T10:00:00Z"})
    assert wire.get(f"/sobjects/Event/{event}").json()["DurationInMinutes"] == 60
    backwards = {"StartDateTime": MONDAY, "EndDateTime": "2026-11-29T09:00:00Z"}
    assert error_of(wire.post("/sobjects/Event", backwards))[1] == "FIELD_INTEGRITY_EXCEPTION"
    whole_day = wire.create("Event", Subject="x", IsAllDayEvent=True, ActivityDate="2026-11-30")
    assert wire.get(f"/sobjects/Event/{whole_day}").json()["DurationInMinutes"] == 1440


def test_participants_of_an_event(wire: Wire) -> None:
    event = wire.create("Event", Subject="x", StartDateTime=MONDAY, DurationInMinutes=45)
    contact = wire.create("Contact", LastName="B")
    relation = wire.create("EventRelation", EventId=event, RelationId=contact)
    assert wire.get(f"/sobjects/EventRelation/{relation}").json()["Status"] == "New"
    wire.delete(f"/sobjects/Event/{event}")
    assert wire.get(f"/sobjects/EventRelation/{relation}").status_code == 404


def test_a_campaign_member_is_one_person_once(wire: Wire) -> None:
    campaign = wire.create("Campaign", Name="C", IsActive=True)
    contact = wire.create("Contact", LastName="B", Email="b@c.example")
    lead = wire.create("Lead", LastName="L", Company="C")
    member = wire.create("CampaignMember", CampaignId=campaign, ContactId=contact, Status="Responded")
    row = wire.get(f"/sobjects/CampaignMember/{member}").json()
    assert (row["HasResponded"], row["Type"], row["LeadOrContactId"], row["Email"]) == (
        True,
        "Contact",
        contact,
        "b@c.example",
    )
    again = error_of(wire.post("/sobjects/CampaignMember", {"CampaignId": campaign, "ContactId": contact}))
    assert again[1:] == ("DUPLICATE_VALUE", "Already a campaign member.")
    pair = {"CampaignId": campaign, "LeadId": lead}
    assert [each["success"] for each in wire.collection("CampaignMember", pair, pair)] == [True, False]
    for people_named in ({}, {"LeadId": lead, "ContactId": contact}):
        answer = wire.post("/sobjects/CampaignMember", {"CampaignId": campaign, **people_named})
        assert error_of(answer)[1] == "FIELD_INTEGRITY_EXCEPTION"


def test_a_deal_follows_its_stage(wire: Wire) -> None:
    deal = wire.create("Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-12-31", Amount=1234.56)
    row = wire.get(f"/sobjects/Opportunity/{deal}").json()
    assert (row["Probability"], row["IsClosed"], row["ForecastCategory"]) == (10.0, False, "Pipeline")
    assert (row["Amount"], row["ExpectedRevenue"], row["FiscalQuarter"]) == (1234.56, 123.46, 4)
    wire.patch(f"/sobjects/Opportunity/{deal}", {"StageName": "Closed Won"})
    row = wire.get(f"/sobjects/Opportunity/{deal}").json()
    assert (row["Probability"], row["IsClosed"], row["IsWon"]) == (100.0, True, True)
    stages = wire.rows("SELECT ApiName, IsClosed FROM OpportunityStage ORDER BY SortOrder")
    assert stages[0] == {"ApiName": "Prospecting", "IsClosed": False}
    assert wire.rows("SELECT MasterLabel FROM LeadStatus WHERE IsConverted = true") == [
        {"MasterLabel": "Closed - Converted"}
    ]


def test_notes_hang_on_their_parent(wire: Wire) -> None:
    account = wire.create("Account", Name="A")
    note = wire.create("Note", ParentId=account, Title="T", Body="line 1\nline 2")
    assert wire.get(f"/sobjects/Note/{note}").json()["Body"] == "line 1\nline 2"
    wire.delete(f"/sobjects/Account/{account}")
    assert wire.get(f"/sobjects/Note/{note}").status_code == 404


def test_an_inactive_owner_is_refused(wire: Wire) -> None:
    people.seed_sample(wire.server.org)
    users = wire.rows("SELECT Id FROM User WHERE LastName = 'Frost'")
    owned = wire.create("Contact", LastName="A", OwnerId=users[0]["Id"])
    assert wire.get(f"/sobjects/Contact/{owned}").json()["OwnerId"] == users[0]["Id"]
    wire.patch(f"/sobjects/User/{users[0]['Id']}", {"IsActive": False})
    assert (
        error_of(wire.post("/sobjects/Contact", {"LastName": "B", "OwnerId": users[0]["Id"]}))[1]
        == "INACTIVE_OWNER_OR_USER"
    )
