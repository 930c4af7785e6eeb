"""Every folder of `cases/` is a test: the rules of SPEC.md, seen from outside, on a practice org over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sfpush.errors import NotReady
from sfpush.store.plans import PlanHead
from tests.scenarios import verdict
from tests.scenarios.case import Case, Step, read_case
from tests.scenarios.world import World

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())

RULES = frozenset(
    """
    I1 I2 I3 I4 I5 G0 G2 G3 G4 M1 M2 M3 M4 M5 M7 M8 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12 A1 A2 A3
    S1 S2 S3 D1 D2 D3 D5 D6 E1 E2 E3 E4 E5 E6 E8 P1 P2 L3 F1 F2 F3 F4 F5 F6 B6
    """.split()
)
"""Rules of SPEC.md that a plan and its push can show; the others have tests of their own."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_scenario(folder: Path, world: World) -> None:
    case = read_case(folder)
    for step in case.steps:
        problems = _played(step, world, last=step is case.steps[-1])
        assert not problems, _told(case, step, problems)
    problems = _taken_back(world)
    assert not problems, _told(case, case.steps[-1], problems)


def test_every_case_says_which_rules_it_shows() -> None:
    shown = set()
    for folder in CASES:
        case = read_case(folder)
        rules = case.name.split("-")[0].split("_")
        assert all(rule[:1].isupper() and rule[1:].isdigit() for rule in rules), case.name
        assert case.about.endswith("."), case.name
        shown |= set(rules)
    assert not RULES - shown


def _played(step: Step, world: World, *, last: bool) -> list[str]:
    expected = step.expected
    problems = verdict.of_import(world.begin(step), expected)
    if "no_plan" in expected:
        with pytest.raises(NotReady) as refused:
            world.plan(step)
        return problems if refused.value.code == expected["no_plan"] else [*problems, f"refused: {refused.value.code}"]
    head = world.plan(step)
    problems += verdict.of_plan(head, world.changes(head), expected, world.id_of)
    if "refused" in expected:
        with pytest.raises(NotReady) as refused:
            world.push(head)
        problems += [] if refused.value.code == expected["refused"] else [f"refused: {refused.value.code}"]
    elif not problems and (not last or {"push", "org", "record"} & set(expected)):
        problems += _pushed(step, world, head)
    for sobject, wanted in expected.get("org", {}).items():
        rows = world.rows(sobject, sorted({name for one in wanted for name in one}))
        problems += verdict.of_rows(sobject, rows, wanted, world.id_of)
    for place in expected.get("one_value", ()):
        sobject, _, field = place.partition(".")
        problems += verdict.of_one_value(place, world.rows(sobject, [field]))
    for one in expected.get("why", ()):
        problems += verdict.of_why(one, world.why(one["record"]), world.id_of)
    if "not_synced" in expected:
        problems += verdict.of_not_synced(expected["not_synced"], world.not_synced())
    return problems


def _pushed(step: Step, world: World, head: PlanHead) -> list[str]:
    report = world.push(head)
    problems = verdict.of_push(report, step.expected)
    for one in step.expected.get("record", ()):
        problems += verdict.of_record(one, world.record(one["key"]), world.id_of)
    if not problems and not report.results.rejected:
        problems += verdict.pending(world.changes(world.plan(step)))
    return problems


def _taken_back(world: World) -> list[str]:
    """What of the case's last push an undo leaves behind (B4); a push that deleted rows can't be taken back whole."""
    pushed = world.pushed
    if pushed is None or pushed.report.results.deleted or world.whole_org() == pushed.before:
        return []
    left = world.undo(pushed.report.run_id)
    problems = [f"undo left {record} alone: {reason}" for record, reason in left.items()]
    return problems + verdict.of_undo(pushed.before, world.whole_org())


def _told(case: Case, step: Step, problems: list[str]) -> str:
    return "\n".join((f"{case.name}: {case.about}", f"in {step.folder.name}:", *(f"  {one}" for one in problems)))
