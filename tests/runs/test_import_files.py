"""Import from end to end: files into the store, twice, in any order, good ones beside bad ones (I1–I5)."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfpush.errors import UsageError
from sfpush.runs.import_files import ImportReport, import_files
from sfpush.runs.progress import Silent
from sfpush.store.database import open_store
from sfpush.store.records import Counts
from tests.benchmarks.make_export import make_export

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EXPORTS = sorted((Path(__file__).parents[1] / "importer" / "exports").glob("*.csv"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_store(tmp_path / "home")) as connection:
        yield connection


def load(store: sqlite3.Connection, *files: Path, record_type: str | None = None) -> ImportReport:
    return import_files(store, files, record_type=record_type, now=NOW, progress=Silent())


def content(store: sqlite3.Connection) -> list[tuple[object, ...]]:
    records = store.execute(
        "SELECT key, type, apollo_id, name, email, stage, updated_at, version, deleted_at, fields"
        " FROM records ORDER BY key"
    )
    keys = store.execute("SELECT * FROM record_keys ORDER BY key, kind, value")
    return [*records, *keys]


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.stem)
def test_I1_an_export_imported_twice_changes_nothing(store: sqlite3.Connection, path: Path) -> None:
    (first,) = load(store, path).files
    assert (first.rows, first.counts, first.rejected) == (4, Counts(new=4), 0)
    before = content(store)
    (second,) = load(store, path).files
    assert second.counts == Counts(unchanged=4)
    assert content(store) == before


def test_I1_more_rows_than_one_chunk_all_come_through(store: sqlite3.Connection, tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    make_export(path, 257)
    assert load(store, path).files[0].counts == Counts(new=257)
    assert load(store, path).files[0].counts == Counts(unchanged=257)


def test_I5_every_row_is_loaded_or_listed_and_good_files_go_beside_bad_ones(
    store: sqlite3.Connection, tmp_path: Path
) -> None:
    bad_rows = tmp_path / "rows.csv"
    bad_rows.write_text("First Name,Email\nAnn,ann@acme.example\nshort\n,\nnobody,n/a,extra\nBob,bob@acme.example\n")
    page = tmp_path / "page.html"
    page.write_text("<html>")
    report = load(store, page, bad_rows, tmp_path, *EXPORTS)
    assert [Path(one.file).name for one in report.unreadable] == ["page.html", tmp_path.name]
    rows = next(one for one in report.files if one.file == str(bad_rows))
    assert (rows.type, rows.rows, rows.counts, rows.rejected) == ("contacts", 4, Counts(new=2), 2)
    assert [(one.file, one.line, one.reason) for one in report.rejects] == [
        (str(bad_rows), 3, "ragged"),
        (str(bad_rows), 5, "ragged"),
    ]
    assert len(report.files) == 1 + len(EXPORTS)
    for one in report.files:
        assert one.rows == sum(one.counts) + one.rejected


def test_I4_accounts_inside_contacts_are_counted_apart(store: sqlite3.Connection, tmp_path: Path) -> None:
    path = tmp_path / "contacts.json"
    account = {"id": "6a01", "name": "Acme", "domain": "acme.example"}
    contacts = [{"id": f"5f0{number}", "first_name": "Ann", "account": account} for number in range(3)]
    path.write_text(json.dumps({"contacts": contacts}))
    assert [(one.type, one.rows, one.counts) for one in load(store, path).files] == [
        ("contacts", 3, Counts(new=3)),
        ("accounts", 1, Counts(new=1)),
    ]


def test_I4_company_columns_make_no_account_record(store: sqlite3.Connection) -> None:
    load(store, *(path for path in EXPORTS if path.stem.startswith("contacts")))
    assert store.execute("SELECT DISTINCT type FROM records").fetchall() == [("contact",)]


def test_I1_csv_and_json_of_one_contact_are_one_record(store: sqlite3.Connection, tmp_path: Path) -> None:
    (full,) = (path for path in EXPORTS if path.stem == "contacts_2026_full")
    load(store, full)
    path = tmp_path / "ann.json"
    path.write_text(json.dumps({"contact": {"id": "5f0000000000000000000001", "title": "CEO", "city": None}}))
    (one,) = load(store, path).files
    assert one.counts == Counts(changed=1)
    fields = json.loads(store.execute("SELECT fields FROM records WHERE name = 'Ann Lee'").fetchone()[0])
    assert fields["title"] == "CEO"
    assert "city" not in fields
    assert fields["state"] == "Illinois"


def test_an_unknown_type_is_a_usage_error(store: sqlite3.Connection) -> None:
    with pytest.raises(UsageError, match="'people' is not a type"):
        load(store, *EXPORTS, record_type="people")


def test_the_bar_says_rows_and_comes_to_the_end_of_the_file(store: sqlite3.Connection, tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    make_export(path, 300)
    seen: list[tuple[object, ...]] = []

    class Bar(Silent):
        def start(self, what: str, total: int | None = None, unit: str = "records") -> None:
            seen.append((what, total, unit))

        def advance(self, count: int = 1, note: str = "") -> None:
            seen.append((count, note))

    import_files(store, [path], now=NOW, progress=Bar())
    size = path.stat().st_size
    assert seen == [("Import contacts.csv", size, "bytes"), (size, "300 rows")]


@pytest.fixture(scope="module")
def shuffled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shuffled")


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(12)), cut=st.integers(0, 12))
def test_the_order_of_rows_and_their_files_is_irrelevant(shuffled: Path, order: list[int], cut: int) -> None:
    export = shuffled / "all.csv"
    make_export(export, 12)
    header, *rows = list(csv.reader(export.read_text(encoding="utf-8").splitlines()))

    def loaded(*parts: list[list[str]]) -> list[tuple[object, ...]]:
        home = shuffled / "home"
        shutil.rmtree(home, ignore_errors=True)
        with closing(open_store(home)) as store:
            for part in parts:
                with export.open("w", newline="", encoding="utf-8") as file:
                    csv.writer(file).writerows([header, *part])
                assert not load(store, export).rejects
            return content(store)

    turned = [rows[place] for place in order]
    assert loaded(turned[:cut], turned[cut:]) == loaded(rows)
