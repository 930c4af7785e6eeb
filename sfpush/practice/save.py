"""Saving many rows of one sObject: create, update, upsert. Every row gets its own verdict; good ones are written together.

Call these inside `PracticeOrg.writing()`; whether some rows' failure takes the others along (allOrNone) is the caller's to decide.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sfpush.practice import derived, duplicates, ids, incoming, integrity, rows, validation
from sfpush.practice.fields import Field, SObject
from sfpush.practice.incoming import Draft, Verb
from sfpush.practice.org import PracticeOrg
from sfpush.practice.refusals import RowError, Saved, malformed_id
from sfpush.practice.rows import Row

_AUDIT = ("LastModifiedDate", "LastModifiedById", "SystemModstamp")
_NO_RIGHT = RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")


@dataclass(frozen=True, slots=True)
class Manner:
    """How to save: `allow_duplicates` passes alerting duplicate rules, `may_create` False makes an upsert an update."""

    allow_duplicates: bool = False
    may_create: bool = True


PLAIN = Manner()


def create(
    org: PracticeOrg, sobject: SObject, records: Sequence[Mapping[str, Any]], manner: Manner = PLAIN
) -> list[Saved]:
    """Create rows; each record is a mapping of API names to JSON values."""
    if not sobject.createable:
        return [_no_right_to("create", sobject) for _ in records]
    drafts = [incoming.read(org.catalogue, sobject, record, "create") for record in records]
    return _save(org, sobject, drafts, "create", manner)


def update(
    org: PracticeOrg, sobject: SObject, records: Sequence[Mapping[str, Any]], manner: Manner = PLAIN
) -> list[Saved]:
    """Change rows; each record names its row by `Id` (15 or 18 characters)."""
    if not sobject.updateable:
        return [_no_right_to("update", sobject) for _ in records]
    drafts = [incoming.read(org.catalogue, sobject, record, "update") for record in records]
    with org.reading() as db:
        _find_rows(db, sobject, records, drafts)
    return _save(org, sobject, drafts, "update", manner)


def upsert(
    org: PracticeOrg, sobject: SObject, key: Field, records: Sequence[Mapping[str, Any]], manner: Manner = PLAIN
) -> list[Saved]:
    """Create or change rows by the value of `key`, an external id or Id; two records with one value are both refused."""
    given = [_value_of(record, key) for record in records]
    folded = [None if value is None else str(value).strip().lower() for value in given]
    with org.reading() as db:
        matches = _matches(db, sobject, key, given)
    verdicts: list[Saved | None] = []
    to_create: list[int] = []
    to_update: list[tuple[int, str]] = []
    for index, value in enumerate(folded):
        found = matches.get(value or "", [])
        verdict = None
        if value is None and key.name != "Id":
            verdict = _refused("MISSING_ARGUMENT", f"{key.name} not specified")
        elif value is not None and folded.count(value) > 1:
            verdict = _refused("DUPLICATE_VALUE", f"Duplicate external id specified: {given[index]}", key.name)
        elif len(found) > 1:
            verdict = _refused(
                "DUPLICATE_EXTERNAL_ID", "A user-specified external ID matches more than one record during an upsert."
            )
        elif found:
            to_update.append((index, found[0]))
        elif not manner.may_create or (key.name == "Id" and value is not None):
            verdict = _refused(
                "NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + str(given[index])
            )
        else:
            to_create.append(index)
        verdicts.append(verdict)
    without_key = lambda record: {name: value for name, value in record.items() if name.lower() != key.name.lower()}
    changed = [{**without_key(records[index]), "Id": record_id} for index, record_id in to_update]
    fresh = [without_key(records[index]) if key.name == "Id" else records[index] for index in to_create]
    for (index, _), saved in zip(to_update, update(org, sobject, changed, manner), strict=True):
        verdicts[index] = saved
    for index, saved in zip(to_create, create(org, sobject, fresh, manner), strict=True):
        verdicts[index] = saved
    return [verdict for verdict in verdicts if verdict is not None]


def _save(org: PracticeOrg, sobject: SObject, drafts: list[Draft], verb: Verb, manner: Manner) -> list[Saved]:
    with org.writing() as db:
        _check(org, db, sobject, drafts, verb, manner)
        good = [draft for draft in drafts if draft.good]
        while good:
            db.execute("SAVEPOINT batch")
            made = _write(org, db, sobject, good, verb)
            validation.check(org, db, sobject, good)
            again = [draft for draft in good if draft.good]
            if len(again) == len(good):
                db.execute("RELEASE batch")
                for draft, record_id in zip(good, made, strict=True):
                    draft.row["Id"] = record_id
                break
            db.execute("ROLLBACK TO batch")
            db.execute("RELEASE batch")
            for draft in again if verb == "create" else ():
                del draft.row["Id"]
            good = again
    return [
        Saved(str(draft.row["Id"]), created=verb == "create")
        if draft.good
        else Saved(None if draft.before is None else str(draft.before["Id"]), tuple(draft.errors))
        for draft in drafts
    ]


def _check(
    org: PracticeOrg, db: sqlite3.Connection, sobject: SObject, drafts: Sequence[Draft], verb: Verb, manner: Manner
) -> None:
    whole = org.catalogue.whole(sobject.name)
    integrity.check_own_rules(
        db, whole, [each for each in drafts if each.good], may_edit_converted=org.rules.user.edit_converted_leads
    )
    good = [draft for draft in drafts if draft.good]
    incoming.resolve_pending(db, good)
    for draft in good:
        incoming.check_required(whole, draft, verb)
    integrity.check_lookups(db, org.catalogue, whole, [each for each in drafts if each.good])
    integrity.check_unique(db, whole, drafts)
    good = [draft for draft in drafts if draft.good]
    _complete(org, db, whole, good)
    duplicate_rules = org.rules.duplicate_rules
    action = getattr(duplicate_rules, sobject.name, "off")
    if verb == "create" or duplicate_rules.on_update:
        duplicates.check(db, org.catalogue, sobject, good, action=action, allow_save=manner.allow_duplicates)


def _complete(org: PracticeOrg, db: sqlite3.Connection, sobject: SObject, drafts: Sequence[Draft]) -> None:
    """Make whole rows of the drafts: what was before or the defaults, what is set, what follows from it."""
    fresh = rows.defaults(sobject)
    now, user_id = org.now(), org.identity.user_id
    for draft in drafts:
        draft.row = {**(draft.before or fresh), **draft.values}
        draft.row.update(LastModifiedDate=now, LastModifiedById=user_id, SystemModstamp=now)
        if sobject.has("OwnerId") and draft.row["OwnerId"] is None:
            draft.row["OwnerId"] = user_id
    derived.fill(
        db, org.catalogue, sobject, [draft.row for draft in drafts], [frozenset(draft.values) for draft in drafts]
    )


def _write(
    org: PracticeOrg, db: sqlite3.Connection, sobject: SObject, drafts: Sequence[Draft], verb: Verb
) -> list[str]:
    whole = org.catalogue.whole(sobject.name)
    batch = [draft.row for draft in drafts]
    if verb == "create":
        return rows.insert(db, whole, batch, pod=org.identity.pod, user_id=org.identity.user_id, now=org.now())
    changed = {
        name for draft in drafts for name, value in draft.row.items() if draft.before and draft.before[name] != value
    }
    rows.update(db, whole, batch, sorted(changed.union(_AUDIT)))
    if sobject.name == "Account" and "key_name" in changed:
        _rename_company(db, batch)
    return [str(row["Id"]) for row in batch]


def _rename_company(db: sqlite3.Connection, accounts: Sequence[Row]) -> None:
    db.executemany(
        'UPDATE "Contact" SET key_company = ? WHERE AccountId = ?',
        [(each["key_name"], each["Id"]) for each in accounts],
    )


def _find_rows(
    db: sqlite3.Connection, sobject: SObject, records: Sequence[Mapping[str, Any]], drafts: Sequence[Draft]
) -> None:
    wanted: list[str | None] = []
    for record, draft in zip(records, drafts, strict=True):
        given = next((value for name, value in record.items() if name.lower() == "id"), None)
        whole = ids.canonical(given) if isinstance(given, str) else None
        if given is None:
            draft.refuse("MISSING_ARGUMENT", "Id not specified in an update call")
        elif whole is None:
            draft.errors.insert(0, malformed_id(str(given)))
        wanted.append(whole)
    found = rows.by_id(db, sobject, [each for each in wanted if each is not None])
    for whole, draft in zip(wanted, drafts, strict=True):
        if whole is None:
            continue
        row = found.get(whole)
        if row is None:
            draft.errors[:0] = [RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")]
        elif row["IsDeleted"]:
            draft.errors[:0] = [RowError("ENTITY_IS_DELETED", "entity is deleted")]
            draft.before = row
        elif wanted.count(whole) > 1:
            draft.errors[:0] = [RowError("DUPLICATE_VALUE", f"Duplicate id specified: {whole}", ("Id",))]
            draft.before = row
        else:
            draft.before = row


def _matches(db: sqlite3.Connection, sobject: SObject, key: Field, given: Sequence[Any]) -> dict[str, list[str]]:
    wanted: list[Any] = [value for value in given if value is not None]
    if key.name == "Id":
        wanted = [ids.canonical(str(value)) for value in wanted]
    found: dict[str, list[str]] = {}
    for row in rows.where_in(db, sobject, key.name, [str(value).strip() for value in wanted], live=True):
        record_id = str(row["Id"])
        value = str(row[key.name]).lower()
        found.setdefault(value, []).append(record_id)
        if key.name == "Id":
            found.setdefault(value[:15], []).append(record_id)
    return found


def _value_of(record: Mapping[str, Any], key: Field) -> Any:
    return next((value for name, value in record.items() if name.lower() == key.name.lower() and value != ""), None)


def _refused(code: str, message: str, *names: str) -> Saved:
    return Saved(None, (RowError(code, message, names),))


def _no_right_to(verb: str, sobject: SObject) -> Saved:
    return _refused(
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" if False else "INSUFFICIENT_ACCESS_OR_READONLY",
        f"insufficient access rights: {verb} {sobject.name}",
    )
