"""A plan made in the session's home, and the result that shows it: what every command that plans has in common."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sfpush.commands.session import Session, now
from sfpush.display.result import CHANGES_PENDING, DONE, Result
from sfpush.model import typed

if TYPE_CHECKING:
    from sfpush.model import AnyChange
    from sfpush.settings.schema import Settings
    from sfpush.store.plans import PlanHead, Scope

LISTED = ("delete", "merge", "create", "update", "link", "pull", "skip", "block")
"""Every action but unchanged, which is only counted."""


def plan_now(
    session: Session, scope: Scope, *, settings: Settings | None = None, offline: bool = False, remember: bool = True
) -> PlanHead:
    """Make an automatic plan in the session's home, of the org as it is now or as it was last read.

    `settings` other than the session's, and `remember`, are for plans that are only made to be looked at.
    """
    from sfpush.runs.fresh import fresh_plan
    from sfpush.runs.plan import make_plan

    settings = settings or session.settings.settings
    if offline:
        return make_plan(
            session.store,
            session.connected_org,
            settings,
            scope=scope,
            now=now(),
            progress=session.progress,
            remember=remember,
        )
    with session.only_run("plan"):
        return fresh_plan(
            session.store,
            session.org,
            session.state,
            settings,
            scope=scope,
            now=now,
            progress=session.progress,
            remember=remember,
        )


def plan_result(
    session: Session,
    head: PlanHead,
    *,
    command: str = "plan",
    everything: bool = False,
    exit_code: bool = False,
    saved: Path | None = None,
) -> Result:
    """A stored plan as a result, its changes streamed from the store; `saved` is the file that it was written to."""
    from sfpush.display.plan_view import WAITING, pending, show_plan
    from sfpush.display.shapes import plan_shape
    from sfpush.store.plans import changes, waiting

    def of(kind: str) -> Iterator[AnyChange]:
        action = "block" if kind == WAITING else kind
        return changes(session.store, head.plan, actions=[action], waiting=kind == WAITING)

    count = pending(head.summary)
    return Result(
        command,
        plan_shape(head, changes_of(session, head, None if everything else LISTED)),
        view=partial(show_plan, head, of, partial(waiting, session.store, head.plan), with_unchanged=everything),
        exit_code=CHANGES_PENDING if exit_code and count else DONE,
        next_step=_next_step(head, saved) if count and command == "plan" else "",
    )


def _next_step(head: PlanHead, saved: Path | None) -> str:
    """How the plan is carried out, where no gate holds that way."""
    from sfpush.runs.gate import MANUAL_PUSH

    closed = {gate.gate for gate in head.gates}
    if saved is not None:
        return "" if closed.intersection(MANUAL_PUSH) else f"Carry it out with: sfpush push --plan {typed(str(saved))}"
    return "" if closed else "Carry it out with: sfpush sync"


def changes_of(session: Session, head: PlanHead, actions: list[str] | tuple[str, ...] | None) -> Iterator[AnyChange]:
    """The changes of a stored plan with these actions, streamed; None: all."""
    from sfpush.store.plans import changes

    return changes(session.store, head.plan, actions=actions)
