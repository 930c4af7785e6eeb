"""Recovery against a practice org: what is found, what waits, what goes again, what a person must decide."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sfpush.model import Batch, Outcome, Written
from sfpush.practice import people
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving
from sfpush.runs.recover import Recovered
from sfpush.store import journal, runs
from tests.push.conftest import ByExternalId, Home, contact

LATER = timedelta(seconds=121)


def killed_at(home: Home, sobject: str, *, committed: bool) -> list[tuple[Outcome, ...]]:
    """Push, and die when a batch of this sObject has left; what the org had answered is returned."""
    real = home.org.write
    answers: list[tuple[Outcome, ...]] = []

    def write(batch: Batch) -> tuple[Outcome, ...]:
        if batch.sobject != sobject:
            return real(batch)
        if committed:
            answers.append(real(batch))
        raise RuntimeError("killed")

    head = home.plan()
    home.org.write = write  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="killed"):
        home.push(head)
    home.org.write = real  # type: ignore[method-assign]
    return answers


def ids(answers: list[tuple[Outcome, ...]]) -> list[str]:
    return [one.id for batch in answers for one in batch if isinstance(one, Written)]


def test_B3_creates_that_went_through_are_found_and_linked(home: Home) -> None:
    home.add(*(contact(n) for n in range(3)))
    wrote = killed_at(home, "Contact", committed=True)
    found = home.recover()
    assert (found.found, found.repeatable, found.settling, found.unclear) == (3, 0, 0, 0)
    assert len(found.runs) == 1
    links = home.connection.execute("SELECT sf_id FROM links WHERE sobject = 'Contact' ORDER BY key").fetchall()
    assert [sf_id for (sf_id,) in links] == ids(wrote)
    assert home.recover() == Recovered()
    assert home.push().results.created == 0


def test_B3_people_without_an_email_are_found_by_name_and_all_values(home: Home) -> None:
    home.add(*(contact(n, email=None, last_name="O'Brien", title=f"CFO {n}") for n in range(3)))
    wrote = killed_at(home, "Contact", committed=True)
    assert home.recover().found == 3
    links = home.connection.execute("SELECT sf_id FROM links WHERE sobject = 'Contact' ORDER BY key").fetchall()
    assert [sf_id for (sf_id,) in links] == ids(wrote)


def test_B3_creates_that_never_arrived_go_again_when_settled_and_not_before(home: Home) -> None:
    home.add(contact(1))
    killed_at(home, "Contact", committed=False)
    assert home.recover().settling == 1
    held = home.push()
    assert (held.results.created, held.results.blocked) == (0, 1)
    home.shift = LATER
    assert home.recover().repeatable == 1
    assert home.push().results.created == 1


def test_B3_a_plan_made_before_recovery_does_not_send_an_unclear_create(home: Home) -> None:
    home.add(contact(1))
    head = home.plan()
    killed_at(home, "Contact", committed=False)
    report = home.push(head)
    assert (report.results.created, report.results.linked, report.results.waiting) == (0, 1, 1)


def test_B3_what_agrees_only_in_part_is_a_block_with_the_candidate(home: Home, practice_org: Serving) -> None:
    home.add(contact(1, email=None, title="CFO"))
    ((written,),) = (ids(killed_at(home, "Contact", committed=True)),)
    people.edit(practice_org.org, written, {"Title": "Changed by a flow"})
    home.shift = LATER
    assert home.recover().unclear == 1
    (block,) = [one for one in home_changes(home) if one[0] == "contact:c00001"]
    assert block == ("contact:c00001", "block", "unclear-create", (written,))
    assert home.push().results.created == 0


def test_B3_an_update_without_an_answer_simply_goes_again(home: Home) -> None:
    home.add(contact(1))
    home.push()
    home.add(contact(1, title="CFO"))
    killed_at(home, "Contact", committed=False)
    assert home.recover().repeatable == 1
    assert home.push().results.updated == 1


def test_a_run_that_died_is_closed_with_what_it_wrote(home: Home) -> None:
    home.add(*(contact(n) for n in range(3)))
    killed_at(home, "Contact", committed=True)
    home.recover()
    (run,) = runs.history(home.connection, home.state.org)
    assert (run.status, run.results) == ("failed", {"created": 6})
    assert home.connection.execute("SELECT COUNT(*) FROM records WHERE made_for IS NOT NULL").fetchone() == (3,)


class TestWithoutDuplicateRules:
    @pytest.fixture
    def practice_rules(self) -> Rules:
        return Rules.from_mapping({"duplicate_rules": {"Contact": "off"}})

    def test_B3_a_person_may_say_which_it_is(self, home: Home, practice_org: Serving) -> None:
        home.add(contact(1, email=None, title="CFO"))
        (written,) = ids(killed_at(home, "Contact", committed=True))
        people.edit(practice_org.org, written, {"Title": "Changed by a flow"})
        home.recover()
        journal.dismiss_unclear(home.connection, home.state.org, ["contact:c00001"], now="2026-11-24T09:00:00.000Z")
        assert journal.unanswered(home.connection, home.state.org) == ()
        assert home.push().results.created == 1

    def test_B3_a_row_that_is_linked_to_another_record_is_not_taken(self, home: Home) -> None:
        home.add(contact(1, email=None, last_name="Lee", organization_name="Acme", website="acme.example"))
        home.push()
        home.add(contact(2, email=None, last_name="Lee", organization_name="Acme", website="acme.example"))
        killed_at(home, "Contact", committed=False)
        home.shift = LATER
        assert (home.recover().found, home.push().results.created) == (0, 1)


class TestWithExternalIds(ByExternalId):
    def test_B3_upserts_that_went_through_are_linked_and_the_others_go_again_at_once(self, home: Home) -> None:
        home.add(*(contact(n) for n in range(3)))
        killed_at(home, "Contact", committed=True)
        found = home.recover()
        assert (found.found, found.repeatable) == (3, 0)
        home.add(contact(4))
        killed_at(home, "Contact", committed=False)
        found = home.recover()
        assert (found.found, found.repeatable) == (0, 1)
        assert home.push().results.created == 1
        assert len(home.rows("Contact")) == 4


def home_changes(home: Home) -> list[tuple[str, str, str, tuple[str, ...]]]:
    from sfpush.store.plans import changes

    return [
        (one.record, one.action, one.rule.value, one.candidates) for one in changes(home.connection, home.plan().plan)
    ]
