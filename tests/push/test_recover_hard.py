"""Recovery where things are not as they were: clocks, users, names that the org gives, people who went on meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sfpush.errors import AnswerLost
from sfpush.model import Batch, Outcome
from sfpush.practice import people
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving
from sfpush.runs.link import link_record
from sfpush.runs.progress import Silent
from sfpush.runs.undo import make_undo_plan
from sfpush.settings.schema import Settings
from tests.push.conftest import ByExternalId, Home, contact
from tests.push.test_deals import deal
from tests.push.test_recover import LATER, home_changes, ids, killed_at
from tests.push.test_recover_activities import email

OTHER_USER = "005000000000999AAA"


@pytest.fixture
def settings() -> Settings:
    activities = {"emails": {"push": True}}
    return Settings.model_validate(
        {
            "deals": {"mode": "push"},
            "activities": activities,
            "mailboxes": {"addresses": ["sam@ours.example"]},
        }
    )


def link(home: Home, key: str, sf_id: str) -> None:
    """What a person does with `sfpush link`."""
    number, now = home.state.org, home.now()
    link_record(home.connection, lambda: home.org, number, home.settings, key, sf_id, now=now)


def linked(home: Home, key: str) -> str:
    return str(home.connection.execute("SELECT sf_id FROM links WHERE key = ?", (key,)).fetchone()[0])


def test_B3_a_create_is_found_although_this_machines_clock_was_hours_ahead(home: Home) -> None:
    home.add(deal(1))
    home.shift = timedelta(hours=5)
    killed_at(home, "Opportunity", committed=True)
    home.shift = timedelta(hours=10)
    assert home.recover().created == 1
    home.push()
    assert len(home.rows("Opportunity")) == 1


def test_B3_a_create_is_found_although_something_in_between_dates_answers_hours_ahead(home: Home) -> None:
    home.add(deal(1))
    head = home.plan()
    home.org._transport._answered_at = home.now() + timedelta(hours=5)
    real = home.org.write

    def write(batch: Batch) -> tuple[Outcome, ...]:
        real(batch)
        raise RuntimeError("killed")

    home.org.write = write  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="killed"):
        home.push(head)
    home.org.write = real  # type: ignore[method-assign]
    home.shift = LATER
    assert home.recover().created == 1


def test_B3_a_create_is_found_although_another_user_is_connected_by_now(home: Home) -> None:
    home.add(deal(1))
    killed_at(home, "Opportunity", committed=True)
    home.org.identity = replace(home.org.identity, user_id=OTHER_USER)
    home.shift = LATER
    assert home.recover().created == 1
    home.push()
    assert len(home.rows("Opportunity")) == 1


@pytest.mark.parametrize(
    ("record", "sobject", "scheme"),
    [
        (deal(1), "Opportunity", {"Name": "ACME - 2026-12 - New business"}),
        (email(1), "Task", {"Subject": "Email: out (via Apollo)"}),
    ],
)
def test_B3_a_row_that_the_org_gave_another_name_is_not_made_again(
    home: Home, practice_org: Serving, record: Any, sobject: str, scheme: dict[str, str]
) -> None:
    home.add(contact(1))
    home.push()
    home.add(record)
    (written,) = ids(killed_at(home, sobject, committed=True))
    people.edit(practice_org.org, written, scheme)
    home.shift = LATER
    assert home.recover().unclear == 1
    (block,) = [one for one in home_changes(home) if one[0] == record.key]
    assert block == (record.key, "block", "unclear-create", (written,))
    home.push()
    assert len(home.rows(sobject)) == 1


def test_B3_a_person_whose_name_the_org_spelt_its_own_way_is_linked(home: Home, practice_org: Serving) -> None:
    home.add(contact(1, email=None, first_name="ANN", last_name="LEE  one"))
    (written,) = ids(killed_at(home, "Contact", committed=True))
    people.edit(practice_org.org, written, {"FirstName": "Ann", "LastName": "Lee One"})
    home.shift = LATER
    assert home.recover().created == 1
    home.push()
    assert len(home.rows("Contact")) == 1


def test_B3_what_cannot_be_searched_for_is_looked_for_among_all_that_is_new(home: Home) -> None:
    home.add(contact(1))
    (written,) = ids(killed_at(home, "Contact", committed=True))
    describe = home.org.describe("Contact")
    real = home.org._transport.read

    def read(path: str, params: Any = None, headers: Any = None) -> Any:
        if params and "Email IN" in params.get("q", ""):  # as where Shield encrypts it
            return real(path, {"q": "SELECT Id FROM Contact WHERE Nothing__c = 1"}, headers)
        return real(path, params, headers)

    home.org._transport.read = read  # type: ignore[method-assign]
    assert describe.field("Email") is not None
    assert home.recover().created == 1
    assert [row["Id"] for row in home.rows("Contact")] == [written]


def test_B3_settle_seconds_count_from_when_the_answer_was_given_up(home: Home) -> None:
    """The org may work on a request for ten minutes, and a connection may break after nine."""
    home.add(contact(1))
    head = home.plan()
    real = home.org.write

    def write(batch: Batch) -> tuple[Outcome, ...]:
        if batch.sobject == "Contact":
            home.shift = timedelta(minutes=9)
            raise AnswerLost("no answer")
        return real(batch)

    home.org.write = write  # type: ignore[method-assign]
    report = home.push(head)
    assert (report.recovered.settling, report.recovered.repeatable) == (1, 0)
    home.org.write = real  # type: ignore[method-assign]
    home.shift = timedelta(minutes=9) + LATER
    assert home.recover().repeatable == 1


class TestBidirectional:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings.model_validate({"deals": {"mode": "bidirectional"}})

    def test_D1_what_we_wrote_ourselves_is_no_change_of_salesforces(self, home: Home) -> None:
        home.add(deal(1, amount=1))
        home.push()
        home.add(deal(1, amount=2))
        killed_at(home, "Opportunity", committed=True)
        home.add(deal(1, amount=3))
        home.push()
        assert [row["Amount"] for row in home.rows("Opportunity", "Amount")] == [3]


class TestAPersonDecides:
    @pytest.fixture
    def practice_rules(self) -> Rules:
        return Rules.from_mapping({"duplicate_rules": {"Contact": "off"}})

    def other_contact(self, home: Home) -> str:
        """A row of the org that a person takes for the record `contact:c00001`."""
        home.add(contact(9, email=None, last_name="Other"))
        home.push()
        (sf_id,) = home.connection.execute("SELECT sf_id FROM links WHERE key = 'contact:c00009'").fetchone()
        home.connection.execute("DELETE FROM links WHERE key = 'contact:c00009'")
        home.connection.execute("DELETE FROM records WHERE key = 'contact:c00009'")
        return str(sf_id)

    def test_M8_an_answer_that_comes_late_takes_no_link_from_a_person(self, home: Home) -> None:
        other = self.other_contact(home)
        home.add(contact(1))
        home.push()
        home.add(contact(1, title="CFO"))
        killed_at(home, "Contact", committed=True)
        link(home, "contact:c00001", other)
        home.recover()
        assert linked(home, "contact:c00001") == other

    @pytest.mark.parametrize("changed", [False, True])
    def test_B4_taking_a_run_back_takes_no_link_from_a_person(self, home: Home, changed: bool) -> None:
        other = self.other_contact(home)
        home.add(contact(1))
        run = home.push()
        if changed:
            home.add(contact(1, title="CFO"))
            run = home.push()
        link(home, "contact:c00001", other)
        state, now = home.state, home.now()
        head = make_undo_plan(home.connection, home.org, state, run.run_id, home.settings, now=now, progress=Silent())
        report = home.push(head)
        assert report.results.updated + report.results.deleted == (1 if changed else 2)
        assert linked(home, "contact:c00001") == other


class TestWithExternalIds(ByExternalId):
    def test_F2_what_somebody_changed_in_a_row_whose_answer_was_lost_stays(
        self, home: Home, practice_org: Serving
    ) -> None:
        home.add(contact(1, title="CFO"))
        (written,) = ids(killed_at(home, "Contact", committed=True))
        people.edit(practice_org.org, written, {"Title": "CEO"})
        with practice_org.org.writing() as db:
            db.execute("UPDATE Contact SET LastModifiedById = ?", (OTHER_USER,))
        assert home.recover().created == 1
        home.push()
        titles = {row["Id"]: row["Title"] for row in home.rows("Contact", "Title")}
        assert titles[written] == "CEO"


class TestBulk:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings.model_validate({"push": {"bulk_threshold": 20, "settle_seconds": 0}})

    @pytest.fixture
    def left_behind(self, home: Home) -> Home:
        """A push that was killed when its Bulk job had been handed over."""
        home.add(*(contact(n, email=None, organization_name="Acme", website="acme.example") for n in range(30)))
        head = home.plan()

        def wait_for_job(job_id: str, seen: object = None) -> None:
            raise RuntimeError("killed")

        real = home.org.wait_for_job
        home.org.wait_for_job = wait_for_job  # type: ignore[method-assign, assignment]
        with pytest.raises(RuntimeError, match="killed"):
            home.push(head)
        home.org.wait_for_job = real  # type: ignore[method-assign]
        return home

    def test_B3_a_job_that_the_org_does_not_show_may_still_run(self, left_behind: Home, practice_org: Serving) -> None:
        home = left_behind
        (job_id,) = home.connection.execute("SELECT job_id FROM batches WHERE transport = 'bulk'").fetchone()
        home.org.wait_for_job(job_id)
        with practice_org.org.writing() as db:  # as if it had not had its turn yet
            db.execute("DELETE FROM job WHERE id = ?", (job_id,))
            db.execute("DELETE FROM Contact")
        assert home.recover().settling == 30
        home.shift = timedelta(hours=25)
        assert home.recover().repeatable == 30

    def test_M8_one_record_that_a_person_linked_does_not_hide_the_results_of_the_others(
        self, left_behind: Home, practice_org: Serving
    ) -> None:
        home = left_behind
        (job_id,) = home.connection.execute("SELECT job_id FROM batches WHERE transport = 'bulk'").fetchone()
        home.org.wait_for_job(job_id)
        first = next(row for row in home.rows("Contact", "LastName") if row["LastName"] == "Lee 0")
        link(home, "contact:c00000", first["Id"])
        before = len(practice_org.requests)
        assert home.recover().created == 29
        asked = [one.path for one in list(practice_org.requests)[before:]]
        assert not any("/query" in path for path in asked), "the job's own results told all"
