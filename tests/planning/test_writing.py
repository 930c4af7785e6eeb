"""What is written to a row, by each line's writing rule (C10–C12, F1–F3, F6)."""

from __future__ import annotations

from typing import Any

import pytest

from sfpush.describe import FieldDescribe
from sfpush.model import FieldChange, Rule
from sfpush.planning.custom_fields import CustomFields
from sfpush.planning.fitting import Misfit
from sfpush.planning.writing import Writer, Written
from tests.planning.made import contact, describe, settings, text_field

LEE = {"last_name": "Lee", "email": "ann@acme.example", "email_status": "Verified"}


def writer(
    sobject: str = "Contact", *more: FieldDescribe, facts: dict[str, Any] | None = None, **tables: Any
) -> Writer:
    return Writer.of(sobject, settings(**tables), describe(sobject, *more, **(facts or {})), CustomFields())


def created(one: Writer, stage: str | None = None, **fields: Any) -> dict[str, Any]:
    written = one.create(contact(**{**LEE, **fields}), stage, {})
    assert isinstance(written, Written), written
    return {change.field: change.after for change in written.fields}


def updated(
    one: Writer, org: dict[str, Any], pushed: dict[str, Any] | None = None, stage: str | None = None, **fields: Any
) -> tuple[FieldChange, ...]:
    written = one.update(contact(**{**LEE, **fields}), stage, {"LastName": "Lee", **org}, pushed or {})
    assert isinstance(written, Written), written
    return tuple(change for change in written.fields if change.field != "Email")


@pytest.mark.parametrize("sobject", ["Contact", "Lead"])
def test_C10_a_new_row_gets_its_source_and_no_blank(sobject: str) -> None:
    there = created(writer(sobject), title="", city=None, organization_name="Acme")
    assert there["LeadSource"] == "Apollo"
    assert not {"Title", "MailingCity", "City"} & there.keys()


def test_C10_no_source_field_no_source() -> None:
    assert "LeadSource" not in created(writer(contacts={"source_field": ""}))


def test_F6_a_mapped_value_comes_before_a_constant_and_a_constant_before_the_source() -> None:
    tables: dict[str, Any] = {"contacts": {"on_create": {"Title": "Unknown", "leadsource": "Web"}}}
    assert created(writer(**tables), title="CEO")["Title"] == "CEO"
    assert created(writer(**tables))["Title"] == "Unknown"
    assert created(writer(**tables))["LeadSource"] == "Web"


def test_F6_a_constant_that_does_not_fit_is_a_misfit() -> None:
    assert isinstance(writer(contacts={"on_create": {"Title": "x" * 41}}).create(contact(**LEE), None, {}), Misfit)


def test_C12_what_the_org_requires_is_named() -> None:
    found = writer("Contact", text_field("Region__c", nillable=False)).create(contact(title="CEO"), None, {})
    assert found == Misfit(Rule.REQUIRED_MISSING, "Salesforce requires LastName, Region__c on a new Contact.")


def test_C6_a_lead_without_company_is_a_block_of_its_own() -> None:
    found = writer("Lead").create(contact(**LEE), None, {})
    assert isinstance(found, Misfit)
    assert found.rule is Rule.COMPANY_MISSING
    mapped = writer("Lead", leads={"fields": {"Company Name for Emails": "Company"}})
    assert created(mapped, company_name_for_emails="Acme")["Company"] == "Acme"


@pytest.mark.parametrize(("allowed", "verb"), [("createable", "create"), ("updateable", "change")])
def test_C12_what_the_user_may_not_do_is_a_misfit(allowed: str, verb: str) -> None:
    one = writer(facts={allowed: False})
    tried = [one.create(contact(**LEE), None, {}), one.update(contact(**LEE), None, {}, {})]
    (refused,) = [found for found in tried if isinstance(found, Misfit)]
    assert refused.rule is Rule.NOT_WRITEABLE
    assert f"may not {verb}" in refused.message


def test_C11_an_unverified_address_is_said_and_not_written() -> None:
    one = writer()
    held = one.create(contact(**{**LEE, "email_status": "Extrapolated"}), None, {})
    assert isinstance(held, Written)
    assert "Email" not in {change.field for change in held.fields}
    assert "Email" not in held.pushed
    assert '"ann@acme.example" is not verified (Extrapolated)' in held.notes[0]
    there = one.update(contact(last_name="Lee", email="ann@acme.example"), None, {"Email": "ANN@acme.example"}, {})
    assert isinstance(there, Written)
    assert there.notes == ()


def test_C11_each_address_has_a_status_of_its_own() -> None:
    one = writer(contacts={"fields": {"Secondary Email": "Title"}})
    fields = {"secondary_email": "a@x.example", "secondary_email_status": "Verified", "email_status": ""}
    assert created(one, **fields)["Title"] == "a@x.example"
    assert "Email" not in created(one, **fields)
    assert "Title" not in created(one, secondary_email="a@x.example")


def test_F2_overwrite_writes_at_the_first_match_and_when_apollos_value_changed() -> None:
    one = writer()
    assert updated(one, {"Title": "Buyer"}, title="CEO") == (FieldChange("Title", "Buyer", "CEO"),)
    assert updated(one, {"Title": "Chief"}, {"Title": "CEO"}, title="CEO") == ()
    assert updated(one, {"Title": "Chief"}, {"Title": "CEO"}, title="CFO") == (FieldChange("Title", "Chief", "CFO"),)
    assert updated(one, {"Title": None}, {"Title": "CEO"}, title="CEO") == ()


