"""Where a situation is played: a store and a practice org, over HTTP where something is pushed."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sfpush.model import AnyChange, ParsedRecord
from sfpush.org.connected import Org
from sfpush.org.connection import Access
from sfpush.org.opening import open_org
from sfpush.practice.org import PracticeOrg, utc_now
from sfpush.practice.rules import Rules
from sfpush.practice.save import Manner, create
from sfpush.practice.serve import serving
from sfpush.runs.carry_out import carry_out
from sfpush.runs.plan import make_plan
from sfpush.runs.progress import Silent
from sfpush.runs.refresh import refresh
from sfpush.runs.report import RunReport
from sfpush.settings.schema import Settings
from sfpush.store import plans, records
from sfpush.store.database import open_store
from sfpush.store.orgs import OrgState, org_state, remember_org
from sfpush.store.plans import EVERYTHING, PlanHead, Scope
from sfpush.store.times import to_text
from tests.properties.situations import EXTERNAL_ID, Situation

_NUMBERS = itertools.count()
_LONG_AGO = timedelta(days=30)
_SOBJECTS = ("Account", "Contact", "Lead")
_RULES = Rules.from_mapping(
    {"fields": [{"sobject": sobject, "name": EXTERNAL_ID, "external_id": True} for sobject in _SOBJECTS]}
)


@dataclass
class Place:
    """A home whose snapshot is fresh, and its org."""

    store: sqlite3.Connection
    practice: PracticeOrg
    org: Org
    settings: Settings

    @property
    def state(self) -> OrgState:
        found = org_state(self.store, self.org.identity.org_id)
        assert found is not None
        return found

    def take_in(self, parsed: Iterable[ParsedRecord]) -> None:
        """Import rows one by one, in this order."""
        for one in parsed:
            records.upsert(self.store, [one], now=to_text(utc_now()))

    def forget(self) -> None:
        """Forget all records and plans."""
        for table in ("changes", "decisions", "plans", "record_keys", "records"):
            self.store.execute(f"DELETE FROM {table}")

    def refresh(self) -> None:
        refresh(self.store, self.org, self.state, self.settings, now=utc_now(), progress=Silent())

    def plan(self, scope: Scope = EVERYTHING) -> PlanHead:
        return make_plan(
            self.store,
            self.state,
            self.settings,
            now=utc_now(),
            progress=Silent(),
            scope=scope,
            mode="automatic" if scope is EVERYTHING else "manual",
        )

    def changes(self, head: PlanHead | None = None) -> list[AnyChange]:
        """What a plan says, made now unless given; in the contract's order."""
        return list(plans.changes(self.store, (head or self.plan()).plan))

    def push(self, head: PlanHead) -> RunReport:
        return carry_out(
            self.store,
            self.org,
            self.state,
            head.plan_id,
            self.settings,
            command="push",
            now=utc_now,
            progress=Silent(),
            stop=lambda: False,
            over_limit=True,
            over_budget=True,
            sleep=lambda _seconds: None,
        )

    def rows(self) -> dict[str, dict[str, Any]]:
        """Every row of the org, whole, by Id."""
        with self.practice.reading() as db:
            db.row_factory = sqlite3.Row
            try:
                return {row["Id"]: dict(row) for name in _SOBJECTS for row in db.execute(f'SELECT * FROM "{name}"')}
            finally:
                db.row_factory = None


@contextmanager
def played(folder: Path, situation: Situation) -> Iterator[Place]:
    """A home of its own for this situation: the org furnished and read, nothing imported yet."""
    here = folder / f"{next(_NUMBERS)}"
    practice = PracticeOrg(here / "org.db", _RULES)
    _furnish(practice, situation)
    with serving(practice) as server, closing(open_store(here / "home")) as store:
        store.execute("PRAGMA synchronous = OFF")
        access = Access(server.url, SecretStr(server.access_token))
        with open_org(here / "home", situation.settings, {}, practice=access) as org:
            now = to_text(datetime.now(UTC))
            remember_org(store, org.identity.org_id, server.url, now=now, window_ends_at=None)
            place = Place(store, practice, org, situation.settings)
            place.refresh()
            yield place
    practice.close()


def _furnish(practice: PracticeOrg, situation: Situation) -> None:
    accounts = [_added(practice, number, "Account", row) for number, row in enumerate(situation.accounts)]
    for number, (sobject, row) in enumerate(situation.people, start=len(accounts)):
        values = dict(row)
        place = values.pop("AccountId", None)
        if place is not None and place < len(accounts):
            values["AccountId"] = accounts[place]
        _added(practice, number, sobject, values)
    practice.clock = utc_now


def _added(practice: PracticeOrg, number: int, sobject: str, row: Any) -> str:
    moment = utc_now() - _LONG_AGO + timedelta(minutes=number)
    practice.clock = lambda: moment
    (saved,) = create(practice, practice.catalogue.whole(sobject), [row], Manner(allow_duplicates=True))
    assert saved.success, saved
    return str(saved.id)
