"""Comparing a deal and its Opportunity field by field against what was last seen on both sides (D1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sfpush.describe import FieldDescribe
from sfpush.model import FieldChange, Record, Rule
from sfpush.planning.deals.memory import Seen
from sfpush.planning.field_map import STAGE
from sfpush.planning.fitting import Misfit, Shortened, is_blank, same, shown
from sfpush.planning.writing import Line, Writer

Verdict = Literal["agree", "push", "pull", "leave"]
"""Both have it; Apollo's value goes; Salesforce's value comes; they differ, and it stays so."""


class PulledField(NamedTuple):
    """A field whose value comes from Salesforce. `before` is what the deal is shown with until then."""

    field: str
    before: Any
    after: Any
    stands: bool
    """Apollo has another value of its own, over which Salesforce's stands (D1)."""
    both_changed: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """What is to be done about the fields of one deal. `seen` is what to remember once the pulls are done, `pushed`
    what to remember besides once the pushes are.

    `misfit` is the first value that would have to go and does not fit the org (F4).
    """

    pushes: tuple[FieldChange, ...]
    pulls: tuple[PulledField, ...]
    seen: Mapping[str, Seen]
    pushed: Mapping[str, Seen]
    misfit: Misfit | None = None
    notes: tuple[str, ...] = ()


def verdict(
    field: FieldDescribe | None,
    *,
    apollo: Any,
    salesforce: Any,
    seen: Seen | None,
    may_push: bool,
    always: bool,
) -> Verdict:
    """One field. `seen` is how both sides had it last; None: this is the first time that they meet.

    What Salesforce has changed is pulled, whatever Apollo has; at the first meeting all that it has counts as changed.
    What only Apollo has changed is pushed where it may be. A blank in Apollo never erases (F2): the deal takes
    Salesforce's value, unless it has it already. `always` pushes Apollo's value over any other.
    """
    if same(field, apollo, salesforce):
        return "agree"
    push = may_push and apollo is not None
    if always and push:
        return "push"
    if seen is None:
        if not is_blank(salesforce):
            return "pull"
        return "push" if push else "leave"
    if not same(field, salesforce, seen.salesforce):
        return "pull"
    if same(field, apollo, seen.apollo):
        return "leave"
    if apollo is None:
        return "leave" if seen.name else "pull"
    return "push" if push else "leave"


def verdict_one_way(
    field: FieldDescribe | None, *, apollo: Any, salesforce: Any, seen: Seen | None, may_push: bool, always: bool
) -> Verdict:
    """A field that nothing can come back from, as a value that a stage map gives (F3): written as F2 says."""
    if same(field, apollo, salesforce):
        return "agree"
    changed = seen is None or not same(field, apollo, seen.apollo)
    return "push" if may_push and apollo is not None and (always or changed) else "leave"


def compare(
    writer: Writer,
    record: Record,
    stage: str | None,
    org: Mapping[str, Any],
    seen: Mapping[str, Seen],
    *,
    may_push: bool,
) -> Compared:
    """All the fields of a map, `never` lines too: these are pulled only. `stage` is the name of the deal's stage."""
    lines = {line.name: line for line in (*writer.lines, *writer.unwritten)}
    pushes: list[FieldChange] = []
    pulls: list[PulledField] = []
    after, pushed = dict(seen), {}
    misfit: Misfit | None = None
    notes: list[str] = []
    for name, line in lines.items():
        exported, note, wrong = _exported(line, record, stage)
        there, last = _plain(org.get(name)), seen.get(name)
        one_way = line.apollo == STAGE and line.read is not None
        decided = (verdict_one_way if one_way else verdict)(
            line.field,
            apollo=exported,
            salesforce=there,
            seen=last,
            may_push=may_push and _writes(line, there),
            always=line.write == "always",
        )
        match decided:
            case "agree":
                after[name] = Seen(exported, exported)
            case "push":
                misfit = misfit or wrong
                pushes.append(FieldChange(name, there, exported))
                notes += [note] if note else []
                pushed[name] = Seen(exported, exported)
            case "pull":
                pulls.append(_pulled(line, exported, there, last))
                after[name] = Seen(exported, there, line.apollo)
            case "leave":
                pass
    return Compared(tuple(pushes), tuple(pulls), after, pushed, misfit, tuple(notes))


def said_of_pulls(pulls: Sequence[PulledField]) -> str:
    """Sentences naming what is pulled, with both values where Apollo has one of its own."""
    plain = [f"{one.field} {_value(one.after)}" for one in pulls if not one.stands]
    stands = [f"{one.field} {_value(one.after)}, not {_value(one.before)}" for one in pulls if one.stands]
    said = []
    if stands:
        both = any(one.both_changed for one in pulls)
        begin = "Changed on both sides; Salesforce's value stands" if both else "Salesforce's value stands"
        said.append(f"{begin}: {'; '.join(stands)}.")
    if plain:
        said.append(f"Pulled: {'; '.join(plain)}.")
    return " ".join(said)


def _exported(line: Line, record: Record, stage: str | None) -> tuple[Any, str, Misfit | None]:
    """Apollo's value as it fits the field, None for a blank; what does not fit is text, to be compared with itself."""
    raw = record.fields.get(line.apollo) if line.read is None else line.read(record, stage)
    if raw is None or raw == "":
        return None, "", None
    value = line.fit(raw)
    if isinstance(value, Misfit):
        return str(raw), "", value
    if isinstance(value, Shortened):
        return value.value, value.note, None
    wrong = None
    if line.field is not None and not line.field.updateable:
        wrong = Misfit(Rule.NOT_WRITEABLE, f"{line.name} can't be written on update by this user.")
    return value, "", wrong


def _writes(line: Line, there: Any) -> bool:
    """Whether the line's rule lets Apollo's value go (F2); a default line passes over a field that can't be written."""
    if line.field is not None and not line.field.updateable and not line.by_user:
        return False
    return line.write in ("overwrite", "always") or (line.write == "fill" and is_blank(there))


def _pulled(line: Line, exported: Any, there: Any, last: Seen | None) -> PulledField:
    if last is None:
        return PulledField(line.name, exported, there, exported is not None, both_changed=False)
    changed = exported is not None and not same(line.field, exported, last.apollo)
    before = exported if changed else last.salesforce
    return PulledField(line.name, before, there, changed, both_changed=changed)


def _plain(value: Any) -> Any:
    """A number that the org gives as 45000.0 is 45000, as Apollo has it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _value(value: Any) -> str:
    return "nothing" if value is None or value == "" else shown(value)
