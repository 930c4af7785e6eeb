"""One person in rows with and without an Apollo id: one record, whatever the order and however the rows are cut."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise, permutations
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfpush.importer.identity import identify
from sfpush.model import ParsedRecord, RecordType
from sfpush.store.database import open_store, writing
from sfpush.store.records import upsert
from sfpush.store.twins import take_in

NOW = "2026-11-24T09:00:00.000000Z"
_TIMES = [f"2026-11-{day:02}T00:00:00.000000Z" for day in range(1, 10)]
_PEOPLE = ("ann", "bob")
_COLUMNS = ("title", "city", "phone")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection]]:
    """Two stores; making them takes longer than an example."""
    folder = tmp_path_factory.mktemp("twins")
    with closing(open_store(folder / "one")) as one, closing(open_store(folder / "other")) as other:
        for store in (one, other):
            store.execute("PRAGMA synchronous = OFF")
        yield one, other


def emptied(store: sqlite3.Connection) -> sqlite3.Connection:
    store.execute("DELETE FROM records")
    store.execute("DELETE FROM record_keys")
    return store


def contact(person: str, *, with_id: bool, updated_at: str | None, given: Sequence[str], **values: str) -> ParsedRecord:
    """A contact row with a place for these columns, as the importer would read it."""
    fields: dict[str, Any] = {
        "email": f"{person}@acme.example",
        **{name: values[name] for name in given if values[name]},
    }
    if with_id:
        fields["id"] = f"66f1{person}"
    key, apollo_id = identify(RecordType.CONTACT, fields)
    places = {"id", "email", *given}
    return ParsedRecord(key, RecordType.CONTACT, fields, places, apollo_id, updated_at, source="export.csv")


def account(*, with_id: bool, updated_at: str | None, given: Sequence[str], **values: str) -> ParsedRecord:
    """An account row with a place for these columns, as the importer would read it."""
    fields = {"name": "Acme Inc", "website": "acme.example", **{name: values[name] for name in given if values[name]}}
    if with_id:
        fields["id"] = "77aacme"
    key, apollo_id = identify(RecordType.ACCOUNT, fields)
    places = {"id", "name", "website", *given}
    return ParsedRecord(key, RecordType.ACCOUNT, fields, places, apollo_id, updated_at, source="export.csv")


_values = {name: st.sampled_from(["", "x", "y"]) for name in _COLUMNS}
_given = st.lists(st.sampled_from(_COLUMNS), unique=True)
_time = st.none() | st.sampled_from(_TIMES)
contacts = st.builds(
    contact, st.sampled_from(_PEOPLE), with_id=st.booleans(), updated_at=_time, given=_given, **_values
)
accounts = st.builds(account, with_id=st.booleans(), updated_at=_time, given=_given, **_values)


def taken_in(store: sqlite3.Connection, rows: Sequence[ParsedRecord], cuts: Sequence[int]) -> None:
    bounds = [0, *sorted({cut % (len(rows) + 1) for cut in cuts}), len(rows)]
    for start, end in pairwise(bounds):
        with writing(store):
            take_in(store, rows[start:end], now=NOW, alone=lambda: True)


def living(store: sqlite3.Connection) -> list[Any]:
    found = store.execute(
        "SELECT key, apollo_id, email, updated_at, fields FROM records WHERE deleted_at IS NULL ORDER BY key"
    )
    return [(*facts, orjson.loads(fields)) for *facts, fields in found]


def found_by(store: sqlite3.Connection) -> list[Any]:
    return store.execute("SELECT key, kind, rank, value FROM record_keys ORDER BY key, kind, value").fetchall()


@given(
    rows=st.lists(contacts, min_size=1, max_size=8) | st.lists(accounts, min_size=1, max_size=8),
    cuts=st.lists(st.integers(0, 8)),
)
def test_I3_rows_with_and_without_id_are_as_rows_that_all_have_it(
    stores: tuple[sqlite3.Connection, sqlite3.Connection], rows: list[ParsedRecord], cuts: list[int]
) -> None:
    """All that differs is that the other key leads to the record."""
    store, plain = map(emptied, stores)
    rows = numbered(rows)
    ids = {who(row): row for row in rows if row.apollo_id is not None}
    taken_in(store, rows, cuts)
    with writing(plain):
        upsert(plain, [as_row_with_id(row, ids.get(who(row))) for row in rows], now=NOW)
    assert living(store) == living(plain)
    assert found_by(store) == found_by(plain)
    former = dict(store.execute("SELECT key, merged_into FROM records WHERE deleted_at IS NOT NULL").fetchall())
    assert former == {row.key: ids[who(row)].key for row in rows if row.apollo_id is None and who(row) in ids}


@settings(max_examples=30)
@given(st.lists(st.tuples(st.booleans(), st.fixed_dictionaries(_values)), min_size=2, max_size=4))
def test_I3_the_freshest_row_wins_in_any_order(
    stores: tuple[sqlite3.Connection, sqlite3.Connection], rows: list[tuple[bool, dict[str, str]]]
) -> None:
    """The same rows in any order, and then once more, end in the same store."""
    dated = numbered(
        [
            contact("bob", with_id=with_id, updated_at=when, given=_COLUMNS, **values)
            for (with_id, values), when in zip(rows, _TIMES, strict=False)
        ]
    )
    ends = []
    for order in permutations(dated):
        store = emptied(stores[0])
        taken_in(store, [*order, *order], [1, 3])
        ends.append((living(store), found_by(store)))
    assert all(end == ends[0] for end in ends)


def numbered(rows: Sequence[ParsedRecord]) -> list[ParsedRecord]:
    """The rows, no two of them with the same content: what changes nothing is not written, its time neither."""
    return [
        row._replace(fields={**row.fields, "number": str(place)}, given={*row.given, "number"})
        for place, row in enumerate(rows)
    ]


def as_row_with_id(row: ParsedRecord, known: ParsedRecord | None) -> ParsedRecord:
    if known is None:
        return row
    fields = {**row.fields, "id": known.apollo_id}
    return row._replace(key=known.key, apollo_id=known.apollo_id, fields=fields)


def who(row: ParsedRecord) -> str:
    return str(row.fields.get("email") or row.fields["name"])
