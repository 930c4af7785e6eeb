from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from sfpush.practice import people
from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules
from tests.practice.conftest import Wire, error_of

ALLOW = {"Sforce-Duplicate-Rule-Header": "allowSave=true; includeRecordDetails=true"}


def matches(answer: requests.Response) -> dict[str, Any]:
    assert error_of(answer) == (400, "DUPLICATES_DETECTED", "Use one of these records?")
    found: dict[str, Any] = answer.json()[0]["duplicateResut"]
    return found


def test_the_same_email_is_a_duplicate(wire: Wire) -> None:
    first = wire.create("Contact", LastName="Lee", Email="Ann@Acme.example")
    found = matches(wire.post("/sobjects/Contact", {"LastName": "Other", "Email": "ann@acme.EXAMPLE"}))
    assert found["allowSave"] is True
    assert found["duplicateRule"] == "Standard_Contact_Duplicate_Rule"
    result = found["matchResults"][0]
    assert (result["entityType"], result["size"]) == ("Contact", 1)
    assert result["matchRecords"][0]["record"] == {
        "attributes": {"type": "Contact", "url": f"/services/data/v62.0/sobjects/Contact/{first}"},
        "Id": first,
    }


def test_the_header_saves_past_an_alert(wire: Wire) -> None:
    wire.create("Contact", LastName="Lee", Email="ann@acme.example")
    assert (
        wire.post("/sobjects/Contact", {"LastName": "X", "Email": "ann@acme.example"}, headers=ALLOW).status_code == 201
    )


def test_the_same_name_at_the_same_company(wire: Wire) -> None:
    account = wire.create("Account", Name="Acme, Inc.")
    wire.create("Contact", FirstName="Ann", LastName="Lee", AccountId=account)
    again = {"FirstName": "ann", "LastName": "LEE", "AccountId": account}
    matches(wire.post("/sobjects/Contact", again))
    assert wire.post("/sobjects/Contact", {"FirstName": "Ann", "LastName": "Lee"}).status_code == 201
    lead = matches(wire.post("/sobjects/Lead", {"FirstName": "Ann", "LastName": "Lee", "Company": "ACME"}))
    assert lead["duplicateRule"] == "Standard_Lead_Duplicate_Rule"
    assert lead["matchResults"][0]["entityType"] == "Contact"


def test_a_contact_can_match_a_lead_but_not_a_converted_one(wire: Wire) -> None:
    lead = wire.create("Lead", LastName="Lee", Company="Acme", Email="ann@acme.example")
    body = {"LastName": "Li", "Email": "ann@acme.example"}
    assert matches(wire.post("/sobjects/Contact", body))["matchResults"][0]["entityType"] == "Lead"
    people.convert_lead(wire.server.org, lead)
    found = matches(wire.post("/sobjects/Contact", body))["matchResults"]
    assert [each["entityType"] for each in found] == ["Contact"]


@pytest.mark.parametrize(
    ("values", "is_duplicate"),
    [
        ({"Name": "ACME", "Website": "http://acme.example/about"}, True),
        ({"Name": "Acme Ltd", "Phone": "0049 30 123 456"}, True),
        ({"Name": "Acme", "BillingStreet": "Main 1", "BillingCity": "Rome"}, True),
        ({"Name": "Acme"}, False),
        ({"Name": "Acme", "Website": "acme-two.example"}, False),
        ({"Name": "Other", "Website": "acme.example"}, False),
    ],
)
def test_accounts_match_by_name_and_one_thing_more(wire: Wire, values: dict[str, str], is_duplicate: bool) -> None:
    wire.create(
        "Account",
        Name="Acme Inc.",
        Website="www.acme.example",
        Phone="030 123456",
        BillingStreet="Main 1",
        BillingCity="Rome",
    )
    assert (wire.post("/sobjects/Account", values).status_code == 400) == is_duplicate


def test_rows_of_one_batch_do_not_see_each_other(wire: Wire) -> None:
    row = {"LastName": "Lee", "Email": "ann@acme.example"}
    assert all(each["success"] for each in wire.collection("Contact", row, row))
    refused = wire.collection("Contact", row)[0]
    assert refused["errors"] == [
        {"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", "fields": []}
    ]


def test_a_fresh_org_does_not_check_changes(wire: Wire) -> None:
    wire.create("Contact", LastName="Lee", Email="ann@acme.example")
    other = wire.create("Contact", LastName="Lo")
    assert wire.patch(f"/sobjects/Contact/{other}", {"Email": "ann@acme.example"}).status_code == 204


class TestBlocking:
    @pytest.fixture
    def practice_rules(self) -> Rules:
        return Rules.parse('[duplicate_rules]\nContact = "block"\nLead = "off"\non_update = true')

    def test_a_block_holds_whatever_the_header_says(self, wire: Wire) -> None:
        wire.create("Contact", LastName="Lee", Email="ann@acme.example")
        answer = wire.post("/sobjects/Contact", {"LastName": "Li", "Email": "ann@acme.example"}, headers=ALLOW)
        assert answer.json()[0]["duplicateResut"]["allowSave"] is False
        assert error_of(answer)[2].startswith("You're creating a duplicate record.")

    def test_off_finds_nothing(self, wire: Wire) -> None:
        wire.create("Lead", LastName="Lee", Company="A", Email="ann@acme.example")
        assert wire.post("/sobjects/Lead", {"LastName": "Lee", "Company": "A", "Email": "ann@acme.example"}).ok

    def test_changes_are_checked_too_if_the_rules_say_so(self, wire: Wire) -> None:
        wire.create("Contact", LastName="Lee", Email="ann@acme.example")
        other = wire.create("Contact", LastName="Lo", Email="lo@acme.example")
        assert wire.patch(f"/sobjects/Contact/{other}", {"Title": "CEO"}).status_code == 204
        assert wire.patch(f"/sobjects/Contact/{other}", {"Email": "ann@acme.example"}).status_code == 400


def test_the_rules_are_rows_of_an_sobject_that_says_which_are_active(wire: Wire, tmp_path: Path) -> None:
    query = "SELECT SobjectType, DeveloperName, MasterLabel, IsActive FROM DuplicateRule ORDER BY SobjectType"
    rows = wire.rows(query)
    assert [(row["SobjectType"], row["IsActive"]) for row in rows] == [
        ("Account", True), ("Contact", True), ("Lead", True),
    ]  # fmt: skip
    assert rows[0]["DeveloperName"] == "Standard_Account_Duplicate_Rule"
    assert rows[0]["MasterLabel"] == "Standard Account Duplicate Rule"
    assert wire.get("/sobjects/DuplicateRule/describe").json()["keyPrefix"] == "0Bm"

    path = tmp_path / "changed.db"
    PracticeOrg(path).close()
    changed = PracticeOrg(path, Rules.parse('[duplicate_rules]\nLead = "off"\nContact = "block"'))
    for _ in range(2):
        with changed.reading() as db:
            states = db.execute('SELECT SobjectType, IsActive FROM "DuplicateRule" ORDER BY SobjectType').fetchall()
        assert states == [("Account", 1), ("Contact", 1), ("Lead", 0)]
        changed.reset()
    changed.close()
