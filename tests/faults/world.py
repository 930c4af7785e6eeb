"""A home full of Apollo records and the org they go to, made once and copied for every try."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import multiprocessing.connection
import shutil
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sfpush.model import ParsedRecord
from sfpush.practice.faults import Fault, arm, disarm
from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving, serving
from sfpush.store import records
from sfpush.store.database import open_store
from sfpush.store.journal import sobjects_taken
from sfpush.store.runs import history
from tests.faults import exports, pusher
from tests.faults.relay import Moment, Relay, relaying

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.faults.pusher"])

_SEEN = {
    "Account": ("Name", "Website", "Industry"),
    "Contact": ("FirstName", "LastName", "Email", "Title", "LeadSource", "Account.Name"),
    "Lead": ("FirstName", "LastName", "Email", "Title", "LeadSource", "Company"),
    "Opportunity": ("Name", "Amount", "StageName", "Account.Name"),
    "OpportunityContactRole": ("Opportunity.Name", "Contact.Name"),
    "Task": ("Subject", "Description", "ActivityDate", "Who.Name", "What.Name"),
    "Event": ("Subject", "ActivityDateTime", "Who.Name", "What.Name"),
    "EventRelation": ("Event.Subject", "Relation.Name"),
    "Note": ("Title", "Body", "Parent.Name"),
}
"""What is compared of a row: nothing that an org numbers or dates itself."""

_WITH_EXTERNAL_IDS = ("Contact", "Lead", "Account", "Opportunity", "Task", "Event")

Row = tuple[Any, ...]
Strike = Callable[[BaseProcess, int, Moment], bool]


@dataclass(frozen=True)
class World:
    """Two templates on disk, the org's and the home's, and how the records of its runs travel."""

    folder: Path
    shape: Shape

    @contextlib.contextmanager
    def trial(self, name: str) -> Iterator[Trial]:
        """A fresh copy of org and home, with the org answering."""
        folder = self.folder / name
        shutil.copytree(self.folder / "template", folder)
        org = PracticeOrg(folder / "org.sqlite")
        try:
            with serving(org) as served:
                yield Trial(folder, served, self.shape.settings)
        finally:
            org.close()
            shutil.rmtree(folder)


@dataclass
class Trial:
    """One copy of the world: an org and one or two homes that push to it."""

    folder: Path
    served: Serving
    settings: dict[str, Any]

    def run(self, home: str = "home", *, undoing: str = "") -> dict[str, Any]:
        """A run that nothing disturbs, or one that takes another back; what it reports."""
        process = self._start(home, self.served.url, undoing=undoing)
        process.join()
        assert process.exitcode == 0
        return dict(json.loads((self.folder / f"{home}.json").read_text(encoding="utf-8")))

    def run_struck(self, strike: Strike, home: str = "home", *, undoing: str = "") -> tuple[int | None, Relay]:
        """A run through a relay that strikes; its exit code, and the requests it made."""
        started: list[BaseProcess] = []
        with relaying(self.served.url, lambda number, moment: strike(started[0], number, moment)) as relay:
            process = self._start(home, relay.url, started, undoing=undoing)
            process.join()
        return process.exitcode, relay

    def run_failing(self, *faults: Fault) -> int | None:
        """A run of which some requests fail; its exit code."""
        for fault in faults:
            arm(self.served.org, fault)
        process = self._start("home", self.served.url)
        process.join()
        disarm(self.served.org)
        return process.exitcode

    def runs_that_wrote(self) -> list[str]:
        """The ids of the home's runs of which the org took something, the latest first."""
        with closing(open_store(self.folder / "home")) as connection:
            return [run.run_id for run in history(connection, 1) if sobjects_taken(connection, run.run)]

    def second_home(self) -> None:
        """Another home with the same records."""
        shutil.copytree(self.folder / "home", self.folder / "second")

    def rows(self) -> Counter[Row]:
        """What the org holds, without its Ids and times: parents by name."""
        found: Counter[Row] = Counter()
        for sobject, fields in _SEEN.items():
            for row in self._query(f"SELECT {', '.join(fields)} FROM {sobject}"):
                found[sobject, *(_value(row, name) for name in fields)] += 1
        return found

    def _start(
        self, home: str, url: str, started: list[BaseProcess] | None = None, *, undoing: str = ""
    ) -> BaseProcess:
        process = _PROCESSES.Process(
            target=pusher.run,
            args=(self.folder / home, url, self._token(), self.settings, self.folder / f"{home}.json", undoing),
        )
        if started is not None:
            started.append(process)
        process.start()
        return process

    def _token(self) -> str:
        login = {
            "grant_type": "client_credentials",
            "client_id": self.served.client_id,
            "client_secret": self.served.client_secret,
        }
        url = self.served.url + "/services/oauth2/token"
        with urllib.request.urlopen(url, urllib.parse.urlencode(login).encode()) as answer:
            return str(json.load(answer)["access_token"])

    def _query(self, soql: str) -> Iterator[dict[str, Any]]:
        token = self._token()
        path = "/services/data/v62.0/query?" + urllib.parse.urlencode({"q": soql})
        while path:
            request = urllib.request.Request(self.served.url + path, headers={"Authorization": f"Bearer {token}"})
            with urllib.request.urlopen(request) as answer:
                page = json.load(answer)
            yield from page["records"]
            path = page.get("nextRecordsUrl", "")


