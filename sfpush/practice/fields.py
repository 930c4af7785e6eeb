"""Fields and sObjects as values, and short ways to write them down: what the files in `schema/` are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property

TEXT_TYPES = frozenset(
    {"string", "textarea", "email", "phone", "url", "picklist", "multipicklist", "combobox", "encryptedstring"}
)
NUMBER_TYPES = frozenset({"int", "double", "currency", "percent"})
ID_TYPES = frozenset({"id", "reference"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a picklist; without a label of its own it is shown as it is spelled."""

    value: str
    active: bool = True
    default: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field as describe shows it; `compound` names the field that it is a part of."""

    name: str
    type: str
    label: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    defaulted: bool = False
    default: str | float | bool | None = None
    unique: bool = False
    external_id: bool = False
    id_lookup: bool = False
    case_sensitive: bool = False
    restricted: bool = False
    custom: bool = False
    choices: tuple[Choice, ...] = ()
    refers_to: tuple[str, ...] = ()
    relationship: str | None = None
    compound: str | None = None
    name_field: bool = False
    filterable: bool = True
    sortable: bool = True

    @property
    def stored(self) -> bool:
        """Has a column of its own; a compound address is put together from its parts."""
        return self.type != "address"

    @property
    def master(self) -> bool:
        """Whether a row belongs to the one that this lookup names, and goes with it."""
        return self.custom and bool(self.refers_to) and not self.nillable

    @property
    def active_values(self) -> tuple[str, ...]:
        return tuple(choice.value for choice in self.choices if choice.active)


@dataclass(frozen=True)
class SObject:
    """One sObject: its fields by name and what may be done with its rows."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: tuple[Field, ...]
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    mergeable: bool = False
    rows: tuple[dict[str, str | float | bool], ...] = field(default=(), compare=False)

    @cached_property
    def by_lower_name(self) -> dict[str, Field]:
        return {each.name.lower(): each for each in self.fields}

    @cached_property
    def by_relationship(self) -> dict[str, Field]:
        return {each.relationship.lower(): each for each in self.fields if each.relationship}

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        return tuple(each for each in self.fields if each.stored)

    def field(self, name: str) -> Field | None:
        """The field of this API name, without regard to case; None if there is none."""
        return self.by_lower_name.get(name.lower())

    def has(self, name: str) -> bool:
        return name.lower() in self.by_lower_name


def words(name: str) -> str:
    """`LastName` → `Last Name`, the label Salesforce shows for most standard fields."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("__c").replace("_", " "))


def text(name: str, length: int, *, required: bool = False, label: str = "", kind: str = "string") -> Field:
    return Field(name, kind, label or words(name), length=length, nillable=not required)


def long_text(name: str, length: int = 32000, *, label: str = "") -> Field:
    """A text area; from 256 characters on it can't be filtered or sorted by."""
    short = length <= 255
    return Field(name, "textarea", label or words(name), length=length, filterable=short, sortable=short)


def email(name: str = "Email", length: int = 80) -> Field:
    return Field(name, "email", words(name), length=length, id_lookup=name == "Email")


def phone(name: str, *, label: str = "") -> Field:
    return Field(name, "phone", label or words(name), length=40)


def url(name: str) -> Field:
    return Field(name, "url", words(name), length=255)


def checkbox(name: str, *, label: str = "", default: bool = False) -> Field:
    return Field(name, "boolean", label or words(name), nillable=False, defaulted=True, default=default)


def picklist(
    name: str,
    *values: str,
    default: str | None = None,
    required: bool = False,
    restricted: bool = False,
    length: int = 255,
    label: str = "",
    kind: str = "picklist",
) -> Field:
    """A picklist; a `default` makes an omitted value no error, `restricted` refuses values not in the list."""
    return Field(
        name,
        kind,
        label or words(name),
        length=length,
        nillable=not required,
        defaulted=default is not None,
        default=default,
        restricted=restricted,
        choices=tuple(Choice(value, default=value == default) for value in values),
    )


def integer(name: str, *, label: str = "") -> Field:
    return Field(name, "int", label or words(name), precision=8)


def number(name: str, precision: int = 18, scale: int = 0, *, kind: str = "double", label: str = "") -> Field:
    return Field(name, kind, label or words(name), precision=precision, scale=scale)


def currency(name: str, precision: int = 18, scale: int = 0, *, label: str = "") -> Field:
    return number(name, precision, scale, kind="currency", label=label)


