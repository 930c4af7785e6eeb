"""Which Apollo field goes where (F1, F5)."""

from __future__ import annotations

from typing import Any

import pytest

from sfpush.model import RecordType
from sfpush.planning.custom_fields import CustomFields
from sfpush.planning.field_map import ObjectMap, object_map, snapshot_fields
from tests.planning.made import describe, settings, text_field


def lines(sobject: str = "Contact", **tables: Any) -> dict[str, tuple[str, str]]:
    mapped = object_map(sobject, settings(**tables), describe(sobject))
    return {line.salesforce: (line.apollo, line.write) for line in mapped.lines}


def test_F1_lines_are_added_changed_and_switched_off() -> None:
    found = lines(contacts={"fields": {"TITLE": "Department", "City": False, "Job Level": "Title"}})
    assert found["Department"] == ("title", "overwrite")
    assert found["Title"] == ("job_level", "overwrite")
    assert "MailingCity" not in found


def test_F1_one_salesforce_field_has_one_line() -> None:
    found = object_map("Contact", settings(contacts={"fields": {"Headline": "title"}}), describe("Contact"))
    assert [line.apollo for line in found.lines if line.salesforce.lower() == "title"] == ["headline"]


def test_F1_a_stage_map_takes_its_field_from_the_map() -> None:
    tables = {"leads": {"stage_map": {"field": "TITLE", "values": {"Cold": "x"}}}}
    found = object_map("Lead", settings(**tables), describe("Lead"))
    assert [(line.apollo, line.salesforce) for line in found.lines if line.salesforce == "Title"] == [
        ("stage", "Title")
    ]


@pytest.mark.parametrize(
    ("sobject", "field", "write"),
    [
        ("Contact", "Phone", "fill"),
        ("Contact", "MobilePhone", "fill"),
        ("Lead", "Phone", "fill"),
        ("Account", "Phone", "fill"),
        ("Account", "Name", "fill"),
        ("Account", "Website", "fill"),
        ("Contact", "Title", "overwrite"),
    ],
)
def test_F2_what_is_only_filled_by_default(sobject: str, field: str, write: str) -> None:
    assert lines(sobject)[field][1] == write


def test_F2_a_line_of_the_user_to_a_phone_fills_unless_it_says_otherwise() -> None:
    assert lines(contacts={"fields": {"Corporate Phone": "Phone"}})["Phone"] == ("corporate_phone", "fill")
    explicit = {"Corporate Phone": {"to": "Phone", "write": "always"}}
    assert lines(contacts={"fields": explicit})["Phone"] == ("corporate_phone", "always")


def test_the_snapshot_holds_what_is_mapped_and_matched_on_as_the_org_spells_it() -> None:
    there = describe("Contact", text_field("Apollo__c"), text_field("Level__c"))
    tables = {"contacts": {"fields": {"Seniority": "LEVEL__c", "Nowhere": "Nowhere__c"}}}
    ids = {"salesforce": {"external_ids": {"contact": "apollo__C"}}}
    mapped: ObjectMap = object_map("Contact", settings(**tables, **ids), there)
    found = snapshot_fields(mapped, "Contact", there)
    assert {"Email", "AccountId", "Level__c", "Apollo__c", "LastName"} <= set(found)
    assert "Nowhere__c" not in found
    assert len(found) == len(set(found))


DEFINITIONS = CustomFields.of(
    [
        {
            "id": "f1",
            "name": "Favourite Colour",
            "modality": "contact",
            "picklist_values": [{"id": "v1", "name": "Green"}, {"id": "v2", "name": "Red"}],
        },
        {"id": "f2", "name": "ICP Fit 2026", "modality": "contact", "picklist_values": None},
        {"id": "f3", "name": "Region", "modality": "account"},
        {"id": "f4", "name": "Size", "modality": "opportunity", "picklist_values": ["odd"]},
        {"id": "f5", "modality": "contact"},
        {"name": "No id", "modality": "contact"},
        {"id": "f6", "name": "Of something else", "modality": "sequence"},
    ]
)


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"typed_custom_fields": {"f1": "v1"}}, "Green"),
        ({"typed_custom_fields": {"f1": ["v2", "v1", "v9"]}}, ["Red", "Green", "v9"]),
        ({"favourite_colour": "Blue", "typed_custom_fields": {"f1": "v1"}}, "Blue"),
        ({"typed_custom_fields": {}}, None),
        ({"typed_custom_fields": ["odd"]}, None),
        ({}, None),
    ],
)
def test_F5_picklist_ids_resolve_to_their_names(fields: dict[str, Any], value: Any) -> None:
    read = DEFINITIONS.reader("favourite_colour", RecordType.CONTACT)
    assert read is not None
    assert read(fields) == value


def test_F5_a_definition_belongs_to_its_kind_of_record() -> None:
    assert DEFINITIONS.reader("region", RecordType.CONTACT) is None
    assert DEFINITIONS.reader("region", RecordType.ACCOUNT) is not None
    assert DEFINITIONS.reader("size", RecordType.DEAL) is not None


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"icp_fit_8478": "High", "icp_fit_9000": "Low"}, "Low"),
        ({"icp_fit_9000": "Low", "icp_fit_8478": "High"}, "High"),
        ({"icp_fit_8478": "High", "icp_fit_9000": ""}, "High"),
        ({"typed_custom_fields": {"f2": "Top"}}, "Top"),
        ({"icp_fitness": "x"}, None),
        ({}, None),
    ],
)
def test_F1_a_changing_suffix_the_last_imported_column_counts(fields: dict[str, Any], value: Any) -> None:
    read = DEFINITIONS.reader("icp_fit_*", RecordType.CONTACT)
    assert read is not None
    assert read(fields) == value
