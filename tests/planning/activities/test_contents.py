"""E5, E8: what an activity says, whatever its record looks like."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.model import Record, RecordType
from sfpush.planning.activities.contents import completed, content_of, cut, first_line, summary_of
from sfpush.planning.activities.participants import Participant, Role, of_email, of_meeting
from sfpush.planning.activities.reading import plain


def _values(record_type: RecordType, **fields: Any) -> dict[str, Any]:
    return dict(content_of(Record("x:1", record_type, "", fields), outgoing=True).values)


@pytest.mark.parametrize(
    ("state", "status"),
    [("scheduled", "Not Started"), ("completed", "Completed"), ("skipped", "Deferred"), ("odd", None)],
)
def test_E5_task_states(state: str, status: str | None) -> None:
    assert _values(RecordType.TASK, status=state)["status"] == status


def test_E5_a_call_lasts_as_long_as_it_says_else_from_start_to_end() -> None:
    times = {"start_time": "2026-11-20T09:00:00Z", "end_time": "2026-11-20T09:02:05Z"}
    assert _values(RecordType.CALL, duration=61, **times)["duration"] == 61
    assert _values(RecordType.CALL, duration="61.0", **times)["duration"] == 61
    assert _values(RecordType.CALL, **times)["duration"] == 125
    assert _values(RecordType.CALL, start_time="2026-11-20T09:00:00Z")["duration"] is None
    assert _values(RecordType.CALL, duration="long", **times)["duration"] is None


def test_E5_times_are_utc_and_a_date_alone_is_a_whole_day() -> None:
    timed = _values(RecordType.MEETING, start_time="2026-11-25T14:00:00+01:00")
    assert (timed["all_day"], timed["start_time"], timed["end_time"]) == (False, *["2026-11-25T14:00:00+01:00"] * 2)
    day = _values(RecordType.MEETING, start_time="2026-11-25", end_time="2026-11-25")
    assert (day["all_day"], day["date"], day["minutes"]) == (True, "2026-11-25", 1440)
    said = _values(RecordType.MEETING, start_time="2026-11-25T00:00:00Z", end_time="2026-11-27T00:00:00Z", all_day=True)
    assert (said["all_day"], said["date"], said["minutes"]) == (True, "2026-11-25", 2880)
    assert _values(RecordType.EMAIL, completed_at="2026-11-20T23:30:00-02:00")["date"] == "2026-11-21"


def test_E5_text_of_html_bodies() -> None:
    html = "<html><head><style>p {}</style></head><body><p>Hi Ann,</p><p>a<br>b &amp; c</p><ul><li>one</li></ul></body>"
    assert plain(html) == "Hi Ann,\n\na\nb & c\n\none"
    assert _values(RecordType.EMAIL, body_html=html)["body"].startswith("Hi Ann,")
    assert _values(RecordType.EMAIL, body_text="as < it > is", body_html=html)["body"] == "as < it > is"
    assert _values(RecordType.NOTE, content="1 < 2")["body"] == "1 < 2"


def test_E5_a_note_s_title_is_its_first_line() -> None:
    assert first_line("\n\n  Wants\ta trial \nin May") == "Wants a trial"
    assert first_line("x" * 80) == "x" * 80
    assert first_line("x" * 81) == "x" * 79 + "…"
    assert _values(RecordType.CONVERSATION, topic="Kick-off", summary="They want it")["title"] == "Kick-off"


@given(st.text(), st.integers(min_value=1, max_value=200))
def test_E5_a_cut_body_fits_and_says_so(body: str, length: int) -> None:
    found = cut(body, length)
    assert len(found) <= length
    assert found == body if len(body) <= length else found.endswith("Apollo]"[-length:])


@pytest.mark.parametrize(
    ("record_type", "fields", "goes"),
    [
        (RecordType.EMAIL, {"status": "completed"}, True),
        (RecordType.EMAIL, {}, True),
        (RecordType.EMAIL, {"status": "scheduled"}, False),
        (RecordType.EMAIL, {"status": "failed"}, False),
        (RecordType.EMAIL, {"failed_at": "2026-11-20T09:00:00Z"}, False),
        (RecordType.CALL, {"status": "completed"}, True),
        (RecordType.CALL, {"status": "no-answer"}, False),
        (RecordType.CALL, {"status": "busy"}, False),
        (RecordType.TASK, {"status": "scheduled"}, True),
        (RecordType.MEETING, {"status": "anything"}, True),
    ],
)
def test_E8_only_completed_e_mails_and_calls_go(record_type: RecordType, fields: dict[str, Any], goes: bool) -> None:
    assert completed(Record("x:1", record_type, "", fields)) is goes


def test_E5_summaries() -> None:
    assert summary_of({"summary": " Good "}) == "Good"
    assert summary_of({"summary": None, "call_summary": "Good"}) == "Good"
    assert summary_of({"call_summary": {"outcome": "Good", "next_steps": "", "other": 3}}) == "Outcome: Good"
    assert summary_of({"call_summary": {}, "transcript": [1]}) == ""


def test_E1_participants_from_every_shape() -> None:
    assert of_email(
        {
            "from_email": "Sam Hill <SAM@ours.example>",
            "to_email": "ann@acme.example; bob@acme.example",
            "recipients": [
                {"email": "ann@acme.example", "raw_name": "Ann Lee", "recipient_type_cd": "to", "contact_id": "c1"},
                {"email": "cy@acme.example", "recipient_type_cd": "cc"},
                {"email": "eve@acme.example", "recipient_type_cd": "bcc"},
                "nobody",
            ],
            "cc_emails": "cy@acme.example, not an address",
        }
    ) == (
        Participant("sam@ours.example", Role.FROM, "Sam Hill"),
        Participant("ann@acme.example", Role.TO, "Ann Lee", "c1"),
        Participant("bob@acme.example", Role.TO),
        Participant("cy@acme.example", Role.CC),
    )
    assert of_meeting({"participants": [{"contact_id": "c1"}, {"email": "ANN@acme.example", "name": "Ann"}, {}]}) == (
        Participant("", Role.GUEST, "", "c1"),
        Participant("ann@acme.example", Role.GUEST, "Ann"),
    )
    assert of_meeting({"participants": {"email": "ann@acme.example"}}) == (Participant("ann@acme.example", Role.GUEST),)


_wild = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_NAMES = [
    "from_email", "to_email", "recipients", "cc_emails", "participants", "send_from", "contact", "body_text",
    "body_html", "start_time", "end_time", "duration", "status", "summary", "call_summary", "content", "title",
    "inbound", "all_day", "completed_at", "type", "note",
]  # fmt: skip


@given(st.sampled_from(list(RecordType)), st.dictionaries(st.sampled_from(_NAMES), _wild, max_size=6))
def test_E5_no_record_is_too_odd_to_be_read(record_type: RecordType, fields: dict[str, Any]) -> None:
    record = Record("x:1", record_type, "", fields)
    content_of(record, outgoing=True)
    completed(record)
    of_email(fields)
    of_meeting(fields)
