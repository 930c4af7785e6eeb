"""A plan of how things stand now: unanswered writes settled, the org's changes read, then every decision made."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Literal

from sfpush.org.connected import Org
from sfpush.planning.campaigns import Campaign
from sfpush.runs.housekeeping import tidy
from sfpush.runs.plan import make_plan
from sfpush.runs.progress import Progress
from sfpush.runs.recover import recover
from sfpush.runs.refresh import refresh
from sfpush.settings.schema import Settings
from sfpush.store.orgs import OrgState, org_state
from sfpush.store.plans import EVERYTHING, PlanHead, Scope


def fresh_plan(
    connection: sqlite3.Connection,
    org: Org,
    state: OrgState,
    settings: Settings,
    *,
    now: Callable[[], datetime],
    progress: Progress,
    scope: Scope = EVERYTHING,
    mode: Literal["automatic", "manual"] = "automatic",
    campaign: Campaign | None = None,
    remember: bool = True,
) -> PlanHead:
    """Recover, refresh, tidy, plan (B3, G3), under the home's lock. Raises NotReady if the org is out of reach.

    `campaign` and `remember` are `make_plan`'s.
    """
    recovered = recover(connection, org, state, settings, now=now)
    refresh(connection, org, state, settings, now=now(), progress=progress)
    known = org_state(connection, state.org_id) or state
    # where the org is now, and whether it has a window, is the caller's knowledge: it may be the environment's org
    pulled = replace(known, instance_url=state.instance_url, window_ends_at=state.window_ends_at)
    tidy(connection, pulled, settings, now=now())
    return make_plan(
        connection,
        pulled,
        settings,
        scope=scope,
        mode=mode,
        now=now(),
        remaining_calls=org.budget.remaining if org.budget else None,
        progress=progress,
        recovered=recovered.sentences,
        campaign=campaign,
        remember=remember,
    )
