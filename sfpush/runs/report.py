"""What a run reports when it is over: counts in the contract's words, refusals, and what stopped it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sfpush.errors import SfpushError
from sfpush.model import WAITS
from sfpush.push.execute import Tally
from sfpush.runs.journal import Reject
from sfpush.runs.recover import Recovered
from sfpush.store.runs import Status

PlanTally = Mapping[tuple[str, str, str], int]
"""Changes of a plan counted by action, sObject and rule."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the records of a run, in the contract's words."""

    created: int = 0
    updated: int = 0
    linked: int = 0
    unchanged: int = 0
    deleted: int = 0
    merged: int = 0
    pulled: int = 0
    members: int = 0
    rejected: int = 0
    blocked: int = 0
    skipped: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class RunReport:
    """A run that is over. `stopped_by` is what ended it early; `left` counts the writes that were not tried then.

    `notes` are sentences on what became of earlier runs, and of this one's requests without an answer (B3).
    """

    run_id: str
    results: Counts
    api_calls: int
    rejects: tuple[Reject, ...] = ()
    recovered: Recovered = field(default_factory=Recovered)
    notes: tuple[str, ...] = ()
    left: int = 0
    stopped_by: SfpushError | None = None

    @property
    def status(self) -> Status:
        """The word that history keeps for it."""
        if self.stopped_by is not None:
            return "stopped"
        return "rejected" if self.results.rejected else "done"


def counts_of(planned: PlanTally, done: Tally, local: Mapping[str, int], *, linked: int) -> Counts:
    """The counts of a run: what the plan left alone, what became of the rest.

    `local` counts what was `merged`, `deleted` and `pulled` in the store, `linked` the links kept without a call.
    """

    def of(action: str) -> int:
        return sum(count for (there, _, _), count in planned.items() if there == action)

    waits = sum(count for (action, _, rule), count in planned.items() if action == "block" and rule in WAITS)
    return Counts(
        created=done.created,
        updated=done.updated,
        linked=linked + done.linked,
        unchanged=of("unchanged"),
        deleted=done.deleted + local["deleted"],
        merged=local["merged"],
        pulled=local["pulled"],
        members=done.members,
        rejected=done.rejected,
        blocked=of("block") - waits,
        skipped=of("skip"),
        waiting=waits + done.waiting + done.lost,
    )
