"""Records in the store: what rows do to them (I1–I3), finding one, listing many."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.errors import UsageError
from sfpush.importer.parsed import ListEntry
from sfpush.model import Link, ParsedRecord, RecordType, SalesforceId
from sfpush.store.database import open_store, writing
from sfpush.store.links import save_links
from sfpush.store.orgs import remember_org
from sfpush.store.record_list import counts, list_records
from sfpush.store.records import Counts, find, get, upsert
from sfpush.store.reference import names, save_entries

NOW = "2026-11-24T09:00:00.000Z"
NEW, CHANGED, UNCHANGED, STALE = Counts(1), Counts(0, 1), Counts(0, 0, 1), Counts(0, 0, 0, 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_store(tmp_path)) as connection:
        yield connection


def row(
    key: str = "contact:5f01",
    *,
    empty: tuple[str, ...] = (),
    updated_at: str | None = None,
    deleted: bool = False,
    **fields: Any,
) -> ParsedRecord:
    """A row that gives these fields, and has a place for the `empty` ones."""
    record_type, _, apollo_id = key.partition(":")
    return ParsedRecord(
        key, RecordType(record_type), fields, {*fields, *empty}, apollo_id, updated_at, deleted, "export.csv"
    )


def take(store: sqlite3.Connection, *rows: ParsedRecord) -> Counts:
    with writing(store):
        return upsert(store, rows, now=NOW)


def stored(store: sqlite3.Connection, key: str = "contact:5f01") -> dict[str, Any]:
    record = get(store, key)
    assert record is not None
    return dict(record.fields)


def version(store: sqlite3.Connection, key: str = "contact:5f01") -> int:
    record = get(store, key)
    assert record is not None
    return record.version


def emails(store: sqlite3.Connection) -> list[tuple[int, str]]:
    return store.execute("SELECT rank, value FROM record_keys WHERE kind = 'email' ORDER BY rank, value").fetchall()


def test_I1_a_missing_column_leaves_the_stored_value(store: sqlite3.Connection) -> None:
    assert take(store, row(first_name="Ann", title="CTO")) == NEW
    assert take(store, row(first_name="Anna")) == CHANGED
    assert stored(store) == {"first_name": "Anna", "title": "CTO"}


def test_I1_an_empty_cell_empties_the_stored_value(store: sqlite3.Connection) -> None:
    take(store, row(first_name="Ann", title="CTO"))
    assert take(store, row(first_name="Ann", empty=("title", "city"))) == CHANGED
    assert stored(store) == {"first_name": "Ann"}


def test_I1_the_same_content_again_changes_nothing(store: sqlite3.Connection) -> None:
    content = row(first_name="Ann", typed_custom_fields={"f1": ["a", 1, None]}, empty=("title",))
    assert take(store, content) == NEW
    assert take(store, content) == UNCHANGED
    assert take(store, row(typed_custom_fields={"f1": ["a", 1, None]})) == UNCHANGED, "in another order, with less"
    assert version(store) == 1
    assert take(store, row(first_name="Bob")) == CHANGED
    assert version(store) == 2


def test_I1_rows_of_one_record_are_taken_in_their_order(store: sqlite3.Connection) -> None:
    assert take(store, row(first_name="Ann"), row(first_name="Anna"), row(last_name="Lee")) == Counts(1, 2)
    assert stored(store) == {"first_name": "Anna", "last_name": "Lee"}
    assert version(store) == 1


def test_I1_rows_that_contradict_each_other_change_nothing_when_imported_again(store: sqlite3.Connection) -> None:
    both = (row(first_name="Ann"), row(first_name="Anna"))
    take(store, *both)
    assert take(store, *both) == Counts(unchanged=2)
    assert version(store) == 1


def test_I2_no_stage_and_a_stage_never_seen_are_told_apart(store: sqlite3.Connection) -> None:
    take(store, row("contact:5f01", stage=""), row("contact:5f02", first_name="Bob"))
    assert store.execute("SELECT stage FROM records ORDER BY key").fetchall() == [("",), (None,)]
    assert stored(store)["stage"] == ""


def test_I3_a_record_older_than_the_stored_one_is_ignored_and_counted(store: sqlite3.Connection) -> None:
    newer, older = "2026-11-20T00:00:00.000000Z", "2026-11-19T23:59:59.999999Z"
    take(store, row(first_name="Ann", updated_at=newer))
    assert take(store, row(first_name="Old", updated_at=older)) == STALE
    assert take(store, row(first_name="Old", updated_at=older, deleted=True)) == STALE
    assert stored(store) == {"first_name": "Ann"}
    assert take(store, row(first_name="Anna", updated_at=newer)) == CHANGED
    assert take(store, row(first_name="Without time")) == CHANGED


def test_S1_a_tombstone_deletes_softly_and_no_row_brings_the_record_back(store: sqlite3.Connection) -> None:
    take(store, row(first_name="Ann"))
    assert take(store, row(deleted=True)) == CHANGED
    assert take(store, row(deleted=True)) == UNCHANGED
    assert take(store, row(first_name="Anna")) == CHANGED
    record = get(store, "contact:5f01")
    assert record is not None
    assert record.deleted
    assert record.fields == {"first_name": "Anna"}
    assert not list(list_records(store, None))
    assert counts(store) == {}


def test_a_record_is_found_by_all_its_addresses_and_no_longer_by_old_ones(store: sqlite3.Connection) -> None:
    take(store, row(email="Ann@Acme.example", secondary_email="ann@home.example", other_emails=["a@b.example"]))
    assert emails(store) == [(0, "ann@acme.example"), (1, "ann@home.example"), (2, "a@b.example")]
    take(store, row(email="new@acme.example", empty=("other_emails",)))
    assert emails(store) == [(0, "new@acme.example"), (1, "ann@home.example")]


def test_an_account_is_found_by_domain_and_name(store: sqlite3.Connection) -> None:
    take(store, row("account:6a01", name="Acme Inc.", website="https://www.acme.example/about"))
    keys = "SELECT kind, value FROM record_keys ORDER BY kind"
    assert store.execute(keys).fetchall() == [("domain", "acme.example"), ("name", "acme")]
    take(store, row("account:6a01", name="Acme Robotics"))
    assert store.execute(keys).fetchall() == [("domain", "acme.example"), ("name", "acme robotics")]


def test_find_takes_a_key_a_bare_id_or_an_email(store: sqlite3.Connection) -> None:
    take(store, row("contact:5f01", email="ann@acme.example"), row("account:6a01", name="Acme"))
    for text in ("contact:5f01", "5f01", "Ann@ACME.example", " contact:5f01 "):
        assert find(store, text) == "contact:5f01"
    assert find(store, "6a01") == "account:6a01"


@pytest.mark.parametrize("text", ["contact:5f99", "5f99", "nobody@acme.example", "", "%", "contact:"])
def test_find_refuses_what_is_not_there(store: sqlite3.Connection, text: str) -> None:
    take(store, row(email="ann@acme.example"))
    with pytest.raises(UsageError) as refused:
        find(store, text)
    assert refused.value.code == "unknown-record"


def test_find_refuses_what_can_mean_several_and_names_them(store: sqlite3.Connection) -> None:
    take(store, row("contact:5f01", email="ann@acme.example"), row("contact:5f02", secondary_email="ann@acme.example"))
    take(store, row("account:5f01", name="Acme"))
    for text, key in (("ann@acme.example", "contact:5f02"), ("5f01", "account:5f01")):
        with pytest.raises(UsageError) as refused:
            find(store, text)
        assert refused.value.code == "ambiguous-record"
        assert key in refused.value.hint


def test_a_name_or_a_domain_is_no_key_but_names_those_that_have_it(store: sqlite3.Connection) -> None:
    take(
        store,
        row("account:6a01", name="Acme, Inc.", website="https://www.acme.example"),
        row("account:6a00", name="Acme"),
    )
    take(store, row("account:name:a b", name="Zeta"), row("contact:5f01", first_name="Trim", last_name="Me"))
    for text, hint in (
        ("acme", "account:6a00 (Acme), account:6a01 (Acme, Inc.)."),
        ("ACME, Inc.", "By name or domain: account:6a01 (Acme, Inc.)."),
        ("acme.example", "By name or domain: account:6a01 (Acme, Inc.)."),
        ("zeta", "By name or domain: 'account:name:a b' (Zeta)."),
        ("Trim Me", "By name or domain: contact:5f01 (Trim Me)."),
        ("Nobody", "`sfpush import` brings records in."),
    ):
        with pytest.raises(UsageError) as refused:
            find(store, text)
        assert refused.value.code == "unknown-record"
        assert refused.value.hint.endswith(hint)


def test_of_many_with_a_name_the_first_are_named_and_the_way_to_the_others(store: sqlite3.Connection) -> None:
    take(store, *(row(f"account:6a0{number}", name=f"Acme {number}") for number in range(8)))
    with pytest.raises(UsageError) as refused:
        find(store, "acme")
    assert refused.value.hint.endswith("account:6a04 (Acme 4) and more: sfpush records --search acme")


def test_L1_records_are_listed_with_link_stage_and_last_decision(store: sqlite3.Connection) -> None:
    org = remember_org(store, "00D000000000001AAA", "https://a.example", now=NOW, window_ends_at=None).org
    other = remember_org(store, "00D000000000002AAA", "https://b.example", now=NOW, window_ends_at=None).org
    contact_id = SalesforceId("003000000000001")
    take(
        store,
        row("contact:5f01", first_name="Ann", last_name="Lee", email="ann@acme.example", stage="s1"),
        row("contact:5f02", first_name="Björn", stage=""),
        row("account:6a01", name="Acme", stage="Cold"),
    )
    with writing(store):
        save_entries(store, [ListEntry("contact_stages", "s1", "Interested", {"id": "s1"})])
        save_links(store, org, [Link("contact:5f01", "Contact", contact_id)], now=NOW)

    def keys(**conditions: Any) -> list[str]:
        return [record.key for record in list_records(store, org, **conditions)]

    ann = next(list_records(store, org, keys=["contact:5f01"]))
    assert (ann.name, ann.email, ann.stage) == ("Ann Lee", "ann@acme.example", "Interested")
    assert (ann.synced, ann.salesforce_id, ann.sobject) == (True, contact_id, "Contact")
    assert keys() == ["account:6a01", "contact:5f01", "contact:5f02"]
    assert keys(synced=True) == ["contact:5f01"]
    assert keys(synced=False) == ["account:6a01", "contact:5f02"]
    assert keys(stage="INTERESTED") == ["contact:5f01"]
    assert keys(stage="no stage") == ["contact:5f02"]
    assert keys(types=[RecordType.ACCOUNT]) == ["account:6a01"]
    assert keys(search="bJÖRN") == ["contact:5f02"]
    assert keys(search="acme") == ["account:6a01", "contact:5f01"]
    assert keys(search="%") == []
    assert keys(limit=1) == ["account:6a01"]
    assert all(not record.synced for record in list_records(store, other)), "links belong to one org (G0)"
    assert all(not record.synced for record in list_records(store, None))
    assert counts(store) == {RecordType.ACCOUNT: 1, RecordType.CONTACT: 2}


def test_I1_an_imported_list_is_kept_by_content(store: sqlite3.Connection) -> None:
    def save(*entries: ListEntry) -> Counts:
        with writing(store):
            return save_entries(store, entries)

    cold = ListEntry("contact_stages", "s1", "Cold", {"id": "s1", "name": "Cold"})
    assert save(cold, ListEntry("account_stages", "s1", "Other list", {})) == Counts(2)
    assert save(cold) == UNCHANGED
    assert save(ListEntry("contact_stages", "s1", "Frosty", {"id": "s1", "name": "Frosty"})) == CHANGED
    assert names(store, "contact_stages") == {"s1": "Frosty"}


VALUES = st.none() | st.sampled_from(["", "a", "b"])
ROWS = st.lists(st.dictionaries(st.sampled_from(["title", "city", "stage"]), VALUES), min_size=1, max_size=6)


@given(rows=ROWS, split=st.integers(0, 6))
def test_I1_rows_come_to_the_same_in_one_chunk_or_several(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str | None]], split: int
) -> None:
    """Against a plain restatement of I1: a dict that every row updates."""
    parsed = []
    for cells in rows:
        kept: dict[str, Any] = {
            name: value for name, value in cells.items() if value or (name == "stage" and value is not None)
        }
        parsed.append(row(empty=tuple(cells), **kept))
    expected: dict[str, Any] = {}
    for one in parsed:
        expected = {name: value for name, value in expected.items() if name not in one.given} | dict(one.fields)
    with closing(open_store(tmp_path_factory.mktemp("home"))) as store:
        for chunk in (parsed[:split], parsed[split:]):
            assert sum(take(store, *chunk)) == len(chunk)
        assert stored(store) == expected
