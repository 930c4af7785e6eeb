"""Activities whose answer never came: found, linked, and never made twice (B3, E8)."""

from __future__ import annotations

from typing import Any

import pytest

from sfpush.model import ParsedRecord, RecordType
from sfpush.runs.recover import Recovered
from sfpush.settings.schema import Settings
from tests.push.conftest import Home, contact
from tests.push.test_recover import LATER, ids, killed_at

_SWITCHES = {"emails": {"push": True}, "notes": {"push": True}, "meetings": {"push": True}}


@pytest.fixture
def settings() -> Settings:
    return Settings.model_validate({"activities": _SWITCHES, "mailboxes": {"addresses": ["sam@ours.example"]}})


def activity(record_type: RecordType, number: int, **fields: Any) -> ParsedRecord:
    key = f"{record_type.value}:{number}"
    return ParsedRecord(key, record_type, fields, set(fields), apollo_id=str(number))


def email(number: int, subject: str = "Your trial") -> ParsedRecord:
    return activity(
        RecordType.EMAIL,
        number,
        subject=subject,
        body_text="Hello\r\nAnn, it's time",
        from_email="sam@ours.example",
        to_email="ann1@acme1.example",
        status="completed",
        completed_at="2026-11-20T10:15:00Z",
        emailer_campaign_id="c1",
    )


def meeting(number: int) -> ParsedRecord:
    people = [{"email": f"ann{one}@acme{one}.example"} for one in (1, 2)]
    return activity(
        RecordType.MEETING,
        number,
        title="Kick-off",
        start_time="2026-11-25T14:00:00+01:00",
        end_time="2026-11-25T15:00:00+01:00",
        participants=people,
    )


def _in_org(home: Home) -> dict[str, int]:
    return {sobject: len(home.rows(sobject)) for sobject in ("Task", "Event", "EventRelation", "Note")}


@pytest.mark.parametrize("sobject", ["Task", "Event", "EventRelation", "Note"])
@pytest.mark.parametrize("committed", [True, False])
def test_B3_no_activity_is_lost_or_made_twice(home: Home, sobject: str, committed: bool) -> None:
    home.add(contact(1), contact(2))
    home.push()
    note = activity(RecordType.NOTE, 4, content="Wants a trial\nin May", contact_ids=["c00001"])
    # the first two are the same in everything but their ids
    home.add(email(1), email(2), email(3, "Another"), meeting(1), note)
    killed_at(home, sobject, committed=committed)
    home.shift = LATER
    found = home.recover()
    rows = 3 if sobject == "Task" else 1
    assert (found.found, found.repeatable) == ((rows, 0) if committed else (0, rows))
    home.push()
    assert _in_org(home) == {"Task": 3, "Event": 1, "EventRelation": 1, "Note": 1}
    assert home.recover() == Recovered()
    again = home.push()
    assert (again.results.created, again.results.updated, again.results.linked) == (0, 0, 0)
    assert _in_org(home) == {"Task": 3, "Event": 1, "EventRelation": 1, "Note": 1}


def test_B3_a_person_made_for_an_email_is_found_again_with_it(home: Home) -> None:
    made = home.settings.activities.emails.model_copy(update={"push_without_match": True})
    activities = home.settings.activities.model_copy(update={"emails": made})
    home.settings = home.settings.model_copy(update={"activities": activities})
    home.add(email(1))
    (written,) = ids(killed_at(home, "Contact", committed=True))
    home.shift = LATER
    report = home.push()
    assert (report.results.created, len(home.rows("Contact"))) == (1, 1)
    assert [row["WhoId"] for row in home.rows("Task", "WhoId")] == [written]
    (made_for,) = home.connection.execute("SELECT made_for FROM records WHERE type = 'contact'").fetchall()
    assert made_for == ("email:1",)
