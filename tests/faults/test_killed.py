"""SIGKILL at a request, before or after the org has carried it out: the next run completes it without a trace.

The whole sweep, every request of a thousand records, is run by hand: `python -m tests.faults.sweep`.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.sweep import Sweep
from tests.faults.world import make_world

SAMPLE = 6


@pytest.mark.parametrize("external_ids", [False, True], ids=["without external ids", "with external ids"])
def test_B3_the_org_after_a_kill_and_a_run_is_the_undisturbed_one(tmp_path: Path, external_ids: bool) -> None:
    sweep = Sweep(make_world(tmp_path, records_in_all=60, external_ids=external_ids))
    points = random.Random(20261124).sample(sweep.points(writes_only=True), SAMPLE)
    results = [sweep.kill(point) for point in points]
    assert [(one.killed, one.duplicates, one.lost, one.pending) for one in results] == [(True, 0, 0, 0)] * SAMPLE
