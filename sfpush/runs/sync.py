"""The automatic push that cron runs: import what is in the inbox, pull, plan, push under the settings."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sfpush.org.connected import Org
from sfpush.runs.carry_out import carry_out
from sfpush.runs.fresh import fresh_plan
from sfpush.runs.gate import AUTOMATIC_PUSH, refuse_closed
from sfpush.runs.import_files import ImportReport
from sfpush.runs.inbox import import_inbox
from sfpush.runs.progress import Progress
from sfpush.runs.report import RunReport
from sfpush.settings.schema import Settings
from sfpush.store.orgs import OrgState
from sfpush.store.plans import PlanHead


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did; `imported` is None without an inbox."""

    plan: PlanHead
    run: RunReport
    imported: ImportReport | None = None


def sync(
    connection: sqlite3.Connection,
    org: Org,
    state: OrgState,
    settings: Settings,
    *,
    inbox: Path | None,
    now: Callable[[], datetime],
    progress: Progress,
    stop: Callable[[], bool],
    over_budget: bool = False,
    over_limit: bool = False,
) -> SyncReport:
    """One automatic push; the caller holds the home's lock.

    Raises NotReady while a gate is closed (G2, G4), before anything is imported or read; OutOfBounds when the run
    exceeds a limit (G5, G6), with everything imported and nothing written to the org.
    """
    refuse_closed(settings, state, AUTOMATIC_PUSH, now=now())
    calls_before = org.api_calls
    imported = import_inbox(connection, inbox, now=now(), progress=progress) if inbox else None
    head = fresh_plan(connection, org, state, settings, now=now, progress=progress)
    run = carry_out(
        connection,
        org,
        state,
        head.plan_id,
        settings,
        command="sync",
        now=now,
        progress=progress,
        stop=stop,
        over_budget=over_budget,
        over_limit=over_limit,
        calls_before=calls_before,
    )
    return SyncReport(head, run, imported)
