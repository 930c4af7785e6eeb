"""Who wrote, received or took part: addresses in one spelling, with the names and Apollo ids that came with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sfpush.planning.activities.reading import Fields, ids, listed, text
from sfpush.planning.keys import email_key

_NAMED = re.compile(r"\s*(.*?)\s*<([^<>]*)>\s*")


class Role(StrEnum):
    """What a participant was. BCC recipients are never looked at (E1, E3)."""

    FROM = "From"
    TO = "To"
    CC = "CC"
    GUEST = "participant"


@dataclass(frozen=True, slots=True)
class Participant:
    """One person of an activity; `address` is lower-cased, "" where only the Apollo id is known."""

    address: str
    role: Role
    name: str = ""
    contact_id: str = ""


def of_email(fields: Fields) -> tuple[Participant, ...]:
    """Sender, To and CC recipients, in that order; one named twice in a role once, with all that is known of it."""
    recipients = [one for one in listed(fields, "recipients") if isinstance(one, Mapping)]
    sender = fields.get("send_from")
    return _each_once(
        (
            *_named(Role.FROM, fields, "from_email", text(fields, "from_name")),
            *(_participant(Role.FROM, sender) if isinstance(sender, Mapping) and not fields.get("from_email") else ()),
            *_named(Role.TO, fields, "to_email", text(fields, "to_name")),
            *_named(Role.TO, fields, "to_emails"),
            *_typed(Role.TO, recipients),
            *_named(Role.CC, fields, "cc_emails"),
            *_typed(Role.CC, recipients),
        )
    )


def of_meeting(fields: Fields) -> tuple[Participant, ...]:
    """Everyone who takes part, in the order of the record."""
    return _each_once(_named(Role.GUEST, fields, "participants"))


def _named(role: Role, fields: Fields, field: str, name: str = "") -> Iterator[Participant]:
    for one in listed(fields, field):
        yield from _participant(role, one if isinstance(one, Mapping) else {"email": one, "name": name})


def _typed(role: Role, recipients: Iterable[Mapping[str, Any]]) -> Iterator[Participant]:
    for one in recipients:
        if text(one, "recipient_type_cd", "type").lower() == role.value.lower():
            yield from _participant(role, one)


def _participant(role: Role, found: Mapping[str, Any]) -> Iterator[Participant]:
    address, name = text(found, "email", "address"), text(found, "name", "raw_name")
    if (both := _NAMED.fullmatch(address)) is not None:
        name, address = name or both[1].strip("\"'"), both[2]
    contact_id = next(iter(ids(found, "contact_id")), "")
    key = email_key(address) or ""
    if key or contact_id:
        yield Participant(key, role, "" if email_key(name) else name, contact_id)


def _each_once(found: Iterable[Participant]) -> tuple[Participant, ...]:
    first: dict[tuple[Role, str], Participant] = {}
    for one in found:
        key = one.role, one.address or one.contact_id
        known = first.get(key)
        first[key] = (
            one
            if known is None
            else Participant(known.address, known.role, known.name or one.name, known.contact_id or one.contact_id)
        )
    return tuple(first.values())
