"""From a plan's writing changes to parcels, and from a parcel to the batch that is sent.

A parcel is what may travel in one request, with lookups still named by record key. It becomes a batch only when it
is about to leave, once the records it needs have been written.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sfpush.model import WRITING_ACTIONS, Batch, Create, Delete, Row, Rule, SalesforceId, Update, Verb
from sfpush.settings.schema import Settings

COLLECTION_SIZE = 200
"""Salesforce's limit of rows in one sObject Collections request."""

_CALLS_A_JOB = 12
"""Create, upload, close, about seven looks at how it stands, two files of results."""

JOB_SIZE = 10_000
"""Rows in one Bulk job: what Salesforce takes at a time of a larger one, and what fits in memory with ease."""

JOB_TEXT = 16_000_000
"""Characters in the values of one Bulk job: likewise, and below Salesforce's limit however they are encoded."""

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
_LAST_STAGE = 20

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
    counts how often its rows have been sent before in this run. `in_bulk`: it travels as a Bulk job.
    """

    stage: int
    sobject: str
    verb: Verb
    placed: tuple[Placed, ...]
    external_id_field: str | None = None
    attempt: int = 0
    in_bulk: bool = False

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts that writing these rows locks."""
        return frozenset(placed.near for placed in self.placed if placed.near is not None)


def makes_link(sobject: str) -> bool:
    """Whether writing a row of this sObject ties its record to it; a campaign membership does not."""
    return sobject != "CampaignMember"


def stage_of(action: str, sobject: str, *, undoing: bool = False) -> int:
    """When it is the turn of such changes: first deletes, children before parents; then accounts, people, the rest.

    An undo deletes last: what the run put under an Account that it made has to be back in its place before (B4).
    """
    stage = _STAGES.get(sobject, _ACTIVITY_STAGE)
    if action != Delete.action:
        return stage
    return _LAST_STAGE - stage if undoing else -1 - stage


def writes_of(planned: Mapping[tuple[str, str, str], int]) -> Mapping[tuple[str, str], int]:
    """The changes that send something to the org, of all those counted by action, sObject and rule: counted by action
    and sObject, in the order they go."""
    writes: dict[tuple[str, str], int] = {}
    undoing = any(rule == Rule.UNDO for _, _, rule in planned)
    for (action, sobject, rule), count in planned.items():
        if action in WRITING_ACTIONS and rule != Rule.DELETED_IN_SALESFORCE:
            writes[action, sobject] = writes.get((action, sobject), 0) + count
    return dict(sorted(writes.items(), key=lambda one: (stage_of(*one[0], undoing=undoing), one[0])))


def bulk_kinds(writes: Mapping[tuple[str, str], int], settings: Settings) -> frozenset[tuple[str, str]]:
    """Which of these writes, counted by action and sObject, travel as Bulk jobs: above `push.bulk_threshold` records.

    Never where a header decides how rows are saved: Bulk API 2.0 knows neither duplicate nor assignment rules' headers.
    """
    if settings.salesforce.duplicate_rules == "allow" or settings.salesforce.assignment_rules:
        return frozenset()
    return frozenset(kind for kind, count in writes.items() if count > settings.push.bulk_threshold)


def estimated_calls(writes: Mapping[tuple[str, str], int], settings: Settings) -> int:
    """About how many API calls these writes take (G5)."""
    in_bulk = bulk_kinds(writes, settings)
    return sum(
        math.ceil(count / JOB_SIZE) * _CALLS_A_JOB if kind in in_bulk else math.ceil(count / COLLECTION_SIZE)
        for kind, count in writes.items()
    )


