"""Kill a push at every request it makes, and compare the org with the undisturbed one.

Run by hand: `python -m tests.faults.sweep`; it says how many kill points there were, and what came of them.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.relay import Moment
from tests.faults.world import World, kill_at, make_world

_WRITES = ("POST", "PATCH", "DELETE")


@dataclass(frozen=True)
class Result:
    """The org after kills and a run that goes through, against the undisturbed one.

    `pending` counts where one more run does other than a run after the undisturbed one.
    """

    killed: bool
    duplicates: int
    lost: int
    pending: int


@dataclass
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
        with self.world.trial(f"trial-{random.randrange(10**9)}") as trial:
            codes = [trial.run_struck(kill_at(*point))[0] for point in points]
            trial.run()
            rows = trial.rows()
            settled = trial.run()["results"]
        return Result(
            killed=any(code == -9 for code in codes),
            duplicates=sum((rows - self.expected).values()),
            lost=sum((self.expected - rows).values()),
            pending=sum(abs(count - self.settled[word]) for word, count in settled.items()),
        )


def main() -> int:
    """Sweep every world; the exit code is 1 if anything was lost, duplicated or left to do."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=1000)
    options.add_argument("--soak", type=int, default=0, help="besides, so many tries with up to three kills each")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    bad = 0
    for external_ids in (False, True):
        for leads in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                world = make_world(Path(folder), records_in_all=chosen.records, external_ids=external_ids, leads=leads)
                sweep = Sweep(world)
                name = f"{'leads' if leads else 'contacts'}, {'with' if external_ids else 'without'} external ids"
                bad += _report(f"{name}: every request", [sweep.kill(point) for point in sweep.points()])
                chance = random.Random(chosen.seed)
                tries = [chance.sample(sweep.points(), chance.randint(1, 3)) for _ in range(chosen.soak)]
                bad += _report(f"{name}: soak", [sweep.kill(*points) for points in tries])
    return 1 if bad else 0


def _report(name: str, results: Sequence[Result]) -> int:
    killed, duplicates, lost, pending = (
        sum(getattr(one, word) for one in results) for word in ("killed", "duplicates", "lost", "pending")
    )
    sys.stdout.write(
        f"{name}: {len(results)} tries, {killed} killed, duplicates {duplicates}, lost {lost}, pending {pending}\n"
    )
    sys.stdout.flush()
    return duplicates + lost + pending


if __name__ == "__main__":
    sys.exit(main())
