"""What a link or unlink by hand settles besides the link itself (M8): unanswered creates, refused ones."""

from __future__ import annotations

from typing import Any

import pytest

from sfpush.errors import AnswerLost, UsageError
from sfpush.model import Batch, Outcome, Verb
from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules
from sfpush.practice.save import Manner, create
from sfpush.practice.serve import Serving
from sfpush.runs.link import link_record, unlink_record
from sfpush.store import error_log, journal, plans

from .conftest import Home, contact

KEY = "contact:c00001"
REFUSING = {"validation_rules": [{"sobject": "Contact", "when": "Title = null", "message": "Give a title."}]}


def link(home: Home, row: str) -> None:
    link_record(home.connection, lambda: home.org, home.state.org, home.settings, KEY, row, now=home.now())


def unlink(home: Home) -> None:
    unlink_record(home.connection, home.state.org, KEY, now=home.now())


def change(home: Home) -> Any:
    head = home.recovered_plan()
    return next(one for one in plans.changes(home.connection, head.plan) if one.record == KEY)


def lose_creates(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Push so that no answer to the create of a person comes, and the org has not got it."""
    write = home.org.write

    def lost(batch: Batch) -> tuple[Outcome, ...]:
        if batch.sobject == "Contact" and batch.verb is Verb.CREATE:
            raise AnswerLost("The connection broke.")
        return write(batch)

    with monkeypatch.context() as patched:
        patched.setattr(home.org, "write", lost)
        home.push()
    assert set(journal.unclear(home.connection, home.state.org, [KEY])) == {KEY}


def test_B3_M8_unlink_lets_an_unanswered_create_go_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.add(contact(1))
    lose_creates(home, monkeypatch)
    assert change(home).rule == "unclear-create"
    unlink(home)
    assert change(home).action == "create"
    assert home.push().results.created == 1


def test_B3_M8_link_settles_an_unanswered_create(
    home: Home, practice_org: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.add(contact(1))
    lose_creates(home, monkeypatch)
    org = PracticeOrg(practice_org.org.path)
    row = {"LastName": "Lee", "AccountId": home.rows("Account")[0]["Id"]}
    (saved,) = create(org, org.catalogue.whole("Contact"), [row], Manner())
    org.close()
    link(home, str(saved.id))
    assert change(home).action == "update"
    assert home.push().results.updated == 1
    assert len(home.rows("Contact")) == 1


@pytest.mark.parametrize("practice_rules", [Rules.from_mapping(REFUSING)])
def test_L3_M8_a_refused_create_is_forgotten_with_the_link(home: Home) -> None:
    home.add(contact(1))
    for _ in range(error_log.RETRIES + 1):
        home.push()
    assert change(home).rule == "retries-used-up"
    unlink(home)
    assert error_log.failures(home.connection, home.state.org, [KEY]) == {}
    assert change(home).action == "create"


def test_M8_a_link_is_not_half_made(home: Home) -> None:
    home.add(contact(1), contact(2))
    home.push()
    (taken,) = {row["Id"] for row in home.rows("Contact", "LastName") if row["LastName"] == "Lee 2"}
    with pytest.raises(UsageError, match="contact:c00002"):
        link(home, taken)
    assert change(home).action == "unchanged"
