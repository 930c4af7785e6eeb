"""Who shares an address, a domain or a name, and goes first (M4); what thousands share costs no more."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sfpush.model import Create, Link, ParsedRecord, RecordType, Rule, SalesforceId, Skip
from sfpush.planning.subjects import MOST_ALIKE
from sfpush.store import plans
from sfpush.store.database import open_store, writing
from sfpush.store.links import save_links
from sfpush.store.orgs import remember_org
from sfpush.store.records import upsert
from sfpush.store.sharers import Goer, Group, Shared, accounts_alike, groups_of, shared_by
from sfpush.store.snapshot import rows_by_key, save_rows
from sfpush.store.subjects import person_subjects, record_chunks

NOW = "2026-11-24T09:00:00.000Z"
FREE_MAIL = frozenset({"postbox.example"})
EMAIL = ("email", "ann@acme.example")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_store(tmp_path)) as connection:
        remember_org(connection, "00D000000000001AAA", "http://127.0.0.1", now=NOW, window_ends_at=None)
        head = plans.PlanHead(0, "p", NOW, "00D000000000001AAA", "", "automatic")
        with writing(connection):
            plans.begin_plan(connection, 1, head)
        yield connection


def add(store: sqlite3.Connection, key: str, **fields: Any) -> None:
    record_type = RecordType(key.partition(":")[0])
    upsert(store, [ParsedRecord(key, record_type, fields, set(fields), key.partition(":")[2])], now=NOW)


def link(store: sqlite3.Connection, key: str, number: int) -> None:
    with writing(store):
        save_links(store, 1, [Link(key, "Contact", SalesforceId(f"003{number:012}"))], now=NOW)


def decide(store: sqlite3.Connection, key: str, kind: type[Create] | type[Skip]) -> None:
    change = kind(record=key, name="", sobject="Contact", rule=Rule.NEW, reason="")
    with writing(store):
        plans.add_changes(store, 1, [plans.Decided(change, 1)])


def group(store: sqlite3.Connection, *wanted: tuple[str, str]) -> dict[tuple[str, str], Group]:
    return groups_of(store, 1, 1, [Shared(kind, value, True) for kind, value in wanted], FREE_MAIL)


def test_M4_only_what_is_shared_is_looked_at(store: sqlite3.Connection) -> None:
    add(store, "contact:a", email="Ann@acme.example")
    add(store, "contact:b", email="ann@beta.example", secondary_email="ann@acme.example")
    add(store, "contact:c", email="cy@acme.example")
    assert shared_by(store, ["contact:a", "contact:b", "contact:c", "contact:gone"]) == {
        "contact:a": [Shared(*EMAIL, True)],
        "contact:b": [Shared(*EMAIL, False)],
    }


def test_M4_the_linked_one_comes_first_then_the_lowest_key_that_goes(store: sqlite3.Connection) -> None:
    for key in "abcde":
        add(store, f"contact:{key}", email="ann@acme.example")
    link(store, "contact:e", 5)
    decide(store, "contact:a", Skip)
    decide(store, "contact:c", Create)
    decide(store, "contact:b", Create)
    assert group(store, EMAIL)[EMAIL].everyone == [Goer(False, "contact:e"), Goer(True, "contact:b")]


def test_M4_what_a_plan_says_counts_more_than_a_link(store: sqlite3.Connection) -> None:
    for key in "ab":
        add(store, f"contact:{key}", email="ann@acme.example")
    link(store, "contact:a", 1)
    decide(store, "contact:a", Skip)
    assert group(store, EMAIL) == {}


def test_M4_a_deleted_record_goes_nowhere(store: sqlite3.Connection) -> None:
    for key in "ab":
        add(store, f"contact:{key}", email="ann@acme.example")
    link(store, "contact:a", 1)
    store.execute("UPDATE records SET deleted_at = ? WHERE key = 'contact:a'", (NOW,))
    assert group(store, EMAIL) == {}


def test_M4_the_telling_ones_have_the_address_as_their_primary(store: sqlite3.Connection) -> None:
    add(store, "contact:a", email="x@acme.example", secondary_email="ann@acme.example")
    add(store, "contact:b", email="ann@acme.example")
    for key in "ab":
        decide(store, f"contact:{key}", Create)
    found = group(store, EMAIL)[EMAIL]
    assert [one.key for one in found.everyone] == ["contact:a", "contact:b"]
    assert [one.key for one in found.telling] == ["contact:b"]


def test_M3_the_telling_ones_of_a_name_have_no_domain(store: sqlite3.Connection) -> None:
    for key, website in (("a", "acme.example"), ("b", "postbox.example"), ("c", "")):
        add(store, f"account:{key}", name="Acme Inc", **({"website": website} if website else {}))
        decide(store, f"account:{key}", Create)
    found = group(store, ("name", "acme"))["name", "acme"]
    assert [one.key for one in found.everyone] == ["account:a", "account:b"]
    assert [one.key for one in found.telling] == ["account:b", "account:c"]


def test_C6_the_account_record_of_a_company_is_the_lowest_key(store: sqlite3.Connection) -> None:
    add(store, "account:a", name="Acme", website="acme-two.example")
    add(store, "account:b", name="ACME", website="postbox.example")
    add(store, "account:c", name="Acme", website="acme.example")
    by_name = accounts_alike(store, "name", ["acme", "beta"], FREE_MAIL)
    assert {value: (one.first, one.first_without_domain) for value, one in by_name.items()} == {
        "acme": ("account:a", "account:b")
    }
    assert accounts_alike(store, "domain", ["acme.example"], FREE_MAIL)["acme.example"].first == "account:c"


def test_what_thousands_share_costs_no_more_than_what_two_share(store: sqlite3.Connection) -> None:
    number = 300
    rows = [
        {"Id": f"003{n:012}", "CreatedDate": f"2026-01-01T00:{n % 60:02}:00.000+0000", "Email": "none@none.example"}
        for n in range(number)
    ]
    with writing(store):
        save_rows(store, 1, "Contact", rows, "")
    for n in range(number):
        add(store, f"contact:{n:04}", email="none@none.example")
        decide(store, f"contact:{n:04}", Create)
    (found,) = group(store, ("email", "none@none.example")).values()
    assert [one.key for one in found.everyone] == ["contact:0000", "contact:0001"]
    there = rows_by_key(store, 1, "email", ["none@none.example"], ("Contact", "Lead"))["none@none.example"]
    assert len(there) == MOST_ALIKE
    assert max(row.created for row in there) <= "2026-01-01T00:09:00.000+0000"
    (records,) = record_chunks(store, RecordType.CONTACT)
    subjects = person_subjects(store, 1, records, by_external_id=False)
    assert {len(subject.candidates) for subject in subjects} == {MOST_ALIKE}
