from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sfpush.errors import AnswerLost
from sfpush.model import Batch, Rejected, Row, SalesforceId, Verb, Written
from sfpush.org.collections import write_batch
from sfpush.org.connected import Org
from sfpush.org.opening import write_headers
from sfpush.org.transport import Transport
from sfpush.settings.schema import SalesforceSettings
from tests.org.scripted import Answer, refusal, scripted

Make = Callable[..., Transport]
ID, OTHER = SalesforceId("003000000000001AAA"), SalesforceId("003000000000002AAA")


def rows(*values: dict[str, Any]) -> tuple[Row, ...]:
    return tuple(Row(f"contact:{number}", each) for number, each in enumerate(values))


def test_B3_each_outcome_stands_at_its_row(org: Org) -> None:
    batch = Batch(
        "Contact",
        Verb.CREATE,
        rows(
            {"LastName": "Lee"}, {"FirstName": "Nobody"}, {"LastName": "O'Brien", "Email": "no mail"}, {"LastName": "Z"}
        ),
    )
    outcomes = org.write(batch)
    assert [type(outcome) for outcome in outcomes] == [Written, Rejected, Rejected, Written]
    first, missing, email, last = outcomes
    assert isinstance(first, Written)
    assert isinstance(last, Written)
    assert isinstance(missing, Rejected)
    assert isinstance(email, Rejected)
    assert first.created
    assert missing.code == "REQUIRED_FIELD_MISSING"
    assert missing.fields == ("LastName",)
    assert email.code == "INVALID_EMAIL_ADDRESS"
    found = {row["Id"]: row["LastName"] for row in org.read("Contact", ["LastName"])}
    assert found == {first.id: "Lee", last.id: "Z"}


def test_update_writes_null_and_only_what_is_sent(org: Org) -> None:
    [made] = org.write(Batch("Contact", Verb.CREATE, rows({"LastName": "Lee", "Title": "CEO", "Phone": "1"})))
    assert isinstance(made, Written)
    batch = Batch("Contact", Verb.UPDATE, (Row("k", {"Title": None, "LastName": "Li"}, made.id),))
    assert org.write(batch) == (Written(made.id),)
    assert org.write(batch) == (Written(made.id),)
    row = org.rows_by_id("Contact", [made.id], ["LastName", "Title", "Phone"])[made.id]
    assert (row["LastName"], row["Title"], row["Phone"]) == ("Li", None, "1")


def test_upsert_by_external_id_says_what_it_made(org: Org) -> None:
    batch = Batch("Lead", Verb.UPSERT, rows({"LastName": "A", "Company": "X", "Apollo_Id__c": "a'1"}), "Apollo_Id__c")
    [first] = org.write(batch)
    [again] = org.write(batch)
    assert isinstance(first, Written)
    assert first.created
    assert again == Written(first.id, created=False)
    assert org.count("Lead") == 1


def test_delete_is_row_by_row(org: Org) -> None:
    [made] = org.write(Batch("Contact", Verb.CREATE, rows({"LastName": "Lee"})))
    assert isinstance(made, Written)
    batch = Batch("Contact", Verb.DELETE, (Row("a", {}, made.id), Row("b", {}, ID)))
    gone, never = org.write(batch)
    assert gone == Written(made.id)
    assert isinstance(never, Rejected)
    [again, _] = org.write(batch)
    assert isinstance(again, Rejected)
    assert again.code == "ENTITY_IS_DELETED"


def test_a_duplicate_value_names_the_record_that_has_it(org: Org) -> None:
    value = {"LastName": "A", "Company": "X", "Apollo_Id__c": "1"}
    [made] = org.write(Batch("Lead", Verb.CREATE, rows(value)))
    [refused] = org.write(Batch("Lead", Verb.CREATE, rows(value)))
    assert isinstance(made, Written)
    assert isinstance(refused, Rejected)
    assert refused.code == "DUPLICATE_VALUE"
    assert refused.matches == (made.id,)


