"""What the org can't take of the settings, found before anything is planned (C10, C12, F1, F3, F4, F6, M7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sfpush.describe import Describe, FieldDescribe
from sfpush.planning.list_check import check_owners, check_stages
from sfpush.planning.map_check import check_map, check_sources
from sfpush.settings.keys import dotted
from sfpush.settings.schema import Settings
from tests.planning.made import describe, text_field

SOURCE = FieldDescribe(
    "LeadSource", "Lead Source", "picklist", 40, restricted_picklist=True, picklist=("Web", "Apollo")
)
STATUS = FieldDescribe("Status__c", "Status", "picklist", 40, restricted_picklist=True, picklist=("Open", "Lost"))
KINDS = FieldDescribe("Kinds__c", "Kinds", "multipicklist", 400, picklist=("A", "B"))
FORMULA = text_field("Score__c", createable=False, updateable=False, calculated=True)
ONCE = text_field("Once__c", updateable=False)
KEY = text_field("Apollo_Id__c", external_id=True, unique=True)
ORG = {
    "Contact": describe("Contact", SOURCE, STATUS, KINDS, FORMULA, ONCE, KEY),
    "Lead": describe("Lead", SOURCE),
    "Account": describe("Account"),
}


def found(settings: dict[str, Any], org: dict[str, Describe] | None = None) -> dict[str, str]:
    """Key to weight and message of everything that is found."""
    checked = check_map(Settings.model_validate(settings), ORG if org is None else org)
    return {dotted(one.finding.path): f"{one.weight}: {one.finding.sentence}" for one in checked}


def test_nothing_is_said_of_settings_that_the_org_takes() -> None:
    assert found({"salesforce": {"external_ids": {"contact": "apollo_id__c"}}}) == {}


def test_C10_a_restricted_source_must_be_active() -> None:
    said = found({"contacts": {"source_value": "Import"}})["contacts.source_value"]
    assert said.startswith('problem: LeadSource has no active value "Import"; it takes Web, Apollo.')
    assert found({"contacts": {"source_value": "web"}}) == {}
    assert "problem" in found({"contacts": {"source_field": "Nope__c"}})["contacts.source_field"]
    assert "accounts.source_field" in found({"accounts": {"source_field": "AccountSource"}})


def test_C10_the_source_is_that_of_what_is_created() -> None:
    leads_without = {**ORG, "Lead": describe("Lead", replace(SOURCE, picklist=("Web",)))}
    assert found({}, leads_without) == {}
    assert "contacts.source_value" in found({"contacts": {"create_as": "lead"}}, leads_without)
    assert found({"contacts": {"push": False, "source_field": "Nope__c"}}) == {}
    assert list(check_sources(Settings(), {"Account": ORG["Account"]})) == []


def test_C12_required_fields_that_nothing_writes() -> None:
    strict = {**ORG, "Contact": describe("Contact", SOURCE, text_field("Region__c", nillable=False))}
    assert "Salesforce requires Region__c on a new Contact" in found({}, strict)["contacts.fields"]
    assert found({"contacts": {"on_create": {"Region__c": "EU"}}}, strict) == {}
    assert found({"contacts": {"fields": {"Seniority": "region__c"}}}, strict) == {}
    assert found({"contacts": {"create_as": "lead"}}, strict) == {}


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("Score__c", "can't be written by this user"),
        ("Once__c", "can't be written on update"),
        ("Nope__c", "Contact has no field Nope__c"),
    ],
)
def test_F4_lines_of_the_user_that_can_not_be_written(field: str, words: str) -> None:
    assert words in found({"contacts": {"fields": {"Seniority": field}}})["contacts.fields.Seniority"]
    assert found({"contacts": {"fields": {"Seniority": {"to": field, "write": "never"}}}}) == {}


def test_C9_a_line_that_would_move_a_record_is_only_filled_and_said() -> None:
    owned = replace(ORG["Contact"], fields={**ORG["Contact"].fields, "OwnerId": text_field("OwnerId")})
    org = {**ORG, "Contact": owned}
    said = found({"contacts": {"fields": {"Seniority": {"to": "OwnerId", "write": "overwrite"}}}}, org)
    assert said["contacts.fields.Seniority"].startswith("warning: OwnerId of Contact is only filled")
    assert found({"contacts": {"fields": {"Seniority": {"to": "OwnerId", "write": "fill"}}}}, org) == {}


def test_F1_a_default_line_that_the_org_lacks_is_left_out_without_a_word() -> None:
    bare = Describe("Contact", {"LastName": text_field("LastName"), "LeadSource": SOURCE})
    assert found({}, {**ORG, "Contact": bare}) == {}


def test_F1_F3_two_lines_for_one_field() -> None:
    said = found({"contacts": {"fields": {"Seniority": "Title", "Sub Departments": "TITLE"}}})
    assert said['contacts.fields."Sub Departments"'].endswith("both go into Title of Contact. Keep one.")
    by_stage = {"field": "Title", "values": {"Cold": "x"}}
    assert "contacts.stage_map.field" in found({"contacts": {"fields": {"Seniority": "Title"}, "stage_map": by_stage}})


def test_F3_F6_values_that_do_not_fit() -> None:
    stage_map = {"field": "Status__c", "values": {"Cold": "open", "Hot": "Won"}}
    said = found({"contacts": {"stage_map": stage_map, "on_create": {"Kinds__c": "A;C", "DoNotCall": "perhaps"}}})
    assert said["contacts.stage_map.values.Hot"].startswith("problem: Status__c has no active value")
    assert said["contacts.on_create.DoNotCall"].startswith("problem:")
    assert said["contacts.on_create.Kinds__c"].startswith('warning: Kinds__c of Contact has no active value "C"')
    assert len(said) == 3


def test_M7_external_ids_must_be_unique_writeable_external_ids() -> None:
    said = found({"salesforce": {"external_ids": {"contact": "Score__c", "account": "Nope__c"}}})
    assert "is not marked as External ID and not unique and not writeable" in said["salesforce.external_ids.contact"]
    assert "Account has no field Nope__c" in said["salesforce.external_ids.account"]


def test_what_is_created_must_be_there_and_creatable() -> None:
    no_leads = {name: one for name, one in ORG.items() if name != "Lead"}
    assert found({}, no_leads) == {}
    assert "The org has no Lead" in found({"contacts": {"create_as": "lead"}}, no_leads)["contacts.create_as"]
    closed = {**ORG, "Account": replace(ORG["Account"], createable=False)}
    assert "may not create Account records" in found({}, closed)["accounts.push"]
    off = {"accounts": {"push": False}, "contacts": {"on_missing_account": "block"}}
    assert found(off, closed) == {}


def test_D1_deals_are_checked_where_they_are_pushed() -> None:
    stages = FieldDescribe("StageName", "Stage", "picklist", 40, nillable=False, picklist=("Prospecting",))
    deals = {**ORG, "Opportunity": Describe("Opportunity", {"StageName": stages, "Name": text_field("Name")})}
    settings: dict[str, Any] = {
        "mode": "push",
        "fields": {"Source": "Nope__c"},
        "stage_map": {"values": {"Won": "Wonn"}},
    }
    said = found({"deals": settings}, deals)
    assert set(said) == {"deals.fields.Source", "deals.stage_map.values.Won"}
    assert all(one.startswith("problem") for one in said.values()), "a stage that the org lacks is never made (D5)"
    assert found({"deals": {**settings, "mode": "off"}}, deals) == {}
    assert "The org has no Opportunity" in found({"deals": {"mode": "push"}})["deals.mode"]


def test_C3_stages_are_held_against_the_imported_list() -> None:
    settings = Settings.model_validate(
        {
            "contacts": {"new_records": "stages", "stages": ["Clod", "HOT ", "no stage"]},
            "accounts": {"stages": ["Anything"], "stage_map": {"field": "Type", "values": {"Else": "x"}}},
            "deals": {"stage_map": {"values": {"Propose": "Prospecting", "Propsoe": "Prospecting"}}},
        }
    )
    lists = {
        "contact_stages": {"1": "Cold", "2": "Hot"},
        "account_stages": {},
        "opportunity_stages": {"1": "Propose"},
    }
    finding, of_deals = check_stages(settings, lists, {})
    assert of_deals.message == 'Apollo has no deal stage "Propsoe". Did you mean "Propose"?'
    assert (dotted(finding.path), finding.message) == (
        "contacts.stages[1]",
        'Apollo has no contact stage "Clod". Did you mean "Cold"?',
    )


def test_C3_without_a_list_stages_are_held_against_those_of_the_records() -> None:
    settings = Settings.model_validate({"contacts": {"new_records": "stages", "stages": ["Intersted", "Cold", "Won"]}})
    said = [finding.message for finding in check_stages(settings, {}, {"contact_stages": {"Interested", "cold", ""}})]
    assert said[0] == 'No imported contact has the stage "Intersted". Did you mean "Interested"?'
    assert said[1].startswith('No imported contact has the stage "Won". Stages are ')
    assert said[1].endswith("If Apollo has more, import its contact_stages.")
    assert len(said) == 2
    assert list(check_stages(settings, {}, {"contact_stages": {""}})) == [], "no record has a stage"
    only_ids = {"contact_stages": {"6095a710bd01d100a506d4ac", "Cold"}}
    assert list(check_stages(settings, {}, only_ids)) == [], "only the list can say what an id is called"


def test_C3_a_stage_that_a_record_has_is_known_also_where_the_list_is_older() -> None:
    settings = Settings.model_validate({"contacts": {"new_records": "stages", "stages": ["Renamed", "1"]}})
    (finding,) = check_stages(settings, {"contact_stages": {"1": "Cold"}}, {"contact_stages": {"Renamed", "1"}})
    assert 'no contact stage "1"' in finding.message


def test_C9_owners_are_held_against_the_active_users() -> None:
    (finding,) = check_owners(Settings(), ["A@x.example ", "b@x.example", ""], {"b@x.example"})
    assert "a@x.example" in finding.message
    assert list(check_owners(Settings.model_validate({"owners": {"map": False}}), ["a@x.example"], ())) == []