def date(name: str, *, required: bool = False, label: str = "") -> Field:
    return Field(name, "date", label or words(name), nillable=not required)


def moment(name: str, *, label: str = "") -> Field:
    """A date and time, kept to the second in UTC."""
    return Field(name, "datetime", label or words(name))


def lookup(name: str, *refers_to: str, relationship: str = "", required: bool = False, label: str = "") -> Field:
    """A reference; its relationship is the name without `Id` unless said otherwise."""
    return Field(
        name,
        "reference",
        label or words(name.removesuffix("Id")) + " ID",
        length=18,
        nillable=not required,
        refers_to=refers_to,
        relationship=relationship or name.removesuffix("Id"),
    )


def read_only(made: Field, *, nillable: bool | None = None) -> Field:
    """The same field, filled in by the org only."""
    keep = made.nillable if nillable is None else nillable
    return replace(made, createable=False, updateable=False, nillable=keep)


def create_only(made: Field) -> Field:
    return replace(made, updateable=False)


def owner(*refers_to: str) -> Field:
    """OwnerId: the user who makes the row unless given."""
    return replace(lookup("OwnerId", *(refers_to or ("User",)), label="Owner ID"), nillable=False, defaulted=True)


def address(prefix: str, *, label: str = "") -> tuple[Field, ...]:
    """The parts of an address, and the compound read-only field that shows them as one."""
    compound = f"{prefix}Address"
    title = f"{words(prefix)} " if prefix else ""
    parts = (
        replace(long_text(f"{prefix}Street", 255), label=title + "Street"),
        text(f"{prefix}City", 40, label=title + "City"),
        text(f"{prefix}State", 80, label=title + "State/Province"),
        text(f"{prefix}PostalCode", 20, label=title + "Zip/Postal Code"),
        text(f"{prefix}Country", 80, label=title + "Country"),
        number(f"{prefix}Latitude", 18, 15, label=title + "Latitude"),
        number(f"{prefix}Longitude", 18, 15, label=title + "Longitude"),
        picklist(
            f"{prefix}GeocodeAccuracy",
            "Address", "NearAddress", "Block", "Street", "ExtendedZip", "Zip", "Neighborhood", "City", "County",
            "State", "Unknown",
            restricted=True, length=40, label=title + "Geocode Accuracy",
        ),
    )  # fmt: skip
    whole = Field(
        compound,
        "address",
        label or title + "Address",
        createable=False,
        updateable=False,
        filterable=False,
        sortable=False,
    )
    return (*(replace(part, compound=compound) for part in parts), whole)


def person_name() -> tuple[Field, ...]:
    """Name and its parts: read-only, put together from first and last name."""
    whole = Field(
        "Name", "string", "Full Name", length=121, nillable=False, createable=False, updateable=False, name_field=True
    )
    return (
        replace(text("LastName", 80, required=True), compound="Name"),
        replace(text("FirstName", 40), compound="Name"),
        replace(picklist("Salutation", "Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx.", length=40), compound="Name"),
        whole,
    )


def own_name(length: int, label: str) -> Field:
    return Field("Name", "string", label, length=length, nillable=False, name_field=True)


def identity() -> tuple[Field, ...]:
    """Id and IsDeleted, first in every sObject."""
    return (
        Field("Id", "id", "Record ID", length=18, nillable=False, createable=False, updateable=False,
              defaulted=True, id_lookup=True),
        Field("IsDeleted", "boolean", "Deleted", nillable=False, createable=False, updateable=False,
              defaulted=True, default=False),
    )  # fmt: skip


def audit() -> tuple[Field, ...]:
    """Who made and changed the row, and when: set by the org alone."""
    return (
        *(
            replace(each, createable=False, updateable=False, nillable=False, defaulted=True)
            for each in (
                moment("CreatedDate"),
                lookup("CreatedById", "User", label="Created By ID"),
                moment("LastModifiedDate"),
                lookup("LastModifiedById", "User", label="Last Modified By ID"),
                moment("SystemModstamp", label="System Modstamp"),
            )
        ),
    )


def seen() -> tuple[Field, ...]:
    return (
        read_only(date("LastActivityDate", label="Last Activity")),
        read_only(moment("LastViewedDate")),
        read_only(moment("LastReferencedDate")),
    )


def master(sobject: str) -> Field:
    """MasterRecordId: set on the losers of a merge."""
    return read_only(lookup("MasterRecordId", sobject, label="Master Record ID"))
