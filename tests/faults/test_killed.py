"""Killed at a request, or failed by the org at one: the next run completes it, and nothing is there twice.

A seeded sample; every request of a thousand records is swept by hand: `python -m tests.faults.sweep`.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sfpush.practice.faults import FaultKind
from tests.faults.sweep import FAILURES, Result, Sweep
from tests.faults.world import make_world

SEED = 20261124


@pytest.fixture(scope="module", params=[False, True], ids=["without external ids", "with external ids"])
def sweep(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    folder = tmp_path_factory.mktemp("world")
    return Sweep(make_world(folder, records_in_all=60, external_ids=request.param))


def whole(results: list[Result]) -> list[tuple[int, int, int]]:
    return [(one.duplicates, one.lost, one.pending) for one in results]


def test_B3_the_org_after_a_kill_and_a_run_is_the_undisturbed_one(sweep: Sweep) -> None:
    points = random.Random(SEED).sample(sweep.points(writes_only=True), 4)
    results = [sweep.kill(point) for point in points]
    assert [one.hurt for one in results] == [True] * 4
    assert whole(results) == [(0, 0, 0)] * 4


def test_B3_the_org_after_two_kills_and_a_run_is_the_undisturbed_one(sweep: Sweep) -> None:
    points = random.Random(SEED).sample(sweep.points(), 2)
    assert whole([sweep.kill(*points)]) == [(0, 0, 0)]


@pytest.mark.parametrize("kind", FAILURES)
def test_B3_the_org_after_a_failure_and_a_run_is_the_undisturbed_one(sweep: Sweep, kind: FaultKind) -> None:
    faults = [fault for fault in sweep.failures(writes_only=True) if fault.kind is kind]
    assert whole([sweep.fail(random.Random(SEED + FAILURES.index(kind)).choice(faults))]) == [(0, 0, 0)]


def test_two_homes_pushing_the_same_records_at_once_make_each_row_once(tmp_path: Path) -> None:
    sweep = Sweep(make_world(tmp_path, records_in_all=60, external_ids=True))
    points = random.Random(SEED).sample(sweep.points(writes_only=True), 2)
    assert whole([sweep.two_homes(*points)]) == [(0, 0, 0)]
