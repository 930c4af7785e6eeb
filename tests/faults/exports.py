"""What Apollo exported: one day's accounts and people, and everything of the day after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfpush.model import ParsedRecord, RecordType

MAILBOX = "sam@ours.example"
"""A connected mailbox, so that what it sends is an outgoing e-mail (E1)."""


def first_day(count: int) -> Iterator[ParsedRecord]:
    """`count` records: a fifth accounts, the others people, some without an e-mail address."""
    for number in range(count // 5):
        yield _account(number)
    for number in range(count - count // 5):
        yield _contact(number, count)


def second_day(count: int) -> Iterator[ParsedRecord]:
    """`count` records of every type: people changed, deleted and new, deals, activities of people and of deals."""
    changed = count // 5
    for number in range(changed):
        if number % 10 == 9:
            yield _contact(number, count)._replace(deleted=True)
        elif number % 3 == 0:
            yield _contact(number, count, title="Promoted")
    for number in range(count, count + count // 5):
        yield _contact(number, count)
    for number in range(count // 5):
        yield _deal(number, count)
    for number in range(count // 4):
        yield _activity(number, count)


def _account(number: int) -> ParsedRecord:
    fields = {"name": f"Company {number}", "website": f"https://company{number}.example", "industry": "Banking"}
    return _record(RecordType.ACCOUNT, number, fields)


def _contact(number: int, count: int, title: str = "") -> ParsedRecord:
    company = _company(number, count)
    fields = {
        "first_name": f"Ann {number}",
        "last_name": "O'Brien" if number % 7 == 0 else f"Lee {number}",
        "title": title or f"Title {number}",
        "organization_name": f"Company {company}",
        "website": f"https://company{company}.example",
    }
    if number % 5:
        fields |= {"email": _email(number, count), "email_status": "Verified"}
    return _record(RecordType.CONTACT, number, fields)


def _deal(number: int, count: int) -> ParsedRecord:
    fields = {
        "name": f"Deal {number // 2}",  # two of one name: neither may be taken for the other (M6)
        "amount": 1000 + number,
        "stage": "Prospecting",
        "closed_date": "2026-12-31",
        "account_id": f"a{number % (count // 5):06}",
        "opportunity_contact_roles": [{"contact_id": f"c{number:06}"}],
    }
    return _record(RecordType.DEAL, number, fields)


def _activity(number: int, count: int) -> ParsedRecord:
    person = number * 5 + 1
    address = _email(person, count)
    match number % 4:
        case 0:
            fields = {
                "subject": f"Your trial {number // 8}",  # the same to several
                "body_text": f"Hello\r\nAnn, it's time {number // 8}",
                "from_email": MAILBOX,
                "to_email": address,
                "status": "completed",
                "completed_at": "2026-11-20T10:15:00Z",
                "emailer_campaign_id": "k1",
            }
            return _record(RecordType.EMAIL, number, fields)
        case 1:
            notes = {"content": "Wants a trial\nin May", "contact_ids": [f"c{person:06}"]}
            return _record(RecordType.NOTE, number, notes)
        case 2:
            people = [{"email": _email(one, count)} for one in (person, person + 1)]
            times = {"start_time": "2026-11-25T14:00:00+01:00", "end_time": "2026-11-25T15:00:00+01:00"}
            return _record(RecordType.MEETING, number, {"title": "Kick-off", "participants": people, **times})
        case _:
            call = {"contact_id": f"c{person:06}", "status": "completed", "duration": 60}
            return _record(RecordType.CALL, number, {**call, "start_time": f"2026-11-{1 + number % 20:02}T10:00:00Z"})


def _company(number: int, count: int) -> int:
    return number % (count // 3 + 1)


def _email(number: int, count: int) -> str:
    return f"ann{number}@company{_company(number, count)}.example"


def _record(kind: RecordType, number: int, fields: dict[str, Any]) -> ParsedRecord:
    apollo_id = f"{kind.value[0]}{number:06}"
    return ParsedRecord(f"{kind.value}:{apollo_id}", kind, fields, set(fields), apollo_id=apollo_id)
