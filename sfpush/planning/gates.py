"""Which gates are closed (G1–G4). A plan decides as if all were open and names the closed ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from sfpush.settings.schema import Settings


@dataclass(frozen=True, slots=True)
class Gate:
    """A closed gate: `until` is ISO-8601 UTC where time opens it."""

    gate: str
    message: str
    until: str | None = None


def closed_gates(settings: Settings, *, pulled: bool, window_ends_at: str | None, now: str) -> tuple[Gate, ...]:
    """The closed gates of a connected org. Times are ISO-8601 UTC text of one form, so that they compare as text."""
    gates = []
    if not settings.push.enabled:
        gates.append(
            Gate("push-disabled", "Pushing is switched off; set push.enabled = true in the settings to open it.")
        )
    if not pulled:
        gates.append(
            Gate(
                "initial-pull", "The initial pull is not complete; run `sfpush pull` (or `plan`, or `sync`) to make it."
            )
        )
    if window_ends_at is not None and now < window_ends_at:
        gates.append(
            Gate(
                "setup-window",
                f"The setup window holds automatic push, and pulls by hand, until {_minute(window_ends_at)}"
                f" ({_left(now, window_ends_at)} left); `sfpush enable` ends it now.",
                window_ends_at,
            )
        )
    return tuple(gates)


def _minute(iso: str) -> str:
    return f"{iso[:10]} {iso[11:16]} UTC"


def _left(now: str, end: str) -> str:
    minutes = math.ceil((datetime.fromisoformat(end) - datetime.fromisoformat(now)).total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"
