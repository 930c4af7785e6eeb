"""Which records of the store share an e-mail, a website's domain or a company's name, and which of them go first (M4).

What is shared by thousands (a placeholder address, a common name) costs no more than what is shared by two: of each
address, domain or name only the first two records that go are kept, as one of them may be the one that asks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

_KEPT = 2
_GOES = ("create", "update", "link", "unchanged", "block")
"""What a plan may say of a record that goes before others: only what a setting holds back does not."""


class Shared(NamedTuple):
    """An e-mail, domain or name that a record has in common with others; `primary`: it is its primary e-mail."""

    kind: str
    value: str
    primary: bool


class Goer(NamedTuple):
    """A record that goes. Linked ones come first, then the lowest key; `domain` is its company's."""

    unlinked: bool
    key: str
    primary: bool = True
    domain: str | None = None


@dataclass(slots=True)
class Group:
    """The first records that go of those that share a value: of all, and of the `telling` ones, which have it as
    their primary e-mail, or share a name and have no domain to tell them apart."""

    everyone: list[Goer] = field(default_factory=list)
    telling: list[Goer] = field(default_factory=list)

    def add(self, goer: Goer, *, telling: bool) -> None:
        """Note one more that goes."""
        for kept in (self.everyone, self.telling) if telling else (self.everyone,):
            if all(one.key != goer.key for one in kept):
                kept.append(goer)
                kept.sort()
                del kept[_KEPT:]


def shared_by(connection: sqlite3.Connection, keys: Sequence[str]) -> Mapping[str, Sequence[Shared]]:
    """What each of these records has in common with any other record, by key; most have nothing."""
    found: dict[str, list[Shared]] = {}
    for key, kind, value, rank in connection.execute(
        "SELECT mine.key, mine.kind, mine.value, mine.rank FROM json_each(?) wanted"
        " CROSS JOIN record_keys mine ON mine.key = wanted.value"
        " WHERE EXISTS (SELECT 1 FROM record_keys other WHERE other.kind = mine.kind AND other.value = mine.value"
        " AND other.key <> mine.key)",
        (_json(keys),),
    ):
        found.setdefault(key, []).append(Shared(kind, value, rank == 0))
    return found


def groups_of(
    connection: sqlite3.Connection, org: int, plan: int, shared: Iterable[Shared], free_mail: Collection[str]
) -> dict[tuple[str, str], Group]:
    """The group of each shared value: of the living records that have it, those that go, as the plan stands.

    What the plan has decided counts, else whether a record is linked. `free_mail` domains are nobody's.
    """
    groups: dict[tuple[str, str], Group] = {}
    for kind, value, key, rank, domain, linked, action in connection.execute(
        "SELECT other.kind, other.value, other.key, other.rank,"
        " (SELECT d.value FROM record_keys d WHERE d.key = other.key AND d.kind = 'domain'),"
        " l.key IS NOT NULL, c.action"
        " FROM json_each(?) wanted"
        " CROSS JOIN record_keys other ON other.kind = wanted.value ->> 0 AND other.value = wanted.value ->> 1"
        " CROSS JOIN records r ON r.key = other.key AND r.deleted_at IS NULL"
        " LEFT JOIN links l ON l.org = ? AND l.key = other.key"
        " LEFT JOIN changes c INDEXED BY changes_by_key ON c.key = other.key AND c.plan = ?"
        " WHERE l.key IS NOT NULL OR c.action IS NOT NULL",
        (_json(list({(one.kind, one.value) for one in shared})), org, plan),
    ):
        if action in _GOES or (action is None and linked):
            company = None if domain in free_mail else domain
            goer = Goer(not linked, key, rank == 0, company)
            groups.setdefault((kind, value), Group()).add(goer, telling=is_telling(kind, goer))
    return groups


def is_telling(kind: str, goer: Goer) -> bool:
    """Whether a record belongs to the telling ones of its group."""
    return goer.domain is None if kind == "name" else goer.primary


def goes(action: str) -> bool:
    """Whether a record of which a plan says this goes before others."""
    return action in _GOES


@dataclass(frozen=True, slots=True)
class Namesakes:
    """The account records that share a domain or a name: the lowest key of all, and of those without a domain."""

    first: str
    first_without_domain: str | None = None


def accounts_alike(
    connection: sqlite3.Connection, kind: str, values: Iterable[str], free_mail: Collection[str]
) -> Mapping[str, Namesakes]:
    """Living account records by `domain` or `name`; a `free_mail` domain is none."""
    return {
        value: Namesakes(first, without)
        for value, first, without in connection.execute(
            "SELECT value, MIN(key), MIN(key) FILTER (WHERE domain IS NULL) FROM (SELECT k.value, k.key,"
            " (SELECT d.value FROM record_keys d WHERE d.key = k.key AND d.kind = 'domain'"
            " AND d.value NOT IN (SELECT value FROM json_each(?))) AS domain"
            " FROM json_each(?) wanted CROSS JOIN record_keys k ON k.kind = ? AND k.value = wanted.value"
            " AND k.key > 'account:' AND k.key < 'account;'"
            " CROSS JOIN records r ON r.key = k.key AND r.deleted_at IS NULL) GROUP BY value",
            (_json(list(free_mail)), _json(list(dict.fromkeys(values))), kind),
        )
    }


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
