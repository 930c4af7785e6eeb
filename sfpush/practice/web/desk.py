"""What every endpoint works with: the org, its open queries, its Bulk jobs, the book of requests."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from sfpush.practice.bulk.runner import JobRunner
from sfpush.practice.fields import SObject
from sfpush.practice.org import PracticeOrg
from sfpush.practice.query import Queries
from sfpush.practice.refusals import not_found
from sfpush.practice.web.lines import Lines

REMEMBERED_REQUESTS = 100_000


@dataclass(frozen=True, slots=True)
class Served:
    """One request that came, without its query string, which may hold a token. `status` is 0 when it got no answer."""

    method: str
    path: str
    status: int


@dataclass
class Desk:
    """One server's state beside the org's file. `closing` is set when the server is to stop."""

    org: PracticeOrg
    lines: Lines = field(default_factory=Lines)
    served: deque[Served] = field(default_factory=lambda: deque(maxlen=REMEMBERED_REQUESTS))
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    locked_every: int = 0
    queries: Queries = field(init=False)
    runner: JobRunner = field(init=False)

    def __post_init__(self) -> None:
        self.queries = Queries(self.org)
        self.runner = JobRunner(self.org, self.closing)

    def sobject(self, name: str) -> SObject:
        """The sObject of this name, as the user sees it; Refused 404 if there is none."""
        found = self.org.catalogue.get(name)
        if found is None:
            raise not_found()
        return found
