"""Deals against a practice org: pulled by hand and by runs, found again after a crash, taken back (D1–D6, B3, B4)."""

from __future__ import annotations

from typing import Any

import pytest

from sfpush.display.plan_view import pending as pending_count
from sfpush.model import ParsedRecord, RecordType
from sfpush.practice import people
from sfpush.practice.serve import Serving
from sfpush.runs.link import link_record
from sfpush.runs.plan import make_plan
from sfpush.runs.progress import Silent
from sfpush.runs.pull import pull
from sfpush.runs.refresh import Refreshed
from sfpush.runs.undo import make_undo_plan
from sfpush.settings.schema import Settings
from sfpush.store import plans, runs
from sfpush.store.deals import as_shown
from sfpush.store.record_list import list_records
from sfpush.store.records import get
from tests.push.conftest import Home, contact
from tests.push.test_recover import LATER, killed_at


@pytest.fixture
def settings() -> Settings:
    return Settings.model_validate({"deals": {"mode": "bidirectional"}})


def deal(number: int, **fields: Any) -> ParsedRecord:
    values = {"name": f"Deal {number}", "amount": number, "stage": "Prospecting", "closed_date": "2026-12-31", **fields}
    given = {name: value for name, value in values.items() if value is not None}
    return ParsedRecord(f"deal:d{number:05}", RecordType.DEAL, given, set(values), apollo_id=f"d{number:05}")


def opportunity(home: Home, key: str) -> str:
    found = next(list_records(home.connection, home.state.org, keys=[key]))
    assert found.salesforce_id is not None
    return found.salesforce_id


def pulled(home: Home, **options: Any) -> Refreshed:
    return pull(home.connection, home.org, home.state, home.settings, now=home.now, progress=Silent(), **options)


def shown(home: Home, key: str) -> Any:
    record = get(home.connection, key)
    assert record is not None
    return as_shown(home.connection, home.state.org, record)


def pending(home: Home, head: plans.PlanHead) -> list[str]:
    return [
        f"{one.record}: {one.action} {one.reason}"
        for one in plans.changes(home.connection, head.plan)
        if one.action not in ("unchanged", "skip")
    ]


def offline(home: Home) -> plans.PlanHead:
    return make_plan(home.connection, home.state, home.settings, now=home.now(), progress=Silent())


def test_D5_a_contact_role_alone_is_something_to_do(home: Home) -> None:
    home.add(contact(1), deal(1))
    home.push()
    home.add(deal(1, opportunity_contact_roles=[{"contact_id": "c00001"}]))
    head = home.plan()
    assert head.summary["contact-role"] == {"create": 1}
    assert pending_count(head.summary) == 1
    assert home.push(head).results.created == 1
    assert pending_count(home.plan().summary) == 0


def test_D2_pull_by_hand_takes_what_changed_and_writes_nothing(home: Home, practice_org: Serving) -> None:
    home.add(deal(1), deal(2))
    assert home.push().results.created == 2
    people.edit(practice_org.org, opportunity(home, "deal:d00001"), {"Amount": 50, "StageName": "Closed Won"})
    home.add(deal(2, amount=99))
    first = pulled(home)
    assert (first.pulled, first.read["Opportunity"]) == (1, 2)
    assert shown(home, "deal:d00001")["amount"] == 50
    history = list(runs.history(home.connection, home.state.org))
    assert [(run.command, run.status, run.results["pulled"]) for run in history[:1]] == [("pull", "done", 1)]
    assert pulled(home).pulled == 0
    assert len(list(runs.history(home.connection, home.state.org))) == len(history), "nothing came, so no run"
    assert {row["Amount"] for row in home.rows("Opportunity", "Amount")} == {50, 2}, "Apollo's change has not gone yet"
    done = home.push().results
    assert (done.updated, done.pulled) == (1, 0)
    assert {row["Amount"] for row in home.rows("Opportunity", "Amount")} == {50, 99}


def test_D1_a_plan_right_after_a_push_is_empty_with_and_without_a_look_at_the_org(home: Home) -> None:
    home.add(*(deal(number, next_step="Call") for number in range(5)))
    assert home.push().results.created == 5
    assert pending(home, offline(home)) == []
    assert pending(home, home.plan()) == []


