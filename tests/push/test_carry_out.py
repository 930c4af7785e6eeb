"""Plans carried out against a practice org over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sfpush.errors import AnswerLost, DailyLimitReached, Interrupted, OutOfBounds
from sfpush.model import Batch, FieldChange, Outcome, Rejected, Rule, SalesforceId, Update, Verb
from sfpush.practice import people
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving
from sfpush.settings.schema import Settings
from sfpush.store import error_log, runs
from tests.push.conftest import Home, contact


def actions(home: Home) -> dict[str, dict[str, int]]:
    return {kind: dict(counts) for kind, counts in home.plan().summary.items()}


class Refusing:
    """An org whose answer for some records is another than the org's; `sent` holds every batch that left."""

    def __init__(self, home: Home, refusals: dict[str, list[Rejected]]) -> None:
        self.real, self.refusals = home.org.write, refusals
        self.sent: list[Batch] = []
        home.org.write = self.write  # type: ignore[method-assign]

    def write(self, batch: Batch) -> tuple[Outcome, ...]:
        self.sent.append(batch)
        held = {
            place: self.refusals[row.key].pop(0) for place, row in enumerate(batch.rows) if self.refusals.get(row.key)
        }
        going = tuple(row for place, row in enumerate(batch.rows) if place not in held)
        outcomes = iter(self.real(Batch(batch.sobject, batch.verb, going, batch.external_id_field)) if going else ())
        return tuple(held[place] if place in held else next(outcomes) for place in range(len(batch.rows)))


