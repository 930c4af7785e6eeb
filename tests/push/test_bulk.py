"""Above `push.bulk_threshold` records of one sObject and verb travel as Bulk jobs."""

from __future__ import annotations

from typing import Any

import pytest

from sfpush.errors import Interrupted, NotReady
from sfpush.model import Batch, Outcome
from sfpush.practice.faults import JOB, Fault, FaultKind, arm
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving
from sfpush.push.batches import bulk_kinds, estimated_calls
from sfpush.settings.schema import Settings
from sfpush.store import error_log, journal
from tests.push.conftest import Home, contact

THRESHOLD = 20


@pytest.fixture
def settings() -> Settings:
    return Settings.model_validate({"push": {"bulk_threshold": THRESHOLD, "settle_seconds": 0}})


@pytest.fixture
def practice_rules() -> Rules:
    rule = {
        "sobject": "Contact",
        "name": "No_spam",
        "when": "Title = 'Spam'",
        "message": "No spam.",
        "field": "Title",
    }
    return Rules.from_mapping({"validation_rules": [rule]})


def one_company(count: int) -> list[Any]:
    return [contact(n, organization_name="Acme", website="acme.example") for n in range(count)]


def calls(home: Home) -> list[str]:
    """The Collections calls of the pushes to come, by sObject."""
    real, seen = home.org.write, []

    def write(batch: Batch) -> tuple[Outcome, ...]:
        seen.append(f"{batch.sobject} {len(batch.rows)}")
        return real(batch)

    home.org.write = write  # type: ignore[method-assign]
    return seen


def test_more_than_the_threshold_go_as_one_job_and_the_rest_by_collections(home: Home) -> None:
    home.add(*one_company(30))
    collections = calls(home)
    report = home.push()
    assert (report.results.created, report.left) == (31, 0)
    assert collections == ["Account 1"]
    assert home.connection.execute("SELECT transport, sobject FROM batches ORDER BY batch").fetchall() == [
        ("collections", "Account"),
        ("bulk", "Contact"),
    ]
    assert len(home.rows("Contact")) == 30
    assert home.plan().summary["contact"] == {"unchanged": 30}


def test_each_result_of_a_job_is_tied_to_its_record(home: Home) -> None:
    home.add(*one_company(30), contact(40, title="Spam", organization_name="Acme", website="acme.example"))
    report = home.push()
    assert (report.results.created, report.results.rejected) == (31, 1)
    (entry,) = error_log.entries(home.connection, home.state.org)
    assert (entry.record, entry.code, entry.message) == (
        "contact:c00040",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "No spam.",
    )
    for row in home.rows("Contact", "LastName"):
        (key,) = home.connection.execute("SELECT key FROM links WHERE sf_id = ?", (row["Id"],)).fetchone()
        assert row["LastName"] == f"Lee {int(key[-5:])}"


def test_updates_in_bulk_leave_alone_what_a_row_does_not_send(home: Home) -> None:
    home.add(*one_company(30))
    home.push()
    home.add(*(contact(n, title=f"Title {n}", organization_name="Acme", website="acme.example") for n in range(25)))
    collections = calls(home)
    assert home.push().results.updated == 25
    assert collections == []
    titles = {row["LastName"]: row["Title"] for row in home.rows("Contact", "LastName", "Title")}
    assert titles == {f"Lee {n}": f"Title {n}" if n < 25 else None for n in range(30)}


def test_a_value_that_bulk_cannot_carry_goes_by_collections(home: Home) -> None:
    home.add(*one_company(30), contact(40, title="#N/A", organization_name="Acme", website="acme.example"))
    collections = calls(home)
    assert home.push().results.created == 32
    assert collections == ["Account 1", "Contact 1"]
    assert "#N/A" in [row["Title"] for row in home.rows("Contact", "Title")]