def test_F2_a_blank_never_erases_and_stays_remembered() -> None:
    found = writer().update(contact(**LEE), None, {"LastName": "Lee", "Title": "CEO"}, {"Title": "CEO"})
    assert isinstance(found, Written)
    assert "Title" not in {change.field for change in found.fields}
    assert found.pushed["Title"] == "CEO"


@pytest.mark.parametrize(
    ("write", "org", "pushed", "goes"),
    [
        ("always", "Chief", {"Title": "CEO"}, True),
        ("always", "CEO", {}, False),
        ("fill", "Chief", {}, False),
        ("fill", "", {"Title": "CEO"}, True),
        ("never", "", {}, False),
    ],
)
def test_F2_always_fill_never(write: str, org: str, pushed: dict[str, str], goes: bool) -> None:
    one = writer(contacts={"fields": {"Title": {"to": "Title", "write": write}}})
    assert bool(updated(one, {"Title": org}, pushed, title="CEO")) is goes


def test_F2_phones_fill() -> None:
    assert updated(writer(), {"Phone": "1", "MobilePhone": ""}, work_direct_phone="2", mobile_phone="3") == (
        FieldChange("MobilePhone", "", "3"),
    )


def test_F1_opt_outs_are_set_never_cleared() -> None:
    one = writer()
    assert updated(one, {"DoNotCall": True}, {"DoNotCall": True}, do_not_call="false") == ()
    assert updated(one, {"DoNotCall": False}, do_not_call="TRUE") == (FieldChange("DoNotCall", False, True),)
    assert "DoNotCall" not in created(one, do_not_call=False)


def test_F3_a_stage_map_writes_in_the_orgs_spelling() -> None:
    one = writer(contacts={"stage_map": {"field": "department", "values": {"COLD": "Icy"}}})
    assert created(one, stage="cold")["Department"] == "Icy"
    assert updated(one, {"Department": "Icy"}, stage="Cold") == ()
    assert updated(one, {"Department": "Icy"}, stage="Hot") == ()
    assert updated(one, {"Department": "Icy"}, stage=None) == ()


def test_F4_a_line_of_the_user_blocks_where_a_default_line_is_left_out() -> None:
    locked = text_field("Title", 40, createable=False, updateable=False)
    assert "Title" not in created(writer("Contact", locked), title="CEO")
    by_user = writer("Contact", locked, contacts={"fields": {"Title": "Title"}})
    assert isinstance(by_user.create(contact(**LEE, title="CEO"), None, {}), Misfit)
    assert isinstance(by_user.update(contact(**LEE, title="CEO"), None, {}, {}), Misfit)
    assert created(by_user)["LastName"] == "Lee"


def test_F4_a_field_that_is_only_createable_is_written_once() -> None:
    once = text_field("Title", 40, updateable=False)
    assert created(writer("Contact", once), title="CEO")["Title"] == "CEO"
    assert updated(writer("Contact", once), {"Title": "x"}, title="CEO") == ()


def test_F4_a_value_that_is_settled_is_not_asked_to_fit_an_org_that_has_one_under_fill() -> None:
    assert updated(writer(), {"Phone": "1"}, work_direct_phone="x" * 41) == ()
    assert isinstance(writer().update(contact(**LEE, work_direct_phone="x" * 41), None, {}, {}), Misfit)


def test_M7_extra_fields_are_filled_only_where_the_org_has_none() -> None:
    one = writer("Contact", text_field("Apollo__c"))
    empty = one.update(contact(**LEE), None, {"LastName": "Lee"}, {}, {"Apollo__c": "1", "AccountId": "001"})
    assert isinstance(empty, Written)
    assert {change.field for change in empty.fields} >= {"Apollo__c", "AccountId"}
    full = one.update(contact(**LEE), None, {"Apollo__c": "2", "AccountId": "002"}, {}, {"Apollo__c": "1"})
    assert isinstance(full, Written)
    assert not {"Apollo__c", "AccountId"} & {change.field for change in full.fields}


def test_C5_a_baseline_follows_by_the_apollo_field() -> None:
    lead, person = writer("Lead", text_field("City")), writer()
    assert person.carried({"City": "Rome", "Title": "CEO", "Company": "Acme"}, lead) == {
        "MailingCity": "Rome",
        "Title": "CEO",
    }


@pytest.mark.parametrize("write", [None, "overwrite", "always", "fill"])
@pytest.mark.parametrize("field", ["OwnerId", "AccountId"])
def test_C6_C9_no_line_of_a_map_moves_a_contact_to_another_owner_or_account(field: str, write: str | None) -> None:
    line = {"to": field, **({"write": write} if write else {})}
    one = writer("Contact", text_field(field), contacts={"fields": {"Target": line}})
    there, other = "001000000000001AAA", "001000000000002AAA"
    assert updated(one, {field: there}, target=other) == ()
    assert updated(one, {field: there}, {field: there}, target=other) == ()
    assert updated(one, {field: None}, target=other) == (FieldChange(field, None, other),)
