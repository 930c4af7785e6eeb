"""One whole run in a process of its own, as `sfpush sync` and `sfpush undo` make it: lock, recover, plan, carry out."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sfpush.errors import SfpushError
from sfpush.org.connected import Org
from sfpush.org.connection import Access
from sfpush.org.http import OrgSession
from sfpush.org.login import identify
from sfpush.org.opening import write_headers
from sfpush.org.transport import Transport
from sfpush.runs.carry_out import carry_out
from sfpush.runs.fresh import fresh_plan
from sfpush.runs.lock import only_run
from sfpush.runs.progress import Silent
from sfpush.runs.recover import recover
from sfpush.runs.undo import make_undo_plan
from sfpush.settings.schema import Settings
from sfpush.store.database import open_store
from sfpush.store.orgs import OrgState, remember_org
from sfpush.store.plans import PlanHead
from sfpush.store.times import to_text

_TIMEOUTS = (2.0, 1.5)
"""Seconds, to connect and to wait for an answer: enough for an org on this machine."""


def now() -> datetime:
    return datetime.now(UTC)


def no_wait(seconds: float) -> None:
    """What would be waited for between tries is over at once."""


def run(home: Path, url: str, token: str, settings: dict[str, Any], report: Path, undoing: str = "") -> None:
    """Push everything in `home` to the org at `url`, or take the run `undoing` back; what became of it goes to `report`
    as JSON.

    Exits with the code of what stopped it, if anything did.
    """
    wanted = Settings.model_validate(settings)
    try:
        with only_run(home, "undo" if undoing else "sync", now=now()), closing(_org(url, token, wanted)) as org:
            found = _push(home, org, wanted, undoing)
    except SfpushError as problem:
        sys.exit(problem.exit_code)
    report.write_text(json.dumps(found), encoding="utf-8")
    if found["stopped_by"]:
        sys.exit(5)


def _org(url: str, token: str, settings: Settings) -> Org:
    access = Access(url, SecretStr(token))
    session = OrgSession(url, timeouts=_TIMEOUTS)
    transport = Transport(access, session, api_version=settings.salesforce.api_version, sleep=no_wait)
    return Org(transport, identify(access), write_headers(settings.salesforce))


def _push(home: Path, org: Org, settings: Settings, undoing: str) -> dict[str, Any]:
    with closing(open_store(home)) as connection:
        identity = org.identity
        state = remember_org(
            connection, identity.org_id, identity.instance_url, now=to_text(now()), window_ends_at=None
        )
        head = (
            _undo_plan(connection, org, state, settings, undoing)
            if undoing
            else fresh_plan(connection, org, state, settings, now=now, progress=Silent())
        )
        done = carry_out(
            connection,
            org,
            state,
            head.plan_id,
            settings,
            command="undo" if undoing else "sync",
            now=now,
            progress=Silent(),
            stop=lambda: False,
            over_limit=True,
            over_budget=True,
            sleep=no_wait,
        )
    return {
        "results": asdict(done.results),
        "notes": done.notes,
        "rejects": [(one.record, one.code, one.message) for one in done.rejects],
        "stopped_by": done.stopped_by.code if done.stopped_by else None,
    }


def _undo_plan(connection: sqlite3.Connection, org: Org, state: OrgState, settings: Settings, run_id: str) -> PlanHead:
    recover(connection, org, state, settings, now=now)
    return make_undo_plan(connection, org, state, run_id, settings, now=now(), progress=Silent())