def test_rows_that_a_failed_job_did_not_reach_go_by_collections(home: Home, practice_org: Serving) -> None:
    home.add(*one_company(30))
    head = home.plan()
    arm(practice_org.org, Fault(FaultKind.JOB_FAILS, method=JOB, path="/jobs/ingest/*"))
    report = home.push(head)
    assert (report.results.created, report.results.rejected) == (31, 0)
    assert len(home.rows("Contact")) == 30


def test_rows_locked_in_a_job_go_again_by_collections(home: Home, practice_org: Serving) -> None:
    home.add(*one_company(30))
    head = home.plan()
    arm(practice_org.org, Fault(FaultKind.ROW_LOCKED, method=JOB, path="/jobs/ingest/*", every=3))
    collections = calls(home)
    report = home.push(head)
    assert (report.results.created, report.results.rejected) == (31, 0)
    assert collections == ["Account 1", "Contact 10"]


def test_B3_a_stop_leaves_the_job_to_salesforce_and_the_next_run_picks_it_up(home: Home) -> None:
    home.add(*one_company(30))
    head = home.plan()
    collections = calls(home)
    asked: list[bool] = []

    def stop() -> bool:
        jobs = home.connection.execute("SELECT COUNT(*) FROM batches WHERE job_id IS NOT NULL").fetchone()[0]
        asked.append(bool(jobs))
        return bool(jobs)

    report = home.push(head, stop=stop)
    assert isinstance(report.stopped_by, Interrupted)
    assert report.results.waiting == 30
    found = home.recover()
    assert (found.created, found.runs) == (30, ())
    assert home.push().results.created == 0
    assert collections == ["Account 1"]
    assert len(home.rows("Contact")) == 30


def test_B3_a_job_that_was_never_closed_is_aborted_and_its_rows_go_again(home: Home, monkeypatch: Any) -> None:
    home.add(*one_company(30))
    head = home.plan()

    def send_job(job_id: str, data: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(home.org, "send_job", send_job)
        with pytest.raises(RuntimeError, match="killed"):
            home.push(head)
    (batch,) = journal.unanswered(home.connection, home.state.org)
    assert batch.job_id is not None
    assert home.recover().repeatable == 30
    assert home.org.read_job(batch.job_id).state == "Aborted"
    assert home.push().results.created == 30


def test_B3_the_org_lost_while_the_job_goes_on(home: Home, monkeypatch: Any) -> None:
    home.add(*one_company(30))
    head = home.plan()

    def wait_for_job(job_id: str, seen: object = None) -> None:
        raise NotReady("gone")

    with monkeypatch.context() as patch:
        patch.setattr(home.org, "wait_for_job", wait_for_job)
        report = home.push(head)
    assert isinstance(report.stopped_by, NotReady)
    assert home.recover().created == 30
    assert len(home.rows("Contact")) == 30


def test_bulk_is_not_used_where_it_has_no_header() -> None:
    writes = {("create", "Contact"): 2001, ("update", "Contact"): 2000}
    assert bulk_kinds(writes, Settings()) == {("create", "Contact")}
    for table in ({"duplicate_rules": "allow"}, {"assignment_rules": True}):
        assert bulk_kinds(writes, Settings.model_validate({"salesforce": table})) == set()


def test_G5_calls_are_estimated_as_they_are_made() -> None:
    assert estimated_calls({("create", "Contact"): 401, ("update", "Lead"): 1}, Settings()) == 4
    assert estimated_calls({("create", "Contact"): 20_000}, Settings()) == 24


class TestWithoutBulk:
    @pytest.fixture
    def practice_rules(self) -> Rules:
        return Rules.from_mapping({"org": {"no_bulk": ["Contact"]}})

    def test_what_the_org_takes_no_job_of_goes_by_collections(self, home: Home) -> None:
        home.add(*one_company(30))
        collections = calls(home)
        report = home.push()
        assert (report.results.created, report.left, report.stopped_by) == (31, 0, None)
        assert collections == ["Account 1", "Contact 30"]
        assert journal.unanswered(home.connection, home.state.org) == ()
