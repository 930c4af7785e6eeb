"""Holding what happened against what a case expects; every difference is a sentence, all of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sfpush.model import AnyChange
from sfpush.runs.import_files import ImportReport
from sfpush.runs.report import RunReport
from sfpush.runs.why import Why
from sfpush.store.plans import PlanHead

IdOf = Callable[[Any], Any]


def of_import(report: ImportReport, expected: Mapping[str, Any]) -> list[str]:
    """What differs in the import: its numbers and the rows it did not load."""
    counts = {"new": 0, "changed": 0, "unchanged": 0, "stale": 0, "rejected": 0}
    for file in report.files:
        for name, number in {**file.counts._asdict(), "rejected": file.rejected}.items():
            counts[name] += number
    problems = [f"unreadable: {one.file}: {one.problem}" for one in report.unreadable]
    problems += _numbers("import", counts, expected.get("import", {}))
    if "reject" in expected or "import" not in expected:
        found = [{"line": one.line, "reason": one.reason} for one in report.rejects]
        wanted = [{name: one[name] for name in ("line", "reason")} for one in expected.get("reject", ())]
        problems += [] if found == wanted else [f"rejected rows: {found}, not {wanted}"]
    return problems


def of_plan(head: PlanHead, changes: Sequence[AnyChange], expected: Mapping[str, Any], id_of: IdOf) -> list[str]:
    """What differs in the plan."""
    problems = [] if [gate.gate for gate in head.gates] == expected.get("gates", []) else [f"gates: {head.gates}"]
    problems += [
        f"no warning says {words!r}: {head.warnings}"
        for words in expected.get("warnings", ())
        if not any(words in warning for warning in head.warnings)
    ]
    wanted = {one["record"]: one for one in expected.get("change", ())}
    found = {one.record: one for one in changes}
    for record, one in wanted.items():
        if record not in found:
            problems.append(f"{record}: not in the plan")
        else:
            problems += [f"{record}: {problem}" for problem in _of_change(found[record], one, id_of)]
    if not expected.get("partial"):
        more = [one for one in changes if one.record not in wanted and one.action != "unchanged"]
        problems += [f"not expected: {shown(one)}" for one in more]
    return problems


def of_push(report: RunReport, expected: Mapping[str, Any]) -> list[str]:
    """What differs in the numbers of a push; a rejection that is not counted there is a difference."""
    counts = {**asdict(report.results), "api_calls": report.api_calls}
    wanted = expected.get("push", {})
    problems = _numbers("push", counts, {"rejected": 0, **wanted})
    if problems:
        problems += [f"rejected: {one}" for one in report.rejects]
    return problems


def of_rows(
    sobject: str, rows: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]], id_of: IdOf
) -> list[str]:
    """What differs in the org's rows of one sObject, in the fields that are written down."""
    names = sorted({name for one in wanted for name in one})
    rest = list(rows)
    problems = []
    for one in wanted:
        found = next((row for row in rest if _holds(row, one, id_of)), None)
        if found is None:
            problems.append(f"no {sobject} has {dict(one)}")
        else:
            rest.remove(found)
    left = [{name: row.get(name) for name in names} or row["Id"] for row in rest]
    return problems + [f"{sobject} not expected: {row}" for row in left]