def test_200_rows_are_one_call(org: Org) -> None:
    before = org.api_calls
    outcomes = org.write(Batch("Contact", Verb.CREATE, rows(*({"LastName": f"L{n}"} for n in range(200)))))
    assert org.api_calls - before == 1
    names = {row["Id"]: row["LastName"] for row in org.read("Contact", ["LastName"])}
    assert [names[outcome.id] for outcome in outcomes if isinstance(outcome, Written)] == [f"L{n}" for n in range(200)]


@pytest.mark.parametrize("size", [0, 201])
def test_more_rows_than_a_call_takes_are_a_mistake_of_the_caller(org: Org, size: int) -> None:
    with pytest.raises(ValueError, match="200"):
        org.write(Batch("Contact", Verb.CREATE, rows(*({"LastName": "L"} for _ in range(size)))))


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"id": ID, "success": True},
        [{"id": ID, "success": True, "errors": []}],
        [{"id": ID, "success": True, "errors": []}] * 3,
        [{"id": ID, "success": True}, {"success": True}],
        [{"id": ID, "success": True}, {"id": "7", "success": True}],
        [{"id": ID, "success": True}, {"id": ID}],
        [{"id": ID, "success": True}, None],
    ],
)
def test_B3_an_answer_that_can_not_be_tied_to_the_rows_is_no_answer(transport: Make, answer: Any) -> None:
    with scripted(Answer(200, answer)) as org, pytest.raises(AnswerLost):
        write_batch(transport(org.url), Batch("Contact", Verb.CREATE, rows({"LastName": "A"}, {"LastName": "B"})), {})


def test_a_whole_request_that_is_refused_rejects_every_row(transport: Make) -> None:
    no = refusal(400, "INVALID_FIELD", "No such column 'Foo' on sobject of type Contact")
    with scripted(no) as org:
        outcomes = write_batch(transport(org.url), Batch("Contact", Verb.CREATE, rows({"Foo": 1}, {"Foo": 2})), {})
    assert [outcome.code for outcome in outcomes if isinstance(outcome, Rejected)] == ["INVALID_FIELD"] * 2


def test_values_travel_exactly(transport: Make) -> None:
    values = {
        "Exact": Decimal("12345678901234567.89"),
        "Short": Decimal("0.10"),
        "Day": date(2026, 11, 24),
        "Moment": datetime(2026, 11, 24, 8, tzinfo=UTC),
        "Nothing": None,
        "Yes": True,
        "Text": "Zoë\n🦊",
    }
    with scripted(Answer(200, [{"id": ID, "success": True, "errors": []}])) as org:
        write_batch(transport(org.url), Batch("Contact", Verb.CREATE, rows(values)), {})
    assert org.asked[0].json == {
        "allOrNone": False,
        "records": [
            {
                "attributes": {"type": "Contact"},
                "Exact": "12345678901234567.89",
                "Short": 0.1,
                "Day": "2026-11-24",
                "Moment": "2026-11-24T08:00:00+00:00",
                "Nothing": None,
                "Yes": True,
                "Text": "Zoë\n🦊",
            }
        ],
    }


def test_delete_sends_the_ids_in_the_url_and_is_not_repeated(transport: Make) -> None:
    batch = Batch("Contact", Verb.DELETE, (Row("a", {}, ID), Row("b", {}, OTHER)))
    with scripted(Answer(closed=True)) as org, pytest.raises(AnswerLost):
        write_batch(transport(org.url), batch, {})
    [asked] = org.asked
    assert asked.method == "DELETE"
    assert asked.path == f"/services/data/v62.0/composite/sobjects?ids={ID}%2C{OTHER}&allOrNone=false"


def test_headers_keep_assignment_rules_off_and_duplicate_rules_on_unless_told() -> None:
    assert write_headers(SalesforceSettings()) == {"Sforce-Auto-Assign": "FALSE"}
    assert write_headers(SalesforceSettings(assignment_rules=True)) == {}
    assert write_headers(SalesforceSettings(duplicate_rules="allow")) == {
        "Sforce-Auto-Assign": "FALSE",
        "Sforce-Duplicate-Rule-Header": "allowSave=true",
    }
