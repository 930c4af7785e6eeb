"""What every endpoint works with: the org, its open queries."""

from __future__ import annotations

from dataclasses import dataclass, field

from sfpush.practice.fields import SObject
from sfpush.practice.org import PracticeOrg
from sfpush.practice.query import Queries
from sfpush.practice.refusals import not_found


@dataclass
class Desk:
    """One server's state beside the org's file."""

    org: PracticeOrg
    queries: Queries = field(init=False)

    def __post_init__(self) -> None:
        self.queries = Queries(self.org)

    def sobject(self, name: str) -> SObject:
        """The sObject of this name, as the user sees it; Refused 404 if there is none."""
        found = self.org.catalogue.get(name)
        if found is None:
            raise not_found()
        return found
