"""Runs by their ids, and the life of an error log's entry, on a store alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from sfpush.errors import UsageError
from sfpush.store import error_log, runs
from sfpush.store.database import open_store, writing
from sfpush.store.error_log import Rejection
from sfpush.store.orgs import remember_org
from sfpush.store.times import from_text, to_text

NOW = "2026-11-24T09:00:00.000Z"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_store(tmp_path)) as connection:
        remember_org(connection, "00D000000000001AAA", "https://x.my.salesforce.com", now=NOW, window_ends_at=None)
        yield connection


def reject(store: sqlite3.Connection, code: str = "STRING_TOO_LONG", record: str = "contact:1") -> None:
    rejection = Rejection(record, "Contact", "create", code, "too long", ("LastName",), {"LastName": "x"})
    with writing(store):
        error_log.record_rejections(store, 1, [rejection], plan=None, now=NOW)


def one(store: sqlite3.Connection) -> error_log.LoggedError:
    (entry,) = error_log.entries(store, 1)
    return entry


def begin(store: sqlite3.Connection, now: str = NOW) -> runs.Run:
    return runs.begin_run(store, 1, command="push", mode="manual", plan_id=None, now=now)


def test_L3_five_retries_then_open(store: sqlite3.Connection) -> None:
    states = []
    for _ in range(7):
        reject(store)
        states.append((one(store).attempts, one(store).retries_left, one(store).state))
    assert states == [
        (1, 5, "retrying"),
        (2, 4, "retrying"),
        (3, 3, "retrying"),
        (4, 2, "retrying"),
        (5, 1, "retrying"),
        (6, 0, "open"),
        (7, 0, "open"),
    ]


def test_L3_a_changed_record_starts_anew(store: sqlite3.Connection) -> None:
    store.execute("INSERT INTO records (key, type, name, fields) VALUES ('contact:1', 'contact', 'Ann', '{}')")
    for _ in range(6):
        reject(store)
    assert error_log.failures(store, 1, ["contact:1", "contact:2"])["contact:1"].state == "open"
    store.execute("UPDATE records SET version = 2")
    reject(store)
    assert (one(store).attempts, one(store).retries_left, one(store).state) == (7, 5, "retrying")


def test_L2_success_closes_the_entry_and_a_later_rejection_opens_another(store: sqlite3.Connection) -> None:
    reject(store)
    with writing(store):
        error_log.resolve(store, 1, ["contact:1"], now=NOW)
    assert error_log.failures(store, 1, ["contact:1"]) == {}
    reject(store, "INVALID_EMAIL_ADDRESS")
    assert (one(store).code, one(store).attempts) == ("INVALID_EMAIL_ADDRESS", 1)
    assert len(list(error_log.entries(store, 1, states=("retrying", "open", "resolved")))) == 2


def test_L2_entries_are_grouped_by_code_and_found_by_it(store: sqlite3.Connection) -> None:
    for number, code in enumerate(["B_CODE", "A_CODE", "B_CODE"]):
        reject(store, code, f"contact:{number}")
    assert [entry.code for entry in error_log.entries(store, 1)] == ["A_CODE", "B_CODE", "B_CODE"]
    assert [entry.record for entry in error_log.entries(store, 1, code="A_CODE")] == ["contact:1"]
    with pytest.raises(UsageError, match="no error 99"):
        error_log.entry(store, 1, 99)


def test_a_run_is_found_by_the_beginning_of_its_id_where_that_is_clear(store: sqlite3.Connection) -> None:
    first = begin(store)
    later = begin(store, "2026-11-25T09:00:00.000Z")
    assert runs.run_named(store, 1, "20261124").run == first.run
    assert runs.run_named(store, 1, later.run_id) == later
    with pytest.raises(UsageError, match="Several runs"):
        runs.run_named(store, 1, "2026")
    with pytest.raises(UsageError, match="No run"):
        runs.run_named(store, 1, "2025")


def test_a_run_that_was_not_ended_is_dead(store: sqlite3.Connection) -> None:
    run = begin(store)
    assert [dead.run_id for dead in runs.dead_runs(store, 1)] == [run.run_id]
    with writing(store):
        runs.end_run(store, run.run, status="done", results={"created": 3}, api_calls=2, now=NOW)
    assert runs.dead_runs(store, 1) == ()
    (ended,) = runs.history(store, 1)
    assert (ended.status, ended.results, ended.api_calls, ended.ended_at) == ("done", {"created": 3}, 2, NOW)


def test_times_are_kept_in_utc_so_that_text_order_is_time_order() -> None:
    there = datetime(2026, 11, 24, 10, 0, 0, 5_000, timezone(timedelta(hours=1)))
    assert to_text(there) == "2026-11-24T09:00:00.005Z"
    assert from_text(to_text(there)) == there
    assert from_text("2026-11-24T09:00:00") == datetime(2026, 11, 24, 9, tzinfo=UTC)