def parcels(
    stream: Iterable[Placed],
    external_ids: Mapping[str, str],
    *,
    in_bulk: Collection[tuple[str, str]] = (),
    size: int = COLLECTION_SIZE,
) -> Iterator[Parcel]:
    """Cut a stream of writing changes, ordered as the plan stores batches, into parcels of at most `size`.

    A create that carries the sObject's configured external id (`external_ids`: field by sObject) becomes an upsert
    by it (B3). The rows of one account stay in one parcel where they fit, so that parcels don't fight for its lock.
    Actions and sObjects in `in_bulk` travel as Bulk jobs. Only one parcel a verb and sObject is held at a time.
    """
    open_parcels: dict[Parcel, list[Placed]] = {}
    texts: Counter[Parcel] = Counter()
    stage = None
    for placed in stream:
        change = placed.change
        if stage != (stage := stage_of(change.action, change.sobject, undoing=change.rule is Rule.UNDO)):
            yield from _close(open_parcels)
        verb, external_id_field = _verb(change, external_ids.get(change.sobject))
        bulk = (change.action, change.sobject) in in_bulk
        shape = Parcel(stage, change.sobject, verb, (), external_id_field, in_bulk=bulk)
        rows = open_parcels.setdefault(shape, [])
        text = _text_in(change) if bulk else 0
        if len(rows) == (JOB_SIZE if bulk else size) or (rows and texts[shape] + text > JOB_TEXT):
            cut = len(rows) if bulk else _cut(rows, placed.near)
            yield replace(shape, placed=tuple(rows[:cut]))
            del rows[:cut], texts[shape]
        rows.append(placed)
        texts[shape] += text
    yield from _close(open_parcels)


def _text_in(change: Writing) -> int:
    return sum(len(one.after) for one in change.fields if isinstance(one.after, str))


def fill(
    parcel: Parcel, ids: Mapping[str, SalesforceId]
) -> tuple[tuple[Placed, ...], Batch, tuple[tuple[Writing, tuple[str, ...]], ...]]:
    """Make the batch of a parcel, given the Ids of the records it needs.

    Returns the changes that go, in the order of the batch's rows; the batch; and the changes that wait, each with
    the records that it waits for (C8). A delete waits for its children, those with an Id still: their own deletes did
    not go through (S1), or they were not put back under another parent (B4).
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


def in_collections(parcel: Parcel) -> Iterator[Parcel]:
    """The rows of a Bulk parcel in parcels for Collections."""
    for start in range(0, len(parcel.placed), COLLECTION_SIZE):
        yield replace(parcel, placed=parcel.placed[start : start + COLLECTION_SIZE], in_bulk=False)


def split(parcel: Parcel, size: int) -> Iterator[Parcel]:
    """The same rows in parcels of at most `size`, one attempt further, and not in bulk."""
    for start in range(0, len(parcel.placed), size):
        some = parcel.placed[start : start + size]
        yield replace(parcel, placed=some, attempt=parcel.attempt + 1, in_bulk=False)


def _values(change: Writing, ids: Mapping[str, SalesforceId]) -> dict[str, Any]:
    if isinstance(change, Delete):
        return {}
    return {
        one.field: ids.get(one.after, one.after) if one.after in change.needs else one.after for one in change.fields
    }


def _verb(change: Writing, external_id_field: str | None) -> tuple[Verb, str | None]:
    match change:
        case Create():
            carried = (
                one.field for one in change.fields if _is(one.field, external_id_field) and one.after is not None
            )
            field = next(carried, None)
            return (Verb.CREATE, None) if field is None else (Verb.UPSERT, field)
        case Update():
            return Verb.UPDATE, None
        case Delete():
            return Verb.DELETE, None


def _is(field: str, setting: str | None) -> bool:
    """Salesforce compares the names of fields without case, and so may the settings."""
    return setting is not None and field.lower() == setting.lower()


def _cut(rows: Sequence[Placed], next_account: str | None) -> int:
    if next_account is None or rows[-1].near != next_account:
        return len(rows)
    start = len(rows)
    while start and rows[start - 1].near == next_account:
        start -= 1
    return start if start and start >= len(rows) // 2 else len(rows)


def _close(open_parcels: dict[Parcel, list[Placed]]) -> Iterator[Parcel]:
    for shape, rows in open_parcels.items():
        if rows:
            yield replace(shape, placed=tuple(rows))
    open_parcels.clear()
