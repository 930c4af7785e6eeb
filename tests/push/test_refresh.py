"""What a refresh reads: what changed, a little of what was read before, and nothing for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sfpush.practice import people
from sfpush.practice.catalogue import Catalogue
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving
from sfpush.runs.progress import Silent
from sfpush.runs.refresh import refresh
from sfpush.store import plans
from sfpush.store.snapshot import rows_by_id
from tests.push.conftest import Home, contact


def at(practice_org: Serving, minutes: int) -> None:
    practice_org.org.clock = lambda: datetime.now(UTC) + timedelta(minutes=minutes)


def read_at(home: Home, practice_org: Serving, minutes: int) -> int:
    """How many Contacts a refresh reads so many minutes later."""
    at(practice_org, minutes)
    now = datetime.now(UTC) + timedelta(minutes=minutes)
    return refresh(home.connection, home.org, home.state, home.settings, now=now, progress=Silent()).read["Contact"]


def test_G3_what_a_push_wrote_is_read_back_and_then_left_alone(home: Home, practice_org: Serving) -> None:
    home.add(*(contact(n) for n in range(3)))
    home.push()
    assert [read_at(home, practice_org, minutes) for minutes in (1, 15, 30, 45)] == [3, 3, 0, 0]


def test_G3_a_row_that_shows_up_late_is_read(home: Home, practice_org: Serving) -> None:
    home.add(contact(1))
    home.push()
    assert [read_at(home, practice_org, minutes) for minutes in (1, 15, 30)] == [1, 1, 0]
    (row,) = home.rows("Contact")
    at(practice_org, 24)  # stamped when its transaction wrote it, six minutes before it was committed
    people.edit(practice_org.org, row["Id"], {"Title": "CEO"})
    assert read_at(home, practice_org, 31) == 1


def test_G3_neither_clock_skips_anything_by_being_ahead(home: Home, practice_org: Serving) -> None:
    home.add(contact(1))
    home.push()
    assert read_at(home, practice_org, 1) == 1
    at(practice_org, 600)
    refresh(home.connection, home.org, home.state, home.settings, now=datetime.now(UTC), progress=Silent())
    assert read_at(home, practice_org, 2) == 1, "the org's clock was ahead by ten hours for a moment"


def test_G3_what_changes_while_a_long_read_is_under_way_is_read_by_the_next(
    home: Home, practice_org: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sfpush.org.read._PAGE", {"Sforce-Query-Options": "batchSize=200"})
    people.seed(practice_org.org, contacts=250, accounts=1)
    real = home.org.read

    def read(sobject: str, *arguments: Any, **options: Any) -> Iterator[dict[str, Any]]:
        for place, row in enumerate(real(sobject, *arguments, **options)):
            yield row
            if sobject == "Contact" and place == 199:  # of two pages the first is here
                at(practice_org, 20)
                people.edit(practice_org.org, first, {"Title": "CEO"})
                at(practice_org, 40)
                people.edit(practice_org.org, last, {"Title": "CFO"})

    rows = [row["Id"] for row in real("Contact", ())]
    first, last = rows[0], rows[-1]
    home.org.read = read  # type: ignore[method-assign]
    read_at(home, practice_org, 0)
    home.org.read = real  # type: ignore[method-assign]
    read_at(home, practice_org, 60)
    held = rows_by_id(home.connection, home.state.org, [first, last])
    assert [held[one].fields["Title"] for one in (first, last)] == ["CEO", "CFO"]


def hide(home: Home, practice_org: Serving, *names: str) -> None:
    """Take fields away from the connected user, as an administrator does."""
    practice_org.org.rules = Rules.from_mapping({"user": {"hidden": names}})
    practice_org.org.catalogue = Catalogue(practice_org.org.rules)
    home.org._describes.clear()


def test_G3_a_field_that_the_org_takes_away_is_read_no_more_and_again_when_it_is_back(
    home: Home, practice_org: Serving
) -> None:
    home.add(contact(1, title="CFO"))
    home.push()
    hide(home, practice_org, "Contact.Title", "Contact.Department")
    home.refresh()
    (row,) = home.rows("Contact")
    hide(home, practice_org)
    people.edit(practice_org.org, row["Id"], {"Title": "CEO"})
    at(practice_org, 60)  # nothing of that is read for having changed
    home.refresh()
    assert rows_by_id(home.connection, home.state.org, [row["Id"]])[row["Id"]].fields["Title"] == "CEO"


def test_S2_a_row_that_was_purged_between_two_reads_is_gone_when_it_takes_no_write(
    home: Home, practice_org: Serving
) -> None:
    home.add(contact(1), contact(2))
    home.push()
    home.refresh()
    with practice_org.org.writing() as db:  # deleted and out of the recycle bin: no query shows it any more
        db.execute("DELETE FROM Contact WHERE LastName = 'Lee 1'")
    home.add(contact(1, title="CFO"), contact(2, title="CFO"))
    assert (home.push().results.rejected, home.plan().summary["contact"]) == (1, {"block": 1, "unchanged": 1})
    (block,) = plans.changes(home.connection, home.plan().plan, actions=["block"])
    assert block.rule == "linked-deleted"


def test_M1_rows_that_the_user_is_let_see_later_are_read_within_a_day(home: Home, practice_org: Serving) -> None:
    home.add(contact(1))
    home.push()
    assert read_at(home, practice_org, 1) == 1
    at(practice_org, -100_000)  # they are there for long, and nobody touches them when they are shared
    people.seed(practice_org.org, contacts=2, accounts=1)
    assert [read_at(home, practice_org, minutes) for minutes in (1500, 1510, 3000)] == [4, 0, 0]
