"""What an activity says, in the words of the field map (`lines`), whatever Apollo's record of it looks like (E5)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sfpush.model import Record, RecordType
from sfpush.planning.activities.email_classes import SENT_TIMES
from sfpush.planning.activities.reading import Fields, moment, only_date, plain, text, truth

LONGEST_NOTE_TITLE = 80
_CUT = "\n[… cut here: the whole text is in Apollo]"
_DAY = 24 * 60
_TASK_STATES = {"scheduled": "Not Started", "completed": "Completed", "skipped": "Deferred"}
_PRIORITIES = {"high": "High", "medium": "Normal", "low": "Low"}
_OUTCOMES = ("outcome", "phone_call_outcome", "phone_call_outcome_name", "disposition")
_SENT = frozenset({"completed", "sent", "delivered", "received", "replied", "opened", "clicked"})


@dataclass(frozen=True, slots=True)
class Content:
    """`values` by the names of the lines; `words` for the title's template; `on_create` by Salesforce field."""

    values: Mapping[str, Any]
    words: Mapping[str, str] = field(default_factory=dict)
    on_create: Mapping[str, str] = field(default_factory=dict)


def content_of(record: Record, *, outgoing: bool) -> Content:
    """What the record says. `outgoing` is an e-mail's direction; a call's is its own."""
    match record.type:
        case RecordType.EMAIL:
            return _email(record.fields, outgoing=outgoing)
        case RecordType.CALL:
            return _call(record.fields)
        case RecordType.TASK:
            return _task(record.fields)
        case RecordType.MEETING:
            return _meeting(record.fields)
        case RecordType.NOTE:
            return _note(text(record.fields, "content", "body", "text"), text(record.fields, "title"))
        case _:
            return _note(summary_of(record.fields), text(record.fields, "topic", "title"))


def completed(record: Record) -> bool:
    """Whether an e-mail or call has taken place (E8); other types always count. No status at all is no objection."""
    status = text(record.fields, "status").lower()
    match record.type:
        case RecordType.EMAIL:
            return status in _SENT if status else not text(record.fields, "failed_at")
        case RecordType.CALL:
            return status in ("", "completed")
        case _:
            return True


def summary_of(fields: Fields) -> str:
    """A conversation's summary; "" if there is none yet. One that is in parts has each under its name."""
    for name in ("summary", "call_summary"):
        value = fields.get(name)
        if isinstance(value, Mapping):
            parts = ((part.replace("_", " ").capitalize(), _plain(said)) for part, said in value.items())
            value = "\n\n".join(f"{part}: {said}" for part, said in parts if said)
        if said := _plain(value):
            return said
    return ""


def cut(body: str, length: int) -> str:
    """The text, cut to a field's length with a mark that says so."""
    if not length or len(body) <= length:
        return body
    return body[: max(0, length - len(_CUT))].rstrip() + _CUT[-length:]


def first_line(body: str) -> str:
    """The first line that says something, cut to a note title's 80 characters."""
    line = " ".join(next((line for line in body.splitlines() if line.strip()), "").split())
    return line if len(line) <= LONGEST_NOTE_TITLE else line[: LONGEST_NOTE_TITLE - 1].rstrip() + "…"


def _email(fields: Fields, *, outgoing: bool) -> Content:
    sent = moment(fields, *SENT_TIMES)
    values = {"body": _body(fields), "status": "Completed", "date": _day(sent)}
    words = {**_words(fields, sent), **_arrow("outgoing" if outgoing else "incoming")}
    return Content(values, words, {"TaskSubtype": "Email"})


def _call(fields: Fields) -> Content:
    begun, ended = moment(fields, "start_time", "created_at"), moment(fields, "end_time")
    seconds = _seconds(fields, begun, ended)
    inbound = truth(fields, "inbound")
    direction = "" if inbound is None else "incoming" if inbound else "outgoing"
    outcome = text(fields, *_OUTCOMES)
    values = {
        "body": _plain(text(fields, "note", "note_text")),
        "status": "Completed",
        "date": _day(begun),
        "duration": seconds,
        "call_type": {"incoming": "Inbound", "outgoing": "Outbound"}.get(direction),
        "outcome": outcome,
    }
    words = {
        **_words(fields, begun),
        **_arrow(direction),
        "outcome": outcome,
        "duration": "" if seconds is None else _clock(seconds),
    }
    return Content(values, words, {"TaskSubtype": "Call"})


def _task(fields: Fields) -> Content:
    status = text(fields, "status").lower()
    due = moment(fields, "due_at", "completed_at", "skipped_at", "created_at")
    values = {
        "body": _plain(text(fields, "note", "description")),
        "status": _TASK_STATES.get(status),
        "priority": _PRIORITIES.get(text(fields, "priority").lower()),
        "date": _day(due),
    }
    return Content(values, _words(fields, due))


def _meeting(fields: Fields) -> Content:
    values: dict[str, Any] = {
        "body": _plain(text(fields, "description", "notes")),
        "location": text(fields, "location"),
    }
    begins, ends = text(fields, "start_time"), text(fields, "end_time")
    begun = moment(fields, "start_time")
    first = only_date(begins)
    if first is None and truth(fields, "all_day", "is_all_day"):
        first = begun.date() if begun else None
    if first is not None:
        ended = moment(fields, "end_time")
        last = only_date(ends) or (ended.date() if ended else first)
        # as calendars have it, the end is the day after the last one
        values |= {"all_day": True, "date": first.isoformat(), "minutes": _DAY * max(1, (last - first).days)}
    else:
        values |= {"all_day": False, "start_time": begins, "end_time": ends or begins}
    words = {**_words(fields, begun), "duration": _length_of(fields, begun)}
    return Content(values, words)


def _note(body: str, title: str) -> Content:
    said = _plain(body)
    return Content({"title": first_line(title or said), "body": said})


def _words(fields: Fields, at: datetime.datetime | None) -> dict[str, str]:
    title = text(fields, "title")
    return {
        "subject": text(fields, "subject") or title,
        "title": title or text(fields, "subject"),
        "type": text(fields, "type"),
        "status": text(fields, "status"),
        "date": _day(at) or "",
    }


def _arrow(direction: str) -> dict[str, str]:
    return {"direction": direction, "arrow": {"outgoing": "→", "incoming": "←"}.get(direction, "")}


def _body(fields: Fields) -> str:
    return text(fields, "body_text") or _plain(text(fields, "body_html", "body"))


def _plain(value: Any) -> str:
    """Text as it is; HTML as the text in it."""
    if not isinstance(value, str):
        return ""
    said = value.strip()
    return plain(said) if _looks_like_html(said) else said


def _looks_like_html(said: str) -> bool:
    lowered = said.lower()
    return any(f"<{tag}" in lowered for tag in ("p>", "p ", "br", "div", "html", "span", "ul>", "li>", "table", "b>"))


def _seconds(fields: Fields, begun: datetime.datetime | None, ended: datetime.datetime | None) -> int | None:
    given = text(fields, "duration")
    try:
        return int(float(given))
    except (ValueError, OverflowError):
        known = not given and begun is not None and ended is not None
        return _between(begun, ended) if known else None


def _between(begun: datetime.datetime | None, ended: datetime.datetime | None) -> int | None:
    if begun is None or ended is None or ended < begun:
        return None
    return int((ended - begun).total_seconds())


def _length_of(fields: Fields, begun: datetime.datetime | None) -> str:
    seconds = _between(begun, moment(fields, "end_time"))
    return _clock(seconds) if seconds else ""


def _clock(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _day(at: datetime.datetime | None) -> str | None:
    return at.date().isoformat() if at is not None else None
