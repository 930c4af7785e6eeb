"""Which org row a record is (M1–M3): the first level that finds anything decides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sfpush.model import OrgRow, SalesforceId
from sfpush.planning.keys import company_domain, company_key
from sfpush.planning.subjects import Candidate, Level, Subject

_BY_ID = (Level.EXPORT_ID, Level.EXTERNAL_ID)
_BY_ADDRESS = (Level.EMAIL, Level.ADDITIONAL_EMAIL)


@dataclass(frozen=True, slots=True)
class Found:
    """One org row decided the match. `candidates` are all rows it was chosen from, where there were several."""

    row: OrgRow
    level: Level
    candidates: tuple[SalesforceId, ...] = ()


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
    """Find the Contact or Lead a person is (M1)."""
    if subject.link is not None:
        return _linked(subject)
    for level, rows in _person_levels(subject.candidates):
        if rows:
            return _gone(level, rows) or _one_of(rows, level, on_ambiguous)
    return None


def _person_levels(candidates: Sequence[Candidate]) -> Iterator[tuple[Level, list[OrgRow]]]:
    """The rows of each level; a Contact wins over a Lead, and e-mail is one level: primary, then additional."""
    if not candidates:
        return
    for level in _BY_ID:
        rows = _at(level, candidates)
        yield level, [row for row in rows if row.sobject == "Contact"] or rows
    for sobject in ("Contact", "Lead"):
        for level in _BY_ADDRESS:
            yield level, [row for row in _at(level, candidates) if row.sobject == sobject]


def match_account(
    subject: Subject, on_ambiguous: Literal["block", "oldest", "random"], free_mail: frozenset[str] = frozenset()
) -> Match:
    """Find the Account an account record is (M3). `random` is the same for one company every time (C7)."""
    if subject.link is not None:
        return _linked(subject)
    if not subject.candidates:
        return None
    domain = company_domain(subject.record.fields.get("website"), free_mail)
    name = company_key(subject.record.name)
    for level in (*_BY_ID, Level.DOMAIN, Level.NAME):
        rows = _at(level, subject.candidates)
        if level is Level.DOMAIN and domain is None:
            rows = []
        elif level is Level.NAME and domain is not None:  # two domains are two companies
            rows = [row for row in rows if company_domain(row.fields.get("Website"), free_mail) is None]
        if rows:
            company = domain if level is Level.DOMAIN and domain else name
            return _gone(level, rows) or _one_of(rows, level, on_ambiguous, seed=company)
    return None


def match_deal(subject: Subject) -> Match:
    """Find the Opportunity a deal is: by link, Salesforce Id in the export, external id; never by name (M6)."""
    if subject.link is not None:
        return _linked(subject)
    for level in _BY_ID:
        if rows := _at(level, subject.candidates):
            return _gone(level, rows) or _one_of(rows, level, "block")
    return None


def _linked(subject: Subject) -> Found | Gone:
    assert subject.link is not None
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
    return sorted(alive or rows.values(), key=_age)


def _age(row: OrgRow) -> tuple[str, SalesforceId]:
    return row.created, row.id


def _one_of(rows: Sequence[OrgRow], level: Level, on_ambiguous: str, seed: str = "") -> Found | Several:
    if len(rows) == 1:
        return Found(rows[0], level)
    if on_ambiguous == "block":
        return Several(tuple(rows), level)
    chosen = rows[0] if on_ambiguous == "oldest" else max(rows, key=lambda row: _lot(seed, row))
    return Found(chosen, level, tuple(row.id for row in rows))


def _lot(seed: str, row: OrgRow) -> bytes:
    """What decides at random between rows: one more row changes nothing unless it is the one that wins."""
    return hashlib.sha256(f"{seed} {row.id}".encode()).digest()
