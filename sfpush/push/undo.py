"""Taking a run back: what is to be done about each row that it wrote (B4). Pure: it compares journal and org."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sfpush.describe import Describe
from sfpush.model import AnyChange, Block, Create, Delete, FieldChange, Rule, SalesforceId, Unchanged, Update
from sfpush.planning.fitting import same

AUTOMATION = timedelta(minutes=1)
"""How long after its creation flows and triggers of the org may still be at work on a row."""


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """What a run wrote to one row: `action` create, update or delete; `sent` its values, `before` the row's before.

    `written_since` holds what later runs of this home wrote to it. `certain` is False where no answer came, and a
    repeat was left to a later run.
    """

    record: str
    name: str
    sobject: str
    action: str
    id: SalesforceId
    sent: Mapping[str, Any]
    before: Mapping[str, Any] | None = None
    written_since: Mapping[str, Any] | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class RowNow:
    """The row as the org has it. `by_us`: the connected user changed it last; `age` from its creation to then."""

    fields: Mapping[str, Any]
    by_us: bool = True
    age: timedelta = timedelta()
    converted: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """A row that hangs on another and would go or be orphaned with it.

    `moving` is the record by whose own undo it goes back under another parent, if it does.
    """

    sobject: str
    id: SalesforceId
    moving: str | None = None


def undo(
    row: WrittenRow,
    now: RowNow | None,
    describe: Describe,
    *,
    children: Sequence[Child] = (),
    pushed: Mapping[str, Any] | None = None,
    made_again: Mapping[str, str] | None = None,
) -> AnyChange:
    """What takes this row back; a Block where someone else's work would be lost.

    `now` is None when the org has no such row any more. `children` are rows from elsewhere that hang on it. `pushed`
    is what the link remembers. `made_again` says which record each deleted row's Id stood for, so that a row that is
    made again can refer to parents that are made again with it.
    """
    if row.action == "delete":
        return _make_again(row, made_again or {})
    if now is None:
        return _done(row, "It is not in Salesforce any more.")
    if now.converted:
        return _left(row, Rule.CHANGED_SINCE, "The lead was converted; a conversion can't be taken back.")
    if row.action == "create":
        return _take_away(row, now, describe, children)
    return _restore(row, now, describe, pushed or {})


def _take_away(row: WrittenRow, now: RowNow, describe: Describe, children: Sequence[Child]) -> AnyChange:
    ours = {**row.sent, **(row.written_since or {})}
    changed = _differing(ours, now, describe)
    if changed:
        return _left(row, Rule.CHANGED_SINCE, f"Changed since: {', '.join(changed)}.")
    if not now.by_us or (row.written_since is None and now.age > AUTOMATION):
        return _left(row, Rule.CHANGED_SINCE, "Someone has worked on it since.")
    staying = [child for child in children if child.moving is None]
    if staying:
        kinds = ", ".join(sorted({child.sobject for child in staying}))
        many = "1 row" if len(staying) == 1 else f"{len(staying)} rows"
        reason = f"It would take {many} from elsewhere along ({kinds})."
        return _left(row, Rule.HAS_CHILDREN, reason, tuple(child.id for child in staying[:5]))
    return Delete(
        record=row.record,
        name=row.name,
        sobject=row.sobject,
        rule=Rule.UNDO,
        reason="The run made it; it is deleted again.",
        salesforce_id=row.id,
        needs=tuple(dict.fromkeys(child.moving for child in children if child.moving is not None)),
        fields=tuple(FieldChange(name, value, None) for name, value in ours.items()),
    )


def _restore(row: WrittenRow, now: RowNow, describe: Describe, pushed: Mapping[str, Any]) -> AnyChange:
    if row.before is None:
        return _left(row, Rule.CHANGED_SINCE, "It was in Salesforce already; what it held before is not known.")
    before = row.before
    if not row.certain and not _differing(before, now, describe):
        return _done(row, "It was not changed after all.")
    changed = _differing(row.sent, now, describe)
    if changed:
        return _left(row, Rule.CHANGED_SINCE, f"Changed since: {', '.join(changed)}.")
    return Update(
        record=row.record,
        name=row.name,
        sobject=row.sobject,
        rule=Rule.UNDO,
        reason="What it held before the run is put back.",
        salesforce_id=row.id,
        fields=tuple(FieldChange(name, now.fields.get(name), before.get(name)) for name in row.sent),
        pushed={name: value for name, value in pushed.items() if name not in row.sent},
    )


def _make_again(row: WrittenRow, made_again: Mapping[str, str]) -> AnyChange:
    if not row.before:
        return _left(row, Rule.LINKED_DELETED, "It was deleted; Salesforce's API can't bring it back.")
    parents = {name: made_again[value] for name, value in row.before.items() if value in made_again}
    return Create(
        record=row.record,
        name=row.name,
        sobject=row.sobject,
        rule=Rule.UNDO,
        reason="The undo had deleted it; it is made again, under a new Id.",
        needs=tuple(dict.fromkeys(parents.values())),
        fields=tuple(FieldChange(name, None, parents.get(name, value)) for name, value in row.before.items()),
        pushed=dict(row.before),
    )


def _differing(values: Mapping[str, Any], now: RowNow, describe: Describe) -> list[str]:
    return [name for name, value in values.items() if not same(describe.field(name), now.fields.get(name), value)]


def _done(row: WrittenRow, reason: str) -> Unchanged:
    return Unchanged(
        record=row.record,
        name=row.name,
        sobject=row.sobject,
        rule=Rule.UNCHANGED,
        reason=reason,
        salesforce_id=row.id,
    )


def _left(row: WrittenRow, rule: Rule, reason: str, candidates: tuple[SalesforceId, ...] = ()) -> Block:
    return Block(
        record=row.record,
        name=row.name,
        sobject=row.sobject,
        rule=rule,
        reason=reason,
        salesforce_id=row.id,
        candidates=candidates,
    )
