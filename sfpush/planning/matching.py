"""Which org row a record is (M1–M3): the first level that finds anything decides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sfpush.model import OrgRow, Record, SalesforceId
from sfpush.planning.keys import domain_key, is_free_mail
from sfpush.planning.subjects import Candidate, Level, Subject

_PERSON_LEVELS = (Level.EXPORT_ID, Level.EXTERNAL_ID, Level.EMAIL, Level.ADDITIONAL_EMAIL)
_ACCOUNT_LEVELS = (Level.EXPORT_ID, Level.EXTERNAL_ID, Level.DOMAIN, Level.NAME)


@dataclass(frozen=True, slots=True)
class Found:
    """One org row decided the match. `others` are the rows it was preferred to (`on_ambiguous… = "oldest"`, random)."""

    row: OrgRow
    level: Level
    others: tuple[SalesforceId, ...] = ()


@dataclass(frozen=True, slots=True)
class Several:
    """Several rows stand at the deciding level, oldest first; a person must decide (M2)."""

    rows: tuple[OrgRow, ...]
    level: Level


@dataclass(frozen=True, slots=True)
class Gone:
    """The linked row, or one the export names, is not there any more; `survivor` is where a merge left it (S2, S3)."""

    row: OrgRow
    survivor: SalesforceId | None = None


Match = Found | Several | Gone | None
"""None: the org has no such row; the record is net new."""


def match_person(subject: Subject, on_ambiguous: Literal["block", "oldest"]) -> Match:
    """Find the Contact or Lead a person is (M1). A Contact wins over a Lead at the same level."""
    if (linked := _linked(subject)) is not None:
        return linked
    for level in _PERSON_LEVELS:
        rows = _at(level, subject.candidates)
        if not rows:
            continue
        if gone := _gone(level, rows):
            return gone
        contacts = [row for row in rows if row.sobject == "Contact"]
        return _one_of(contacts or rows, level, on_ambiguous)
    return None


def match_account(
    subject: Subject, on_ambiguous: Literal["block", "oldest", "random"], free_mail: frozenset[str] = frozenset()
) -> Match:
    """Find the Account an account record is (M3). `random` is seeded by the record's key: the same every time (C7)."""
    if (linked := _linked(subject)) is not None:
        return linked
    own_domain = company_domain(subject.record, free_mail)
    for level in _ACCOUNT_LEVELS:
        rows = _at(level, subject.candidates)
        if level is Level.DOMAIN and own_domain is None:
            rows = []
        elif level is Level.NAME:
            rows = [row for row in rows if own_domain is None or _row_domain(row, free_mail) is None]
        if not rows:
            continue
        if gone := _gone(level, rows):
            return gone
        return _one_of(rows, level, on_ambiguous, seed=subject.record.key)
    return None


def company_domain(record: Record, free_mail: frozenset[str]) -> str | None:
    """The company domain of an account record; None if its website says nothing about a company."""
    domain = domain_key(record.fields.get("website"))
    return None if domain is None or is_free_mail(domain, free_mail) else domain


def _row_domain(row: OrgRow, free_mail: frozenset[str]) -> str | None:
    domain = domain_key(row.fields.get("Website"))
    return None if domain is None or is_free_mail(domain, free_mail) else domain


def _linked(subject: Subject) -> Found | Gone | None:
    if subject.link is None:
        return None
    for candidate in subject.candidates:
        if candidate.level is Level.LINK and candidate.row.id == subject.link.id:
            row = candidate.row
            return Gone(row, row.master_id) if row.deleted else Found(row, Level.LINK)
    return Gone(OrgRow(subject.link.sobject, subject.link.id, {}, deleted=True))


def _gone(level: Level, rows: Sequence[OrgRow]) -> Gone | None:
    if level is Level.EXPORT_ID and all(row.deleted for row in rows):
        return Gone(rows[0], rows[0].master_id)
    return None


def _at(level: Level, candidates: Iterable[Candidate]) -> list[OrgRow]:
    rows = {one.row.id: one.row for one in candidates if one.level is level}
    alive = [row for row in rows.values() if not row.deleted]
    if not alive and level is not Level.EXPORT_ID:
        return []
    return sorted(alive or rows.values(), key=lambda row: (row.created, row.id))


def _one_of(rows: Sequence[OrgRow], level: Level, on_ambiguous: str, seed: str = "") -> Found | Several:
    if len(rows) == 1:
        return Found(rows[0], level)
    if on_ambiguous == "block":
        return Several(tuple(rows), level)
    place = 0 if on_ambiguous == "oldest" else int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % len(rows)
    chosen = rows[place]
    return Found(chosen, level, tuple(row.id for row in rows if row.id != chosen.id))
