"""`sfpush plan --compare`: how the decisions would differ under other settings (B5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sfpush.commands.planned import plan_now
from sfpush.commands.session import Session
from sfpush.display.result import Result
from sfpush.errors import UsageError
from sfpush.store.comparison import Decision, Difference, compare
from sfpush.store.plans import PlanHead, Scope


def what_if(session: Session, file: Path, scope: Scope, *, offline: bool) -> PlanHead:
    """The plan under the settings in a file; it is no last word on any record.

    It is made before the plan that it is compared with, so that the snapshot then holds what the session's own
    settings need.
    """
    from sfpush.settings.load import load

    if not file.exists():
        raise UsageError(f"There is no settings file {file} (--compare).", hint="Check its name.")
    return plan_now(session, scope, settings=load(file).settings, offline=offline, remember=False)


def compared(session: Session, planned: Result, file: Path, ours: PlanHead, theirs: PlanHead) -> Result:
    """The result of a plan, with what the other one decides differently beside it, streamed."""
    from sfpush.display.comparison_view import show_comparison

    def differences() -> Iterator[Difference]:
        return compare(session.store, ours.plan, theirs.plan)

    facts = {**planned.data, "compare": map(_shape, differences())}
    return replace(planned, data=facts, view=partial(show_comparison, ours, str(file), differences), next_step="")


def _shape(difference: Difference) -> dict[str, Any]:
    return {
        "record": difference.record,
        "from": _decision_shape(difference.ours),
        "to": _decision_shape(difference.theirs),
    }


def _decision_shape(decision: Decision | None) -> dict[str, str | None]:
    if decision is None:
        return {"action": None, "rule": None}
    return {"action": decision.action, "rule": decision.rule}