def kill_at(place: int, moment: Moment) -> Strike:
    """SIGKILL the run at request `place`, before the org sees it or after it has answered."""

    def strike(process: BaseProcess, number: int, now: Moment) -> bool:
        if (number, now) != (place, moment):
            return False
        process.kill()
        multiprocessing.connection.wait([process.sentinel])  # not join: the main thread takes the exit code
        return True

    return strike


@dataclass(frozen=True)
class Shape:
    """How the records travel: as leads or contacts, by external ids or without, in Bulk jobs or by Collections.

    `second_day`: accounts and people went the day before; now they change and go, with deals and activities.
    """

    external_ids: bool = False
    leads: bool = False
    bulk: bool = False
    second_day: bool = False

    def __str__(self) -> str:
        how = "bulk" if self.bulk else "collections"
        what = f"{'leads' if self.leads else 'contacts'}{', the day after' if self.second_day else ''}"
        return f"{what}, {how}, {'' if self.external_ids else 'no '}external ids"

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of its runs."""
        wanted: dict[str, Any] = {"push": {"settle_seconds": 0}}
        if self.bulk:
            wanted["push"]["bulk_threshold"] = 5
        if self.leads:
            wanted["contacts"] = {"create_as": "lead"}
        if self.external_ids:
            wanted["salesforce"] = {"external_ids": dict.fromkeys(map(str.lower, _WITH_EXTERNAL_IDS), "Apollo_Id__c")}
        if self.second_day:
            wanted["deals"] = {"mode": "bidirectional"}
            wanted["activities"] = {kind: {"push": True} for kind in ("emails", "notes", "calls", "meetings")}
            wanted["mailboxes"] = {"addresses": [exports.MAILBOX]}
            wanted.setdefault("contacts", {})["deletion_sync"] = True
        return wanted


def make_world(folder: Path, shape: Shape, *, records_in_all: int) -> World:
    """Records of which a fifth are accounts, and a third are in the org already under another title or name."""
    template = folder / "template"
    template.mkdir()
    rules = {"fields": [_external_id(name) for name in _WITH_EXTERNAL_IDS]} if shape.external_ids else {}
    org = PracticeOrg(template / "org.sqlite", Rules.from_mapping(rules))
    try:
        with serving(org) as served:
            _fill(served, records_in_all)
            _remember(template / "home", exports.first_day(records_in_all))
            if shape.second_day:
                Trial(template, served, shape.settings).run()
                _remember(template / "home", exports.second_day(records_in_all))
    finally:
        org.close()
    return World(folder, shape)


def _remember(home: Path, export: Iterable[ParsedRecord]) -> None:
    with closing(open_store(home)) as connection:
        records.upsert(connection, list(export), now="2026-11-24T08:00:00.000Z")


def _external_id(sobject: str) -> dict[str, Any]:
    return {
        "sobject": sobject,
        "name": "Apollo_Id__c",
        "type": "string",
        "length": 120,
        "external_id": True,
        "unique": True,
    }


def _fill(served: Serving, count: int) -> None:
    """Accounts, Contacts and Leads that some of the records match."""
    there = [
        {"attributes": {"type": "Account"}, "Name": f"Company {n}", "Website": f"company{n}.example"}
        for n in range(0, count // 5, 3)
    ]
    for n in range(1, count - count // 5, 5):
        email = f"ann{n}@company{n % (count // 3 + 1)}.example"
        lead = {"attributes": {"type": "Lead"}, "LastName": f"Lee {n}", "Company": "Old", "Email": email}
        contact = {"attributes": {"type": "Contact"}, "LastName": f"Lee {n}", "Email": email}
        there.append(lead if n % 2 else contact)
    there.sort(key=lambda row: str(row["attributes"]))  # a call takes at most ten runs of one type
    for start in range(0, len(there), 200):
        body = json.dumps({"allOrNone": True, "records": there[start : start + 200]}).encode()
        request = urllib.request.Request(
            f"{served.url}/services/data/v62.0/composite/sobjects",
            body,
            {"Authorization": f"Bearer {served.access_token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            assert all(row["success"] for row in json.load(answer))


def _value(row: dict[str, Any], name: str) -> Any:
    for step in name.split("."):
        row = (row or {}).get(step)  # type: ignore[assignment]
    return row
