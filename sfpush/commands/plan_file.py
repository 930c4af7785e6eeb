"""The file that `plan --out` writes, read back a change at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import TypeAdapter

from sfpush.display.shapes import change_shape
from sfpush.errors import OutOfBounds, UsageError
from sfpush.model import CHANGE_BY_ACTION, AnyChange, FieldChange, Rule, SalesforceId
from sfpush.planning.gates import Gate
from sfpush.store.plans import PlanHead, changes

_HEAD_MEMBERS = ("plan_id", "created_at", "org", "mode", "gates", "summary", "api_calls", "warnings")

_DEEPEST = 5
_Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class _Org:
    id: str
    instance_url: str


@dataclass(frozen=True, slots=True)
class _Gate:
    gate: str
    message: str
    until: str | None


@dataclass(frozen=True, slots=True)
class _Calls:
    estimated: int
    remaining: int | None


@dataclass(frozen=True, slots=True)
class _Head:
    plan_id: str
    created_at: str
    org: _Org
    mode: str
    gates: list[_Gate]
    summary: dict[str, dict[str, int]]
    api_calls: _Calls
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class _Field:
    field: str
    before: _Value
    after: _Value


@dataclass(frozen=True, slots=True)
class _Change:
    record: str
    name: str
    action: str
    sobject: str
    salesforce_id: str | None
    rule: str
    reason: str
    needs: list[str]
    candidates: list[str]
    fields: list[_Field]


_HEADS, _CHANGES = TypeAdapter(_Head), TypeAdapter(_Change)
"""A file from somebody else may hold anything: what is neither of these is no plan."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A saved plan. `changes` reads the file anew each time, so that a large one need not fit into memory."""

    path: Path
    head: PlanHead

    def changes(self, action: str | None = None) -> Iterator[AnyChange]:
        """The changes, of one action or all, in the file's order. Raises UsageError if the file is damaged."""
        with _opened(self.path) as file:
            for facts in _objects(self.path, file, "changes.item"):
                change = _change(self.path, facts)
                if action is None or change.action == action:
                    yield change


def open_plan_file(path: Path) -> PlanFile:
    """Read the head of a saved plan. Raises UsageError for a file that is none, or that breaks off anywhere."""
    with _opened(path) as file:
        _refuse_broken(path, file)
        file.seek(0)
        facts = dict(_members(path, file))
    try:
        return PlanFile(path, _head(_HEADS.validate_python(facts)))
    except ValueError:
        raise _no_plan(path) from None


def refuse_edited(saved: PlanFile, head: PlanHead, connection: sqlite3.Connection) -> None:
    """Raise OutOfBounds unless the file says exactly what the stored plan does: what was read is what is pushed."""
    listed = saved.changes()
    actions = tuple(action for action in CHANGE_BY_ACTION if action != "unchanged")
    stored = changes(connection, head.plan, actions=actions)
    pairs = zip_longest((one for one in listed if one.action != "unchanged"), stored)
    if any(there is None or here is None or change_shape(there) != change_shape(here) for there, here in pairs):
        raise OutOfBounds(
            f"{saved.path} is not what `sfpush plan` wrote: it was changed by hand.",
            hint="Nothing was written. Change the settings or the records instead, then plan again.",
            code="plan-edited",
        )


def _refuse_broken(path: Path, file: BinaryIO) -> None:
    """Before anything of it is shown; the readers below would take all the memory there is for lists in lists."""
    import ijson

    depth = 0
    try:
        for event, _ in ijson.basic_parse(file, use_float=True):
            if event in ("start_map", "start_array"):
                depth += 1
                if depth > _DEEPEST:
                    raise _no_plan(path)
            elif event in ("end_map", "end_array"):
                depth -= 1
    except (ijson.JSONError, UnicodeDecodeError):
        raise _no_plan(path) from None


def _members(path: Path, file: BinaryIO) -> Iterator[tuple[str, Any]]:
    """The members before `changes`, which stands last."""
    import ijson

    builder: Any = None
    member = ""
    try:
        for prefix, event, value in ijson.parse(file, use_float=True):
            if prefix == "" and event == "map_key":
                if value not in _HEAD_MEMBERS:
                    return
                member, builder = value, ijson.ObjectBuilder()
            elif member and (prefix == member or prefix.startswith(f"{member}.")):
                builder.event(event, value)
                if prefix == member and event not in ("start_map", "start_array", "map_key"):
                    yield member, builder.value
    except (ijson.JSONError, UnicodeDecodeError):
        raise _no_plan(path) from None


def _objects(path: Path, file: BinaryIO, prefix: str) -> Iterator[Any]:
    import ijson

    try:
        yield from ijson.items(file, prefix, use_float=True)
    except (ijson.JSONError, UnicodeDecodeError):
        raise _no_plan(path) from None


def _head(facts: _Head) -> PlanHead:
    return PlanHead(
        plan=0,
        plan_id=facts.plan_id,
        created_at=facts.created_at,
        org_id=facts.org.id,
        instance_url=facts.org.instance_url,
        mode=facts.mode,
        gates=tuple(Gate(gate.gate, gate.message, gate.until) for gate in facts.gates),
        summary=facts.summary,
        estimated_calls=facts.api_calls.estimated,
        remaining_calls=facts.api_calls.remaining,
        warnings=tuple(facts.warnings),
    )


def _change(path: Path, found: Any) -> AnyChange:
    try:
        facts = _CHANGES.validate_python(found)
        return CHANGE_BY_ACTION[facts.action](
            record=facts.record,
            name=facts.name,
            sobject=facts.sobject,
            rule=Rule(facts.rule),
            reason=facts.reason,
            salesforce_id=SalesforceId(facts.salesforce_id) if facts.salesforce_id else None,
            needs=tuple(facts.needs),
            candidates=tuple(map(SalesforceId, facts.candidates)),
            fields=tuple(FieldChange(one.field, one.before, one.after) for one in facts.fields),
        )
    except (KeyError, ValueError):
        raise _no_plan(path) from None


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as problem:
        raise UsageError(f"The plan file {path} can't be read: {problem.strerror}.", hint="Check its name.") from None


def _no_plan(path: Path) -> UsageError:
    return UsageError(
        f"{path} is not a plan that sfpush wrote, or not the whole of it.",
        hint="Write one with: sfpush plan --out FILE",
        code="no-plan-file",
    )
