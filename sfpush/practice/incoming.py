"""Records as requests bring them, read into drafts: known and writeable fields, good values; lookups by external id."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sfpush.practice import rows, values
from sfpush.practice.catalogue import Catalogue
from sfpush.practice.fields import Field, SObject
from sfpush.practice.refusals import RowError
from sfpush.practice.rows import Row

Verb = Literal["create", "update"]
_NO_ACCESS = (
    "Unable to create/update fields: {}. Please check the security settings of this field and verify that it is "
    "read/write for your profile or permission set."
)


@dataclass(slots=True)
class Draft:
    """One row under way: the values it sets, and what is wrong with it so far."""

    values: Row = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    before: Row | None = None
    row: Row = field(default_factory=dict)
    pending: list[tuple[Field, Field, SObject, Any]] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.errors

    def refuse(self, code: str, message: str, *names: str) -> None:
        self.errors.append(RowError(code, message, names))


def read(
    catalogue: Catalogue, sobject: SObject, record: Mapping[str, Any], verb: Verb, *, from_text: bool = False
) -> Draft:
    """A draft of one record; a field that doesn't exist stops the reading of it, other faults are all collected.

    Values `from_text` come out of CSV: one of the wrong type is called that, not a parser's error.
    """
    draft = Draft()
    denied: list[str] = []
    for name, value in record.items():
        lower = name.lower()
        if lower == "attributes" or (lower == "id" and verb == "update"):
            continue
        known = sobject.by_lower_name.get(lower)
        if known is None:
            _read_relationship(catalogue, sobject, name, value, draft)
            if not draft.good:
                return draft
        elif lower == "id":
            draft.refuse("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id")
        elif not (known.createable if verb == "create" else known.updateable):
            denied.append(known.name)
        else:
            try:
                draft.values[known.name] = values.read(known, value)
            except values.BadValue as bad:
                draft.errors.append(_wrong_type(known, value) if from_text and not bad.error.fields else bad.error)
    if denied:
        draft.errors.insert(
            0, RowError("INVALID_FIELD_FOR_INSERT_UPDATE", _NO_ACCESS.format(", ".join(denied)), tuple(denied))
        )
    return draft


def _wrong_type(field: Field, value: Any) -> RowError:
    message = f"{field.label}: value not of required type: {value}"
    return RowError("INVALID_TYPE_ON_FIELD_IN_RECORD", message, (field.name,))


def resolve_pending(db: sqlite3.Connection, drafts: Sequence[Draft]) -> None:
    """Look up the parents that were named by external id, `{"Account": {"Ext__c": "x"}}`."""
    for draft in drafts:
        for lookup, key, target, value in draft.pending:
            found = rows.where_in(db, target, key.name, [value], live=True)
            if len(found) == 1:
                draft.values[lookup.name] = found[0]["Id"]
            elif found:
                draft.refuse(
                    "DUPLICATE_EXTERNAL_ID",
                    "A user-specified external ID matches more than one record during an upsert.",
                )
            else:
                draft.refuse(
                    "INVALID_FIELD",
                    f"Foreign key external ID: {value} not found for field {key.name} in entity {target.name}",
                )


def check_required(sobject: SObject, draft: Draft, verb: Verb) -> None:
    """Required fields are given on create and not cleared later; a null for one with a default gives the default."""
    missing = []
    for each in sobject.fields:
        if each.nillable or not each.createable or each.type == "boolean":
            continue
        if verb == "create" and each.defaulted:
            if each.name in draft.values and draft.values[each.name] is None:
                del draft.values[each.name]
        elif (verb == "create" or each.name in draft.values) and draft.values.get(each.name) is None:
            missing.append(each.name)
    if missing:
        draft.refuse("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", *missing)


def _read_relationship(catalogue: Catalogue, sobject: SObject, name: str, value: Any, draft: Draft) -> None:
    lookup = sobject.by_relationship.get(name.lower())
    target = catalogue.get(lookup.refers_to[0]) if lookup else None
    if lookup is None or target is None:
        draft.refuse("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        return
    if not isinstance(value, Mapping):
        draft.refuse("INVALID_FIELD", f"The value provided for foreign key reference {name} is not a nested SObject")
        return
    for key_name, key_value in value.items():
        if key_name.lower() == "attributes":
            continue
        key = target.field(key_name)
        if key is None or not (key.external_id or key.id_lookup):
            draft.refuse("INVALID_FIELD", f"No such column '{key_name}' on sobject of type {target.name}")
        elif key_value is None:
            draft.values[lookup.name] = None
        else:
            try:
                draft.pending.append((lookup, key, target, values.read(key, key_value)))
            except values.BadValue as bad:
                draft.errors.append(bad.error)
