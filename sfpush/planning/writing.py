"""What is written to one sObject for one record: the lines of its map by their rules (F2), fitted to the org (F4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sfpush.describe import Describe, FieldDescribe
from sfpush.model import FieldChange, Record, Rule
from sfpush.planning.custom_fields import CustomFields, Read
from sfpush.planning.field_map import RECORD_TYPES, STAGE, FieldLine, ObjectMap, object_map
from sfpush.planning.fitting import Fit, Misfit, Shortened, fitter, same, shown
from sfpush.settings.schema import Settings

_EMAILS = frozenset({"email", "secondary_email", "tertiary_email"})

NO_VALUE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Written:
    """The field changes of one record; `pushed` is the baseline after they are carried out (F2 overwrite)."""

    fields: tuple[FieldChange, ...]
    pushed: Mapping[str, Any]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    line: FieldLine
    read: Read
    fit: Fit
    field: FieldDescribe | None


@dataclass(frozen=True)
class Writer:
    """Writes records to one sObject: the map, compiled against the org's describe."""

    sobject: str
    map: ObjectMap
    describe: Describe
    lines: tuple[_Line, ...]
    verified: frozenset[str] | None
    """Lower-cased e-mail statuses that count as verified; None: every address goes (C11)."""
    _constants: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, sobject: str, settings: Settings, describe: Describe, custom_fields: CustomFields) -> Writer:
        """Compile the map of one sObject."""
        mapped = object_map(sobject, settings, describe)
        lines = []
        for line in mapped.lines:
            described = describe.field(line.salesforce)
            fit: Fit = fitter(described, mapped.on_too_long) if described else _no_such_field(line.salesforce)
            lines.append(_Line(line, custom_fields.reader(line.apollo, RECORD_TYPES[sobject]), fit, described))
        contacts = settings.contacts
        return cls(
            sobject=sobject,
            map=mapped,
            describe=describe,
            lines=tuple(lines),
            verified=None
            if contacts.push_unverified_emails
            else frozenset(status.strip().lower() for status in contacts.verified_statuses),
        )

    def create(self, record: Record, stage: str | None, extra: Mapping[str, Any]) -> Written | Misfit:
        """Everything a new row gets: mapped values, source (C10), constants (F6) and `extra` (owner, account, key).

        Returns a Misfit for the first value that does not fit or required field that has none (C12).
        """
        changes: dict[str, FieldChange] = {}
        pushed: dict[str, Any] = {}
        notes: list[str] = []
        for one in self.lines:
            line = one.line
            if line.write == "never":
                continue
            value = self._value(one, record, stage, notes)
            if value is None:
                continue
            if isinstance(value, Misfit):
                return value
            if one.field is not None and not one.field.createable:
                return _not_writeable(one.field, "create")
            changes[line.salesforce] = FieldChange(line.salesforce, None, value)
            pushed[line.salesforce] = value
        for name, value in self._new_row_values(extra):
            described = self.describe.field(name)
            if described is None or not described.createable:
                return _not_writeable(described, "create", name)
            fitted = value if name in extra else fitter(described, "block")(value)
            if isinstance(fitted, Misfit):
                return fitted
            if fitted is not None:
                changes[described.name] = FieldChange(described.name, None, fitted)
        missing = [one for one in self.describe.required_on_create if one.name not in changes]
        if missing:
            names = ", ".join(one.name for one in missing)
            return Misfit(Rule.REQUIRED_MISSING, f"Salesforce requires {names} on a new {self.sobject}.")
        return Written(tuple(changes.values()), pushed, tuple(notes))

    def update(
        self,
        record: Record,
        stage: str | None,
        org: Mapping[str, Any],
        last_pushed: Mapping[str, Any],
        extra: Mapping[str, Any] = NO_VALUE,
    ) -> Written | Misfit:
        """What an existing row gets: only what the writing rules allow and the org does not have yet (F2).

        `last_pushed` is the link's memory; a field that is not in it is at its first match. `extra` is written
        where the org's field is empty (account, external id).
        """
        changes: dict[str, FieldChange] = {}
        pushed = dict(last_pushed)
        notes: list[str] = []
        for one in self.lines:
            line = one.line
            name = line.salesforce
            before = org.get(name)
            if line.write == "never" or (line.write == "fill" and not _empty(before)):
                continue
            noted = len(notes)
            value = self._value(one, record, stage, notes)
            if value is None:
                continue
            if isinstance(value, Misfit):
                return value
            settled = line.write == "overwrite" and name in last_pushed and same(one.field, last_pushed[name], value)
            pushed[name] = value
            if settled or same(one.field, before, value):
                del notes[noted:]
                continue
            if one.field is not None and not one.field.updateable:
                if not line.by_user:
                    continue
                return _not_writeable(one.field, "update")
            changes[name] = FieldChange(name, before, value)
        for name, value in extra.items():
            described = self.describe.field(name)
            if described is not None and described.updateable and _empty(org.get(described.name)):
                changes[described.name] = FieldChange(described.name, org.get(described.name), value)
        return Written(tuple(changes.values()), pushed, tuple(notes))

    def _value(self, one: _Line, record: Record, stage: str | None, notes: list[str]) -> Any:
        line = one.line
        if line.values is not None:
            raw: Any = line.values.get((stage or "").strip().lower())
        elif line.apollo in _EMAILS and not self._verified(line.apollo, record):
            return None
        elif line.apollo == STAGE:
            raw = stage
        else:
            raw = one.read(record.fields)
        if raw is None or raw == "":
            return None
        value = one.fit(raw)
        if line.set_only and value is False:
            return None
        if isinstance(value, Shortened):
            notes.append(value.note)
            return value.value
        return value

    def _verified(self, apollo: str, record: Record) -> bool:
        if self.verified is None:
            return True
        return str(record.fields.get(f"{apollo}_status") or "").strip().lower() in self.verified

    def _new_row_values(self, extra: Mapping[str, Any]) -> list[tuple[str, Any]]:
        source = [(self.map.source_field, self.map.source_value)] if self.map.source_field else []
        return [*source, *self.map.on_create.items(), *extra.items()]


def _empty(value: Any) -> bool:
    return value is None or value in ("", False)


def _no_such_field(name: str) -> Callable[[Any], Misfit]:
    misfit = Misfit(
        Rule.NOT_WRITEABLE,
        f"The org has no field {name} that this user can see; correct the field map or give the user access.",
    )
    return lambda _value: misfit


def _not_writeable(described: FieldDescribe | None, verb: str, name: str = "") -> Misfit:
    name = described.name if described else name
    if described is None:
        return _no_such_field(name)(None)
    return Misfit(Rule.NOT_WRITEABLE, f"{name} can't be written on {verb} by this user ({shown(described.label)}).")
