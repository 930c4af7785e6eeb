"""One whole run in a process of its own, as `sfpush sync` makes it: lock, recover, refresh, plan, carry out."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sfpush.org.connection import Access
from sfpush.org.opening import open_org
from sfpush.runs.carry_out import carry_out
from sfpush.runs.lock import only_run
from sfpush.runs.plan import make_plan
from sfpush.runs.progress import Silent
from sfpush.runs.recover import recover
from sfpush.runs.refresh import refresh
from sfpush.settings.schema import Settings
from sfpush.store.database import open_store
from sfpush.store.orgs import remember_org
from sfpush.store.times import to_text


def now() -> datetime:
    return datetime.now(UTC)


def run(home: Path, url: str, token: str, settings: dict[str, Any], report: Path | None = None) -> None:
    """Push everything in `home` to the org at `url`; what became of it goes to `report` as JSON."""
    wanted = Settings.model_validate(settings)
    with (
        only_run(home, "sync", now=now()),
        open_org(home, wanted, {}, practice=Access(url, SecretStr(token))) as org,
        closing(open_store(home)) as connection,
    ):
        state = remember_org(
            connection, org.identity.org_id, org.identity.instance_url, now=to_text(now()), window_ends_at=None
        )
        recovered = recover(connection, org, state, wanted, now=now)
        refresh(connection, org, state, wanted, now=now(), progress=Silent())
        state = remember_org(
            connection, org.identity.org_id, org.identity.instance_url, now=to_text(now()), window_ends_at=None
        )
        head = make_plan(connection, state, wanted, now=now(), progress=Silent())
        done = carry_out(
            connection,
            org,
            state,
            head.plan_id,
            wanted,
            command="sync",
            now=now,
            progress=Silent(),
            stop=lambda: False,
            over_limit=True,
        )
    if report is not None:
        found = {
            "results": asdict(done.results),
            "recovered": asdict(recovered),
            "rejects": [(one.record, one.code, one.message) for one in done.rejects],
            "stopped_by": done.stopped_by.code if done.stopped_by else None,
        }
        report.write_text(json.dumps(found), encoding="utf-8")
