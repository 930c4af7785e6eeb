from __future__ import annotations

from typing import Any

import pytest

from sfpush.practice.rules import Rules
from tests.practice.conftest import Wire, error_of

STANDARD = [
    "Account", "Campaign", "CampaignMember", "Contact", "DuplicateRule", "Event", "EventRelation", "Lead", "LeadStatus",
    "Note",
    "Opportunity", "OpportunityContactRole", "OpportunityStage", "Organization", "RecordType", "Task", "User",
]  # fmt: skip


def fields(wire: Wire, sobject: str) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in wire.get(f"/sobjects/{sobject}/describe").json()["fields"]}


def test_every_sobject_that_sfpush_touches_is_described(wire: Wire) -> None:
    listed = {each["name"]: each for each in wire.get("/sobjects").json()["sobjects"]}
    for name in STANDARD:
        assert name in listed
        whole = wire.get(f"/sobjects/{name}/describe").json()
        assert whole["name"] == name
        assert whole["keyPrefix"] == listed[name]["keyPrefix"]
        assert {"Id", "CreatedDate", "SystemModstamp"} <= {each["name"] for each in whole["fields"]}
    assert listed["Contact"]["keyPrefix"] == "003"
    assert wire.get("/sobjects/contact").json()["objectDescribe"]["name"] == "Contact"


def required(described: dict[str, dict[str, Any]]) -> set[str]:
    return {
        name
        for name, each in described.items()
        if not each["nillable"] and not each["defaultedOnCreate"] and each["createable"]
    }


@pytest.mark.parametrize(
    ("sobject", "names"),
    [
        ("Account", {"Name"}),
        ("Contact", {"LastName"}),
        ("Lead", {"LastName", "Company"}),
        ("Opportunity", {"Name", "StageName", "CloseDate"}),
        ("Task", set()),
        ("CampaignMember", {"CampaignId"}),
        ("Note", {"Title", "ParentId"}),
    ],
)
def test_what_a_new_row_requires(wire: Wire, sobject: str, names: set[str]) -> None:
    assert required(fields(wire, sobject)) == names


def test_contact_fields_are_salesforces(wire: Wire) -> None:
    contact = fields(wire, "Contact")
    assert (contact["LastName"]["length"], contact["FirstName"]["length"], contact["Email"]["length"]) == (80, 40, 80)
    assert (contact["Title"]["length"], contact["Department"]["length"]) == (128, 80)
    assert not contact["Name"]["createable"]
    assert contact["LastName"]["compoundFieldName"] == "Name"
    assert contact["MailingCity"]["compoundFieldName"] == "MailingAddress"
    assert contact["MailingAddress"]["type"] == "address"
    assert contact["AccountId"]["referenceTo"] == ["Account"]
    assert contact["AccountId"]["relationshipName"] == "Account"
    assert not contact["LeadSource"]["restrictedPicklist"]
    assert "Web" in [each["value"] for each in contact["LeadSource"]["picklistValues"]]
    assert not contact["CreatedDate"]["createable"]
    assert contact["HasOptedOutOfEmail"]["type"] == "boolean"


def test_a_lead_says_what_it_became(wire: Wire) -> None:
    lead = fields(wire, "Lead")
    for name in ("IsConverted", "ConvertedContactId", "ConvertedAccountId", "MasterRecordId"):
        assert not lead[name]["updateable"]
    assert lead["Status"]["defaultedOnCreate"]


def test_an_unknown_sobject_is_not_found(wire: Wire) -> None:
    assert error_of(wire.get("/sobjects/Nothing__c/describe"))[:2] == (404, "NOT_FOUND")


class TestCustomised:
    @pytest.fixture
    def practice_rules(self) -> Rules:
        return Rules.parse("""
            [[fields]]
            sobject = "Contact"
            name = "Apollo_Contact_Id__c"
            length = 50
            external_id = true
            unique = true
            [[fields]]
            sobject = "Contact"
            name = "LeadSource"
            type = "picklist"
            values = ["Apollo", "Web"]
            inactive_values = ["Fax"]
            restricted = true
            [user]
            hidden = ["Contact.Birthdate"]
            read_only = ["Contact.Phone"]
            no_access = ["Campaign"]
            no_create = ["Note"]
        """)

    def test_custom_fields_appear_in_describe(self, wire: Wire) -> None:
        key = fields(wire, "Contact")["Apollo_Contact_Id__c"]
        assert key["custom"]
        assert key["externalId"]
        assert key["unique"]
        assert key["length"] == 50

    def test_a_picklist_can_have_other_values(self, wire: Wire) -> None:
        source = fields(wire, "Contact")["LeadSource"]
        assert source["restrictedPicklist"]
        assert [(each["value"], each["active"]) for each in source["picklistValues"]] == [
            ("Apollo", True), ("Web", True), ("Fax", False),
        ]  # fmt: skip

    def test_hidden_is_absent_and_read_only_is_not_writeable(self, wire: Wire) -> None:
        contact = fields(wire, "Contact")
        assert "Birthdate" not in contact
        assert not contact["Phone"]["updateable"]
        assert (
            error_of(wire.post("/sobjects/Contact", {"LastName": "x", "Birthdate": "1990-01-01"}))[1] == "INVALID_FIELD"
        )
        refused = error_of(wire.post("/sobjects/Contact", {"LastName": "x", "Phone": "1"}))
        assert refused[1] == "INVALID_FIELD_FOR_INSERT_UPDATE"
        assert refused[2].startswith("Unable to create/update fields: Phone. Please check the security settings")

    def test_what_the_user_may_not_see_or_do(self, wire: Wire) -> None:
        assert "Campaign" not in {each["name"] for each in wire.get("/sobjects").json()["sobjects"]}
        assert wire.get("/sobjects/Campaign/describe").status_code == 404
        assert error_of(wire.get("/query", params={"q": "SELECT Id FROM Campaign"}))[1] == "INVALID_TYPE"
        assert not wire.get("/sobjects/Note/describe").json()["createable"]
        assert error_of(wire.post("/sobjects/Note", {"Title": "x"}))[:2] == (403, "INSUFFICIENT_ACCESS_OR_READONLY")
