from __future__ import annotations

from typing import Any

import pytest

from sfpush.practice.rules import Rules
from tests.practice.conftest import Wire, error_of


@pytest.fixture
def practice_rules() -> Rules:
    return Rules.parse("""
        [[fields]]
        sobject = "Contact"
        name = "Apollo_Contact_Id__c"
        external_id = true
        unique = true
        [[validation_rules]]
        sobject = "Contact"
        name = "no_interns"
        when = "Title = 'Intern'"
        message = "Interns are not kept here."
        field = "Title"
    """)


def test_each_row_gets_its_verdict_in_order(wire: Wire) -> None:
    good, bad, unknown = wire.collection(
        "Contact", {"LastName": "A"}, {"FirstName": "B"}, {"LastName": "C", "Foo": "x"}
    )
    assert good == {"id": good["id"], "success": True, "errors": []}
    assert bad == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [LastName]",
                "fields": ["LastName"],
            }
        ],
    }
    assert unknown["errors"] == [
        {"statusCode": "INVALID_FIELD", "message": "No such column 'Foo' on sobject of type Contact", "fields": []}
    ]
    assert wire.query("SELECT COUNT() FROM Contact")["totalSize"] == 1


def test_all_or_none_takes_the_innocent_back(wire: Wire) -> None:
    innocent, guilty = wire.collection("Contact", {"LastName": "A"}, {"FirstName": "B"}, allOrNone=True)
    assert innocent["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert "id" not in innocent
    assert guilty["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert wire.query("SELECT COUNT() FROM Contact")["totalSize"] == 0


def test_update_by_id(wire: Wire) -> None:
    one, two = (wire.create("Contact", LastName=name) for name in "AB")
    wire.delete(f"/sobjects/Contact/{two}")
    answers = wire.collection(
        "Contact",
        {"Id": one[:15], "Title": "CEO"},
        {"Id": two, "Title": "CFO"},
        {"id": "003000000000000AAA", "Title": "x"},
        {"Title": "x"},
        verb="PATCH",
    )
    assert [each["success"] for each in answers] == [True, False, False, False]
    codes = [each["errors"][0]["statusCode"] for each in answers[1:]]
    assert codes == ["ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "MISSING_ARGUMENT"]
    assert wire.rows("SELECT Title FROM Contact") == [{"Title": "CEO"}]


def test_the_same_row_twice_is_refused_twice(wire: Wire) -> None:
    one = wire.create("Contact", LastName="A")
    answers = wire.collection("Contact", {"Id": one, "Title": "x"}, {"Id": one[:15], "Title": "y"}, verb="PATCH")
    assert [each["success"] for each in answers] == [False, False]


def upsert(wire: Wire, *records: Any) -> Any:
    body = {"records": [{"attributes": {"type": "Contact"}, **each} for each in records]}
    answer = wire.patch("/composite/sobjects/Contact/Apollo_Contact_Id__c", body)
    assert answer.status_code == 200
    return answer.json()


def test_upsert_by_external_id(wire: Wire) -> None:
    first = upsert(wire, {"Apollo_Contact_Id__c": "k1", "LastName": "A"}, {"LastName": "B"})
    assert first[0]["created"] is True
    assert first[1]["success"] is False
    second = upsert(
        wire, {"Apollo_Contact_Id__c": "K1", "Title": "CEO"}, {"Apollo_Contact_Id__c": "k2", "LastName": "C"}
    )
    assert [each["created"] for each in second] == [False, True]
    assert second[0]["id"] == first[0]["id"]


def test_one_external_id_twice_in_a_batch_is_refused(wire: Wire) -> None:
    rows = [{"Apollo_Contact_Id__c": "k1", "LastName": name} for name in "AB"]
    for answers in (upsert(wire, *rows), wire.collection("Contact", *rows)[1:]):
        assert {each["errors"][0]["statusCode"] for each in answers} == {"DUPLICATE_VALUE"}


def test_mixed_types_are_saved_in_order(wire: Wire) -> None:
    types = ["Account", "Contact", "Account"]
    fields = [{"Name": "A"}, {"LastName": "B"}, {"Name": "C"}]
    records = [{"attributes": {"type": kind}, **each} for kind, each in zip(types, fields, strict=True)]
    answers = wire.post("/composite/sobjects", {"records": records}).json()
    assert [each["id"][:3] for each in answers] == ["001", "003", "001"]
    alternating = [{"attributes": {"type": types[index % 2]}, **fields[index % 2]} for index in range(12)]
    assert error_of(wire.post("/composite/sobjects", {"records": alternating}))[:2] == (400, "LIMIT_EXCEEDED")


def test_malformed_requests_are_refused_whole(wire: Wire) -> None:
    many = [{"attributes": {"type": "Contact"}, "LastName": "x"}] * 201
    assert error_of(wire.post("/composite/sobjects", {"records": many}))[1] == "EXCEEDED_ID_LIMIT"
    assert error_of(wire.post("/composite/sobjects", {"records": [{"LastName": "x"}]}))[0] == 400
    assert error_of(wire.post("/composite/sobjects", {"records": []}))[0] == 400
    unknown = {"records": [{"attributes": {"type": "Nothing"}, "LastName": "x"}]}
    assert error_of(wire.post("/composite/sobjects", unknown))[:2] == (400, "INVALID_TYPE")


def test_delete_and_retrieve(wire: Wire) -> None:
    one, two = (wire.create("Contact", LastName=name) for name in "AB")
    answers = wire.delete(f"/composite/sobjects?ids={one},{one[:15]}x&allOrNone=false").json()
    assert [each["success"] for each in answers] == [True, False]
    found = wire.post("/composite/sobjects/Contact", {"ids": [one, two], "fields": ["LastName"]}).json()
    assert found[0] is None
    assert found[1]["LastName"] == "B"
    assert wire.get(f"/composite/sobjects/Contact?ids={two}&fields=Id,Name").json()[0]["Id"] == two


def test_a_validation_rule_refuses_its_rows_only(wire: Wire) -> None:
    fine, refused = wire.collection("Contact", {"LastName": "A"}, {"LastName": "B", "Title": "intern"})
    assert fine["success"]
    assert refused["errors"] == [
        {
            "statusCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "message": "Interns are not kept here.",
            "fields": ["Title"],
        }
    ]
    changed = wire.collection("Contact", {"Id": fine["id"], "Title": "Intern"}, verb="PATCH")[0]
    assert changed["errors"][0]["statusCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert wire.rows("SELECT LastName, Title FROM Contact") == [{"LastName": "A", "Title": None}]