def test_D1_a_rejected_push_is_tried_again_and_holds_back_nothing_that_is_pulled(
    home: Home, practice_org: Serving
) -> None:
    home.add(deal(1))
    home.push()
    sf_id = opportunity(home, "deal:d00001")
    people.edit(practice_org.org, sf_id, {"NextStep": "Call"})
    home.add(deal(1, amount=7, account_id=None))
    real = home.org.write
    home.org.write = lambda batch: (_refused(),) * len(batch.rows)  # type: ignore[method-assign]
    assert home.push().results.rejected == 1
    home.org.write = real  # type: ignore[method-assign]
    people.edit(practice_org.org, sf_id, {"Amount": 3})
    home.push()
    assert shown(home, "deal:d00001")["amount"] == 3
    assert shown(home, "deal:d00001")["next_step"] == "Call"
    assert pending(home, home.plan()) == []


def test_B3_a_deal_whose_answer_never_came_is_no_other_ones(home: Home) -> None:
    home.add(deal(1))
    killed_at(home, "Opportunity", committed=True)
    assert pulled(home).pulled == 1, "the org shows an Opportunity that nobody knows of"
    assert home.recover().found == 1
    home.shift = LATER
    done = home.push().results
    assert (done.created, done.pulled) == (0, 0)
    assert len(home.rows("Opportunity")) == 1
    assert [one.key for one in list_records(home.connection, home.state.org, types=[RecordType.DEAL])] == [
        "deal:d00001"
    ]


def test_D2_apollos_deal_takes_over_and_the_one_made_of_the_opportunity_goes(home: Home, practice_org: Serving) -> None:
    home.add(deal(1))
    home.push()
    sf_id = opportunity(home, "deal:d00001")
    home.connection.execute("DELETE FROM links")
    home.connection.execute("DELETE FROM records")
    assert home.push().results.pulled == 1
    hidden = list(list_records(home.connection, home.state.org, hide_pulled=True))
    listed = list(list_records(home.connection, home.state.org))
    assert (hidden, [(one.key, one.name, one.stage) for one in listed]) == (
        [],
        [(f"deal:{sf_id}", "Deal 1", "Prospecting")],
    ), "D4"
    home.add(deal(1, salesforce_id=sf_id, amount=5))
    done = home.push().results
    assert (done.pulled, done.created, done.blocked) == (1, 0, 0)
    assert [one.key for one in list_records(home.connection, home.state.org)] == ["deal:d00001"]
    assert shown(home, "deal:d00001")["amount"] == 1
    people.delete(practice_org.org, sf_id)
    assert home.push().results.blocked == 1, "D6"


def test_M8_a_person_can_say_which_opportunity_a_deal_is(home: Home) -> None:
    home.add(deal(1))
    home.push()
    sf_id = opportunity(home, "deal:d00001")
    home.connection.execute("DELETE FROM links")
    home.connection.execute("DELETE FROM records")
    home.push()
    home.add(deal(2))
    link_record(home.connection, lambda: home.org, home.state.org, home.settings, "deal:d00002", sf_id, now=home.now())
    assert [one.key for one in list_records(home.connection, home.state.org)] == ["deal:d00002"]
    assert home.push().results.pulled == 1, "it is at its first match"
    assert shown(home, "deal:d00002")["name"] == "Deal 1"


def test_B4_an_update_of_a_deal_taken_back_is_not_pushed_again(home: Home) -> None:
    home.add(deal(1))
    home.push()
    home.add(deal(1, amount=500))
    run = home.push().run_id
    head = make_undo_plan(home.connection, home.org, home.state, run, home.settings, now=home.now(), progress=Silent())
    assert home.push(head).results.updated == 1
    done = home.push().results
    assert (done.updated, done.pulled) == (0, 1)
    assert [row["Amount"] for row in home.rows("Opportunity", "Amount")] == [1]
    assert shown(home, "deal:d00001")["amount"] == 1


def test_pulling_and_planning_deals_takes_a_fixed_number_of_queries_a_chunk(home: Home) -> None:
    def queries() -> int:
        asked: list[str] = []

        def seen(statement: str) -> None:
            if statement.startswith("SELECT"):
                asked.append(statement)

        home.connection.set_trace_callback(seen)
        head = offline(home)
        home.connection.set_trace_callback(None)
        plans.drop_plan(home.connection, head.plan)
        return len(asked)

    home.add(*(deal(number) for number in range(3)))
    home.refresh()
    few = queries()
    home.add(*(deal(number) for number in range(120)))
    assert queries() == few
    home.push()
    assert queries() <= few + 5, "links, rows and roles are asked for once a chunk"


def _refused() -> Any:
    from sfpush.model import Rejected

    return Rejected("FIELD_CUSTOM_VALIDATION_EXCEPTION", "No.")
