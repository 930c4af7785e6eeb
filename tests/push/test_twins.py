"""A record that gets its Apollo id while an org's answer to its create is still out (B3), or while a run is at work."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from sfpush.runs.import_files import import_files
from sfpush.runs.lock import only_run
from sfpush.runs.progress import Silent
from tests.push.conftest import ByExternalId, Home
from tests.push.test_recover import killed_at

LATER = timedelta(seconds=121)
BOB = {
    "first_name": "Bob",
    "last_name": "Ray",
    "email": "bob@acme.example",
    "email_status": "verified",
    "organization_name": "Acme",
}
FORMER, KEY = "contact:email-bob-f3d0474b75ca", "contact:66f1"


@pytest.fixture
def exports(tmp_path: Path) -> tuple[Path, Path]:
    """The same contact without its id, and with it."""
    without, with_id = tmp_path / "without.json", tmp_path / "with.json"
    without.write_text(json.dumps({"contacts": [BOB]}))
    with_id.write_text(json.dumps({"contacts": [{**BOB, "id": "66f1", "title": "CEO"}]}))
    return without, with_id


def take(home: Home, export: Path) -> None:
    report = import_files(home.connection, [export], now=home.now(), progress=Silent())
    assert not report.rejects
    assert not report.unreadable


def linked(home: Home) -> list[str]:
    return [key for (key,) in home.connection.execute("SELECT key FROM links WHERE sobject = 'Contact'")]


class TestWithoutExternalId:
    def test_B3_a_create_that_went_through_is_found_by_the_new_key(
        self, home: Home, exports: tuple[Path, Path]
    ) -> None:
        take(home, exports[0])
        killed_at(home, "Contact", committed=True)
        take(home, exports[1])
        assert home.recover().found == 1
        assert linked(home) == [KEY]
        results = home.push().results
        assert (results.created, results.updated) == (0, 1)
        assert [row["Title"] for row in home.rows("Contact", "Title")] == ["CEO"]

    def test_B3_a_create_that_never_arrived_waits_and_goes_once(self, home: Home, exports: tuple[Path, Path]) -> None:
        take(home, exports[0])
        killed_at(home, "Contact", committed=False)
        take(home, exports[1])
        held = home.push()
        assert (held.results.created, held.results.blocked) == (0, 1)
        home.shift = LATER
        assert home.push().results.created == 1
        assert linked(home) == [KEY]
        assert len(home.rows("Contact", "Title")) == 1

    def test_M4_records_stay_two_while_a_run_is_at_work(
        self, home: Home, exports: tuple[Path, Path], tmp_path: Path
    ) -> None:
        take(home, exports[0])
        with only_run(tmp_path, "push", now=home.now()):
            import_files(
                home.connection,
                [exports[1]],
                now=home.now(),
                progress=Silent(),
                lock=lambda: only_run(tmp_path, "import", now=home.now()),
            )
        keys = "SELECT key FROM records WHERE type = 'contact' AND deleted_at IS NULL ORDER BY key"
        assert home.connection.execute(keys).fetchall() == [(KEY,), (FORMER,)]
        take(home, exports[1])
        assert home.connection.execute(keys).fetchall() == [(KEY,)]


ORDERS = [order for length in (2, 3) for order in product((0, 1), repeat=length) if len(set(order)) == 2]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("push_between", [True, False])
def test_M4_any_order_of_exports_ends_in_the_same_org(
    home: Home, exports: tuple[Path, Path], order: tuple[int, ...], *, push_between: bool
) -> None:
    for which in order:
        take(home, exports[which])
        if push_between:
            assert home.push().results.rejected == 0
    home.push()
    assert [row["Title"] for row in home.rows("Contact", "Title")] == ["CEO"]
    assert len(home.rows("Account")) == 1
    assert linked(home) == [KEY]
    after = home.push().results
    assert (after.created, after.updated, after.blocked, after.deleted) == (0, 0, 0, 0)
    keys = home.connection.execute("SELECT key, merged_into FROM records WHERE type = 'contact' ORDER BY key")
    assert keys.fetchall() == [(KEY, None), (FORMER, KEY)]


class TestWithExternalId(ByExternalId):
    @pytest.mark.parametrize("committed", [True, False])
    def test_B3_an_upsert_by_the_former_key_is_never_made_a_second_time(
        self, home: Home, exports: tuple[Path, Path], *, committed: bool
    ) -> None:
        take(home, exports[0])
        killed_at(home, "Contact", committed=committed)
        take(home, exports[1])
        assert home.push().results.created == 0
        home.shift = LATER
        assert home.push().results.created == (0 if committed else 1)
        assert linked(home) == [KEY]
        assert len(home.rows("Contact", "Title")) == 1
