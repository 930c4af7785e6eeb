"""Which rows of the org are the creates whose answer never came (B3). Pure: compares what was sent and what is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sfpush.describe import Describe, FieldDescribe
from sfpush.model import SalesforceId
from sfpush.planning.fitting import is_blank, same

_TELLING: Mapping[str, tuple[str, ...]] = {
    "Contact": ("Email", "LastName"),
    "Lead": ("Email", "LastName"),
    "Account": ("Name",),
    "Opportunity": ("Name",),
    "Task": ("Subject", "WhoId", "WhatId"),
    "Event": ("Subject", "WhoId", "WhatId"),
    "Note": ("Title",),
    "CampaignMember": ("ContactId", "LeadId"),
    "OpportunityContactRole": ("ContactId",),
    "EventRelation": ("RelationId",),
}
"""By what a row of an sObject can be searched for, the most telling field first."""

_BESIDES: Mapping[str, tuple[str, ...]] = {
    "LastName": ("FirstName",),
    "ContactId": ("CampaignId", "OpportunityId"),
    "LeadId": ("CampaignId",),
    "Subject": ("WhoId", "WhatId"),
    "Title": ("ParentId",),
    "RelationId": ("EventId",),
}
"""What must agree beside a telling field before a row is even a candidate."""

_NAMED_BY_THE_ORG = frozenset({"Opportunity", "Task", "Event", "Note"})
_SHARED_TYPES = frozenset({"reference", "picklist", "multipicklist", "boolean"})
_MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row of the org, created by us since the batch was sent and linked to no record."""

    id: SalesforceId
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """The org has the row just as it was sent."""

    id: SalesforceId


@dataclass(frozen=True, slots=True)
class Partly:
    """The org has rows that agree in what tells a record, and differ in something that was sent."""

    candidates: tuple[SalesforceId, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """The org shows nothing like it."""


Verdict = Found | Partly | Missing


def telling_field(sobject: str, sent: Mapping[str, Any]) -> str | None:
    """The field by which a sent row is searched for; None: nothing that was sent tells it from others."""
    return next((name for name in _TELLING.get(sobject, ("Name",)) if sent.get(name) not in (None, "")), None)


def verdicts(sent: Sequence[Mapping[str, Any]], seen: Sequence[SeenRow], describe: Describe) -> tuple[Verdict, ...]:
    """One verdict for each sent row, in order. No row of the org is given to two of them.

    Exact agreement is settled first, then agreement but for case and blanks, so that a row that agrees in part with one
    is not taken from another. What is left agrees in part if it agrees in what tells such rows apart; of deals and
    activities also if it agrees in half of what is a row's own: nothing else would keep them from being made twice, and
    orgs like to give them names by a scheme.
    """
    left = {row.id: row for row in seen}
    found: dict[int, Verdict] = {}
    for alike in (same, _alike):
        for place, values in enumerate(sent):
            if place in found:
                continue
            whole = next((row.id for row in left.values() if _agrees(values, row, values, describe, alike)), None)
            if whole is not None:
                found[place] = Found(whole)
                del left[whole]
    for place, values in enumerate(sent):
        if place not in found:
            candidates = _candidates(values, left.values(), describe)
            found[place] = Partly(candidates) if candidates else Missing()
    return tuple(found[place] for place in range(len(sent)))


def _candidates(sent: Mapping[str, Any], rows: Iterable[SeenRow], describe: Describe) -> tuple[SalesforceId, ...]:
    """The rows that may be this one after all, those that agree in most things first."""
    field = telling_field(describe.sobject, sent)
    told = () if field is None else (field, *_BESIDES.get(field, ()))
    own = [name for name, value in sent.items() if not is_blank(value) and _is_own(describe.field(name))]
    enough = len(own) / 2 if describe.sobject in _NAMED_BY_THE_ORG else len(own) + 1
    found = []
    for row in rows:
        agreeing = sum(_alike(describe.field(name), row.fields.get(name), sent[name]) for name in own)
        if (told and _agrees(sent, row, told, describe, _alike)) or (agreeing and agreeing >= enough):
            found.append((-agreeing, row.id))
    return tuple(sf_id for _, sf_id in sorted(found)[:_MOST_CANDIDATES])


def _is_own(field: FieldDescribe | None) -> bool:
    """Whether values of this field are a row's own, and not one of a few that many rows share."""
    return field is None or field.type not in _SHARED_TYPES


def _alike(field: FieldDescribe | None, one: Any, other: Any) -> bool:
    """Whether two values are the same but for case and blanks, which automation of an org likes to put right."""
    if same(field, one, other):
        return True
    texts = isinstance(one, str) and isinstance(other, str) and _is_own(field)
    return texts and one.casefold().split() == other.casefold().split()


def agrees(sent: Mapping[str, Any], row: SeenRow, describe: Describe) -> bool:
    """Whether the org's row holds every value that was sent."""
    return _agrees(sent, row, sent, describe, same)


def _agrees(
    sent: Mapping[str, Any],
    row: SeenRow,
    names: Iterable[str],
    describe: Describe,
    alike: Callable[[FieldDescribe | None, Any, Any], bool],
) -> bool:
    return all(alike(describe.field(name), row.fields.get(name), sent.get(name)) for name in names)
