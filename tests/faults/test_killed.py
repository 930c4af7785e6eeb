"""Killed at a request, or failed by the org at one: the next run completes it, and nothing is there twice.

A seeded sample; every request of a thousand records is swept by hand: `python -m tests.faults.sweep`.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sfpush.practice.faults import FaultKind
from tests.faults.sweep import FAILURES, Result, Sweep
from tests.faults.world import Shape, make_world

SEED = 20261124


SHAPES = [
    Shape(),
    Shape(external_ids=True),
    Shape(bulk=True),
    Shape(external_ids=True, leads=True, bulk=True),
    Shape(second_day=True),
    Shape(external_ids=True, bulk=True, second_day=True),
]


@pytest.fixture(scope="module", params=SHAPES, ids=str)
def sweep(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    folder = tmp_path_factory.mktemp("world")
    return Sweep(make_world(folder, request.param, records_in_all=60))


def whole(results: list[Result]) -> list[tuple[int, int, int]]:
    return [(one.duplicates, one.lost, one.pending) for one in results]


def test_B3_the_org_after_a_kill_and_a_run_is_the_undisturbed_one(sweep: Sweep) -> None:
    points = random.Random(SEED).sample(sweep.points(writes_only=True), 3)
    results = [sweep.kill(point) for point in points]
    assert [one.hurt for one in results] == [True] * 3
    assert whole(results) == [(0, 0, 0)] * 3


def test_B3_the_org_after_two_kills_and_a_run_is_the_undisturbed_one(sweep: Sweep) -> None:
    points = random.Random(SEED).sample(sweep.points(), 2)
    assert whole([sweep.kill(*points)]) == [(0, 0, 0)]


@pytest.mark.parametrize("sweep", [shape for shape in SHAPES if not shape.second_day], ids=str, indirect=True)
def test_B4_what_was_killed_and_completed_is_taken_back_although_the_undo_is_killed_too(sweep: Sweep) -> None:
    points = random.Random(SEED).sample(sweep.points(), 2)
    assert whole([sweep.undo(*points)]) == [(0, 0, 0)]


@pytest.mark.parametrize("kind", FAILURES)
def test_B3_the_org_after_a_failure_and_a_run_is_the_undisturbed_one(sweep: Sweep, kind: FaultKind) -> None:
    faults = [fault for fault in sweep.failures(writes_only=True) if fault.kind is kind]
    assert whole([sweep.fail(random.Random(SEED + FAILURES.index(kind)).choice(faults))]) == [(0, 0, 0)]


def test_two_homes_pushing_the_same_records_at_once_make_each_row_once(tmp_path: Path) -> None:
    sweep = Sweep(make_world(tmp_path, Shape(external_ids=True), records_in_all=60))
    points = random.Random(SEED).sample(sweep.points(writes_only=True), 2)
    assert whole([sweep.two_homes(*points)]) == [(0, 0, 0)]
