"""Single rows: what is accepted, what is refused, in Salesforce's codes and words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sfpush.practice.org import stamp, utc_now
from sfpush.practice.rules import Rules
from tests.practice.conftest import Wire, error_of

KEYS = Rules.parse("""
    [[fields]]
    sobject = "Contact"
    name = "Apollo_Contact_Id__c"
    length = 50
    external_id = true
    unique = true
    [[fields]]
    sobject = "Account"
    name = "Apollo_Account_Id__c"
    external_id = true
    unique = true
    [[fields]]
    sobject = "Account"
    name = "Legacy__c"
    external_id = true
    [duplicate_rules]
    Contact = "off"
    Account = "off"
""")


@pytest.fixture
def practice_rules() -> Rules:
    return KEYS


def test_a_row_is_made_read_changed_and_deleted(wire: Wire) -> None:
    made = wire.post("/sobjects/Contact", {"FirstName": " Ann ", "LastName": "Lee", "Title": "", "DoNotCall": True})
    assert made.status_code == 201
    record_id = made.json()["id"]
    assert made.json() == {"id": record_id, "success": True, "errors": []}
    assert made.headers["Location"] == f"/services/data/v62.0/sobjects/Contact/{record_id}"
    row = wire.get(f"/sobjects/Contact/{record_id}").json()
    assert row["attributes"]["type"] == "Contact"
    assert (row["FirstName"], row["Name"], row["Title"], row["DoNotCall"]) == ("Ann", "Ann Lee", None, True)
    assert row["OwnerId"] == row["CreatedById"] == wire.server.org.identity.user_id
    assert row["CreatedDate"].endswith(".000+0000")

    changed = wire.patch(f"/sobjects/Contact/{record_id[:15]}", {"LastName": "Li", "FirstName": None})
    assert (changed.status_code, changed.content) == (204, b"")
    assert wire.get(f"/sobjects/Contact/{record_id}?fields=Name,FirstName").json()["Name"] == "Li"

    assert wire.delete(f"/sobjects/Contact/{record_id}").status_code == 204
    for answer in (
        wire.get(f"/sobjects/Contact/{record_id}"),
        wire.patch(f"/sobjects/Contact/{record_id}", {"LastName": "x"}),
        wire.delete(f"/sobjects/Contact/{record_id}"),
    ):
        assert error_of(answer) == (404, "ENTITY_IS_DELETED", "entity is deleted")
    assert wire.rows("SELECT Id FROM Contact") == []
    assert wire.query("SELECT Id, IsDeleted FROM Contact", "/queryAll")["records"][0]["IsDeleted"] is True


def test_addresses_show_as_one(wire: Wire) -> None:
    record_id = wire.create("Account", Name="Acme", BillingCity="Rome", BillingStreet="Via 1\nScala B")
    row = wire.get(f"/sobjects/Account/{record_id}").json()
    assert row["BillingAddress"]["city"] == "Rome"
    assert row["BillingStreet"] == "Via 1\nScala B"
    assert row["ShippingAddress"] is None
    assert (
        wire.query("SELECT BillingAddress FROM Account")["records"][0]["BillingAddress"]["street"] == "Via 1\nScala B"
    )


PARSER = "Cannot deserialize instance of {} or request may be missing a required field at [line:1, column:1]"
LOST = "001000000000000AAA"


@pytest.mark.parametrize(
    ("sobject", "values", "code", "message", "fields"),
    [
        ("Contact", {"FirstName": "A"}, "REQUIRED_FIELD_MISSING",
         "Required fields are missing: [LastName]", ["LastName"]),
        ("Lead", {"LastName": "A"}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Company]", ["Company"]),
        ("Account", {"Name": "  "}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", ["Name"]),
        ("Contact", {"LastName": "x" * 81}, "STRING_TOO_LONG",
         "Last Name: data value too large: " + "x" * 81 + " (max length=80)", ["LastName"]),
        ("Lead", {"LastName": "A", "Company": "B", "Email": "no mail"}, "INVALID_EMAIL_ADDRESS",
         "Email: invalid email address: no mail", ["Email"]),
        ("Task", {"CallType": "Smoke"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
         "Call Type: bad value for restricted picklist field: Smoke", ["CallType"]),
        ("Account", {"Name": "A", "Foo": 1}, "INVALID_FIELD", "No such column 'Foo' on sobject of type Account", []),
        ("Contact", {"LastName": "A", "AccountId": LOST}, "INVALID_CROSS_REFERENCE_KEY",
         "invalid cross reference id", []),
        ("Contact", {"LastName": "A", "AccountId": "nope"}, "MALFORMED_ID",
         "Account ID: id value of incorrect type: nope", ["AccountId"]),
        ("Account", {"Name": "A", "AnnualRevenue": "much"}, "JSON_PARSER_ERROR",
         PARSER.format("double from VALUE_STRING value much"), []),
        ("Account", {"Name": "A", "NumberOfEmployees": 1.5}, "JSON_PARSER_ERROR",
         PARSER.format("int from VALUE_NUMBER_FLOAT value 1.5"), []),
        ("Contact", {"LastName": "A", "Birthdate": "soon"}, "JSON_PARSER_ERROR",
         PARSER.format("date from VALUE_STRING value soon"), []),
        ("Contact", {"LastName": 7}, "JSON_PARSER_ERROR", PARSER.format("string from VALUE_NUMBER_INT value 7"), []),
        ("Account", {"Name": "A", "NumberOfEmployees": 123456789}, "NUMBER_OUTSIDE_VALID_RANGE",
         "Employees: value outside of valid range on numeric field: 123456789", ["NumberOfEmployees"]),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused(
    wire: Wire, sobject: str, values: dict[str, Any], code: str, message: str, fields: list[str]
) -> None:
    answer = wire.post(f"/sobjects/{sobject}", values)
    assert answer.status_code == 400
    assert answer.json() == [{"message": message, "errorCode": code, "fields": fields}]


def test_read_only_fields_are_refused(wire: Wire) -> None:
    answer = wire.post("/sobjects/Contact", {"LastName": "A", "Name": "B", "CreatedDate": "2020-01-01T00:00:00Z"})
    assert error_of(answer) == (
        400,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "Unable to create/update fields: Name, CreatedDate. Please check the security settings of this field and "
        "verify that it is read/write for your profile or permission set.",
    )
    assert answer.json()[0]["fields"] == ["Name", "CreatedDate"]


def test_a_lookup_of_another_sobject_is_refused(wire: Wire) -> None:
    contact = wire.create("Contact", LastName="A")
    code, message = error_of(wire.post("/sobjects/Contact", {"LastName": "B", "AccountId": contact}))[1:]
    assert (code, message) == ("FIELD_INTEGRITY_EXCEPTION", f"Account ID: id value of incorrect type: {contact}")


def test_a_lookup_of_a_deleted_row_is_refused(wire: Wire) -> None:
    account = wire.create("Account", Name="A")
    wire.delete(f"/sobjects/Account/{account}")
    assert error_of(wire.post("/sobjects/Contact", {"LastName": "B", "AccountId": account}))[1] == "ENTITY_IS_DELETED"


def test_required_fields_can_not_be_cleared(wire: Wire) -> None:
    record_id = wire.create("Contact", LastName="A")
    assert error_of(wire.patch(f"/sobjects/Contact/{record_id}", {"LastName": None}))[1] == "REQUIRED_FIELD_MISSING"
    lead = wire.create("Lead", LastName="A", Company="B", Status=None)
    assert wire.get(f"/sobjects/Lead/{lead}").json()["Status"] == "Open - Not Contacted"


def test_an_id_in_the_body_is_refused(wire: Wire) -> None:
    record_id = wire.create("Contact", LastName="A")
    assert error_of(wire.patch(f"/sobjects/Contact/{record_id}", {"Id": record_id}))[1] == "INVALID_FIELD"
    assert (
        error_of(wire.post("/sobjects/Contact", {"LastName": "B", "Id": record_id}))[1]
        == "INVALID_FIELD_FOR_INSERT_UPDATE"
    )


def test_ids_that_never_existed(wire: Wire) -> None:
    for record_id in ("003000000000000AAA", "short"):
        assert error_of(wire.get(f"/sobjects/Contact/{record_id}"))[:2] == (404, "NOT_FOUND")
        assert error_of(wire.patch(f"/sobjects/Contact/{record_id}", {"LastName": "x"}))[:2] == (404, "NOT_FOUND")


def test_an_unrestricted_picklist_takes_any_value(wire: Wire) -> None:
    record_id = wire.create("Contact", LastName="A", LeadSource="Apollo")
    assert wire.get(f"/sobjects/Contact/{record_id}").json()["LeadSource"] == "Apollo"


def test_upsert_by_external_id(wire: Wire) -> None:
    path = "/sobjects/Contact/Apollo_Contact_Id__c/a%2Fb%27c"
    made = wire.patch(path, {"LastName": "Lee"})
    assert made.status_code == 201
    assert made.json()["created"] is True
    again = wire.patch(path, {"LastName": "Li"})
    assert (again.status_code, again.json()["created"], again.json()["id"]) == (200, False, made.json()["id"])
    old = wire.patch(f"/services/data/v45.0{path}", {"LastName": "Lo"})
    assert (old.status_code, old.content) == (204, b"")
    assert wire.get(path).json()["LastName"] == "Lo"
    assert wire.rows("SELECT Apollo_Contact_Id__c FROM Contact") == [{"Apollo_Contact_Id__c": "a/b'c"}]


def test_upsert_matches_without_case(wire: Wire) -> None:
    first = wire.patch("/sobjects/Contact/Apollo_Contact_Id__c/AbC", {"LastName": "Lee"}).json()["id"]
    assert wire.patch("/sobjects/Contact/Apollo_Contact_Id__c/aBc", {"Title": "CEO"}).json()["id"] == first


def test_upsert_of_several_is_300_and_writes_nothing(wire: Wire) -> None:
    ids = [wire.create("Account", Name=name, Legacy__c="7") for name in ("A", "B")]
    answer = wire.patch("/sobjects/Account/Legacy__c/7", {"Name": "C"})
    assert answer.status_code == 300
    assert answer.json() == [f"/services/data/v62.0/sobjects/Account/{each}" for each in ids]
    assert [row["Name"] for row in wire.rows("SELECT Name FROM Account ORDER BY Name")] == ["A", "B"]


def test_upsert_refuses_what_it_can_not_do(wire: Wire) -> None:
    assert wire.patch("/sobjects/Contact/Apollo_Contact_Id__c/x?updateOnly=true", {"LastName": "L"}).status_code == 404
    assert error_of(wire.patch("/sobjects/Contact/Title/x", {"LastName": "L"}))[:2] == (404, "NOT_FOUND")
    body = {"LastName": "L", "Apollo_Contact_Id__c": "x"}
    assert error_of(wire.patch("/sobjects/Contact/Apollo_Contact_Id__c/x", body))[1] == "INVALID_FIELD"


def test_unique_values_are_unique(wire: Wire) -> None:
    first = wire.create("Contact", LastName="A", Apollo_Contact_Id__c="k1")
    refused = wire.post("/sobjects/Contact", {"LastName": "B", "Apollo_Contact_Id__c": "K1"})
    assert error_of(refused) == (
        400,
        "DUPLICATE_VALUE",
        f"duplicate value found: Apollo_Contact_Id__c duplicates value on record with id: {first[:15]}",
    )
    assert wire.patch(f"/sobjects/Contact/{first}", {"Apollo_Contact_Id__c": "K1"}).status_code == 204
    wire.delete(f"/sobjects/Contact/{first}")
    assert wire.post("/sobjects/Contact", {"LastName": "B", "Apollo_Contact_Id__c": "k1"}).status_code == 201


def test_a_parent_can_be_named_by_external_id(wire: Wire) -> None:
    account = wire.create("Account", Name="A", Apollo_Account_Id__c="acc1")
    contact = wire.create("Contact", LastName="B", Account={"Apollo_Account_Id__c": "acc1"})
    assert wire.get(f"/sobjects/Contact/{contact}").json()["AccountId"] == account
    refused = error_of(wire.post("/sobjects/Contact", {"LastName": "B", "Account": {"Apollo_Account_Id__c": "no"}}))
    assert refused[1:] == (
        "INVALID_FIELD", "Foreign key external ID: no not found for field Apollo_Account_Id__c in entity Account",
    )  # fmt: skip


def test_deleting_an_account_takes_its_people_and_deals_along(wire: Wire) -> None:
    account = wire.create("Account", Name="A")
    contact = wire.create("Contact", LastName="B", AccountId=account)
    deal = wire.create("Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-12-31", AccountId=account)
    assert wire.delete(f"/sobjects/Account/{account}").status_code == 204
    assert wire.get(f"/sobjects/Contact/{contact}").status_code == 404
    assert wire.get(f"/sobjects/Opportunity/{deal}").status_code == 404


def test_an_account_with_a_won_deal_can_not_be_deleted(wire: Wire) -> None:
    account = wire.create("Account", Name="A")
    wire.create("Opportunity", Name="D", StageName="Closed Won", CloseDate="2026-01-31", AccountId=account)
    assert error_of(wire.delete(f"/sobjects/Account/{account}"))[:2] == (400, "DELETE_FAILED")


def test_what_changed_and_what_went(wire: Wire) -> None:
    kept, gone = wire.create("Account", Name="A"), wire.create("Account", Name="B")
    wire.delete(f"/sobjects/Account/{gone}")
    now = utc_now()
    span = {"start": stamp(now - timedelta(hours=1)), "end": stamp(now + timedelta(hours=1))}
    assert wire.get("/sobjects/Account/updated/", params=span).json()["ids"] == [kept]
    deleted = wire.get("/sobjects/Account/deleted/", params=span).json()
    assert [each["id"] for each in deleted["deletedRecords"]] == [gone]
    assert deleted["earliestDateAvailable"] < deleted["latestDateCovered"]
    too_far = {**span, "start": stamp(now - timedelta(days=40))}
    assert error_of(wire.get("/sobjects/Account/updated", params=too_far))[1] == "INVALID_REPLICATION_DATE"
    assert error_of(wire.get("/sobjects/Account/deleted", params={"start": "x", "end": "y"}))[0] == 400
