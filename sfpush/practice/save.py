"""Saving many rows of one sObject: create, update, upsert. Each row gets its verdict, good ones are written together.

Whether one row's failure takes the others along (allOrNone) is the caller's to decide.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sfpush.practice import derived, duplicates, ids, incoming, integrity, places, rows, validation
from sfpush.practice.fields import Field, SObject
from sfpush.practice.incoming import Draft, Verb
from sfpush.practice.org import PracticeOrg
from sfpush.practice.refusals import RowError, Saved, lock_refused, malformed_id
from sfpush.practice.rows import Row

_AUDIT = ("LastModifiedDate", "LastModifiedById", "SystemModstamp")


@dataclass(frozen=True, slots=True)
class Manner:
    """How to save: `allow_duplicates` passes alerting duplicate rules; every `locked_every`-th row is found locked.

    `from_text` is for values out of CSV, which are all texts.
    """

    allow_duplicates: bool = False
    locked_every: int = 0
    from_text: bool = False


PLAIN = Manner()


def create(
    org: PracticeOrg, sobject: SObject, records: Sequence[Mapping[str, Any]], manner: Manner = PLAIN
) -> list[Saved]:
    """Create rows; each record is a mapping of API names to JSON values."""
    if not sobject.createable:
        return [_no_right_to("create", sobject) for _ in records]
    drafts = [incoming.read(org.catalogue, sobject, record, "create", from_text=manner.from_text) for record in records]
    return _save(org, sobject, drafts, "create", manner)


def update(
    org: PracticeOrg, sobject: SObject, records: Sequence[Mapping[str, Any]], manner: Manner = PLAIN
) -> list[Saved]:
    """Change rows; each record names its row by `Id` (15 or 18 characters)."""
    if not sobject.updateable:
        return [_no_right_to("update", sobject) for _ in records]
    drafts = [incoming.read(org.catalogue, sobject, record, "update", from_text=manner.from_text) for record in records]
    with org.writing() as db:
        _find_rows(db, sobject, records, drafts)
        return _save(org, sobject, drafts, "update", manner)


def upsert(
    org: PracticeOrg, sobject: SObject, key: Field, records: Sequence[Mapping[str, Any]], manner: Manner = PLAIN
) -> list[Saved]:
    """Create or change rows by the value of `key`, an external id or Id; records that share a value are all refused."""
    with org.writing() as db:
        verdicts, to_create, to_update = _sort_out(db, sobject, key, records)
        changed = [{**_without(records[index], key), "Id": record_id} for index, record_id in to_update]
        fresh = [_without(records[index], key) if key.name == "Id" else records[index] for index in to_create]
        for (index, _), saved in zip(to_update, update(org, sobject, changed, manner), strict=True):
            verdicts[index] = saved
        for index, saved in zip(to_create, create(org, sobject, fresh, manner), strict=True):
            verdicts[index] = saved
    return [verdict for verdict in verdicts if verdict is not None]


def _sort_out(
    db: sqlite3.Connection, sobject: SObject, key: Field, records: Sequence[Mapping[str, Any]]
) -> tuple[list[Saved | None], list[int], list[tuple[int, str]]]:
    """Which records are refused (verdicts in place), which are to be created, which change the row they match."""
    given = [_value_of(record, key) for record in records]
    folded = [_folded(key, value) for value in given]
    uses = Counter(folded)
    matches = _matches(db, sobject, key, [value for value in folded if value is not None])
    verdicts: list[Saved | None] = [None] * len(records)
    to_create: list[int] = []
    to_update: list[tuple[int, str]] = []
    for index, value in enumerate(folded):
        found = matches.get(value, []) if value is not None else []
        if value is None and key.name != "Id":
            verdicts[index] = _refused("MISSING_ARGUMENT", f"{key.name} not specified")
        elif value is not None and uses[value] > 1:
            verdicts[index] = _refused("DUPLICATE_VALUE", f"Duplicate external id specified: {given[index]}", key.name)
        elif len(found) > 1:
            verdicts[index] = _refused(
                "DUPLICATE_EXTERNAL_ID",
                "A user-specified external ID matches more than one record during an upsert.",
            )
        elif found:
            to_update.append((index, found[0]))
        elif key.name == "Id" and value is not None:
            verdicts[index] = _refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        else:
            to_create.append(index)
    return verdicts, to_create, to_update


def _save(org: PracticeOrg, sobject: SObject, drafts: list[Draft], verb: Verb, manner: Manner) -> list[Saved]:
    with org.writing() as db:
        _check(org, db, sobject, drafts, verb, manner)
        good = [draft for draft in drafts if draft.good]
        while good:
            db.execute("SAVEPOINT batch")
            made = _write(org, db, sobject, good, verb)
            validation.check(db, org.rules, org.catalogue, sobject, good, org.clock())
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
    if org.rules.org.state_country_picklists:
        for draft in good:
            places.fit(whole, draft)
    for draft in good:
        incoming.check_required(whole, draft, verb)
    integrity.check_lookups(db, org.catalogue, whole, [each for each in drafts if each.good])
    integrity.check_unique(db, whole, drafts)
    _take_locks(org, whole, drafts, manner)
    good = [draft for draft in drafts if draft.good]
    _complete(org, db, whole, good)
    duplicate_rules = org.rules.duplicate_rules
    action = getattr(duplicate_rules, sobject.name, "off")
    if verb == "create" or duplicate_rules.on_update:
        duplicates.check(db, org.catalogue, sobject, good, action=action, allow_save=manner.allow_duplicates)


def _take_locks(org: PracticeOrg, sobject: SObject, drafts: Sequence[Draft], manner: Manner) -> None:
    for index, draft in enumerate(drafts):
        if not draft.good:
            continue
        accounts = integrity.accounts_touched(sobject, draft)
        busy = [account for account in accounts if not org.locks.take(account)]
        if manner.locked_every and index % manner.locked_every == 0:
            busy = accounts or [str(draft.before["Id"]) if draft.before else ""]
        if busy:
            draft.errors.append(lock_refused(busy[0]))


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
    uses = Counter(wanted)
    for whole, draft in zip(wanted, drafts, strict=True):
        if whole is None:
            continue
        row = found.get(whole)
        if row is None:
            draft.errors[:0] = [RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")]
        elif row["IsDeleted"]:
            draft.errors[:0] = [RowError("ENTITY_IS_DELETED", "entity is deleted")]
            draft.before = row
        elif uses[whole] > 1:
            draft.errors[:0] = [RowError("DUPLICATE_VALUE", f"Duplicate id specified: {whole}", ("Id",))]
            draft.before = row
        else:
            draft.before = row


def _matches(db: sqlite3.Connection, sobject: SObject, key: Field, wanted: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows.where_in(db, sobject, key.name, wanted, live=True):
        found.setdefault(_folded(key, row[key.name]) or "", []).append(str(row["Id"]))
    return found


def _folded(key: Field, value: Any) -> str | None:
    """An external id as it compares: an Id in its 18 characters, a text without outer blanks and case."""
    if value is None or not str(value).strip():
        return None
    text = str(value).strip()
    if key.name == "Id":
        return ids.canonical(text) or text
    return text if key.case_sensitive else text.lower()


def _without(record: Mapping[str, Any], key: Field) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name.lower() != key.name.lower()}


def _value_of(record: Mapping[str, Any], key: Field) -> Any:
    return next((value for name, value in record.items() if name.lower() == key.name.lower() and value != ""), None)


def _refused(code: str, message: str, *names: str) -> Saved:
    return Saved(None, (RowError(code, message, names),))


def _no_right_to(verb: str, sobject: SObject) -> Saved:
    return _refused("INSUFFICIENT_ACCESS_OR_READONLY", f"insufficient access rights: {verb} {sobject.name}")
