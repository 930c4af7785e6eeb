"""What is written to one sObject for one record: the lines of its map by their rules (F2), fitted to the org (F4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sfpush.describe import Describe, FieldDescribe
from sfpush.model import FieldChange, Record, Rule
from sfpush.planning.custom_fields import CustomFields, Read
from sfpush.planning.field_map import RECORD_TYPES, STAGE, FieldLine, ObjectMap, object_map
from sfpush.planning.fitting import Fit, Misfit, Shortened, fitter, is_blank, same, shown
from sfpush.settings.schema import Settings
from sfpush.settings.values import Write

_EMAILS = frozenset({"email", "secondary_email", "tertiary_email"})

NO_VALUE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Written:
    """The field changes of one record; `pushed` is the baseline after they are carried out (F2 overwrite)."""

    fields: tuple[FieldChange, ...]
    pushed: Mapping[str, Any]
    notes: tuple[str, ...] = ()


class Line(NamedTuple):
    """A line ready to be used. `read` is None for a plain field, which is read by its name."""

    name: str
    write: Write
    apollo: str
    read: Callable[[Record, str | None], Any] | None
    fit: Fit
    field: FieldDescribe | None
    by_user: bool


@dataclass(frozen=True)
class Writer:
    """Writes records to one sObject: the map, compiled against the org's describe."""

    sobject: str
    map: ObjectMap
    describe: Describe
    lines: tuple[Line, ...]
    unwritten: tuple[Line, ...]
    """Lines whose rule is `never`."""
    constants: tuple[FieldChange | Misfit, ...]
    """What every new row gets where no line has a value: `on_create` (F6) and the source (C10), fitted once."""
    addresses: tuple[Line, ...]
    """Lines that carry an e-mail address which must be verified (C11)."""
    required: tuple[str, ...]
    """The fields a new row can't do without (C12)."""
    verified: frozenset[str] | None
    """The e-mail statuses that let an address go, lower-cased; None: every address goes (C11)."""

    @classmethod
    def of(cls, sobject: str, settings: Settings, describe: Describe, custom_fields: CustomFields) -> Writer:
        """Compile the map of one sObject."""
        mapped = object_map(sobject, settings, describe)
        contacts = settings.contacts
        verified = None
        if not contacts.push_unverified_emails:
            verified = frozenset(status.strip().lower() for status in contacts.verified_statuses)
        lines = [_compiled(line, mapped, describe, custom_fields, verified) for line in mapped.lines]
        return cls(
            sobject=sobject,
            map=mapped,
            describe=describe,
            lines=tuple(line for line in lines if line.write != "never"),
            unwritten=tuple(line for line in lines if line.write == "never"),
            constants=tuple(
                constant
                for name, value in _new_row_values(mapped)
                if (constant := _constant(describe, name, value)) is not None
            ),
            addresses=tuple(line for line in lines if line.write != "never" and line.apollo in _EMAILS),
            required=tuple(field.name for field in describe.required_on_create),
            verified=verified,
        )

    def create(
        self, record: Record, stage: str | None, extra: Mapping[str, Any], to_come: Collection[str] = ()
    ) -> Written | Misfit:
        """Everything a new row gets: mapped values, constants (F6), source (C10) and `extra` (owner, external id).

        Returns a Misfit for the first value that does not fit or required field that has none (C12). `to_come` are
        fields that will have a value before the row is sent.
        """
        if not self.describe.createable:
            return Misfit(Rule.NOT_WRITEABLE, f"This user may not create a {self.sobject} in the org.")
        changes: dict[str, FieldChange] = {}
        pushed: dict[str, Any] = {}
        notes: list[str] = []
        fields = record.fields
        for name, _write, apollo, read, fit, described, by_user in self.lines:
            raw = fields.get(apollo) if read is None else read(record, stage)
            if raw is None or raw == "" or (value := fit(raw)) is None:
                continue
            if isinstance(value, Misfit):
                return value
            if isinstance(value, Shortened):
                notes.append(value.note)
                value = value.value
            if described is not None and not described.createable:
                if not by_user:
                    continue
                return _not_writeable(described, "create")
            changes[name] = FieldChange(name, None, value)
            pushed[name] = value
        for constant in self.constants:
            if isinstance(constant, Misfit):
                return constant
            changes.setdefault(constant.field, constant)
        for name, value in extra.items():
            described = self.describe.field(name)
            if described is None or not described.createable:
                return _not_writeable(described, "create", name)
            changes[described.name] = FieldChange(described.name, None, value)
        for name in to_come:
            described = self.describe.field(name)
            if described is None or not described.createable:
                return _not_writeable(described, "create", name)
        if missing := [name for name in self.required if name not in changes and name not in to_come]:
            if self.sobject == "Lead" and "Company" in missing:
                return Misfit(Rule.COMPANY_MISSING, "A Lead needs a company, and the export names none.")
            names = ", ".join(missing)
            return Misfit(Rule.REQUIRED_MISSING, f"Salesforce requires {names} on a new {self.sobject}.")
        notes += self._held_addresses(fields, NO_VALUE)
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
        fields = record.fields
        for name, write, apollo, read, fit, described, by_user in self.lines:
            before = org.get(name)
            if write == "fill" and not is_blank(before):
                continue
            raw = fields.get(apollo) if read is None else read(record, stage)
            if raw is None or raw == "" or (value := fit(raw)) is None:
                continue
            if isinstance(value, Misfit):
                return value
            note = ""
            if isinstance(value, Shortened):
                note, value = value.note, value.value
            settled = write == "overwrite" and name in last_pushed and same(described, last_pushed[name], value)
            pushed[name] = value
            if settled or same(described, before, value):
                continue
            if described is not None and not described.updateable:
                if not by_user:
                    continue
                return _not_writeable(described, "update")
            notes += [note] if note else []
            changes[name] = FieldChange(name, before, value)
        for name, value in extra.items():
            described = self.describe.field(name)
            if described is not None and described.updateable and is_blank(org.get(described.name)):
                changes[described.name] = FieldChange(described.name, org.get(described.name), value)
        if changes and not self.describe.updateable:
            return Misfit(Rule.NOT_WRITEABLE, f"This user may not change a {self.sobject} in the org.")
        notes += self._held_addresses(fields, org)
        return Written(tuple(changes.values()), pushed, tuple(notes))

    def may_update(self, name: str) -> bool:
        """Whether the user may write this field of a row that is there."""
        described = self.describe.field(name)
        return self.describe.updateable and described is not None and described.updateable

    def carried(self, pushed: Mapping[str, Any], other: Writer) -> Mapping[str, Any]:
        """What was pushed to a row of another sObject, as if it had been pushed to this one (C5: a converted Lead)."""
        theirs = {line.apollo: line.name for line in other.lines if line.apollo != STAGE}
        return {
            line.name: pushed[theirs[line.apollo]]
            for line in self.lines
            if line.apollo in theirs and theirs[line.apollo] in pushed
        }

    def _held_addresses(self, fields: Mapping[str, Any], org: Mapping[str, Any]) -> list[str]:
        """A sentence on each address that stays here because it is not verified (C11)."""
        if self.verified is None:
            return []
        return [
            f"{shown(address)} is not verified ({status or 'no status'}) and is not pushed."
            for line in self.addresses
            if (address := fields.get(line.apollo))
            and (status := str(fields.get(f"{line.apollo}_status") or "")).strip().lower() not in self.verified
            and not same(line.field, org.get(line.name), address)
        ]


