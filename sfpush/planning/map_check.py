"""What of the settings the org can't take: the field maps, stage maps, constants and external ids, line by line.

The same finds keep records from going, one block each; here they are found once, before anything is planned (C10,
C12, F1, F3, F4, F6, M7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sfpush.apollo_fields import canonical
from sfpush.describe import Describe, FieldDescribe
from sfpush.planning.field_map import RECORD_TYPES, STAGE_NAME, FieldLine, ObjectMap, object_map, only_filled
from sfpush.planning.fitting import Misfit, Shortened, fitter, plain_text, shown, some_of
from sfpush.settings.keys import KeyPath
from sfpush.settings.problems import Finding
from sfpush.settings.record_types import AccountSettings, ContactSettings, DealSettings, LeadSettings
from sfpush.settings.schema import Settings
from sfpush.settings.values import FieldRule, Write

TABLES: Mapping[str, str] = {"Contact": "contacts", "Lead": "leads", "Account": "accounts", "Opportunity": "deals"}
"""The sObjects that have a table of their own in the settings, with its name."""
FROM_ELSEWHERE = frozenset({"AccountId", "OwnerId"})
"""Fields that a new row gets from matching (C6, C9), not from the map."""


About = Literal["access", "field", "twice", "required", "value", "external-id"]


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found. A `problem` keeps records from going; a `warning` may be just what is wanted.

    `about` is what of the sObject it concerns: the user's access to it, a mapped field, two lines for one field, a
    required field that nothing writes, a value that a field does not take, or the external id; `field` is which field.
    """

    weight: Literal["problem", "warning"]
    about: About
    sobject: str
    finding: Finding
    field: str = ""


def check_map(settings: Settings, describes: Mapping[str, Describe]) -> Iterator[Found]:
    """Everything in the settings that these describes can't take; an sObject missing there is not seen by the user."""
    for sobject, table in TABLES.items():
        if sobject == "Opportunity" and settings.deals.mode == "off":
            continue
        if (describe := describes.get(sobject)) is not None:
            yield from _MapCheck(settings, sobject, table, describe).run()
    for sobject in ("Task", "Event"):
        if (describe := describes.get(sobject)) is not None:
            yield from _check_external_id(describe, getattr(settings.salesforce.external_ids, sobject.lower()))
    for sobject, path in created_sobjects(settings).items():
        found = describes.get(sobject)
        if found is None:
            message = f"The org has no {sobject} that this user can see."
            yield Found("problem", "access", sobject, Finding(path, message, "Give the user access."))
        elif not found.createable:
            message = f"This user may not create {sobject} records in the org."
            yield Found("problem", "access", sobject, Finding(path, message, "Give the user the permission."))


def check_sources(settings: Settings, describes: Mapping[str, Describe]) -> Iterator[Found]:
    """What is to be said of the sources alone (C10): a plan says it too."""
    for sobject, path in created_sobjects(settings).items():
        if (describe := describes.get(sobject)) is not None:
            yield from _MapCheck(settings, sobject, str(path[0]), describe).source()


def used_sobjects(settings: Settings) -> tuple[str, ...]:
    """The sObjects whose rows these settings match, read or write."""
    activities = settings.activities
    uses = {
        "Opportunity": settings.deals.mode != "off",
        "Task": activities.emails.push or activities.tasks.push or activities.calls.push,
        "Event": activities.meetings.push,
        "Note": activities.notes.push or activities.conversations.push_summaries,
    }
    return ("Account", "Contact", "Lead", *(sobject for sobject, used in uses.items() if used))


def created_sobjects(settings: Settings) -> Mapping[str, KeyPath]:
    """The sObjects of which new rows are made, and the key that says so."""
    person = "Lead" if settings.contacts.create_as == "lead" else "Contact"
    found: dict[str, KeyPath] = {person: ("contacts", "create_as")} if settings.contacts.push else {}
    makes_accounts = person == "Contact" and settings.contacts.on_missing_account == "create"
    if settings.accounts.push or (found and makes_accounts):
        found["Account"] = ("accounts", "push")
    if settings.deals.mode in ("push", "bidirectional"):
        found["Opportunity"] = ("deals", "mode")
    return found


