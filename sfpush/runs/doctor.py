"""Gathering what the doctor looks at. Nothing is written, neither here nor in the org; no run is kept waiting (B7)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sfpush.describe import Describe
from sfpush.errors import NotReady, RequestRefused, SfpushError
from sfpush.org.connected import Org
from sfpush.org.connection import environment_access, load_connection
from sfpush.org.failures import is_denied
from sfpush.org.secrets import FILE_NAME as SECRETS
from sfpush.planning.doctor import setup_paths
from sfpush.planning.doctor.facts import (
    Calls,
    Clock,
    Connection,
    DuplicateRule,
    Facts,
    Home,
    Machine,
    OrgFacts,
    Owners,
    Trouble,
)
from sfpush.planning.doctor.sobjects import asked_values
from sfpush.planning.field_map import RECORD_TYPES
from sfpush.planning.gates import Gate, closed_gates
from sfpush.planning.map_check import used_sobjects
from sfpush.runs.lock import at_work
from sfpush.runs.look_up import CLOCK_TOLERANCE
from sfpush.runs.settings_check import check_against_store, owners_named
from sfpush.settings.examine import Examined
from sfpush.settings.private import checked_home
from sfpush.settings.schema import Settings
from sfpush.store.database import FILE_NAME as STORE
from sfpush.store.orgs import OrgState, org_state
from sfpush.store.samples import values_of
from sfpush.store.times import to_text


@dataclass(frozen=True, slots=True)
class Ways:
    """What the doctor is given to look with: how to open the store and the org (each may raise SfpushError), what the
    environment says, and the time."""

    open_store: Callable[[], sqlite3.Connection]
    open_org: Callable[[], Org]
    environ: Mapping[str, str]
    now: Callable[[], datetime]


def look_around(home: Path, examined: Examined, ways: Ways) -> Facts:
    """Everything that the checks rest on. Never raises for what is wrong: that is what is looked for."""
    store, store_trouble = _store(home, ways)
    settings = examined.settings
    unknown = tuple(check_against_store(store, settings)) if store and settings else ()
    machine = Machine(_home(home), store_trouble, at_work(home), unknown)
    if settings is None:
        return Facts(examined, machine)
    try:
        org = ways.open_org()
    except SfpushError as problem:
        known = _known_without_asking(home, store, ways.environ)
        return Facts(examined, machine, _trouble(problem), _gates(settings, known, ways.now()) if known else None)
    connection = Connection(
        "environment" if environment_access(ways.environ) else _way(home),
        org.identity.instance_url,
        org.identity.org_id,
        org.identity.username,
    )
    known = org_state(store, org.identity.org_id) if store else None
    gates = _gates(settings, known, ways.now(), window=connection.way != "environment")
    return Facts(examined, machine, connection, gates, _Asking(org, store, settings, ways.now).ask())


def _store(home: Path, ways: Ways) -> tuple[sqlite3.Connection | None, Trouble | None]:
    """The store, if there is one: none is made for being looked at."""
    if not (home / STORE).exists():
        return None, None
    try:
        return ways.open_store(), None
    except SfpushError as problem:
        return None, _trouble(problem)


def _home(home: Path) -> Home:
    there = next(place for place in (home, *home.absolute().parents) if place.exists())
    try:
        checked_home(home)
        trouble = None
    except SfpushError as problem:
        trouble = _trouble(problem)
    return Home(
        path=str(home),
        exists=there == home,
        writable=there.is_dir() and os.access(there, os.W_OK | os.X_OK),
        free_bytes=shutil.disk_usage(there).free,
        trouble=trouble,
        secret_mode=_mode(home / SECRETS),
    )


def _mode(path: Path) -> int | None:
    """A file's mode, None where there is none, or none that says who may read it."""
    try:
        return stat.S_IMODE(path.stat().st_mode) if os.name == "posix" else None
    except OSError:
        return None


