"""From a plan's writing changes to parcels of at most 200, and from a parcel to the batch that is sent.

A parcel is what may travel in one request, with lookups still named by record key. It becomes a batch only when it
is about to leave, once the records it needs have been written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sfpush.model import Batch, Create, Delete, Row, SalesforceId, Update, Verb

COLLECTION_SIZE = 200
"""Salesforce's limit of rows in one sObject Collections request."""

_STAGES: Mapping[str, int] = {
    "Account": 0,
    "Contact": 1,
    "Lead": 1,
    "CampaignMember": 2,
    "Opportunity": 3,
    "OpportunityContactRole": 4,
    "EventRelation": 6,
}
_ACTIVITY_STAGE = 5

GUEST = "EventRelation"
"""A meeting's participants beyond the first: rows of the org, and no record of their own."""

Writing = Create | Update | Delete
"""Changes that send something to the org."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A change with the account (Id or record key) whose lock writing it takes; None: it takes none."""

    change: Writing
    near: str | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """Changes of one sObject and verb that may travel in one request.

    `stage` orders parcels: one of a later stage leaves only when every earlier one has been answered. `attempt`
    counts how often its rows have been sent before in this run.
    """

    stage: int
    sobject: str
    verb: Verb
    placed: tuple[Placed, ...]
    external_id_field: str | None = None
    attempt: int = 0

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts that writing these rows locks."""
        return frozenset(placed.near for placed in self.placed if placed.near is not None)


def makes_link(sobject: str) -> bool:
    """Whether writing a row of this sObject ties its record to it; a campaign membership does not."""
    return sobject != "CampaignMember"


def stage_of(action: str, sobject: str) -> int:
    """When it is the turn of such changes: first deletes, children before parents; then accounts, people, the rest."""
    stage = _STAGES.get(sobject, _ACTIVITY_STAGE)
    return -1 - stage if action == Delete.action else stage


def parcels(
    stream: Iterable[Placed], external_ids: Mapping[str, str], *, size: int = COLLECTION_SIZE
) -> Iterator[Parcel]:
    """Cut a stream of writing changes, ordered as the plan stores batches, into parcels of at most `size`.

    A create that carries the sObject's configured external id (`external_ids`: field by sObject) becomes an upsert
    by it (B3). The rows of one account stay in one parcel where they fit, so that parcels don't fight for its lock.
    Only one parcel a verb and sObject is held at a time.
    """
    open_parcels: dict[tuple[str, Verb, str | None], list[Placed]] = {}
    stage = None
    for placed in stream:
        change = placed.change
        if stage != (stage := stage_of(change.action, change.sobject)):
            yield from _close(open_parcels)
        verb, external_id_field = _verb(change, external_ids.get(change.sobject))
        rows = open_parcels.setdefault((change.sobject, verb, external_id_field), [])
        if len(rows) == size:
            cut = _cut(rows, placed.near)
            yield Parcel(stage, change.sobject, verb, tuple(rows[:cut]), external_id_field)
            del rows[:cut]
        rows.append(placed)
    yield from _close(open_parcels)


def fill(
    parcel: Parcel, ids: Mapping[str, SalesforceId]
) -> tuple[tuple[Placed, ...], Batch, tuple[tuple[Writing, tuple[str, ...]], ...]]:
    """Make the batch of a parcel, given the Ids of the records it needs.

    Returns the changes that go, in the order of the batch's rows; the batch; and the changes that wait, each with
    the records that it waits for (C8). A delete waits for records that are still linked: its children, whose own
    deletes did not go through (S1).
    """
    going: list[Placed] = []
    rows: list[Row] = []
    waiting: list[tuple[Writing, tuple[str, ...]]] = []
    for placed in parcel.placed:
        change = placed.change
        missing = tuple(key for key in change.needs if (key in ids) is isinstance(change, Delete))
        if missing:
            waiting.append((change, missing))
            continue
        going.append(placed)
        rows.append(Row(change.record, _values(change, ids), change.salesforce_id))
    return tuple(going), Batch(parcel.sobject, parcel.verb, tuple(rows), parcel.external_id_field), tuple(waiting)


def split(parcel: Parcel, size: int) -> Iterator[Parcel]:
    """The same rows in parcels of at most `size`, one attempt further."""
    for start in range(0, len(parcel.placed), size):
        yield replace(parcel, placed=parcel.placed[start : start + size], attempt=parcel.attempt + 1)


def _values(change: Writing, ids: Mapping[str, SalesforceId]) -> dict[str, Any]:
    if isinstance(change, Delete):
        return {}
    return {
        one.field: ids.get(one.after, one.after) if one.after in change.needs else one.after for one in change.fields
    }


def _verb(change: Writing, external_id_field: str | None) -> tuple[Verb, str | None]:
    match change:
        case Create():
            carries = any(one.field == external_id_field and one.after is not None for one in change.fields)
            return (Verb.UPSERT, external_id_field) if carries else (Verb.CREATE, None)
        case Update():
            return Verb.UPDATE, None
        case Delete():
            return Verb.DELETE, None


def _cut(rows: Sequence[Placed], next_account: str | None) -> int:
    if next_account is None or rows[-1].near != next_account:
        return len(rows)
    start = len(rows)
    while start and rows[start - 1].near == next_account:
        start -= 1
    return start if start and start >= len(rows) // 2 else len(rows)


def _close(open_parcels: dict[tuple[str, Verb, str | None], list[Placed]]) -> Iterator[Parcel]:
    for (sobject, verb, external_id_field), rows in open_parcels.items():
        if rows:
            yield Parcel(stage_of(rows[0].change.action, sobject), sobject, verb, tuple(rows), external_id_field)
    open_parcels.clear()