def _compiled(
    line: FieldLine,
    mapped: ObjectMap,
    describe: Describe,
    custom_fields: CustomFields,
    verified: frozenset[str] | None,
) -> Line:
    described = describe.field(line.salesforce)
    fit: Fit = fitter(described, mapped.on_too_long) if described else _no_such_field(line.salesforce)
    if line.set_only:
        fit = _set_only(fit)
    read = _reader(line, custom_fields.reader(line.apollo, RECORD_TYPES[mapped.sobject]), verified)
    return Line(line.salesforce, line.write, line.apollo, read, fit, described, line.by_user)


def _reader(
    line: FieldLine, custom: Read | None, verified: frozenset[str] | None
) -> Callable[[Record, str | None], Any] | None:
    if (values := line.values) is not None:
        return lambda _record, stage: values.get((stage or "").strip().lower())
    if line.apollo == STAGE:
        return lambda _record, stage: stage
    if line.apollo in _EMAILS and verified is not None:
        return lambda record, _stage: (
            record.fields.get(line.apollo) if _verified(record, line.apollo, verified) else None
        )
    if custom is not None:
        return lambda record, _stage: custom(record.fields)
    return None


def _verified(record: Record, apollo: str, verified: frozenset[str]) -> bool:
    return str(record.fields.get(f"{apollo}_status") or "").strip().lower() in verified


def _set_only(fit: Fit) -> Fit:
    return lambda value: fitted if (fitted := fit(value)) is not False else None


def _new_row_values(mapped: ObjectMap) -> list[tuple[str, Any]]:
    source = [(mapped.source_field, mapped.source_value)] if mapped.source_field and mapped.source_value else []
    return [*mapped.on_create.items(), *source]


def _constant(describe: Describe, name: str, value: Any) -> FieldChange | Misfit | None:
    described = describe.field(name)
    if described is None or not described.createable:
        return _not_writeable(described, "create", name)
    fitted = fitter(described, "block")(value)
    if fitted is None or isinstance(fitted, Misfit):
        return fitted
    return FieldChange(described.name, None, fitted)


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
