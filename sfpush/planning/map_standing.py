"""How the lines of a field map stand in an org: whether it has their fields, and lets us write them (F1, F4)."""

from __future__ import annotations

from dataclasses import dataclass

from sfpush.describe import Describe, FieldDescribe
from sfpush.planning.field_map import FieldLine, object_map
from sfpush.settings.schema import Settings


@dataclass(frozen=True, slots=True)
class Standing:
    """One line, and the field it goes to; None: the org has none that the connected user sees."""

    line: FieldLine
    field: FieldDescribe | None

    @property
    def writeable(self) -> bool:
        """Whether the user may write the field, be it on create or on update only."""
        return self.field is not None and (self.field.createable or self.field.updateable)


def standings(sobject: str, settings: Settings, describe: Describe) -> tuple[Standing, ...]:
    """Every line of the sObject's map, also the default ones that are left out for want of a field."""
    lines = object_map(sobject, settings, None).lines
    return tuple(Standing(line, describe.field(line.salesforce)) for line in lines)
