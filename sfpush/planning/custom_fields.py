"""Apollo's custom fields by their names: `typed_custom_fields` and picklist value ids resolved (F5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sfpush.apollo_fields import canonical
from sfpush.model import RecordType

Read = Callable[[Mapping[str, Any]], Any]
"""Reads one Apollo value from a record's fields; None for absent."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One typed custom field: its id, and the names of its picklist value ids."""

    id: str
    picklist: Mapping[str, str]


@dataclass(frozen=True)
class CustomFields:
    """The imported definitions, by record type and canonical name."""

    by_name: Mapping[tuple[RecordType, str], Definition] = field(default_factory=dict)

    @classmethod
    def of(cls, definitions: list[Mapping[str, Any]]) -> CustomFields:
        """Read Apollo's `typed_custom_fields` list; definitions without id or name are left out."""
        found = {}
        for body in definitions:
            modality, name, identity = body.get("modality"), body.get("name"), body.get("id")
            if not name or not identity or modality not in tuple(RecordType):
                continue
            record_type = RecordType(str(modality))
            values = {str(one.get("id")): str(one.get("name")) for one in body.get("picklist_values") or ()}
            found[record_type, canonical(str(name), record_type)] = Definition(str(identity), values)
        return cls(found)

    def reader(self, apollo: str, record_type: RecordType) -> Read | None:
        """The function that reads a custom field, or a pattern ending in `*` (F1); None for a plain field."""
        if apollo.endswith("*"):
            return _by_prefix(apollo[:-1])
        definition = self.by_name.get((record_type, apollo))
        if definition is None:
            return None

        def read(fields: Mapping[str, Any]) -> Any:
            value = fields.get(apollo)
            if value is None:
                value = (fields.get("typed_custom_fields") or {}).get(definition.id)
            if isinstance(value, list):
                return [definition.picklist.get(str(one), one) for one in value]
            return definition.picklist.get(value, value) if isinstance(value, str) else value

        return read


def _by_prefix(prefix: str) -> Read:
    def read(fields: Mapping[str, Any]) -> Any:
        names = sorted(name for name in fields if name.startswith(prefix))
        return next((fields[name] for name in names if fields[name] not in (None, "")), None)

    return read
