"""What is known when the doctor looks. Times are in UTC; what could not be found out is None, or says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sfpush.describe import Describe
from sfpush.planning.gates import Gate
from sfpush.settings.examine import Examined
from sfpush.settings.problems import Finding


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something could not be found out: what happened, what to do about it, and the error's code."""

    message: str
    fix: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of everything local. `writable` and `free_bytes` are of the folder, or of where it would be made.

    `trouble` is why no command works in it: others could put files there. `secret_mode` is the mode of the file with
    the connection's secret, None where there is none.
    """

    path: str
    exists: bool
    writable: bool
    free_bytes: int
    trouble: Trouble | None = None
    secret_mode: int | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """This side: home, store (its trouble, or None), who holds the lock, and what the settings name that the imported
    records and lists do not know."""

    home: Home
    store: Trouble | None = None
    at_work: str | None = None
    unknown: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Connection:
    """Whom the connection reached, where and how. `way` is a way of `sfpush connect`, or "environment"."""

    way: str
    address: str
    org_id: str
    username: str


@dataclass(frozen=True, slots=True)
class Clock:
    """Both clocks at one moment; the org's is told in whole seconds. `tolerance` is how far ours may be ahead (B3)."""

    ours: datetime
    orgs: datetime
    tolerance: timedelta


@dataclass(frozen=True, slots=True)
class Calls:
    """The org's API calls in 24 hours."""

    max: int
    remaining: int


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """One duplicate rule of the org."""

    name: str
    sobject: str
    active: bool


@dataclass(frozen=True, slots=True)
class Owners:
    """The Apollo owners' e-mails, and those of the active Salesforce users among them, in lower case (C9)."""

    emails: frozenset[str]
    active: frozenset[str]


@dataclass(frozen=True, slots=True)
class OrgFacts:
    """What the org says of itself. `lost` is why the rest was not asked any more.

    `describes` has the sObjects that these settings use, as far as the user sees them. `values` are values of the
    store's records, by sObject and Apollo field, for fields that take only some (`asked_values`).
    """

    versions: tuple[str, ...] | None = None
    clock: Clock | None = None
    calls: Calls | None = None
    describes: Mapping[str, Describe] | None = None
    values: Mapping[str, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict)
    duplicate_rules: tuple[DuplicateRule, ...] | Trouble | None = None
    owners: Owners | None = None
    lost: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it. Without sound settings there is no connection, without a connection no `org`; `gates` are those that
    are closed, None where it is not known which org's."""

    examined: Examined
    machine: Machine
    connection: Connection | Trouble | None = None
    gates: tuple[Gate, ...] | None = None
    org: OrgFacts | None = None
