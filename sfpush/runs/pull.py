"""Pulling by hand: the snapshot brought up to date, and what comes from the org taken into the store (D2, S1, S3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

from sfpush.org.connected import Org
from sfpush.runs.follow_org import follow_org
from sfpush.runs.plan import make_plan
from sfpush.runs.progress import Progress
from sfpush.runs.refresh import Refreshed, refresh
from sfpush.runs.report import Counts
from sfpush.settings.schema import Settings
from sfpush.store import plans, runs
from sfpush.store.database import writing
from sfpush.store.orgs import OrgState, org_state
from sfpush.store.times import to_text


def pull(
    connection: sqlite3.Connection,
    org: Org,
    state: OrgState,
    settings: Settings,
    *,
    now: Callable[[], datetime],
    progress: Progress,
    full: bool = False,
) -> Refreshed:
    """Refresh, then carry out all of a plan that is done in the store alone. The caller holds the home's lock.

    Nothing is written to the org. A run stands in the history if anything came.
    """
    refreshed = refresh(connection, org, state, settings, now=now(), progress=progress, full=full)
    read = org_state(connection, state.org_id) or state
    head = make_plan(connection, read, settings, now=now(), progress=progress, inwards=True)
    planned = plans.tally(connection, head.plan)
    if not planned:
        plans.drop_plan(connection, head.plan)
        return refreshed
    run = runs.begin_run(
        connection, state.org, command="pull", mode=head.mode, plan_id=head.plan_id, now=to_text(now())
    )
    local = follow_org(connection, state.org, run.run, head.plan, planned, now=now())
    with writing(connection):
        results = asdict(Counts(**local))
        calls = refreshed.api_calls
        runs.end_run(connection, run.run, status="done", results=results, api_calls=calls, now=to_text(now()))
    return replace(refreshed, pulled=local["pulled"])
