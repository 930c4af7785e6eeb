"""A record that has got its Apollo id: where its former key leads, what moves with it, and when two stay two (M4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sfpush.errors import UsageError
from sfpush.importer.identity import identify
from sfpush.model import Link, ParsedRecord, RecordType, SalesforceId
from sfpush.store import error_log, settled
from sfpush.store.database import open_store, writing
from sfpush.store.links import links_for, save_links
from sfpush.store.orgs import remember_org
from sfpush.store.record_list import list_records
from sfpush.store.records import Counts, find, get
from sfpush.store.removals import delete_records, keys_of_deleted, restore_records
from sfpush.store.twins import take_in

NOW = "2026-11-24T09:00:00.000Z"
FORMER, KEY = "contact:email-bob-f3d0474b75ca", "contact:66f1"
NEW, CHANGED = Counts(1), Counts(0, 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_store(tmp_path)) as connection:
        yield connection


@pytest.fixture
def orgs(store: sqlite3.Connection) -> tuple[int, int]:
    numbers = []
    for letter in "AB":
        remember_org(store, f"00D00000000000{letter}AAA", "https://x", now=NOW, window_ends_at=None)
        numbers.append(store.execute("SELECT MAX(org) FROM orgs").fetchone()[0])
    return numbers[0], numbers[1]


def bob(apollo_id: str | None = None, *, updated_at: str | None = None, **values: Any) -> ParsedRecord:
    fields = {"email": "bob@acme.example", **values, **({"id": apollo_id} if apollo_id else {})}
    key, found = identify(RecordType.CONTACT, fields)
    return ParsedRecord(key, RecordType.CONTACT, fields, {*fields, "id"}, found, updated_at, source="export.csv")


def take(store: sqlite3.Connection, *rows: ParsedRecord) -> Counts:
    with writing(store):
        return take_in(store, rows, now=NOW, alone=lambda: True)


def link(store: sqlite3.Connection, org: int, key: str, letter: str) -> SalesforceId:
    sf_id = SalesforceId(f"00300000000000{letter}AAA")
    with writing(store):
        save_links(store, org, [Link(key, "Contact", sf_id, {"Title": "CEO"})], now=NOW)
    return sf_id


def living(store: sqlite3.Connection) -> list[str]:
    return [one.key for one in list_records(store, None)]


def test_M4_the_row_with_the_id_changes_the_record_that_is_there(store: sqlite3.Connection) -> None:
    assert take(store, bob(title="CEO")) == NEW
    assert take(store, bob("66f1", city="Bonn")) == CHANGED
    record = get(store, KEY)
    assert record is not None
    assert (record.apollo_id, record.fields["title"], record.fields["city"]) == ("66f1", "CEO", "Bonn")
    assert living(store) == [KEY]


def test_M4_the_former_key_leads_to_the_record_but_deletes_and_restores_nothing(store: sqlite3.Connection) -> None:
    take(store, bob(), bob("66f1"))
    assert find(store, FORMER) == find(store, FORMER.removeprefix("contact:")) == find(store, "bob@acme.example") == KEY
    assert find(store, FORMER, to_delete=True) == FORMER
    with writing(store):
        assert delete_records(store, [FORMER], now=NOW) == frozenset()
        assert restore_records(store, [FORMER]) == frozenset()
    assert living(store) == [KEY]
    assert list(list_records(store, None, deleted=True)) == []


def test_M4_links_move_in_every_org_and_no_deletion_travels(store: sqlite3.Connection, orgs: tuple[int, int]) -> None:
    take(store, bob())
    ids = [link(store, org, FORMER, letter) for org, letter in zip(orgs, "AB", strict=True)]
    take(store, bob("66f1"))
    for org, sf_id in zip(orgs, ids, strict=True):
        assert links_for(store, org, [FORMER, KEY]) == {KEY: Link(KEY, "Contact", sf_id, {"Title": "CEO"})}
        assert keys_of_deleted(store, org, RecordType.CONTACT) == []


def test_M4_two_that_are_linked_in_one_org_stay_two(store: sqlite3.Connection, orgs: tuple[int, int]) -> None:
    take(store, bob("66f1", email="old@acme.example"))
    take(store, bob())
    link(store, orgs[0], FORMER, "A")
    link(store, orgs[0], KEY, "B")
    take(store, bob("66f1"))
    assert living(store) == [KEY, FORMER]


def test_L3_an_open_rejection_is_that_of_the_record_and_goes_again(
    store: sqlite3.Connection, orgs: tuple[int, int]
) -> None:
    take(store, bob())
    with writing(store):
        for _ in range(error_log.RETRIES + 1):
            refused = error_log.Rejection(FORMER, "Contact", "create", "INVALID_EMAIL_ADDRESS", "No.")
            error_log.record_rejections(store, orgs[0], [refused], plan=None, now=NOW)
    take(store, bob("66f1"))
    failure = error_log.failures(store, orgs[0], [FORMER, KEY])[KEY]
    record = get(store, KEY)
    assert record is not None
    assert failure.state == "open"
    assert failure.record_version != record.version


def test_M8_what_a_person_said_of_a_row_is_said_of_the_record(store: sqlite3.Connection, orgs: tuple[int, int]) -> None:
    take(store, bob())
    with writing(store):
        settled.settle_unlinked(store, orgs[1], FORMER, ["00300000000000CAAA"])
    take(store, bob("66f1"))
    assert settled.settled(store, orgs[1], [FORMER, KEY], "unlinked") == {(KEY, "00300000000000CAAA")}


@pytest.mark.parametrize(("without", "with_id", "title"), [("01", "02", "CTO"), ("02", "01", "CEO")])
def test_I3_of_two_that_are_there_already_the_fresher_one_counts(
    store: sqlite3.Connection, without: str, with_id: str, title: str
) -> None:
    """They were two while the record with the id had another e-mail."""
    take(store, bob(title="CEO", city="Bonn", updated_at=f"2026-11-{without}"))
    take(store, bob("66f1", email="old@acme.example", title="CTO", updated_at=f"2026-11-{with_id}"))
    take(store, bob("66f1", updated_at="2026-11-03"))
    record = get(store, KEY)
    assert record is not None
    assert (record.fields["title"], record.fields["city"]) == (title, "Bonn")
    assert living(store) == [KEY]


def test_M4_what_a_person_has_deleted_stays_so(store: sqlite3.Connection) -> None:
    take(store, bob(), bob("66f1"))
    with writing(store):
        delete_records(store, [KEY], now=NOW)
    take(store, bob(title="CEO"))
    assert living(store) == []


def test_M4_records_stay_two_while_a_run_is_at_work(store: sqlite3.Connection) -> None:
    take(store, bob())
    with writing(store):
        assert take_in(store, [bob("66f1")], now=NOW, alone=lambda: False) == NEW
    assert living(store) == [KEY, FORMER]
    with pytest.raises(UsageError, match="2 records"):
        find(store, "bob@acme.example")