def of_one_value(place: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Whether all rows have one value in a field ("Contact.AccountId")."""
    values = {row[place.partition(".")[2]] for row in rows}
    return [] if len(values) == 1 else [f"{place} is not one value but {values}"]


def of_record(wanted: Mapping[str, Any], found: Mapping[str, Any], id_of: IdOf) -> list[str]:
    """What differs in a record of the store, in what is written down."""
    return [
        f"{wanted['key']}: {name} is {found.get(name)!r}, not {value!r}"
        for name, value in wanted.items()
        if name != "key" and not _same(found.get(name), value) and found.get(name) != id_of(value)
    ]


def of_why(wanted: Mapping[str, Any], found: Why, id_of: IdOf) -> list[str]:
    """What differs in the answer to `why`: the rule, words of the answer, words of what would change it."""
    remedies = "; ".join(found.would_change)
    problems = [] if found.rule == wanted.get("rule", found.rule) else [f"rule {found.rule}, not {wanted['rule']}"]
    for name, said in (("answer", found.answer), ("would_change", remedies)):
        problems += [
            f"{name} does not say {words!r}"
            for words in wanted.get(name, ())
            if words not in said and id_of(words) not in said
        ]
    return [f"why {wanted['record']}: {problem} [{found.answer} | {remedies}]" for problem in problems]


def of_not_synced(wanted: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """What differs in the list of what is not in the org: which records, and words of each reason."""
    problems = [] if wanted.keys() == found.keys() else [f"not synced: {sorted(found)}, not {sorted(wanted)}"]
    return problems + [
        f"{key}: the reason does not say {words!r} [{found[key]}]"
        for key, words in wanted.items()
        if words not in found.get(key, words)
    ]


def pending(changes: Iterable[AnyChange]) -> list[str]:
    """What a plan still wants to do."""
    return [f"still to do: {shown(one)}" for one in changes if one.action not in ("unchanged", "skip", "block")]


def shown(change: AnyChange) -> str:
    """A change in one line."""
    fields = {one.field: one.after for one in change.fields}
    return f"{change.record}: {change.action} {change.sobject} {change.rule} ({change.reason}) {fields or ''}"


def _of_change(found: AnyChange, wanted: Mapping[str, Any], id_of: IdOf) -> list[str]:
    after = {one.field: one.after for one in found.fields}
    before = {one.field: one.before for one in found.fields}
    problems = []

    def compare(name: str, there: Any, value: Any) -> None:
        if not _same(there, value):
            problems.append(f"{name} is {there!r}, not {value!r} [{shown(found)}]")

    for name in ("action", "sobject", "rule"):
        if name in wanted:
            compare(name, str(getattr(found, name)), wanted[name])
    if "salesforce_id" in wanted:
        compare("salesforce_id", found.salesforce_id or "", id_of(wanted["salesforce_id"]))
    if "needs" in wanted:
        compare("needs", sorted(found.needs), sorted(wanted["needs"]))
    if "candidates" in wanted:
        compare("candidates", sorted(found.candidates), sorted(map(id_of, wanted["candidates"])))
    problems += [
        f"the reason does not say {words!r} [{shown(found)}]"
        for words in wanted.get("reason", ())
        if words not in found.reason and id_of(words) not in found.reason
    ]
    for name, value in wanted.get("fields", {}).items():
        compare(f"{name} after", after.get(name), value if value in (after.get(name), *found.needs) else id_of(value))
    for name, value in wanted.get("before", {}).items():
        compare(f"{name} before", before.get(name), value if value == before.get(name) else id_of(value))
    problems += [f"{name} is written [{shown(found)}]" for name in wanted.get("without", ()) if name in after]
    return problems


def _holds(row: Mapping[str, Any], wanted: Mapping[str, Any], id_of: IdOf) -> bool:
    return all(_same(row.get(name), value) or _same(row.get(name), id_of(value)) for name, value in wanted.items())


def _same(there: Any, wanted: Any) -> bool:
    """TOML has no null: "" stands for it."""
    return there == wanted or (wanted == "" and there is None)


def _numbers(what: str, counts: Mapping[str, int], wanted: Mapping[str, int]) -> list[str]:
    return [
        f"{what}: {name} is {counts.get(name)}, not {number}"
        for name, number in wanted.items()
        if counts.get(name) != number
    ]


def of_undo(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Where the org differs from what it was before a run that has been undone, row by row."""
    gone = [f"undo: {before[one]['sObject']} {one} is gone" for one in before.keys() - after.keys()]
    more = [f"undo: {after[one]['sObject']} {one} is still there" for one in after.keys() - before.keys()]
    changed = [
        f"undo: {row['sObject']} {one}: {name} was {row[name]!r}, is {after[one][name]!r}"
        for one, row in before.items()
        if one in after
        for name in row
        if row[name] != after[one][name]
    ]
    return gone + more + changed
