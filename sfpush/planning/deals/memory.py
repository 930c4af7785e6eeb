"""What the link of a deal remembers of each field after both sides were last compared.

Where both sides had the same value, or Apollo's was pushed, it is that value. Where Salesforce's stands instead, it is
both: what Apollo had exported then, so that exporting it again is no change, and what was pulled, which the deal is
shown with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_APOLLO, _SALESFORCE, _FIELD = "apollo", "salesforce", "field"


@dataclass(frozen=True, slots=True)
class Seen:
    """One field as it was last seen on both sides. `name` is its Apollo name where Salesforce's value stands."""

    apollo: Any
    salesforce: Any
    name: str = ""


def remembered(pushed: Mapping[str, Any]) -> dict[str, Seen]:
    """What a link's memory says, by Salesforce field."""
    return {field: _seen(value) for field, value in pushed.items()}


def to_remember(seen: Mapping[str, Seen]) -> dict[str, Any]:
    """The same as a link keeps it."""
    return {
        field: {_FIELD: one.name, _APOLLO: one.apollo, _SALESFORCE: one.salesforce} if one.name else one.apollo
        for field, one in seen.items()
    }


def pulled_values(pushed: Mapping[str, Any]) -> dict[str, Any]:
    """The values that Salesforce's side has in a deal, by Apollo field; None where Salesforce has none."""
    return {one.name: one.salesforce for one in remembered(pushed).values() if one.name}


def org_values(pushed: Mapping[str, Any]) -> dict[str, Any]:
    """What Salesforce had in each field when both sides were last compared."""
    return {field: one.salesforce for field, one in remembered(pushed).items()}


def shown_fields(fields: Mapping[str, Any], pushed: Mapping[str, Any]) -> dict[str, Any]:
    """A deal's fields with the values that were pulled in the place of the exported ones."""
    merged = {**fields, **pulled_values(pushed)}
    return {name: value for name, value in merged.items() if value is not None}


def _seen(value: Any) -> Seen:
    if isinstance(value, dict):  # no field of Salesforce that is mapped holds an object
        return Seen(value[_APOLLO], value[_SALESFORCE], value[_FIELD])
    return Seen(value, value)