LOCKED = Rejected("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
REFUSED = Rejected("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Give a country.", ("Country",))


def test_what_was_planned_is_in_the_org_and_the_next_plan_writes_nothing(home: Home) -> None:
    home.add(contact(1), contact(2, title="CFO"))
    report = home.push()
    assert (report.results.created, report.results.rejected, report.left, report.stopped_by) == (4, 0, 0, None)
    assert home.rows("Contact", "LastName", "Email", "Title", "LeadSource")[1] | {"Id": ""} == {
        "Id": "",
        "LastName": "Lee 2",
        "Email": "ann2@acme2.example",
        "Title": "CFO",
        "LeadSource": "Apollo",
    }
    assert actions(home) == {"contact": {"unchanged": 2}}


def test_C8_ten_contacts_of_one_company_make_one_account(home: Home) -> None:
    home.add(*(contact(n, organization_name="Acme", website="acme.example") for n in range(10)))
    report = home.push()
    assert report.results.created == 11
    assert [row["Name"] for row in home.rows("Account", "Name")] == ["Acme"]
    assert len({row["AccountId"] for row in home.rows("Contact", "AccountId")}) == 1


def test_C6_an_account_made_for_a_contact_is_a_record_of_the_store_from_then_on(home: Home) -> None:
    home.add(contact(1))
    home.push()
    found = home.connection.execute(
        "SELECT key, name, made_for, json_extract(fields, '$.website') FROM records WHERE type = 'account'"
    ).fetchall()
    assert found == [("account:name:acme 1@acme1.example", "Acme 1", "contact:c00001", "https://acme1.example")]


def test_C8_a_contact_whose_account_is_rejected_waits_and_goes_with_it(home: Home) -> None:
    home.add(contact(1), contact(2))
    Refusing(home, {"account:name:acme 1@acme1.example": [REFUSED]})
    report = home.push()
    assert (report.results.created, report.results.rejected, report.results.waiting) == (2, 1, 1)
    assert [(one.record, one.code, one.fields) for one in report.rejects] == [
        ("account:name:acme 1@acme1.example", "FIELD_CUSTOM_VALIDATION_EXCEPTION", ("Country",))
    ]
    again = home.push()
    assert (again.results.created, again.results.rejected, again.results.waiting) == (2, 0, 0)


def test_L3_a_rejected_record_goes_again_five_times_then_waits_for_a_person(home: Home) -> None:
    home.add(contact(1))
    refusing = Refusing(home, {"contact:c00001": [REFUSED] * 20})
    states = []
    for _ in range(7):
        rejected = home.push().results.rejected
        (entry,) = error_log.entries(home.connection, home.state.org)
        states.append((rejected, entry.attempts, entry.state))
    assert states == [*((1, n, "retrying") for n in range(1, 6)), (1, 6, "open"), (0, 6, "open")]
    assert actions(home)["contact"] == {"block": 1}
    refusing.refusals.clear()
    home.add(contact(1, title="Another"))
    assert home.push().results.created == 1
    assert list(error_log.entries(home.connection, home.state.org)) == []
    (entry,) = error_log.entries(home.connection, home.state.org, states=["resolved"])
    assert (entry.operation, entry.message, entry.fields) == ("create", "Give a country.", ("Country",))
    assert entry.payload["LastName"] == "Lee 1"


@pytest.mark.parametrize("refusals", [1, 6])
def test_L2_an_entry_closes_by_itself_when_somebody_mends_the_record_in_salesforce(
    home: Home, practice_org: Serving, refusals: int
) -> None:
    home.add(contact(1, title="CTO"))
    home.push()
    home.add(contact(1, title="CEO"))
    Refusing(home, {"contact:c00001": [REFUSED] * refusals})
    for _ in range(refusals):
        home.push()
    (row,) = home.rows("Contact", "Title")
    people.edit(practice_org.org, row["Id"], {"Title": "CEO"})
    assert home.push().results.unchanged == 1
    assert list(error_log.entries(home.connection, home.state.org)) == []


def test_rows_kept_out_by_a_lock_go_again_alone_and_in_ever_smaller_batches(home: Home) -> None:
    home.add(*(contact(n, organization_name="Acme", website="acme.example") for n in range(60)))
    refusing = Refusing(home, {f"contact:c{n:05}": [LOCKED] * (3 if n < 2 else 1) for n in range(55)})
    report = home.push()
    assert (report.results.created, report.results.rejected) == (61, 0)
    sizes = [len(batch.rows) for batch in refusing.sent if batch.sobject == "Contact"]
    assert sizes == [60, 50, 5, 2, 1, 1]
    assert home.sleeps == [1.0, 2.0, 4.0]


def test_a_row_that_stays_locked_is_rejected_in_the_end(home: Home) -> None:
    home.add(contact(1))
    Refusing(home, {"contact:c00001": [LOCKED] * 9})
    report = home.push()
    assert (report.results.created, report.results.rejected) == (1, 1)
    (entry,) = error_log.entries(home.connection, home.state.org)
    assert (entry.code, entry.attempts) == ("UNABLE_TO_LOCK_ROW", 1)


def test_G5_the_daily_limit_stops_cleanly_and_the_next_run_goes_on(home: Home) -> None:
    home.add(*(contact(n) for n in range(3)))
    real = home.org.write

    def write(batch: Batch) -> tuple[Outcome, ...]:
        if batch.sobject == "Contact":
            raise DailyLimitReached("used up")
        return real(batch)

    home.org.write = write  # type: ignore[method-assign]
    report = home.push()
    assert isinstance(report.stopped_by, DailyLimitReached)
    assert (report.results.created, report.left) == (3, 3)
    home.org.write = real  # type: ignore[method-assign]
    assert home.push().results.created == 3
    assert [run.status for run in runs.history(home.connection, home.state.org)] == ["done", "stopped"]


def test_a_stop_finishes_what_is_in_flight_and_the_next_run_goes_on(home: Home) -> None:
    home.add(*(contact(n) for n in range(3)))
    sent: list[Batch] = []
    real = home.org.write

    def write(batch: Batch) -> tuple[Outcome, ...]:
        sent.append(batch)
        return real(batch)

    home.org.write = write  # type: ignore[method-assign]
    report = home.push(stop=lambda: bool(sent))
    assert isinstance(report.stopped_by, Interrupted)
    assert "3 changes were not sent" in report.stopped_by.message
    assert (report.results.created, report.left) == (3, 3)
    assert home.push().results.created == 3
    assert len(home.rows("Contact")) == 3


@pytest.mark.parametrize("committed", [True, False])
def test_B3_a_create_whose_answer_is_lost_is_looked_up_before_it_is_sent_again(home: Home, committed: bool) -> None:
    home.add(*(contact(n) for n in range(3)))
    real = home.org.write

    def write(batch: Batch) -> tuple[Outcome, ...]:
        if batch.sobject == "Contact":
            if committed:
                real(batch)
            raise AnswerLost("no answer")
        return real(batch)

    home.org.write = write  # type: ignore[method-assign]
    report = home.push()
    assert isinstance(report.stopped_by, AnswerLost) is not committed
    assert (report.results.created, report.results.waiting) == ((6, 0) if committed else (3, 3))
    assert (report.recovered.found, report.recovered.settling) == ((3, 0) if committed else (0, 3))
    home.org.write = real  # type: ignore[method-assign]
    home.shift = timedelta(seconds=121)
    assert home.push().results.created == (0 if committed else 3)
    assert len(home.rows("Contact")) == 3
    assert actions(home)["contact"] == {"unchanged": 3}


def test_B3_an_update_whose_answer_is_lost_is_sent_again_at_once(home: Home) -> None:
    home.add(contact(1))
    home.push()
    home.add(contact(1, title="CFO"))
    real, lost = home.org.write, []

    def write(batch: Batch) -> tuple[Outcome, ...]:
        if not lost:
            lost.append(real(batch))
            raise AnswerLost("no answer")
        return real(batch)

    home.org.write = write  # type: ignore[method-assign]
    report = home.push()
    assert (report.results.updated, report.results.waiting, report.stopped_by) == (1, 0, None)


def test_three_answers_lost_in_a_row_stop_the_run(home: Home) -> None:
    home.add(*(contact(n) for n in range(601)))
    sent: list[Batch] = []

    def write(batch: Batch) -> tuple[Outcome, ...]:
        sent.append(batch)
        raise AnswerLost("no answer")

    head = home.plan()
    home.org.write = write  # type: ignore[method-assign]
    report = home.push(head)
    assert isinstance(report.stopped_by, AnswerLost)
    assert len(sent) < 5
    assert report.left + report.results.waiting == 1202


def test_results_that_cannot_be_told_apart_are_no_answer(home: Home) -> None:
    home.add(*(contact(n) for n in range(3)))
    real = home.org.write
    home.org.write = lambda batch: real(batch)[:-1]  # type: ignore[method-assign]
    report = home.push()
    assert (report.results.created, report.results.waiting) == (6, 0)


def test_G6_a_run_over_the_limits_writes_nothing_and_names_them_all(home: Home, practice_org: Serving) -> None:
    people.seed(practice_org.org, contacts=60, accounts=60)
    home.push(home.planned([]))
    first = [row["Id"] for row in home.rows("Contact")][:30]
    home.refresh()
    head = home.planned(
        Update(
            record=f"contact:c{n}",
            name="",
            sobject="Contact",
            rule=Rule.CHANGED,
            reason="",
            salesforce_id=SalesforceId(sf_id),
            fields=(FieldChange("Title", None, "CFO"),),
        )
        for n, sf_id in enumerate(first)
    )
    with pytest.raises(OutOfBounds, match="30 of the org's 60 people"):
        home.push(head)
    assert all(row["Title"] != "CFO" for row in home.rows("Contact", "Title"))
    assert home.push(head, over_limit=True).results.updated == 30


def test_one_record_linked_meanwhile_is_not_created_again(home: Home) -> None:
    home.add(contact(1))
    head = home.plan()
    home.push(head)
    report = home.push(head)
    assert (report.results.created, report.results.linked) == (0, 2)
    assert len(home.rows("Contact")) == 1


class TestWithExternalIds:
    @pytest.fixture
    def practice_rules(self) -> Rules:
        fields = [
            {
                "sobject": sobject,
                "name": "Apollo_Id__c",
                "type": "string",
                "length": 80,
                "external_id": True,
                "unique": True,
            }
            for sobject in ("Contact", "Account")
        ]
        return Rules.from_mapping({"fields": fields})

    @pytest.fixture
    def settings(self) -> Settings:
        external: dict[str, Any] = {"contact": "Apollo_Id__c", "account": "Apollo_Id__c"}
        return Settings.model_validate({"salesforce": {"external_ids": external}})

    def test_B3_creates_go_as_upserts_by_the_external_id(self, home: Home) -> None:
        home.add(contact(1))
        refusing = Refusing(home, {})
        assert home.push().results.created == 2
        assert {batch.verb for batch in refusing.sent} == {Verb.UPSERT}
        assert [row["Apollo_Id__c"] for row in home.rows("Contact", "Apollo_Id__c")] == ["c00001"]
        assert actions(home) == {"contact": {"unchanged": 1}}

    def test_two_homes_the_later_one_finds_the_row_and_updates_it(self, home: Home) -> None:
        home.add(contact(1))
        refusing = Refusing(home, {"contact:c00001": [Rejected("DUPLICATE_VALUE", "duplicate value found")]})
        report = home.push()
        assert (report.results.created, report.results.rejected) == (2, 0)
        assert len(refusing.sent) == 3

    @pytest.mark.parametrize("committed", [True, False])
    def test_B3_an_upsert_whose_answer_is_lost_is_sent_again_at_once(self, home: Home, committed: bool) -> None:
        home.add(contact(1))
        real, lost = home.org.write, []

        def write(batch: Batch) -> tuple[Outcome, ...]:
            if len(lost) < 1:
                lost.append(real(batch) if committed else ())
                raise AnswerLost("no answer")
            return real(batch)

        home.org.write = write  # type: ignore[method-assign]
        report = home.push()
        assert report.stopped_by is None
        assert report.results.created + report.results.updated == 2
        assert len(home.rows("Account")) == len(home.rows("Contact")) == 1
        assert actions(home)["contact"] == {"unchanged": 1}


def test_counts_of_what_the_plan_leaves_alone_are_in_the_results(home: Home) -> None:
    nameless = contact(3, last_name=None, organization_name="Acme 1", website="acme1.example")
    home.add(contact(1), contact(2, organization_name=None, website=None), nameless)
    results = home.push().results
    assert (results.created, results.blocked) == (2, 2)
    assert home.push().results.unchanged == 1


def test_whatever_ends_a_request_ends_the_waiting_for_it(home: Home) -> None:
    home.add(contact(1))
    head = home.plan()

    def write(batch: Batch) -> tuple[Outcome, ...]:
        raise SystemExit(3)

    home.org.write = write  # type: ignore[method-assign]
    with pytest.raises(SystemExit):
        home.push(head)
