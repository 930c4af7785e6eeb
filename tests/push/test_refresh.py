"""What a refresh reads: what changed, a little of what was read before, and nothing for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sfpush.practice import people
from sfpush.practice.serve import Serving
from sfpush.runs.progress import Silent
from sfpush.runs.refresh import refresh
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