class _MapCheck:
    """The check of one sObject's table."""

    def __init__(self, settings: Settings, sobject: str, table: str, describe: Describe) -> None:
        self._sobject, self._describe = sobject, describe
        self._created = sobject in created_sobjects(settings)
        self._table = table
        self._shared = "contacts" if sobject == "Lead" else table
        tables: Mapping[str, ContactSettings | LeadSettings | AccountSettings | DealSettings] = {
            "Contact": settings.contacts,
            "Lead": settings.leads,
            "Account": settings.accounts,
            "Opportunity": settings.deals,
        }
        self._settings = tables[sobject]
        self._map: ObjectMap = object_map(sobject, settings, describe)
        self._typed = {canonical(name, RECORD_TYPES[sobject]): name for name in self._settings.fields}

    def run(self) -> Iterator[Found]:
        yield from self._lines()
        yield from self._twice()
        yield from self._stage_values()
        for name, value in self._map.on_create.items():
            yield from self._constant(name, value, (self._table, "on_create", name), (self._table, "on_create", name))
        if self._created:
            yield from self.source()
            yield from self._required()
        yield from _check_external_id(self._describe, self._map.external_id_field)

    def source(self) -> Iterator[Found]:
        """The source of new rows (C10)."""
        field, value = self._map.source_field, self._map.source_value
        if field and value:
            yield from self._constant(field, value, (self._shared, "source_field"), (self._shared, "source_value"))

    def _lines(self) -> Iterator[Found]:
        only_pulled = self._sobject == "Opportunity" and not self._created
        for line in self._map.lines:
            if not line.by_user or line.write == "never":
                continue
            field = self._describe.field(line.salesforce)
            if field is None:
                yield self._problem(
                    "field", line.salesforce, self._path(line), *_missing(self._sobject, line.salesforce)
                )
            elif only_pulled:
                continue
            elif not (field.createable or field.updateable):
                yield self._problem(
                    "field",
                    field.name,
                    self._path(line),
                    f"{field.name} of {self._sobject} can't be written by this user ({shown(field.label)}).",
                    "Take the line out, or give the user edit access.",
                )
            elif not (field.createable and field.updateable):
                when = "update" if field.createable else "create"
                yield self._problem(
                    "field",
                    field.name,
                    self._path(line),
                    f"{field.name} of {self._sobject} can't be written on {when} by this user, so each {when} with a"
                    " value for it is a block.",
                    "Take the line out, or give the user edit access.",
                )
            elif only_filled(self._sobject, field.name) and self._asked(line) in ("overwrite", "always"):
                message = f"{field.name} of {self._sobject} is only filled where it is empty: no push moves a record."
                finding = Finding(self._path(line), message, 'Write "fill", or take the line out.')
                yield Found("warning", "field", self._sobject, finding, field.name)

    def _asked(self, line: FieldLine) -> Write | None:
        """The writing rule as the settings say it."""
        rule = self._settings.fields.get(self._typed.get(line.apollo, ""))
        return rule.write if isinstance(rule, FieldRule) else None

    def _twice(self) -> Iterator[Found]:
        first: dict[str, FieldLine] = {}
        for line in self._map.lines:
            other = first.setdefault(line.salesforce.lower(), line)
            if other is not line and line.write != "never":
                yield self._problem(
                    "twice",
                    line.salesforce,
                    self._path(line),
                    f"{other.apollo} and {line.apollo} both go into {line.salesforce} of {self._sobject}.",
                    "Keep one.",
                )

    def _stage_values(self) -> Iterator[Found]:
        stage_map = self._settings.stage_map
        name = stage_map.field or (STAGE_NAME if self._sobject == "Opportunity" else "")
        field = self._describe.field(name) if name else None
        if field is not None and field.name == STAGE_NAME:
            field = replace(field, restricted_picklist=bool(field.picklist))  # no stage is ever made (D5)
        if field is not None:
            for stage, value in stage_map.values.items():
                yield from self._value(field, value, (self._table, "stage_map", "values", stage))

    def _constant(self, name: str, value: Any, field_path: KeyPath, value_path: KeyPath) -> Iterator[Found]:
        field = self._describe.field(name)
        if field is None:
            yield self._problem("field", name, field_path, *_missing(self._sobject, name))
        elif not field.createable:
            yield self._problem(
                "field",
                field.name,
                field_path,
                f"{field.name} can't be written on a new {self._sobject} by this user ({shown(field.label)}).",
                "Name another field, or give the user edit access.",
            )
        else:
            yield from self._value(field, value, value_path)

    def _value(self, field: FieldDescribe, value: Any, path: KeyPath) -> Iterator[Found]:
        fitted = fitter(field, self._map.on_too_long)(value)
        if isinstance(fitted, Misfit):
            yield self._problem(
                "value", field.name, path, fitted.message, "Write another value, or change the field in Salesforce."
            )
        elif (new := _new_picklist_value(field, fitted)) is not None:
            message = (
                f"{field.name} of {self._sobject} has no active value {shown(new)}. It is not restricted and takes it"
                f" as a new one; active are {some_of(field.picklist)}."
            )
            fix = "Add it in Salesforce, or write one of those."
            yield Found("warning", "value", self._sobject, Finding(path, message, fix), field.name)

    def _required(self) -> Iterator[Found]:
        given = {line.salesforce.lower() for line in self._map.lines if line.write != "never"}
        given.update(
            name.lower() for name in (*self._map.on_create, self._map.source_field, self._map.external_id_field)
        )
        for field in self._describe.required_on_create:
            if field.name.lower() not in given and field.name not in FROM_ELSEWHERE:
                yield self._problem(
                    "required",
                    field.name,
                    (self._table, "fields"),
                    f"Salesforce requires {field.name} on a new {self._sobject}, and nothing writes it.",
                    f"Map an Apollo field to it, or give it a value in [{self._table}.on_create].",
                )

    def _problem(self, about: About, field: str, path: KeyPath, message: str, fix: str) -> Found:
        return Found("problem", about, self._sobject, Finding(path, message, fix), field)

    def _path(self, line: FieldLine) -> KeyPath:
        if line.values is not None:
            return (self._table, "stage_map", "field")
        return (self._table, "fields", *((self._typed[line.apollo],) if line.apollo in self._typed else ()))


