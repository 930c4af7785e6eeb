"""Whether a stored plan still holds: settings, records and org rows must be what it was made from (B2)."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from itertools import islice
from typing import Literal

from sfpush.errors import OutOfBounds
from sfpush.runs.plan import make_plan
from sfpush.runs.progress import Progress
from sfpush.settings.effective import fingerprint
from sfpush.settings.schema import Settings
from sfpush.store import plans
from sfpush.store.orgs import OrgState
from sfpush.store.plans import PlanHead
from sfpush.store.runs import run_of_plan

_NAMED = 5


def refuse_stale(
    connection: sqlite3.Connection,
    state: OrgState,
    head: PlanHead,
    settings: Settings,
    *,
    now: datetime,
    progress: Progress,
) -> None:
    """Raise OutOfBounds, naming what moved, unless the plan would be made just so again. The snapshot is fresh.

    A plan is stale when it was pushed already, the settings are others, a record or org row it rests on has changed,
    or deciding on the same records now comes to anything else.
    """
    if (run := run_of_plan(connection, head.plan_id)) is not None:
        _refuse(f"Plan {head.plan_id} was pushed already, by run {run}.")
    if head.settings_fingerprint != fingerprint(settings):
        _refuse("The settings have changed since the plan was made.")
    mode: Literal["automatic", "manual"] = "manual" if head.mode == "manual" else "automatic"
    again = make_plan(
        connection, state, settings, now=now, progress=progress, scope=head.scope, mode=mode, remember=False
    )
    moved = list(islice(plans.differences(connection, head.plan, again.plan), _NAMED + 1))
    plans.drop_plan(connection, again.plan)
    if moved:
        more = " and more" if len(moved) > _NAMED else ""
        _refuse(f"{', '.join(moved[:_NAMED])}{more} changed since the plan was made.")


def _refuse(why: str) -> None:
    raise OutOfBounds(why, hint="Nothing was written. Plan again, and look at it.", code="plan-stale")
