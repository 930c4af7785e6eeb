"""A home with a store, connected to a practice org over HTTP; plans made of given changes, or of given records."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from sfpush.model import AnyChange, ParsedRecord, RecordType
from sfpush.org.connected import Org
from sfpush.org.connection import Access
from sfpush.org.opening import open_org
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving
from sfpush.runs.carry_out import carry_out
from sfpush.runs.plan import make_plan
from sfpush.runs.progress import Silent
from sfpush.runs.recover import Recovered, recover
from sfpush.runs.refresh import refresh
from sfpush.runs.report import RunReport
from sfpush.settings.schema import Settings
from sfpush.store import plans, records
from sfpush.store.database import open_store, writing
from sfpush.store.orgs import OrgState, org_state, remember_org
from sfpush.store.times import to_text

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass
class Home:
    """One home and its org. `sleeps` collects what pushes would have waited; `shift` moves this machine's clock."""

    connection: sqlite3.Connection
    org: Org
    settings: Settings
    sleeps: list[float] = field(default_factory=list)
    shift: timedelta = timedelta()

    @property
    def state(self) -> OrgState:
        state = org_state(self.connection, self.org.identity.org_id)
        assert state is not None
        return state

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def add(self, *found: ParsedRecord) -> None:
        records.upsert(self.connection, found, now=to_text(self.now()))

    def refresh(self) -> None:
        refresh(self.connection, self.org, self.state, self.settings, now=self.now(), progress=Silent())

    def plan(self) -> plans.PlanHead:
        self.refresh()
        return make_plan(self.connection, self.state, self.settings, now=self.now(), progress=Silent())

    def recovered_plan(self) -> plans.PlanHead:
        """What every push begins with: recovery, then the plan."""
        self.recover()
        return self.plan()

    def planned(self, decided: Iterable[plans.Decided | AnyChange]) -> plans.PlanHead:
        """A stored plan of exactly these changes."""
        head = plans.PlanHead(
            0,
            f"plan-{self.now().timestamp()}",
            to_text(self.now()),
            self.state.org_id,
            self.state.instance_url,
            "manual",
        )
        with writing(self.connection):
            number = plans.begin_plan(self.connection, self.state.org, head)
            plans.add_changes(
                self.connection,
                number,
                [one if isinstance(one, plans.Decided) else plans.Decided(one, 1) for one in decided],
            )
            return plans.finish_plan(self.connection, replace(head, plan=number))

    def push(self, head: plans.PlanHead | None = None, **options: Any) -> RunReport:
        options.setdefault("stop", lambda: False)
        return carry_out(
            self.connection,
            self.org,
            self.state,
            (head or self.recovered_plan()).plan_id,
            self.settings,
            command="push",
            now=self.now,
            progress=Silent(),
            sleep=self.sleeps.append,
            **options,
        )

    def recover(self) -> Recovered:
        return recover(self.connection, self.org, self.state, self.settings, now=self.now)

    def rows(self, sobject: str, *fields: str) -> list[dict[str, Any]]:
        """The org's living rows, by Id."""
        found = self.org.read(sobject, fields)
        return sorted(({name: row[name] for name in ("Id", *fields)} for row in found), key=lambda row: row["Id"])


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def home(practice_org: Serving, tmp_path: Path, settings: Settings) -> Iterator[Home]:
    access = Access(practice_org.url, SecretStr(practice_org.access_token))
    folder = tmp_path / "home"
    with open_org(folder, settings, {}, practice=access) as org, closing(open_store(folder)) as connection:
        identity = org.identity
        remember_org(connection, identity.org_id, practice_org.url, now=to_text(datetime.now(UTC)), window_ends_at=None)
        yield Home(connection, org, settings)


def contact(number: int, **fields: Any) -> ParsedRecord:
    """A contact of its own company, unless `fields` says otherwise."""
    values = {
        "first_name": "Ann",
        "last_name": f"Lee {number}",
        "email": f"ann{number}@acme{number}.example",
        "email_status": "Verified",
        "organization_name": f"Acme {number}",
        "website": f"https://acme{number}.example",
        **fields,
    }
    given = {name: value for name, value in values.items() if value is not None}
    return ParsedRecord(f"contact:c{number:05}", RecordType.CONTACT, given, set(values), apollo_id=f"c{number:05}")


class ByExternalId:
    """Tests in an org whose Contacts have a unique external id, and whose settings name it."""

    @pytest.fixture
    def practice_rules(self) -> Rules:
        field = {"sobject": "Contact", "name": "Apollo_Id__c", "type": "string", "length": 80}
        return Rules.from_mapping({"fields": [{**field, "external_id": True, "unique": True}]})

    @pytest.fixture
    def settings(self) -> Settings:
        return Settings.model_validate({"salesforce": {"external_ids": {"contact": "Apollo_Id__c"}}})
