"""Deciding on accounts: pushed on their own (A1–A3), or made because a contact needs one (C6, C9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sfpush.model import AnyChange, Create, Record, RecordType, Rule, SalesforceId
from sfpush.planning import verdicts
from sfpush.planning.context import Context
from sfpush.planning.fitting import Misfit
from sfpush.planning.keys import company_domain, company_key
from sfpush.planning.matching import Found, Gone, Match, Several
from sfpush.planning.subjects import Subject
from sfpush.planning.verdicts import Refusal

NO_OWNER = "Owned by the integration user"
_ACCOUNT = "Account"
MADE_UP = "account:name:"
"""How the key of an account begins that is made of a contact's company columns."""
_COMPANY_FIELDS: Mapping[str, str] = {
    "organization_name": "name",
    "website": "website",
    "company_phone": "phone",
    "industry": "industry",
    "employees": "employees",
    "annual_revenue": "annual_revenue",
    "company_city": "city",
    "company_state": "state",
    "company_country": "country",
    "company_postal_code": "postal_code",
    "salesforce_account_id": "salesforce_id",
}
"""What an account made for a contact takes from the contact's company columns."""


def decide_account(
    subject: Subject, match: Match, context: Context, *, claimed_by: str | None = None, needed_by: str | None = None
) -> AnyChange:
    """One account record: update what is there (A3), create what is new if the settings or a contact say so.

    `claimed_by` is the record that goes to the matched row before this one (M4). `needed_by` is the contact that
    can't be created without this account (C6); it overrides `accounts.push` and the account stages.
    """
    record = subject.record
    match match:
        case Several():
            return verdicts.ambiguous(record, _ACCOUNT, match)
        case Gone():
            return verdicts.gone(record, match)
        case Found():
            if claimed_by is not None and claimed_by != record.key:
                return verdicts.duplicate(record, _ACCOUNT, claimed_by, match.row)
            return _update(subject, match, context)
        case None:
            return _create(subject, context, needed_by)


def made_up_key(contact: Record, free_mail: Collection[str]) -> str | None:
    """The key of the account that a contact's own columns tell of; None if they tell of no company.

    A company without a name can be found by its domain, but not made.
    """
    name = company_key(str(contact.fields.get("organization_name") or "").strip())
    domain = company_domain(contact.fields.get("website"), free_mail)
    if not name and not domain:
        return None
    return f"{MADE_UP}{name}@{domain}" if domain else f"{MADE_UP}{name}"


def made_up_account(key: str, contact: Record) -> Record:
    """The account record that a contact's own columns make (C6)."""
    fields = {
        account_field: value
        for contact_field, account_field in _COMPANY_FIELDS.items()
        if (value := contact.fields.get(contact_field)) not in (None, "")
    }
    return Record(key, RecordType.ACCOUNT, str(fields.get("name", "")).strip(), fields)


def different_companies(one: Record, other: Record, free_mail: Collection[str]) -> bool:
    """Whether two records of one name have two company domains: two domains are two companies (M3)."""
    mine, its = (company_domain(record.fields.get("website"), free_mail) for record in (one, other))
    return mine is not None and its is not None and mine != its


def _update(subject: Subject, found: Found, context: Context) -> AnyChange:
    record, row = subject.record, found.row
    writer = context.writers[_ACCOUNT]
    pushed = subject.link.pushed if subject.link else {}
    written = writer.update(
        record, context.stage_of(record).written, row.fields, pushed, external_key(record, writer.map.external_id_field)
    )
    if isinstance(written, Misfit):
        return verdicts.misfit(record, _ACCOUNT, written, row)
    if written.fields and (held := verdicts.held(subject, _ACCOUNT, row)) is not None:
        return held
    notes = (*verdicts.foreign_ids(subject), *(verdicts.refused_before(subject) if written.fields else ()))
    return verdicts.write_to(subject, found, row, written, notes=notes)


def _create(subject: Subject, context: Context, needed_by: str | None) -> AnyChange:
    record = subject.record
    goes = verdicts.hold_back(subject, context.settings.accounts, context.account_stages, context)
    made_up = record.key.startswith(MADE_UP)
    rule = Rule.NEW
    notes = [*verdicts.foreign_ids(subject), *verdicts.refused_before(subject)]
    if needed_by is not None and (made_up or isinstance(goes, Refusal)):
        rule = Rule.ACCOUNT_FOR_CONTACT
        although = f", although {goes.because}" if isinstance(goes, Refusal) else ""
        goes = f"{needed_by} needs it{although}"
    elif isinstance(goes, Refusal):
        if context.mode != "manual":
            return verdicts.skip(record, _ACCOUNT, goes)
        rule = Rule.MANUAL
        goes = f"pushed by hand although {goes.because}"
    if subject.rival is not None:
        return verdicts.duplicate(record, _ACCOUNT, subject.rival)
    if (held := verdicts.held(subject, _ACCOUNT)) is not None:
        return held
    writer = context.writers[_ACCOUNT]
    extra: dict[str, Any] = dict(external_key(record, writer.map.external_id_field))
    if rule is not Rule.ACCOUNT_FOR_CONTACT:
        extra |= owner(record, context, notes)
    written = writer.create(record, context.stage_of(record).written, extra)
    if isinstance(written, Misfit):
        return verdicts.misfit(record, _ACCOUNT, written)
    return Create(
        record=record.key,
        name=record.name,
        sobject=_ACCOUNT,
        rule=rule,
        reason=" ".join((f"New account; {goes}.", *notes, *written.notes)),
        fields=written.fields,
        pushed=written.pushed,
    )


def external_key(record: Record, field: str) -> Mapping[str, str]:
    """The external id a record is written with: its Apollo id, else its stable key (M7)."""
    return {field: record.apollo_id or record.key} if field else {}


def owner(record: Record, context: Context, notes: list[str]) -> Mapping[str, SalesforceId]:
    """The owner of a new record (C9); adds a note where the Apollo owner has no Salesforce user."""
    if not context.settings.owners.map:
        return {}
    user, email = context.owner_of(record)
    if user is not None:
        return {"OwnerId": user}
    if email:
        notes.append(f"{NO_OWNER}: {email} is no active Salesforce user.")
    return {}


def owner_warnings(without: int) -> tuple[str, ...]:
    """What a plan says once of all its new records whose Apollo owner has no Salesforce user (C9)."""
    if not without:
        return ()
    counted = "1 new record has" if without == 1 else f"{without:,} new records have"
    return (
        f"owners.map: {counted} an Apollo owner who is no active Salesforce user, and will belong to the integration"
        " user. Add the owner in Salesforce first if that should not be.",
    )
