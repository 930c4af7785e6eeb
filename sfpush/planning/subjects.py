"""What a decision is made from: one record with all that store and snapshot know of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sfpush.model import Link, OrgRow, Record, SalesforceId

MOST_ALIKE = 50
"""How many rows of one sObject are candidates by one e-mail, domain or name, the oldest: a placeholder that thousands
of rows have tells nobody from another."""


class Level(StrEnum):
    """How an org row was found, in the order of M1 and M3; the words stand in reasons."""

    LINK = "its link"
    EXPORT_ID = "the Salesforce Id in the export"
    EXTERNAL_ID = "external id"
    EMAIL = "e-mail"
    ADDITIONAL_EMAIL = "additional e-mail"
    DOMAIN = "website domain"
    NAME = "company name"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An org row that a record may be, and the level it was found at."""

    level: Level
    row: OrgRow


@dataclass(frozen=True, slots=True)
class Failure:
    """An unresolved rejection (L3). `used_up`: the automatic retries are gone and the record has not changed since."""

    code: str
    used_up: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """A record with what is known of it. `candidates` are unordered; rows of other orgs never get here (G0).

    `rival` is the key of another record of the store for the same person or company that goes before this one (M4).
    `claimed` maps candidate rows to the record that is linked to them or matched them first.
    """

    record: Record
    link: Link | None = None
    candidates: tuple[Candidate, ...] = ()
    unknown_ids: tuple[str, ...] = ()
    """Salesforce Ids of the export that this org never held (G0)."""
    rival: str | None = None
    failure: Failure | None = None
    unclear: tuple[SalesforceId, ...] | None = None
    """A create of this record was never answered, and the org shows these (B3); () is: nothing yet, not settled."""
    passes_filter: bool = True
