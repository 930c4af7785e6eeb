"""Where a case happens: one home, and the practice orgs that it is connected to, over real HTTP."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sfpush.model import AnyChange
from sfpush.org.connected import Org
from sfpush.org.connection import Access
from sfpush.org.opening import open_org
from sfpush.practice import people
from sfpush.practice.org import PracticeOrg, utc_now
from sfpush.practice.rules import Rules
from sfpush.practice.save import Manner, create
from sfpush.practice.serve import serving
from sfpush.runs.campaigns import campaign_named
from sfpush.runs.carry_out import carry_out
from sfpush.runs.gate import AUTOMATIC_PUSH, MANUAL_PUSH, refuse_closed
from sfpush.runs.import_files import ImportReport, import_files
from sfpush.runs.link import link_record, unlink_record
from sfpush.runs.plan import make_plan
from sfpush.runs.progress import Silent
from sfpush.runs.refresh import refresh
from sfpush.runs.report import RunReport
from sfpush.runs.undo import left_alone, make_undo_plan
from sfpush.runs.why import Why, why
from sfpush.settings.load import load
from sfpush.settings.schema import Settings
from sfpush.store import plans
from sfpush.store.database import open_store, writing
from sfpush.store.deals import as_shown
from sfpush.store.links import links_for
from sfpush.store.orgs import OrgState, org_state, remember_org
from sfpush.store.plans import PlanHead, Scope
from sfpush.store.record_list import list_records
from sfpush.store.records import get
from sfpush.store.removals import delete_records, restore_records
from sfpush.store.times import to_text
from tests.scenarios.case import Step

_ID_PLACE = re.compile(r"\{([^{}:\"]+):(15|18)\}")
_LONG_AGO = timedelta(days=30)
_WRITTEN = (
    "Account", "Contact", "Lead", "Opportunity", "OpportunityContactRole", "CampaignMember", "Task", "Event",
    "EventRelation", "Note",
)  # fmt: skip
_STAMPS = frozenset({"LastModifiedDate", "LastModifiedById", "SystemModstamp", "LastActivityDate"})


@dataclass
class _Place:
    """A practice org that is being served, and the names that a case gave its rows."""

    practice: PracticeOrg
    org: Org
    url: str
    names: dict[str, str]


@dataclass(frozen=True)
class Pushed:
    """The last push of a step: what it reported, and the org before it."""

    before: dict[str, dict[str, Any]]
    report: RunReport


class World:
    """One home with a store; `connect` decides which org it speaks to from then on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open = ExitStack()
        self._places: dict[str, _Place] = {}
        self._rows_so_far = 0
        self.pushed: Pushed | None = None
        self.store: sqlite3.Connection = self._open.enter_context(closing(open_store(folder / "home")))
        self.settings = Settings()

    def close(self) -> None:
        """Stop every server and close the store."""
        self._open.close()

    def begin(self, step: Step) -> ImportReport:
        """Connect, furnish the org, let people do what they do, import."""
        self.pushed = None
        self.settings = load(step.settings).settings
        self._connect(step)
        for sobject, row in step.rows:
            self._add(sobject, row)
        for deed in step.people:
            self._do(deed)
        exports = [self._with_ids(path) for path in step.exports]
        report = import_files(self.store, exports, now=datetime.now(UTC), progress=Silent())
        self._say(step.said)
        return report

    def plan(self, step: Step) -> PlanHead:
        """Refresh the snapshot and make the step's plan."""
        now = datetime.now(UTC)
        if step.connection.get("pull", True):
            refresh(self.store, self._org, self.state, self.settings, now=now, progress=Silent())
        return make_plan(
            self.store,
            self.state,
            self.settings,
            now=now,
            progress=Silent(),
            scope=Scope(step.by_hand),
            mode="automatic" if step.by_hand is None else "manual",
            campaign=campaign_named(self._org, self.id_of(step.campaign)) if step.campaign else None,
        )

    def changes(self, head: PlanHead) -> list[AnyChange]:
        """The plan's changes in the contract's order."""
        return list(plans.changes(self.store, head.plan))

    def push(self, head: PlanHead) -> RunReport:
        """Carry the plan out; raises NotReady where a gate is closed."""
        now = datetime.now(UTC)
        gates = AUTOMATIC_PUSH if head.mode == "automatic" else MANUAL_PUSH
        refuse_closed(self.settings, self.state, gates, now=now)
        before = self.whole_org()
        report = carry_out(
            self.store,
            self._org,
            self.state,
            head.plan_id,
            self.settings,
            command="push",
            now=lambda: datetime.now(UTC),
            progress=Silent(),
            stop=lambda: False,
            over_limit=True,
            sleep=lambda _seconds: None,
        )
        self.pushed = Pushed(before, report)
        return report

    def undo(self, run_id: str) -> dict[str, str]:
        """Take a run back (B4); what is left alone of it, each with the reason."""
        now = datetime.now(UTC)
        head = make_undo_plan(self.store, self._org, self.state, run_id, self.settings, now=now, progress=Silent())
        self.push(head)
        return {one.record: one.reason for one in left_alone(self.store, head.plan)}

    def whole_org(self) -> dict[str, dict[str, Any]]:
        """Every living row of the org in all fields but those that only say when and by whom, by Id."""
        found: dict[str, dict[str, Any]] = {}
        with self._place.practice.reading() as db:
            for sobject in _WRITTEN:
                rows = db.execute(f'SELECT * FROM "{sobject}" WHERE IsDeleted = 0')
                names = [column[0] for column in rows.description]
                for row in (dict(zip(names, values, strict=True)) for values in rows):
                    found[row["Id"]] = {"sObject": sobject} | {name: row[name] for name in row.keys() - _STAMPS}
        return found

    def rows(self, sobject: str, fields: list[str]) -> list[dict[str, Any]]:
        """The org's living rows, oldest first."""
        found = self._org.read(sobject, fields)
        return sorted(found, key=lambda row: (row["CreatedDate"], row["Id"]))

    def record(self, key: str) -> dict[str, Any]:
        """A record of the store: its fields as shown, whether it is deleted, and the Id it is linked to."""
        found = get(self.store, key)
        link = links_for(self.store, self.state.org, [key]).get(key)
        fields = as_shown(self.store, self.state.org, found) if found else {}
        return {**fields, "deleted": found is None or found.deleted, "linked_to": link.id if link else ""}

    def why(self, key: str) -> Why:
        """The answer to `why` as things stand."""
        return why(self.store, self.state, self.settings, key, now=datetime.now(UTC))

    def not_synced(self) -> dict[str, str]:
        """The records without a link, each with its reason."""
        listed = list_records(self.store, self.state.org, synced=False)
        return {one.key: one.last_reason or "" for one in listed}

    def id_of(self, name: Any) -> Any:
        """The Salesforce Id that a row's name or a linked record's key stands for; anything else as it is."""
        if not isinstance(name, str):
            return name
        if name in self._place.names:
            return self._place.names[name]
        link = links_for(self.store, self.state.org, [name]).get(name)
        return link.id if link else name

    @property
    def state(self) -> OrgState:
        """What the store knows of the org that is connected."""
        found = org_state(self.store, self._org.identity.org_id)
        assert found is not None
        return found

    @property
    def _org(self) -> Org:
        return self._place.org

    def _say(self, said: Mapping[str, Any]) -> None:
        """What a person decides about records (M8, S1)."""
        now = datetime.now(UTC)
        with writing(self.store):
            delete_records(self.store, said.get("delete", ()), now=to_text(now))
            restore_records(self.store, said.get("restore", ()))
        for key in said.get("unlink", ()):
            unlink_record(self.store, self.state.org, key, now=now)
        for key, name in said.get("link", {}).items():
            link_record(self.store, lambda: self._org, self.state.org, self.settings, key, self.id_of(name), now=now)

    def _connect(self, step: Step) -> None:
        name = step.connection.get("org", "first")
        if name not in self._places:
            self._places[name] = self._opened(name, step.rules)
        self._place = self._places[name]
        now = datetime.now(UTC)
        hours = step.connection.get("window_hours")
        ends_at = None if hours is None else to_text(now + timedelta(hours=hours))
        remember_org(self.store, self._org.identity.org_id, self._place.url, now=to_text(now), window_ends_at=ends_at)

    def _opened(self, name: str, rules: Mapping[str, Any] | None) -> _Place:
        practice = PracticeOrg(self._folder / f"{name}.db", Rules.from_mapping(rules) if rules else None)
        self._open.callback(practice.close)
        server = self._open.enter_context(serving(practice))
        access = Access(server.url, SecretStr(server.access_token))
        org = self._open.enter_context(open_org(self._folder / "home", self.settings, {}, practice=access))
        return _Place(practice, org, server.url, {})

    def _add(self, sobject: str, row: Mapping[str, Any]) -> None:
        practice, names = self._place.practice, self._place.names
        values = {field: self.id_of(value) for field, value in row.items() if field != "as"}
        if sobject == "User":
            values = {**_user(self._rows_so_far, self._profile()), **values}
        self._rows_so_far += 1
        if self.store.execute("SELECT COUNT(*) FROM runs").fetchone() == (0,):
            # each row is a minute younger than the one before it; what comes after a run comes now
            moment = utc_now() - _LONG_AGO + timedelta(minutes=self._rows_so_far)
            practice.clock = lambda: moment
        (saved,) = create(practice, practice.catalogue.whole(sobject), [values], Manner(allow_duplicates=True))
        practice.clock = utc_now
        assert saved.success, (sobject, row, saved)
        if "as" in row:
            names[row["as"]] = str(saved.id)

    def _with_ids(self, path: Path) -> Path:
        """The export with the ids of org rows written into it, where it has places for them."""
        text = path.read_text("utf-8")
        filled = _ID_PLACE.sub(lambda found: self._place.names[found[1]][: int(found[2])], text)
        if filled == text:
            return path
        copy = self._folder / path.name
        copy.write_text(filled, "utf-8")
        return copy

    def _profile(self) -> str:
        with self._place.practice.reading() as db:
            return str(db.execute('SELECT Id FROM "Profile" ORDER BY n').fetchone()[0])

    def _do(self, deed: Mapping[str, Any]) -> None:
        practice = self._place.practice
        match deed:
            case {"convert": name, **into}:
                made = people.convert_lead(practice, self.id_of(name), **{k: self.id_of(v) for k, v in into.items()})
                self._place.names[f"{name}'s contact"] = made.contact_id
                self._place.names[f"{name}'s account"] = made.account_id
            case {"delete": name}:
                people.delete(practice, self.id_of(name))
            case {"merge": [winner, *losers]}:
                people.merge(practice, self.id_of(winner), [self.id_of(one) for one in losers])
            case {"edit": name, **changes}:
                people.edit(practice, self.id_of(name), changes)
            case _:
                raise ValueError(f"nobody does {dict(deed)}")


def _user(number: int, profile: str) -> dict[str, Any]:
    return {
        "LastName": f"User {number}",
        "Username": f"user{number}@org.example",
        "Alias": f"u{number}",
        "ProfileId": profile,
        "IsActive": True,
    }
