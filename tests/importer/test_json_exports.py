"""JSON exports: the API's shapes, one record or many, flattened to the names that CSV has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfpush.errors import SourceUnreadable
from tests.importer.conftest import Reader

ANN: dict[str, Any] = {
    "id": "5f0000000000000000000001",
    "first_name": "Ann",
    "last_name": "Lee",
    "name": "Ann Lee",
    "contact_stage_id": "6095a710bd01d100a506d4ac",
    "owner_id": "607926978d08f400a453e7ec",
    "organization_name": "Acme",
    "email": "ann@acme.example",
    "email_status": "verified",
    "email_true_status": "User Managed",
    "email_unsubscribed": None,
    "call_opted_out": False,
    "account_id": "6a0000000000000000000001",
    "account": {
        "id": "6a0000000000000000000001",
        "name": "Acme Inc",
        "domain": "acme.example",
        "website_url": "http://www.acme.example",
        "phone": "+1 202-555-0100",
        "account_stage_id": "6095a710bd01d100a506d4b2",
        "estimated_num_employees": 50,
    },
    "organization": {"name": "Acme International", "industry": "machinery", "annual_revenue": 1500000.0},
    "typed_custom_fields": {"6095a710bd01d100a506d4af": "yes"},
    "phone_numbers": [
        {"raw_number": "+1 303-555-0101", "sanitized_number": "+13035550101", "type": "mobile", "position": 1},
        {"raw_number": "+1 202-555-0100", "sanitized_number": "+12025550100", "type": "work_hq", "position": 0},
        {"raw_number": "+1 404", "sanitized_number": None, "type": None, "position": 2},
    ],
    "contact_emails": [
        {"email": "ann@acme.example", "email_true_status": "User Managed", "position": 0},
        {"email": "lee@home.example", "email_status": "verified", "position": 2},
        {"email": "ann.lee@acme.example", "email_true_status": "Verified", "position": 1},
        {"email": "old@acme.example", "position": 3},
    ],
    "updated_at": "2026-11-20T08:15:30.123Z",
}


def page(*contacts: dict[str, Any], number: int = 1) -> dict[str, Any]:
    return {"contacts": list(contacts), "pagination": {"page": str(number), "per_page": "25"}, "breadcrumbs": []}


def bob(number: int = 2) -> dict[str, Any]:
    return {"id": f"5f{number:022x}", "first_name": "Bob", "last_name": "Ray"}


def test_a_contact_of_the_api_has_the_fields_of_a_csv_row(read: Reader) -> None:
    result = read(json.dumps(page(ANN)), "contacts.json")
    contact, _account = result.records
    assert contact.updated_at == "2026-11-20T08:15:30.123000Z"
    assert {
        name: value for name, value in contact.fields.items() if name not in ("typed_custom_fields", "updated_at")
    } == {
        "id": "5f0000000000000000000001",
        "first_name": "Ann",
        "last_name": "Lee",
        "name": "Ann Lee",
        "stage": "6095a710bd01d100a506d4ac",
        "owner_id": "607926978d08f400a453e7ec",
        "organization_name": "Acme",
        "email": "ann@acme.example",
        "email_status": "User Managed",
        "do_not_call": False,
        "account_id": "6a0000000000000000000001",
        "secondary_email": "ann.lee@acme.example",
        "secondary_email_status": "Verified",
        "tertiary_email": "lee@home.example",
        "tertiary_email_status": "verified",
        "other_emails": ["old@acme.example"],
        "corporate_phone": "+12025550100",
        "mobile_phone": "+13035550101",
        "other_phone": "+1 404",
        "website": "http://www.acme.example",
        "company_phone": "+1 202-555-0100",
        "employees": 50,
        "industry": "machinery",
        "annual_revenue": 1500000,
    }
    assert contact.fields["typed_custom_fields"] == {"6095a710bd01d100a506d4af": "yes"}


def test_I4_the_account_inside_a_contact_is_an_account_record(read: Reader) -> None:
    account = read(json.dumps(page(ANN)), "contacts.json").records[1]
    assert account.key == "account:6a0000000000000000000001"
    assert account.fields["name"] == "Acme Inc"
    assert account.fields["website"] == "http://www.acme.example"
    assert account.fields["stage"] == "6095a710bd01d100a506d4b2"
    assert account.fields["employees"] == 50


def test_I4_an_account_that_many_contacts_carry_comes_once(read: Reader) -> None:
    contacts = [{**bob(number), "account": ANN["account"]} for number in range(2, 6)]
    assert sum(record.type == "account" for record in read(json.dumps(page(*contacts)), "c.json").records) == 1


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(page(ANN, bob())),
        json.dumps(page(ANN, bob()), indent=2),
        json.dumps([ANN, bob()]),
        json.dumps([page(ANN), page(bob())]),
        json.dumps(ANN) + "\n" + json.dumps(bob()),
        json.dumps(ANN) + "\n\n" + json.dumps(bob()) + "\n",
        json.dumps(page(ANN)) + json.dumps(page(bob(), number=2)),
        json.dumps(page(ANN), indent=1) + "\n" + json.dumps(page(bob(), number=2), indent=1),
        json.dumps({"contact": ANN, "labels": []}) + "\n" + json.dumps({"contact": bob()}),
        "\ufeff" + json.dumps([ANN, bob()]),
    ],
    ids=["page", "indented", "list", "list-of-pages", "lines", "blank-lines", "pages", "many-pages", "single", "bom"],
)
def test_every_wrapper_gives_the_same_records(read: Reader, text: str) -> None:
    result = read(text, "contacts.json")
    assert result.kind == "contacts"
    assert result.keys == [
        "contact:5f0000000000000000000001",
        "account:6a0000000000000000000001",
        "contact:5f0000000000000000000002",
    ]
    assert not result.rejects


def test_utf16_json_is_read(read: Reader) -> None:
    assert (
        read(json.dumps([{**bob(), "city": "Köln"}], ensure_ascii=False).encode("utf-16"), "c.json").fields["city"]
        == "Köln"
    )


def test_a_page_without_records_says_what_it_is(read: Reader) -> None:
    result = read('{"accounts": [], "pagination": {}}', "a.json")
    assert (result.kind, result.records, result.rejects) == ("accounts", [], [])


def test_kinds_may_follow_each_other_in_one_file(read: Reader) -> None:
    stages = {"contact_stages": [{"id": "s1", "name": "Cold"}, {"id": "s2", "display_name": "Won"}]}
    result = read(json.dumps(page(bob())) + json.dumps(stages), "all.json")
    assert len(result.records) == 1
    assert [(entry.list_name, entry.id, entry.name) for entry in result.entries] == [
        ("contact_stages", "s1", "Cold"),
        ("contact_stages", "s2", "Won"),
    ]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"id": "1", "name": "Ann", "person_id": None}, "contacts"),
        ({"id": "1", "name": "Acme", "domain": "acme.example"}, "accounts"),
        ({"id": "1", "name": "Deal", "opportunity_stage_id": "s"}, "opportunities"),
        ({"id": "1", "type": "call", "due_at": None, "status": "scheduled"}, "tasks"),
        (
            {"id": "1", "inbound": True, "phone_call_outcome_id": None, "contact": {"id": "2", "first_name": "Ann"}},
            "phone_calls",
        ),
        (
            {"id": "1", "subject": "Hi", "from_email": "a@b.example", "due_at": None, "status": "completed"},
            "emailer_messages",
        ),
        ({"id": "1", "content": "note"}, "notes"),
        ({"id": "1", "title": "Demo", "start_time": "2026-01-01T00:00:00Z", "participants": []}, "calendar_events"),
        ({"id": "1", "topic": "Demo", "summary": "Good", "opportunities": [{"id": "7", "name": "D"}]}, "conversations"),
        ({"id": "1", "email": "u@s.example", "first_name": "U", "last_name": "S", "crm_email": None}, "users"),
        ({"id": "1", "name": "Budget", "modality": "contact", "picklist_values": []}, "typed_custom_fields"),
    ],
)
def test_a_bare_record_tells_what_it_is(read: Reader, body: dict[str, Any], kind: str) -> None:
    result = read(json.dumps(body), "one.json")
    assert result.kind == kind
    assert len(result.records) + len(result.entries) == 1


def test_what_does_not_tell_needs_a_type(read: Reader) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read('[{"id": "s1", "name": "Cold"}]', "stages.json")
    assert "--type" in refused.value.hint
    assert read('[{"id": "s1", "name": "Cold"}]', "stages.json", "contact_stages").entries[0].name == "Cold"


def test_mailboxes_are_known_by_their_address(read: Reader) -> None:
    (entry,) = read('{"email_accounts": [{"email": "Rep@Seller.example"}]}', "m.json").entries
    assert (entry.list_name, entry.id) == ("email_accounts", "rep@seller.example")


def test_I1_null_is_given_and_a_missing_name_is_not(read: Reader) -> None:
    (record,) = read(json.dumps({**bob(), "title": None, "phone_numbers": []}), "c.json").records
    assert {"title", "mobile_phone", "corporate_phone"} <= set(record.given)
    assert "title" not in record.fields
    assert "email" not in record.given


def test_I2_a_null_stage_is_no_stage_and_a_missing_one_was_never_seen(read: Reader) -> None:
    none, unseen = read(json.dumps([{**bob(2), "contact_stage_id": None}, bob(3)]), "c.json").records
    assert none.fields["stage"] == ""
    assert "stage" not in unseen.fields


def test_deleted_true_is_a_tombstone(read: Reader) -> None:
    assert [
        record.deleted
        for record in read(
            '[{"id":"1","first_name":"A","deleted":true},{"id":"2","first_name":"B","deleted":false}]', "c.json"
        ).records
    ] == [True, False]


@pytest.mark.parametrize(
    ("number", "stored"),
    [
        ("1234.10", 1234.1),
        ("15000", 15000),
        ("1.5e3", 1500),
        ("12345678901234567.89", "12345678901234567.89"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1e999", "1E+999"),
    ],
)
def test_D5_numbers_are_never_rounded(read: Reader, number: str, stored: object) -> None:
    body = f'{{"id":"1","name":"Deal","opportunity_stage_id":"s","amount":{number}}}'
    assert read(body, "d.json").fields["amount"] == stored


def test_I5_a_broken_record_among_json_lines_stops_none_of_the_others(read: Reader) -> None:
    lines = [json.dumps(bob(number)) for number in range(1, 7)]
    lines[1] = '{"id": "5f", "first_name":'
    lines[3] = "garbage"
    lines[5] = lines[5][:-9]
    result = read("\n".join(lines), "c.jsonl")
    assert [int(key[-2:], 16) for key in result.keys] == [1, 3, 5]
    assert result.reasons == [(2, "bad-json"), (4, "bad-json"), (6, "cut-off")]


def test_I5_a_broken_record_in_a_list_of_lines_stops_none_of_the_others(read: Reader) -> None:
    lines = [json.dumps(bob(number)) + "," for number in range(1, 5)]
    lines[1] = '{"id": "5f", "first_name":},'
    result = read("[\n" + "\n".join(lines).rstrip(",") + "\n]\n", "c.json")
    assert [int(key[-2:], 16) for key in result.keys] == [1, 3, 4]
    assert result.reasons == [(3, "bad-json")]


def test_I5_a_broken_record_in_an_indented_page_stops_none_of_the_others(read: Reader) -> None:
    stages = {
        "contact_stages": [{"id": f"s{number}", "name": "Cold"} for number in range(4)],
        "pagination": {"page": 1},
    }
    text = json.dumps(stages, indent=2).replace('"s1"', "s1")
    result = read(text, "stages.json")
    assert [entry.id for entry in result.entries] == ["s0", "s2", "s3"]
    assert result.reasons == [(7, "bad-json")]


def test_I5_records_before_the_end_of_a_truncated_page_are_loaded(read: Reader) -> None:
    text = json.dumps(page(bob(1), bob(2), bob(3)), indent=1)
    cut = text.index('"Bob"', text.index("5f0000000000000000000003"))
    result = read(text[:cut], "c.json")
    assert len(result.records) == 2
    ((line, reason),) = result.reasons
    assert reason == "cut-off"
    assert text.splitlines()[line - 1].strip() == "{"


def test_I5_the_line_of_a_reject_is_the_one_its_record_starts_on(read: Reader) -> None:
    text = json.dumps(page(bob(1), {"title": "nobody"}, 7, bob(2)), indent=1)  # type: ignore[arg-type]
    result = read(text, "c.json")
    starts = [number for number, line in enumerate(text.splitlines(), 1) if line == "  {"]
    assert result.reasons == [(starts[1], "no-identity"), (starts[1] + 3, "not-a-record")]
    assert len(result.records) == 2


def test_D5_a_deal_of_the_api_has_its_currency_its_account_and_its_closing_date(read: Reader) -> None:
    deal = {
        "id": "6a0000000000000000000007",
        "name": "Robots",
        "amount": 1200.50,
        "closed_date": None,
        "actual_close_date": "2026-12-31T00:00:00.000+00:00",
        "currency": {"name": "Euro", "iso_code": "EUR", "symbol": "€"},
        "account": {"id": "6a0000000000000000000001", "name": "Acme", "domain": "acme.example"},
        "opportunity_stage_id": "6095a710bd01d100a506d4ac",
        "opportunity_contact_roles": [{"contact_id": "5f0000000000000000000001", "role": "Buyer"}],
    }
    fields = read(json.dumps({"opportunities": [deal]}), "deals.json").fields
    assert fields["amount"] == 1200.5
    assert fields["closed_date"] == "2026-12-31T00:00:00.000+00:00"
    assert fields["currency_iso_code"] == "EUR"
    assert (fields["account_id"], fields["account_name"]) == ("6a0000000000000000000001", "Acme")
    assert fields["website"] == "acme.example"
    assert fields["stage"] == "6095a710bd01d100a506d4ac"


def test_D5_own_deal_columns_say_the_same_as_the_api(read: Reader) -> None:
    fields = read(
        "Id,Name,Amount,Stage,Close Date,currency.iso_code,account.id,opportunity_contact_roles.0.contact_id\n"
        "6a0000000000000000000007,Robots,1200.50,Negotiate,2026-12-31,EUR,6a0000000000000000000001,c1\n"
    ).fields
    assert fields["amount"] == "1200.50"
    assert fields["closed_date"] == "2026-12-31"
    assert fields["currency_iso_code"] == "EUR"
    assert fields["account_id"] == "6a0000000000000000000001"
    assert fields["opportunity_contact_roles"] == [{"contact_id": "c1"}]
