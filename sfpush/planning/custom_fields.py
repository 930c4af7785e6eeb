"""Apollo's custom fields by their names: `typed_custom_fields` and picklist value ids resolved (F5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sfpush.apollo_fields import canonical
from sfpush.model import RecordType

Read = Callable[[Mapping[str, Any]], Any]
"""Reads one Apollo value from a record's fields; None for absent."""


_MODALITIES: Mapping[str, RecordType] = {
    "contact": RecordType.CONTACT,
    "account": RecordType.ACCOUNT,
    "opportunity": RecordType.DEAL,
}
"""Apollo's words for what a custom field belongs to."""


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
            record_type = _MODALITIES.get(str(modality))
            if not name or not identity or record_type is None:
                continue
            listed = body.get("picklist_values")
            entries = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
            values = {str(one.get("id")): str(one.get("name")) for one in entries}
            found[record_type, canonical(str(name), record_type)] = Definition(str(identity), values)
        return cls(found)

    def reader(self, apollo: str, record_type: RecordType) -> Read | None:
        """The function that reads a custom field, or a pattern ending in `*` (F1); None for a plain field."""
        if apollo.endswith("*"):
            return self._by_prefix(apollo[:-1], record_type)
        definition = self.by_name.get((record_type, apollo))
        if definition is None:
            return None

        def read(fields: Mapping[str, Any]) -> Any:
            value = fields.get(apollo)
            if value is None:
                typed = fields.get("typed_custom_fields")
                value = typed.get(definition.id) if isinstance(typed, dict) else None
            if isinstance(value, list):
                return [definition.picklist.get(str(one), one) for one in value]
            return definition.picklist.get(value, value) if isinstance(value, str) else value

        return read

    def _by_prefix(self, prefix: str, record_type: RecordType) -> Read:
        """Reads the last imported column that begins so: a new suffix stands for a newer one."""
        defined = [
            read
            for one, name in self.by_name
            if one is record_type and name.startswith(prefix) and (read := self.reader(name, record_type)) is not None
        ]

        def read_last(fields: Mapping[str, Any]) -> Any:
            for name in reversed(list(fields)):
                if name.startswith(prefix) and fields[name] not in (None, ""):
                    return fields[name]
            return next((value for read in defined if (value := read(fields)) not in (None, "")), None)

        return read_last
