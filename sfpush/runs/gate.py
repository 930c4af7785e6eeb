"""Refusing what a closed gate holds back (G2–G4); a plan only names the closed ones."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sfpush.errors import NotReady
from sfpush.planning.gates import closed_gates
from sfpush.settings.schema import Settings
from sfpush.store.orgs import OrgState
from sfpush.store.times import to_text

PULL_BY_HAND = ("setup-window",)
AUTOMATIC_PUSH = ("push-disabled", "setup-window")
"""`sync` makes the initial pull itself."""
MANUAL_PUSH = ("push-disabled", "initial-pull")


def refuse_closed(settings: Settings, state: OrgState, held_by: Collection[str], *, now: datetime) -> None:
    """Raise NotReady, naming every closed gate among `held_by`; its code is the first one's name."""
    gates = closed_gates(
        settings, pulled=state.pulled_at is not None, window_ends_at=state.window_ends_at, now=to_text(now)
    )
    closed = [gate for gate in gates if gate.gate in held_by]
    if closed:
        raise NotReady(" ".join(gate.message for gate in closed), code=closed[0].gate)
