"""The people that are made because an activity needs them (E2, E6): under C4, C6 and C12, never one of our own."""

from __future__ import annotations

from collections.abc import Sequence

from sfpush.model import AnyChange, Block, Record, RecordType, Rule
from sfpush.planning import verdicts
from sfpush.planning.activities.drafts import Draft
from sfpush.planning.activities.matching import match_activity
from sfpush.planning.activities.reading import text
from sfpush.planning.activities.standings import Missing, Person
from sfpush.planning.context import Context
from sfpush.planning.keys import company_domain
from sfpush.planning.people import Pending, begin_create
from sfpush.planning.subjects import Subject

STRANGER = "contact:email:"
"""How the keys of people begin that sfpush makes from nothing but their address."""


def stranger_key(address: str) -> str:
    """The key of a person who has no record: the same whenever, and wherever, the address turns up."""
    return f"{STRANGER}{address}"


def may_make(draft: Draft, subject: Subject) -> bool:
    """Whether an activity may bring people along: only one that can go, and an e-mail only as long as it is new."""
    if subject.unclear is not None or (subject.failure is not None and subject.failure.used_up):
        return False
    match draft.make_missing:
        case "none":
            return False
        case "one":
            return match_activity(subject) is None
        case "all":
            return True


def to_make(draft: Draft, people: Sequence[Person]) -> list[Person]:
    """Whom to create for an activity: for an e-mail one, if it has nobody else; for a meeting everyone missing."""
    missing = [
        one
        for one in people
        if isinstance(one.standing, Missing) and (one.named.address or one.fields) and not one.named.ours
    ]
    match draft.make_missing:
        case "none":
            return []
        case "one":
            everyone_missing = all(isinstance(one.standing, Missing) for one in people)
            return missing[:1] if everyone_missing else []
        case "all":
            return missing


def made_up_person(person: Person, context: Context) -> Record:
    """The contact record of someone who is only known from e-mail: name and company as far as the address tells.

    The last name is that of the display name, else the local part; the company is the address's corporate domain.
    """
    address = person.named.address
    known = f"{text(person.fields, 'first_name')} {text(person.fields, 'last_name')}".strip()
    first, last = _first_and_last(person.named.name or known, address)
    fields = {
        "first_name": first,
        "last_name": last,
        "email": address,
        # it was written to or from, and push_unverified_emails is about addresses that were guessed (C11)
        "email_status": next(iter(context.settings.contacts.verified_statuses), ""),
    }
    domain = company_domain(address.rpartition("@")[2], context.free_mail_domains)
    if domain is not None:
        fields |= {"organization_name": domain, "website": domain}
    given = {name: value for name, value in fields.items() if value}
    return Record(stranger_key(address), RecordType.CONTACT, f"{first} {last}".strip(), given)


def begin_stranger(subject: Subject, draft: Draft, context: Context) -> AnyChange | Pending:
    """Decide on a person who is not in the org, but for the account. Push, stages and filters do not hold (E2)."""
    record = subject.record
    sobject = "Lead" if context.settings.contacts.create_as == "lead" else "Contact"
    if (held := verdicts.held(subject, sobject)) is not None:
        return held
    switch = "emails.push_without_match" if draft.make_missing == "one" else "meetings.push_all_calendar_events"
    goes = f"{draft.record.key} names {record.fields.get('email', record.key)}, and activities.{switch} is on"
    if record.key.startswith(STRANGER) and "website" not in record.fields:
        return _no_company(record, sobject)
    return begin_create(subject, sobject, context, rule=Rule.PERSON_FOR_ACTIVITY, goes=goes)


def _no_company(record: Record, sobject: str) -> Block:
    needs = "A Lead needs a company" if sobject == "Lead" else "A Contact needs an account"
    return verdicts.block(
        record, sobject, Rule.COMPANY_MISSING, f"{needs}, and {record.fields.get('email', record.key)} tells of none."
    )


def _first_and_last(name: str, address: str) -> tuple[str, str]:
    if "," in name:  # Lee, Ann
        last, _, first = (part.strip() for part in name.partition(","))
    else:
        first, _, last = name.strip().rpartition(" ")
    return (first.strip(), last) if last else ("", first.strip() or address.partition("@")[0])
