"""What the org says about its sObjects: the part of Salesforce's describe that decisions rest on, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldDescribe:
    """One field as the connected user sees it. Fields hidden from the user are not in a describe at all."""

    name: str
    label: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    digits: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    defaulted_on_create: bool = False
    restricted_picklist: bool = False
    picklist: tuple[str, ...] = ()
    """Active values only, as the API spells them."""
    labels: tuple[str, ...] = ()
    """What people see in the place of those values, in the same order."""
    reference_to: tuple[str, ...] = ()
    external_id: bool = False
    unique: bool = False
    calculated: bool = False

    @property
    def required_on_create(self) -> bool:
        """Whether Salesforce refuses a create without it (C12)."""
        return self.createable and not self.nillable and not self.defaulted_on_create and self.type != "boolean"


@dataclass(frozen=True)
class Describe:
    """One sObject: its fields by API name, and what the user may do with its rows."""

    sobject: str
    fields: Mapping[str, FieldDescribe]
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    queryable: bool = True
    details: tuple[tuple[str, str], ...] = ()
    """Custom sObjects whose rows are deleted with a row of this one, each with the lookup that ties them."""

    @cached_property
    def required_on_create(self) -> tuple[FieldDescribe, ...]:
        """The fields a create can't do without, in the org's order."""
        return tuple(field for field in self.fields.values() if field.required_on_create)

    def field(self, name: str) -> FieldDescribe | None:
        """The field of this API name, compared without case as Salesforce does; None if the org has none."""
        return self.fields.get(name) or self._by_lower_name.get(name.lower())

    @cached_property
    def _by_lower_name(self) -> Mapping[str, FieldDescribe]:
        return {name.lower(): field for name, field in self.fields.items()}


def parse_describe(body: Mapping[str, Any]) -> Describe:
    """Read Salesforce's describe JSON (GET /sobjects/X/describe)."""
    return Describe(
        sobject=body["name"],
        fields={field["name"]: _parse_field(field) for field in body["fields"]},
        createable=body.get("createable", False),
        updateable=body.get("updateable", False),
        deletable=body.get("deletable", False),
        queryable=body.get("queryable", False),
        details=tuple(
            (child["childSObject"], child["field"])
            for child in body.get("childRelationships", ())
            if child.get("cascadeDelete") and child["childSObject"].endswith("__c")
        ),
    )


def _parse_field(field: Mapping[str, Any]) -> FieldDescribe:
    active = [value for value in field.get("picklistValues", ()) if value.get("active", True)]
    return FieldDescribe(
        name=field["name"],
        label=field.get("label", field["name"]),
        type=field["type"],
        length=field.get("length", 0),
        precision=field.get("precision", 0),
        scale=field.get("scale", 0),
        digits=field.get("digits", 0),
        nillable=field.get("nillable", True),
        createable=field.get("createable", False),
        updateable=field.get("updateable", False),
        defaulted_on_create=field.get("defaultedOnCreate", False),
        restricted_picklist=field.get("restrictedPicklist", False),
        picklist=tuple(value["value"] for value in active),
        labels=tuple(value.get("label") or value["value"] for value in active),
        reference_to=tuple(field.get("referenceTo", ())),
        external_id=field.get("externalId", False),
        unique=field.get("unique", False),
        calculated=field.get("calculated", False),
    )
