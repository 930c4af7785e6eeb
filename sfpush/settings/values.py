"""The kinds of value that more than one table of the settings uses.

Everything is strict: text is never taken for a number or a yes. Validators raise ValueError with the sentence
that the user reads after `file:line: key:`.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
)

from sfpush.settings.keys import shown

Write = Literal["overwrite", "always", "fill", "never"]
OnTooLong = Literal["block", "truncate"]
NewRecords = Literal["all", "stages"]
Scalar = str | int | float | bool

_API_NAME = re.compile(r"[A-Za-z](?:_{0,2}[A-Za-z0-9])*")
_API_NAME_LENGTH = 80
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class Table(BaseModel):
    """A table of the settings: frozen, strict, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


def _api_name(text: str) -> str:
    if not _API_NAME.fullmatch(text) or len(text) > _API_NAME_LENGTH:
        raise ValueError(
            f"{shown(text)} can't be a Salesforce field. Use the field's API name, such as Title or Job_Level__c."
        )
    return text


def _no_name_or_api_name(text: str) -> str:
    return _api_name(text) if text else text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("An empty text can't be an entry of this list. Take it out.")
    return text


def _stage(text: str) -> str:
    if not text.strip():
        raise ValueError('A stage can\'t be empty. For records without a stage write "No stage".')
    return text


def _domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text):
        raise ValueError(f'{shown(text)} is not a domain. Write it bare, such as "example.com".')
    return text.lower()


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f'{shown(text)} is not an e-mail address. Write it bare, such as "ann@example.com".')
    return text


ApiName = Annotated[str, AfterValidator(_api_name)]
OptionalApiName = Annotated[str, AfterValidator(_no_name_or_api_name)]

# TOML lists arrive as Python lists; they are kept as tuples, so that frozen settings are frozen all the way down.
_AsTuple = Field(strict=False)
Stages = Annotated[tuple[Annotated[str, AfterValidator(_stage)], ...], _AsTuple]
Texts = Annotated[tuple[Annotated[str, AfterValidator(_not_blank)], ...], _AsTuple]
Domains = Annotated[tuple[Annotated[str, AfterValidator(_domain)], ...], _AsTuple]
Addresses = Annotated[tuple[Annotated[str, AfterValidator(_address)], ...], _AsTuple]


class FieldRule(Table):
    """One line of a field map (F1, F2): where an Apollo field goes and how it is written.

    `write` is None where the line names none: then the default map's rule for that Salesforce field holds
    (phones, Account.Name and Website are filled), and `overwrite` for every other field.
    """

    to: ApiName
    write: Write | None = None


def _field_line(value: Any) -> Any:
    match value:
        case False:
            return None
        case str():
            return {"to": _api_name(value)}
        case dict() | FieldRule() | None:
            return value
    raise ValueError(
        f"{shown(value)} says nothing about a field. "
        'Write the Salesforce field in quotes, or { to = "…", write = "fill" }, or false to switch the line off.'
    )


def _once_each(lines: Mapping[str, Any]) -> Mapping[str, Any]:
    seen: dict[str, str] = {}
    for name in lines:
        if not name.strip():
            raise ValueError("An entry has an empty name. Name what it stands for, or take it out.")
        first = seen.setdefault(name.strip().casefold(), name)
        if first != name:
            raise ValueError(
                f"{shown(first)} and {shown(name)} are one name, as upper and lower case do not count. Keep one."
            )
    return lines


_FIELD_LINE_SCHEMA = {
    "anyOf": [
        {"type": "string", "description": "the Salesforce field's API name"},
        {
            "type": "object",
            "properties": {
                "to": {"type": "string"},
                "write": {"enum": ["overwrite", "always", "fill", "never"]},
            },
            "required": ["to"],
            "additionalProperties": False,
        },
        {"const": False, "description": "switch this line of the default map off"},
    ]
}
FieldMap = Annotated[
    Mapping[
        str,
        Annotated[FieldRule | None, BeforeValidator(_field_line), WithJsonSchema(_FIELD_LINE_SCHEMA)],
    ],
    AfterValidator(_once_each),
]
"""Apollo field → where it goes; None switches a line of the default map off."""


class StageMap(Table):
    """Which value a Salesforce field gets for an Apollo stage (F3). Without a field it does nothing."""

    field: OptionalApiName = ""
    values: Annotated[Mapping[str, str], AfterValidator(_once_each)] = Field(default_factory=dict)
    write: Write = "overwrite"


def _scalar(value: Any) -> Scalar:
    match value:
        case float() if not math.isfinite(value):
            raise ValueError(f"{value} is not a value that Salesforce can hold. Write a number.")
        case str() | int() | float():
            return value
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
    raise ValueError(f"A constant can't be {shown(value)}. Write one text, number, date, true or false.")


_SCALAR_SCHEMA = {"anyOf": [{"type": kind} for kind in ("string", "number", "boolean")]}
OnCreate = Annotated[
    Mapping[ApiName, Annotated[Scalar, PlainValidator(_scalar), WithJsonSchema(_SCALAR_SCHEMA)]],
    AfterValidator(_once_each),
]
"""Salesforce field → the constant that a new record gets (F6); dates and times as ISO-8601 text."""
