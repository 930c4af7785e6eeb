"""What the settings say of an activity before anything is known of the org: whether it may go, and whom it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sfpush.model import Record, RecordType, Rule
from sfpush.planning.activities.contents import completed, summary_of
from sfpush.planning.activities.email_classes import Classified, EmailClass, classify
from sfpush.planning.activities.email_exclusion import excluding_rule
from sfpush.planning.activities.lines import SOBJECTS
from sfpush.planning.activities.participants import Participant, Role, of_email, of_meeting
from sfpush.planning.activities.reading import Fields, ids, text
from sfpush.planning.context import Context
from sfpush.planning.keys import email_key
from sfpush.planning.verdicts import Refusal
from sfpush.settings.activities import ActivitySettings

_PUSHED: Mapping[RecordType, str] = {
    RecordType.EMAIL: "emails.push",
    RecordType.NOTE: "notes.push",
    RecordType.TASK: "tasks.push",
    RecordType.CALL: "calls.push",
    RecordType.MEETING: "meetings.push",
    RecordType.CONVERSATION: "conversations.push_summaries",
}
"""The switch of each type, below `activities`."""


@dataclass(frozen=True, slots=True)
class Named:
    """A person that an activity names: by the key of a contact record, by an address, or both ("" for neither)."""

    contact: str
    address: str
    name: str = ""
    ours: bool = False
    """On a corporate domain of ours, or a connected mailbox: never created (E2)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An activity that may go, as far as the settings decide.

    `goes` is a clause that says why. `people` are those it can be tied to, the first first; `accounts` and `deals`
    are record keys. `make_missing` says whether people that are not in the org are created: one, if there is nobody
    else (E2), or all of them (E6).
    """

    record: Record
    sobject: str
    goes: str
    people: tuple[Named, ...] = ()
    accounts: tuple[str, ...] = ()
    deals: tuple[str, ...] = ()
    outgoing: bool = False
    rule: Rule = Rule.NEW
    make_missing: Literal["none", "one", "all"] = "none"


def switched_on(record_type: RecordType, settings: ActivitySettings) -> bool:
    """Whether activities of this type are pushed at all."""
    table, switch = _PUSHED[record_type].split(".")
    return bool(getattr(getattr(settings, table), switch))


def draft(record: Record, context: Context, *, answers: str | None = None) -> Draft | Refusal:
    """The draft of one activity, or why it does not go.

    `answers` is the key of the e-mail sent in Apollo that came before this one in its thread (E1). A push by hand
    goes past switches, classes and exclusion rules (P1), not past what has not taken place yet (E8).
    """
    settings = context.settings.activities
    sobject = SOBJECTS[record.type]
    refusals: list[Refusal] = []
    if not switched_on(record.type, settings):
        refusals.append(Refusal(Rule.PUSH_OFF, f"activities.{_PUSHED[record.type]} is off"))
        if context.mode != "manual":
            return refusals[0]
    if (pending := _not_yet(record)) is not None:
        return pending
    fields = record.fields
    make_missing: Literal["none", "one", "all"] = "none"
    outgoing = False
    goes = f"activities.{_PUSHED[record.type]} is on"
    match record.type:
        case RecordType.EMAIL:
            participants = of_email(fields)
            found = classify(fields, participants, context.mailboxes, answers)
            outgoing, goes = found.outgoing, f"it is {found.email_class.words} ({found.cause})"
            refusals += _email_refusals(found, participants, fields, settings)
            people = _people_of_email(fields, participants, found, context)
            make_missing = "one" if settings.emails.push_without_match else "none"
        case RecordType.MEETING:
            people = _people_of_meeting(fields, context)
            make_missing = "all" if settings.meetings.push_all_calendar_events else "none"
        case _:
            people = _each_once(_contacts(fields))
    rule = Rule.NEW
    if refusals:
        if context.mode != "manual":
            return refusals[0]
        rule = Rule.MANUAL
        goes = f"pushed by hand although {refusals[0].because}"
    return Draft(
        record,
        sobject,
        goes,
        people=people,
        accounts=tuple(f"account:{one}" for one in ids(fields, "account_id", "account_ids", "account")),
        deals=tuple(
            f"deal:{one}" for one in ids(fields, "opportunity_id", "opportunity_ids", "opportunities", "deal_id")
        ),
        outgoing=outgoing,
        rule=rule,
        make_missing=make_missing,
    )


def _not_yet(record: Record) -> Refusal | None:
    if not completed(record):
        status = text(record.fields, "status") or "failed"
        return Refusal(Rule.NOT_COMPLETED, f"its status is {status}, and only a completed {record.type.value} goes")
    if record.type is RecordType.CONVERSATION and not summary_of(record.fields):
        return Refusal(Rule.NOT_COMPLETED, "it has no summary yet")
    return None


def _email_refusals(
    found: Classified, participants: tuple[Participant, ...], fields: Fields, settings: ActivitySettings
) -> Iterable[Refusal]:
    emails = settings.emails
    if not getattr(emails, found.email_class.value):
        yield Refusal(
            Rule.CLASS_OFF,
            f"it is {found.email_class.words} ({found.cause}), and activities.emails.{found.email_class.value} is off",
        )
    place = excluding_rule(emails.exclude, participants, text(fields, "subject"))
    if place is not None:
        yield Refusal(Rule.EXCLUDED, f"rule {place} of activities.emails.exclude matches it")


def _people_of_email(
    fields: Fields, participants: tuple[Participant, ...], found: Classified, context: Context
) -> tuple[Named, ...]:
    """The other side first: recipients of what went out, the sender of what came in; then everyone else."""
    first = (Role.TO, Role.CC, Role.FROM) if found.outgoing else (Role.FROM, Role.TO, Role.CC)
    ordered = sorted(participants, key=lambda one: first.index(one.role))
    named = [_named(one, context) for one in ordered]
    if found.email_class is not EmailClass.INTERNAL:
        named = [one for one in named if not one.ours]
    return _each_once([*_contacts(fields), *named])


def _people_of_meeting(fields: Fields, context: Context) -> tuple[Named, ...]:
    """Those from elsewhere; of a meeting among ourselves, all."""
    named = [_named(one, context) for one in of_meeting(fields)]
    return _each_once([*_contacts(fields), *([one for one in named if not one.ours] or named)])


def _named(one: Participant, context: Context) -> Named:
    contact = f"contact:{one.contact_id}" if one.contact_id else ""
    return Named(contact, one.address, one.name, context.mailboxes.owns(one.address))


def _contacts(fields: Fields) -> list[Named]:
    """The contacts that the record itself names, by id or as a whole."""
    whole = fields.get("contact")
    inside: Fields = whole if isinstance(whole, Mapping) else {}
    found = [Named(f"contact:{one}", "") for one in ids(fields, "contact_id", "contact_ids", "contact")]
    address = email_key(text(inside, "email")) or ""
    if not inside or not (found or address):
        return found
    name = text(inside, "name") or f"{text(inside, 'first_name')} {text(inside, 'last_name')}".strip()
    first = found[0].contact if found else ""
    return [Named(first, address, name), *found[1:]]


def _each_once(people: Iterable[Named]) -> tuple[Named, ...]:
    """The same contact or address once, at its first place, with all that is known of it."""
    found: list[Named] = []
    for one in people:
        for place, other in enumerate(found):
            if (one.contact and one.contact == other.contact) or (one.address and one.address == other.address):
                found[place] = Named(
                    other.contact or one.contact,
                    other.address or one.address,
                    other.name or one.name,
                    other.ours or one.ours,
                )
                break
        else:
            found.append(one)
    return tuple(found)
