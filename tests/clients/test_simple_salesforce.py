"""simple-salesforce reads and writes records of the practice org; what it makes of the answers is asserted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from simple_salesforce import Salesforce, format_soql
from simple_salesforce.exceptions import (
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_external_id

from sfpush.practice import people
from sfpush.practice.serve import Serving

HOSTILE = 'Zoë "Quote" O\'Brien \\ 🦊\nsecond line'


def refusal(raised: pytest.ExceptionInfo[Any]) -> tuple[str, str, list[str]]:
    """Code, message and fields of what the org refused."""
    (error,) = raised.value.content
    return error["errorCode"], error["message"], error["fields"]


def test_a_record_from_its_making_to_its_end(client: Salesforce) -> None:
    made = client.Contact.create({"LastName": "Lee", "Description": HOSTILE})
    assert (made["success"], made["errors"]) == (True, [])
    record = client.Contact.get(made["id"])
    assert (record["LastName"], record["Description"]) == ("Lee", HOSTILE)
    assert record["attributes"]["type"] == "Contact"
    assert client.Contact.update(made["id"], {"LastName": "Li", "Description": None}) == 204
    assert (client.Contact.get(made["id"])["LastName"], client.Contact.get(made["id"])["Description"]) == ("Li", None)
    assert client.Contact.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound) as gone:
        client.Contact.update(made["id"], {"LastName": "Lo"})
    assert refusal(gone)[:2] == ("ENTITY_IS_DELETED", "entity is deleted")


def test_upsert_by_external_id_says_whether_it_created(client: Salesforce) -> None:
    key = format_external_id("Apollo_Id__c", "5f/2 a'b")
    assert client.Contact.upsert(key, {"LastName": "Lee"}) == 201
    assert client.Contact.upsert(key, {"LastName": "Li"}) in (200, 204)
    record = client.Contact.get(key)
    assert (record["LastName"], record["Apollo_Id__c"]) == ("Li", "5f/2 a'b")
    answer = client.Contact.upsert(key, {"LastName": "Lo"}, raw_response=True)
    assert answer.json()["created"] is False


def test_upsert_by_a_field_that_is_no_external_id(client: Salesforce) -> None:
    with pytest.raises(SalesforceResourceNotFound) as refused:
        client.Contact.upsert("Title/CEO", {"LastName": "Lee"})
    assert refused.value.content[0]["errorCode"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("values", "code", "message", "fields"),
    [
        ({}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ["LastName"]),
        (
            {"LastName": "x" * 81},
            "STRING_TOO_LONG",
            f"Last Name: data value too large: {'x' * 81} (max length=80)",
            ["LastName"],
        ),
        (
            {"LastName": "Lee", "Email": "no mail"},
            "INVALID_EMAIL_ADDRESS",
            "Email: invalid email address: no mail",
            ["Email"],
        ),
    ],
)
def test_what_the_org_refuses(
    client: Salesforce, values: dict[str, str], code: str, message: str, fields: list[str]
) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refused:
        client.Contact.create(values)
    assert refusal(refused) == (code, message, fields)


def test_a_duplicate_is_spelled_as_salesforce_spells_it(client: Salesforce) -> None:
    first = client.Contact.create({"LastName": "Lee", "Email": "ann@acme.example"})["id"]
    again = {"LastName": "Li", "Email": "ann@acme.example"}
    with pytest.raises(SalesforceMalformedRequest) as refused:
        client.Contact.create(again)
    (error,) = refused.value.content
    assert error["errorCode"] == "DUPLICATES_DETECTED"
    found = error["duplicateResut"]
    assert (found["duplicateRule"], found["allowSave"]) == ("Standard_Contact_Duplicate_Rule", True)
    assert found["matchResults"][0]["matchRecords"][0]["record"]["Id"] == first
    allowed = client.Contact.create(again, headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"})
    assert allowed["success"] is True


def test_an_external_id_that_is_taken(client: Salesforce) -> None:
    first = client.Contact.create({"LastName": "Lee", "Apollo_Id__c": "a1"})["id"]
    with pytest.raises(SalesforceMalformedRequest) as refused:
        client.Contact.create({"LastName": "Li", "Apollo_Id__c": "A1"})
    assert refusal(refused)[:2] == (
        "DUPLICATE_VALUE",
        f"duplicate value found: Apollo_Id__c duplicates value on record with id: {first[:15]}",
    )


class TestSeveralWithOneExternalId:
    @pytest.fixture
    def practice_rules(self) -> Any:
        from sfpush.practice.rules import Rules

        return Rules.parse('[[fields]]\nsobject = "Contact"\nname = "Ext__c"\nexternal_id = true')

    def test_upsert_refuses_to_choose(self, client: Salesforce) -> None:
        for name in ("Lee", "Li"):
            client.Contact.create({"LastName": name, "Ext__c": "same"})
        with pytest.raises(SalesforceMoreThanOneRecord) as refused:
            client.Contact.upsert("Ext__c/same", {"Title": "CEO"})
        assert len(refused.value.content) == 2
        assert all("/sobjects/Contact/003" in url for url in refused.value.content)
        assert client.query("SELECT Id FROM Contact WHERE Title = 'CEO'")["totalSize"] == 0


def test_a_long_answer_comes_in_pages(practice_org: Serving, client: Salesforce) -> None:
    people.seed(practice_org.org, contacts=4100)
    page = client.query("SELECT Id FROM Contact")
    assert (page["totalSize"], len(page["records"]), page["done"]) == (4100, 2000, False)
    following = client.query_more(page["nextRecordsUrl"], identifier_is_url=True)
    assert len({each["Id"] for each in page["records"] + following["records"]}) == 4000
    assert len({each["Id"] for each in client.query_all_iter("SELECT Id FROM Contact")}) == 4100


def test_deleted_records_are_found_by_those_who_ask(client: Salesforce) -> None:
    client.Lead.delete(client.Lead.create({"LastName": "Lee", "Company": "Acme"})["id"])
    assert client.query_all("SELECT Id FROM Lead")["totalSize"] == 0
    assert client.query_all("SELECT Id, IsDeleted FROM Lead", include_deleted=True)["records"][0]["IsDeleted"] is True


@pytest.mark.parametrize("text", [HOSTILE, "100%_sure", "back\\slash", "\ttab\r\n"])
def test_quoted_text_is_found(client: Salesforce, text: str) -> None:
    made = client.Account.create({"Name": f"<{text}>"})["id"]
    client.Account.create({"Name": "<other>"})
    exact = client.query(format_soql("SELECT Id FROM Account WHERE Name = {}", f"<{text}>"))
    alike = client.query(format_soql("SELECT Id FROM Account WHERE Name LIKE '%{:like}>'", text))
    assert [[each["Id"] for each in answer["records"]] for answer in (exact, alike)] == [[made], [made]]


def test_a_query_that_is_none(client: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refused:
        client.query("SELECT Nothing FROM Contact")
    assert refused.value.content[0]["errorCode"] == "INVALID_FIELD"


def test_the_org_describes_itself(client: Salesforce) -> None:
    listed = {each["name"]: each for each in client.describe()["sobjects"]}
    assert {"Account", "Contact", "Lead", "Opportunity", "Task", "Event", "Campaign", "CampaignMember"} <= set(listed)
    assert listed["Contact"]["keyPrefix"] == "003"
    fields = {each["name"]: each for each in client.Contact.describe()["fields"]}
    assert (fields["LastName"]["nillable"], fields["LastName"]["length"]) == (False, 80)
    assert fields["AccountId"]["referenceTo"] == ["Account"]
    assert fields["Apollo_Id__c"]["externalId"] is True
    assert client.Contact.metadata()["objectDescribe"]["name"] == "Contact"


def test_changes_and_deletions_since(client: Salesforce) -> None:
    kept = client.Lead.create({"LastName": "Lee", "Company": "Acme"})["id"]
    gone = client.Lead.create({"LastName": "Li", "Company": "Acme"})["id"]
    client.Lead.delete(gone)
    since, until = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(minutes=1)
    assert kept in client.Lead.updated(since, until)["ids"]
    assert [each["id"] for each in client.Lead.deleted(since, until)["deletedRecords"]] == [gone]


def test_limits_and_what_is_used_of_them(client: Salesforce) -> None:
    before = client.limits()["DailyApiRequests"]
    assert before["Max"] > before["Remaining"] > 0
    usage = client.api_usage["api-usage"]
    assert (usage.total, usage.used) == (before["Max"], before["Max"] - before["Remaining"])


def test_a_collection_has_a_verdict_for_each_row_in_order(client: Salesforce) -> None:
    rows = [{"LastName": "Lee"}, {"FirstName": "Ann"}, {"LastName": "Li", "Description": HOSTILE}]
    body = {"allOrNone": False, "records": [{"attributes": {"type": "Contact"}, **row} for row in rows]}
    first, second, third = client.restful("composite/sobjects", method="POST", json=body)
    assert [first["success"], second["success"], third["success"]] == [True, False, True]
    assert second["errors"] == [
        {
            "statusCode": "REQUIRED_FIELD_MISSING",
            "message": "Required fields are missing: [LastName]",
            "fields": ["LastName"],
        }
    ]
    assert client.Contact.get(third["id"])["Description"] == HOSTILE
    found = client.restful(
        "composite/sobjects/Contact", method="POST", json={"ids": [third["id"]], "fields": ["LastName"]}
    )
    assert found[0]["LastName"] == "Li"


def test_a_collection_of_all_or_none_leaves_nothing(client: Salesforce) -> None:
    body = {"allOrNone": True, "records": [{"attributes": {"type": "Contact"}, "LastName": name} for name in ("A", "")]}
    kept, refused = client.restful("composite/sobjects", method="POST", json=body)
    assert kept["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert refused["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == 0


def test_a_collection_upserts_updates_and_deletes(client: Salesforce) -> None:
    def rows(**more: str) -> dict[str, Any]:
        return {"records": [{"attributes": {"type": "Lead"}, "Company": "Acme", "LastName": "Lee", **more}]}

    by_key = "composite/sobjects/Lead/Apollo_Id__c"
    (made,) = client.restful(by_key, method="PATCH", json=rows(Apollo_Id__c="a1"))
    (again,) = client.restful(by_key, method="PATCH", json=rows(Apollo_Id__c="a1", Title="CEO"))
    assert (made["created"], again["created"], made["id"]) == (True, False, again["id"])
    (changed,) = client.restful("composite/sobjects", method="PATCH", json=rows(id=made["id"], Title="CFO"))
    assert changed == {"id": made["id"], "success": True, "errors": []}
    assert client.Lead.get(made["id"])["Title"] == "CFO"
    (removed,) = client.restful("composite/sobjects", params={"ids": made["id"]}, method="DELETE")
    assert removed["success"] is True
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 0


def test_one_request_makes_an_account_and_its_contact(client: Salesforce) -> None:
    base = f"/services/data/v{client.sf_version}"
    steps = [
        {"method": "POST", "url": f"{base}/sobjects/Account", "referenceId": "acme", "body": {"Name": "Acme"}},
        {
            "method": "POST",
            "url": f"{base}/sobjects/Contact",
            "referenceId": "ann",
            "body": {"LastName": "Lee", "AccountId": "@{acme.id}"},
        },
    ]
    answer = client.restful("composite", method="POST", json={"allOrNone": True, "compositeRequest": steps})
    assert [each["httpStatusCode"] for each in answer["compositeResponse"]] == [201, 201]
    (contact,) = client.query("SELECT Account.Name FROM Contact")["records"]
    assert contact["Account"]["Name"] == "Acme"
