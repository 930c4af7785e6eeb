"""Which rows of the org are the creates whose answer never came (B3). Pure: compares what was sent and what is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sfpush.describe import Describe
from sfpush.model import SalesforceId
from sfpush.planning.fitting import same

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

    Exact agreement is settled first, so that a row that agrees in part with one is not taken from another.
    """
    left = {row.id: row for row in seen}
    found: dict[int, Verdict] = {}
    for place, values in enumerate(sent):
        whole = next((row.id for row in left.values() if agrees(values, row, describe)), None)
        if whole is not None:
            found[place] = Found(whole)
            del left[whole]
    for place, values in enumerate(sent):
        if place not in found:
            field = telling_field(describe.sobject, values)
            told = () if field is None else (field, *_BESIDES.get(field, ()))
            candidates = tuple(row.id for row in left.values() if told and _agrees(values, row, told, describe))
            found[place] = Partly(candidates) if candidates else Missing()
    return tuple(found[place] for place in range(len(sent)))


def agrees(sent: Mapping[str, Any], row: SeenRow, describe: Describe) -> bool:
    """Whether the org's row holds every value that was sent."""
    return _agrees(sent, row, sent, describe)


def _agrees(
    sent: Mapping[str, Any], row: SeenRow, names: Sequence[str] | Mapping[str, Any], describe: Describe
) -> bool:
    return all(same(describe.field(name), row.fields.get(name), sent.get(name)) for name in names)
