"""Kill a push at every request it makes, and compare the org with the undisturbed one.

Run by hand: `python -m tests.faults.sweep`; it says how many kill points there were, and what came of them. Worlds
that are swept side by side, in processes of their own, are named with `--worlds`, and what is tried in them with
`--tries`.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import count, product
from pathlib import Path

from sfpush.practice.faults import Fault, FaultKind
from tests.faults.relay import Moment
from tests.faults.world import Shape, Trial, World, kill_at, make_world

FAILURES = tuple(kind for kind in FaultKind if kind not in (FaultKind.SLOW, FaultKind.JOB_FAILS))
VERSION = "/services/data/v62.0/"
_WRITES = ("POST", "PUT", "PATCH", "DELETE")
_NUMBERS = count()


@dataclass(frozen=True)
class Result:
    """The org after kills and a run that goes through, against the undisturbed one.

    `hurt`: a run was killed or ended early. `pending` counts where one more run does other than a second run does that
    nothing disturbed.
    """

    hurt: bool
    duplicates: int
    lost: int
    pending: int


@dataclass(repr=False)
class Sweep:
    """All the kill points of one world."""

    world: World
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.world.trial("undisturbed") as trial:
            exit_code, relay = trial.run_struck(lambda process, number, moment: False)
            assert exit_code == 0
            self.expected = trial.rows()
            self.settled = trial.run()["results"]
            self.requests = relay.requests

    def points(self, *, writes_only: bool = False) -> list[tuple[int, Moment]]:
        """Every request, before and after it was carried out."""
        return [
            (number, moment)
            for number, request in enumerate(self.requests)
            if not writes_only or request.startswith(_WRITES)
            for moment in ("before", "after")
        ]

    def kill(self, *points: tuple[int, Moment]) -> Result:
        """Kill one run after the other at these points, then let one go through, and look."""
        with self._trial() as trial:
            codes = [trial.run_struck(kill_at(*point))[0] for point in points]
            return self._result(trial, hurt=-9 in codes)

    def fail(self, *faults: Fault) -> Result:
        """Let requests of one run fail, then let a run go through, and look."""
        with self._trial() as trial:
            code = trial.run_failing(*faults)
            return self._result(trial, hurt=code != 0)

    def two_homes(self, *points: tuple[int, Moment]) -> Result:
        """Two homes push the same records at once, killed at these points in turn; then each goes through, and look."""
        with self._trial() as trial:
            trial.second_home()
            with ThreadPoolExecutor(2) as both:
                codes = list(
                    both.map(
                        lambda home: [trial.run_struck(kill_at(*point), home)[0] for point in points],
                        ("home", "second"),
                    )
                )
            trial.run("second")
            return self._result(trial, hurt=any(-9 in each for each in codes))

    def undo(self, *points: tuple[int, Moment]) -> Result:
        """Kill a run at each of these points but the last, let one go through, and take all of them back, the latest
        first; the first undo is killed at the last point and made again."""
        with self._trial() as trial:
            before = trial.rows()
            codes = [trial.run_struck(kill_at(*point))[0] for point in points[:-1]]
            trial.run()
            runs = trial.runs_that_wrote()
            codes.append(trial.run_struck(kill_at(*points[-1]), undoing=runs[0])[0])
            for run_id in runs:
                trial.run(undoing=run_id)
            rows = trial.rows()
            return Result(
                -9 in codes,
                duplicates=sum((rows - before).values()),
                lost=sum((before - rows).values()),
                pending=0,
            )

    def failures(self, *, writes_only: bool = False) -> list[Fault]:
        """Each kind of failure at each request."""
        paths = [request.partition(" ")[2].partition(VERSION)[2] for request in self.requests]
        return [
            Fault(kind, path=f"/{path}", nth=paths[: place + 1].count(path))
            for place, path in enumerate(paths)
            if path and (not writes_only or self.requests[place].startswith(_WRITES))
            for kind in FAILURES
        ]

    def _trial(self) -> AbstractContextManager[Trial]:
        return self.world.trial(f"trial-{next(_NUMBERS)}")

    def _result(self, trial: Trial, *, hurt: bool) -> Result:
        trial.run()
        rows = trial.rows()
        settled = trial.run()["results"]
        return Result(
            hurt,
            duplicates=sum((rows - self.expected).values()),
            lost=sum((self.expected - rows).values()),
            pending=sum(abs(number - self.settled[word]) for word, number in settled.items()),
        )


def main() -> int:
    """Sweep every world; the exit code is 1 if anything was lost, duplicated or left to do."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=1000)
    options.add_argument(
        "--soak", type=int, default=50, help="tries with several failures and kills each, for each world"
    )
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--worlds", default="", help="only those with this in their name, e.g. 'leads, bulk'")
    options.add_argument("--tries", default="", help="only those with this in their name, e.g. 'killed'")
    chosen = options.parse_args()
    bad = 0
    for flags in product((False, True), repeat=len(fields(Shape))):
        shape = Shape(*flags)
        if chosen.worlds not in str(shape):
            continue
        with tempfile.TemporaryDirectory() as folder:
            sweep = Sweep(make_world(Path(folder), shape, records_in_all=chosen.records))
            for what, tries in _tries(sweep, chosen.soak, random.Random(chosen.seed)).items():
                if chosen.tries in what:
                    bad += _report(f"{shape}: {what}", tries)
    return 1 if bad else 0


Try = Callable[[], Result]


def _tries(sweep: Sweep, soak: int, chance: random.Random) -> dict[str, list[Try]]:
    """Every way to disturb this world, by what it is."""
    points, failures = sweep.points(), sweep.failures()
    several = [chance.sample(points, chance.randint(2, 4)) for _ in range(soak)]
    faults = [chance.sample(failures, chance.randint(2, 5)) for _ in range(soak)]
    at_once = [chance.sample(points, chance.randint(1, 3)) for _ in range(soak)]
    found: dict[str, list[Try]] = {
        "killed at every request": [partial(sweep.kill, point) for point in points],
        "each failure at each request": [partial(sweep.fail, fault) for fault in failures],
        "killed several times": [partial(sweep.kill, *some) for some in several],
        "several failures": [partial(sweep.fail, *some) for some in faults],
    }
    if not sweep.world.shape.second_day:  # what a run deleted, no undo brings back
        found["killed, then undone"] = [partial(sweep.undo, *some) for some in several]
    if sweep.world.shape.external_ids:
        found["two homes at once"] = [partial(sweep.two_homes, *some) for some in at_once]
    return found


def _report(name: str, tries: Sequence[Try]) -> int:
    """Make these tries and say what came of them; how much of it is wrong."""
    hurt = duplicates = lost = pending = 0
    for one in tries:
        result = one()
        hurt += result.hurt
        duplicates += result.duplicates
        lost += result.lost
        pending += result.pending
        if result.duplicates or result.lost or result.pending:
            _say(f"{name}: {one}: {result}")
    _say(f"{name}: {len(tries)} tries, {hurt} cut short, duplicates {duplicates}, lost {lost}, pending {pending}")
    return duplicates + lost + pending


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