def _known_without_asking(home: Path, store: sqlite3.Connection | None, environ: Mapping[str, str]) -> OrgState | None:
    """What is remembered of the org that can't be asked; of one that the environment names nobody knows which it is."""
    try:
        connection = None if environment_access(environ) else load_connection(home)
    except SfpushError:  # told as the connection's trouble
        return None
    return org_state(store, connection.identity.org_id) if store and connection else None


def _way(home: Path) -> str:
    connection = load_connection(home)
    return connection.login.way if connection else "environment"


def _gates(settings: Settings, known: OrgState | None, now: datetime, *, window: bool = True) -> tuple[Gate, ...]:
    return closed_gates(
        settings,
        pulled=known is not None and known.pulled_at is not None,
        window_ends_at=known.window_ends_at if known and window else None,
        now=to_text(now),
    )


def _trouble(problem: SfpushError) -> Trouble:
    return Trouble(problem.message, problem.hint, problem.code)


class _Asking:
    """Asking the org, one thing after another, until there is no more to ask or it is lost."""

    def __init__(
        self, org: Org, store: sqlite3.Connection | None, settings: Settings, now: Callable[[], datetime]
    ) -> None:
        self._org, self._store, self._settings, self._now = org, store, settings, now

    def ask(self) -> OrgFacts:
        """What the org says; what it does not say any more is None, and `lost` is why."""
        said: dict[str, Any] = {}
        try:
            said["versions"], said["clock"] = self._versions_and_clock()
            if self._settings.salesforce.api_version in said["versions"]:
                budget = self._org.limits()
                said["calls"] = Calls(budget.max, budget.remaining)
                said["describes"] = describes = self._describes()
                said["values"] = self._values(describes)
                said["duplicate_rules"] = self._duplicate_rules()
                said["owners"] = self._owners()
        except NotReady as problem:
            said["lost"] = _trouble(problem)
        return OrgFacts(**said)

    def _versions_and_clock(self) -> tuple[tuple[str, ...], Clock | None]:
        before = self._now()
        versions = self._org.api_versions()
        between = before + (self._now() - before) / 2
        orgs = self._org.answered_at
        return versions, Clock(between, orgs, CLOCK_TOLERANCE) if orgs else None

    def _describes(self) -> Mapping[str, Describe]:
        found = {}
        for sobject in used_sobjects(self._settings):
            try:
                found[sobject] = self._org.describe(sobject)
            except RequestRefused:  # hidden from the user, which is what the checks then say
                continue
        return found

    def _values(self, describes: Mapping[str, Describe]) -> Mapping[str, Mapping[str, tuple[Any, ...]]]:
        if self._store is None:
            return {}
        return {
            sobject: values_of(self._store, RECORD_TYPES[sobject], names)
            for sobject, names in asked_values(self._settings, describes).items()
        }

    def _duplicate_rules(self) -> tuple[DuplicateRule, ...] | Trouble:
        try:
            return tuple(
                DuplicateRule(row["MasterLabel"], row["SobjectType"], row["IsActive"])
                for row in self._org.read("DuplicateRule", ("MasterLabel", "SobjectType", "IsActive"))
            )
        except NotReady as problem:
            if not is_denied(problem):
                raise
            return Trouble("The user may not see which duplicate rules there are.", setup_paths.SEES_SETUP)

    def _owners(self) -> Owners | None:
        """The Apollo owners, and which of them are active users now; None where the user does not see users."""
        emails: frozenset[str] = owners_named(self._store) if self._store else frozenset()
        if not emails or not self._settings.owners.map:
            return Owners(emails, frozenset())
        try:
            return Owners(emails, frozenset(self._active(emails)))
        except RequestRefused:
            return None

    def _active(self, emails: Iterable[str]) -> Iterable[str]:
        for row in self._org.rows_where_in("User", "Email", emails, ("Email", "IsActive")):
            if row["IsActive"]:
                yield str(row["Email"]).lower()