def _check_external_id(describe: Describe, name: str) -> Iterator[Found]:
    """The field that is to hold the Apollo id (M7); "" is none."""
    if not name:
        return
    field = describe.field(name)
    if field is None:
        message, fix = _missing(describe.sobject, name)
    else:
        lacks = [
            what
            for what, there in (
                ("marked as External ID", field.external_id),
                ("unique", field.unique),
                ("writeable for this user", field.createable and field.updateable),
            )
            if not there
        ]
        if not lacks:
            return
        message = f"{field.name} of {describe.sobject} is not {' and not '.join(lacks)}."
        fix = "Change that in Salesforce's Setup, or name another field."
    path: KeyPath = ("salesforce", "external_ids", describe.sobject.lower())
    yield Found("problem", "external-id", describe.sobject, Finding(path, message, fix), name)


def _missing(sobject: str, name: str) -> tuple[str, str]:
    """What is wrong, and what to do."""
    return f"{sobject} has no field {name} that this user can see.", "Correct the name, or give the user access."


def _new_picklist_value(field: FieldDescribe, fitted: Any) -> str | None:
    """The first value that an unrestricted picklist does not have yet."""
    if field.restricted_picklist or not field.picklist or fitted is None:
        return None
    fitted = fitted.value if isinstance(fitted, Shortened) else fitted
    if field.type not in ("picklist", "multipicklist", "combobox"):
        return None
    known = {value.lower() for value in field.picklist}
    parts = plain_text(fitted).split(";") if field.type == "multipicklist" else [plain_text(fitted)]
    return next((part for part in parts if part.lower() not in known), None)
