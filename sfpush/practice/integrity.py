"""What rows must respect about other rows: lookups that exist, unique values, and the rules of single sObjects."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from sfpush.practice import rows
from sfpush.practice.catalogue import Catalogue
from sfpush.practice.fields import SObject
from sfpush.practice.incoming import Draft
from sfpush.practice.rows import Row


def check_lookups(db: sqlite3.Connection, catalogue: Catalogue, sobject: SObject, drafts: Sequence[Draft]) -> None:
    """Every id a draft sets must be of the right sObject and of a row that is there."""
    lookups = [each for each in sobject.fields if each.refers_to]
    wanted: dict[str, set[str]] = {}
    for draft in drafts:
        for lookup in lookups:
            value = draft.values.get(lookup.name)
            if value is not None:
                wanted.setdefault(str(value)[:3], set()).add(str(value))
    found: dict[str, Row] = {}
    for prefix, record_ids in wanted.items():
        target = catalogue.of_id(prefix)
        if target is not None:
            found.update(rows.by_id(db, target, record_ids))
    for draft in drafts:
        for lookup in lookups:
            value = draft.values.get(lookup.name)
            if value is None:
                continue
            target = catalogue.of_id(str(value))
            if target is None or target.name not in lookup.refers_to:
                draft.refuse(
                    "FIELD_INTEGRITY_EXCEPTION", f"{lookup.label}: id value of incorrect type: {value}", lookup.name
                )
            else:
                _check_target(draft, sobject, lookup.name, str(value), found.get(str(value)))


def _check_target(draft: Draft, sobject: SObject, name: str, record_id: str, target: Row | None) -> None:
    if target is None:
        draft.refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    elif target["IsDeleted"]:
        draft.refuse("ENTITY_IS_DELETED", "entity is deleted")
    elif name in ("WhoId", "LeadId", "RelationId") and target.get("IsConverted"):
        draft.refuse("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    elif name == "OwnerId" and not target.get("IsActive", 1):
        draft.refuse(
            "INACTIVE_OWNER_OR_USER",
            f"operation performed with inactive user [{record_id[:15]}] as owner of {sobject.label.lower()}",
        )


def check_unique(db: sqlite3.Connection, sobject: SObject, drafts: Sequence[Draft]) -> None:
    """Unique fields: against the org's rows and, other than duplicate rules, among the rows of one batch too."""
    for each in sobject.fields:
        if not each.unique:
            continue
        setting = [draft for draft in drafts if draft.good and draft.values.get(each.name) is not None]
        taken: dict[str, str] = {}
        for row in rows.where_in(db, sobject, each.name, [draft.values[each.name] for draft in setting], live=True):
            taken[_key(row[each.name], each.case_sensitive)] = str(row["Id"])
        in_batch: set[str] = set()
        for draft in setting:
            key = _key(draft.values[each.name], each.case_sensitive)
            other = taken.get(key)
            own = draft.before is not None and draft.before["Id"] == other
            if key in in_batch:
                draft.refuse(
                    "DUPLICATE_VALUE",
                    f"duplicate value found: {each.name} duplicates value on another record of this request",
                    each.name,
                )
            elif other is not None and not own:
                draft.refuse(
                    "DUPLICATE_VALUE",
                    f"duplicate value found: {each.name} duplicates value on record with id: {other[:15]}",
                    each.name,
                )
            in_batch.add(key)


def _key(value: object, case_sensitive: bool) -> str:
    return str(value) if case_sensitive else str(value).lower()


def accounts_touched(sobject: SObject, draft: Draft) -> list[str]:
    """The accounts that saving this draft locks: itself, or the ones it belongs to before and after."""
    if sobject.name == "Account":
        return [str(draft.before["Id"])] if draft.before is not None else []
    before = draft.before["AccountId"] if draft.before is not None and "AccountId" in draft.before else None
    return [str(each) for each in dict.fromkeys((before, draft.values.get("AccountId"))) if each]


def check_own_rules(
    db: sqlite3.Connection, sobject: SObject, drafts: Sequence[Draft], *, may_edit_converted: bool
) -> None:
    """What single sObjects ask beyond their fields."""
    for draft in drafts:
        if draft.before is not None and draft.before.get("IsConverted") and not may_edit_converted:
            draft.refuse("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    check = _OWN_RULES.get(sobject.name)
    if check is not None:
        check(db, sobject, [draft for draft in drafts if draft.good])


def _after(draft: Draft, name: str) -> object:
    if name in draft.values:
        return draft.values[name]
    return draft.before[name] if draft.before is not None else None


def _activity(_db: sqlite3.Connection, _sobject: SObject, drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        if str(_after(draft, "WhoId") or "").startswith("00Q") and _after(draft, "WhatId") is not None:
            draft.refuse(
                "FIELD_INTEGRITY_EXCEPTION",
                "Related To ID: when the name is a lead, an activity can't be related to another record",
                "WhatId",
            )


def _event(db: sqlite3.Connection, sobject: SObject, drafts: Sequence[Draft]) -> None:
    _activity(db, sobject, drafts)
    for draft in drafts:
        starts = any(_after(draft, name) for name in ("StartDateTime", "ActivityDateTime", "ActivityDate"))
        lasts = _after(draft, "DurationInMinutes") is not None or _after(draft, "EndDateTime") is not None
        missing = ([] if starts else ["ActivityDateTime"]) + (
            [] if lasts or _after(draft, "IsAllDayEvent") else ["DurationInMinutes"]
        )
        if missing:
            draft.refuse("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", *missing)
            continue
        begin, end = _after(draft, "StartDateTime") or _after(draft, "ActivityDateTime"), _after(draft, "EndDateTime")
        if begin and end and "EndDateTime" in draft.values and str(end) < str(begin):
            draft.refuse("FIELD_INTEGRITY_EXCEPTION", "Event End Date/Time can't be before its start", "EndDateTime")


def _campaign_member(db: sqlite3.Connection, sobject: SObject, drafts: Sequence[Draft]) -> None:
    seen: set[tuple[str, str]] = set()
    for draft in drafts:
        if draft.before is not None:
            continue
        people = [str(draft.values[name]) for name in ("LeadId", "ContactId") if draft.values.get(name)]
        if len(people) != 1:
            draft.refuse(
                "FIELD_INTEGRITY_EXCEPTION", "A campaign member is either a lead or a contact", "LeadId", "ContactId"
            )
            continue
        column = "LeadId" if draft.values.get("LeadId") else "ContactId"
        pair = (str(draft.values["CampaignId"]), people[0])
        members = rows.where_in(db, sobject, column, people, live=True)
        if pair in seen or any(member["CampaignId"] == pair[0] for member in members):
            draft.refuse("DUPLICATE_VALUE", "Already a campaign member.")
        seen.add(pair)


_OWN_RULES: dict[str, Callable[[sqlite3.Connection, SObject, Sequence[Draft]], None]] = {
    "Task": _activity,
    "Event": _event,
    "CampaignMember": _campaign_member,
}
