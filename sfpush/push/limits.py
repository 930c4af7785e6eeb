"""What a run must not exceed unless told so: API calls (G5), changes of what the org has (G6), deletes (S1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sfpush.settings.schema import PushSettings

_COUNTED_FROM = 50
"""G6 does not count in an org of this many people, or accounts, or fewer."""

Option = Literal["--over-budget", "--over-limit"]


@dataclass(frozen=True, slots=True)
class Exceeded:
    """One limit that a run exceeds, with its figures and the option that lifts it."""

    option: Option
    message: str


@dataclass(frozen=True, slots=True)
class Intent:
    """What a run is about to do, in figures. Changes are writes to rows that the org has; creates are not among them.

    `first_run`: the first after the initial pull, in which G6 does not count.
    """

    people_changed: int
    people: int
    accounts_changed: int
    accounts: int
    deletes: int
    estimated_calls: int
    remaining_calls: int
    first_run: bool = False


def exceeded(intent: Intent, settings: PushSettings) -> tuple[Exceeded, ...]:
    """All the limits that the run exceeds, not only the first."""
    found: list[Exceeded] = []
    calls, left = intent.estimated_calls, intent.remaining_calls
    if calls and calls * 100 >= settings.api_budget_percent * left:
        found.append(
            Exceeded(
                "--over-budget",
                f"It needs about {calls:,} API calls of the {left:,} that the org has left today;"
                f" {settings.api_budget_percent} % of them is the limit (push.api_budget_percent).",
            )
        )
    if not intent.first_run:
        for words, changed, there in (
            ("people", intent.people_changed, intent.people),
            ("accounts", intent.accounts_changed, intent.accounts),
        ):
            if there > _COUNTED_FROM and changed * 100 > settings.max_change_percent * there:
                found.append(
                    Exceeded(
                        "--over-limit",
                        f"It would change {changed:,} of the org's {there:,} {words} ({changed * 100 // there} %);"
                        f" {settings.max_change_percent} % is the limit (push.max_change_percent).",
                    )
                )
    if intent.deletes > settings.max_deletes:
        found.append(
            Exceeded(
                "--over-limit",
                f"It would delete {intent.deletes:,} records in the org;"
                f" {settings.max_deletes:,} is the limit (push.max_deletes).",
            )
        )
    return tuple(found)
