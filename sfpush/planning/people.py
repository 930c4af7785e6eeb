"""Deciding on people: Contacts and Leads (C1–C12).

In two steps, because a new Contact needs to know what becomes of its account: `begin` settles all that does not
depend on it, `finish` is given the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sfpush.model import AnyChange, Block, Create, FieldChange, OrgRow, Rule, SalesforceId, Update
from sfpush.planning import verdicts
from sfpush.planning.accounts import external_key, owner
from sfpush.planning.context import Context
from sfpush.planning.fitting import Misfit
from sfpush.planning.matching import Found, Gone, Match, Several
from sfpush.planning.subjects import Subject
from sfpush.planning.verdicts import Refusal
from sfpush.planning.writing import Written


@dataclass(frozen=True, slots=True)
class AccountAt:
    """The account is in the org. `candidates`: `on_ambiguous_account` chose it from these; `note` says so."""

    id: SalesforceId
    candidates: tuple[SalesforceId, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class AccountToCome:
    """The same plan creates the account of this record."""

    key: str


@dataclass(frozen=True, slots=True)
class NoAccount:
    """There is no account to be had: the rule and reason of the person's block."""

    rule: Rule
    reason: str
    key: str | None = None
    candidates: tuple[SalesforceId, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """The person keeps the account it has; `note` names it where Apollo's company is another one (C6)."""

    note: str = ""


Account = AccountAt | AccountToCome | NoAccount | Kept


@dataclass(frozen=True, slots=True)
class Pending:
    """A person that will be created or updated; all is settled but what `account` says of its account.

    `needed`: its AccountId must be written, the account made if need be. `kept`: it keeps the one it has (C6). What
    does not fit is found before, so that no account is made for a person who can't go.
    """

    subject: Subject
    sobject: str
    account: Literal["needed", "kept", "none"]
    written: Written
    notes: tuple[str, ...] = ()
    rule: Rule = Rule.NEW
    goes: str = ""
    found: Found | None = None
    row: OrgRow | None = None


def target_of(subject: Subject, match: Match) -> OrgRow | Gone | None:
    """The row a matched person is written to: a converted Lead's Contact in place of the Lead (C5)."""
    if not isinstance(match, Found):
        return match if isinstance(match, Gone) else None
    row = match.row
    if row.sobject != "Lead" or not row.fields.get("IsConverted"):
        return row
    contact_id = row.fields.get("ConvertedContactId")
    for candidate in subject.candidates:
        if candidate.row.id == contact_id:
            contact = candidate.row
            return Gone(contact, contact.master_id) if contact.deleted else contact
    return Gone(OrgRow("Contact", SalesforceId(contact_id), {}, deleted=True) if contact_id else row)


def begin(subject: Subject, match: Match, context: Context, *, claimed_by: str | None = None) -> AnyChange | Pending:
    """Decide all that does not depend on the account. `claimed_by`: the record that goes to the matched row (M4)."""
    record = subject.record
    created_as = "Lead" if context.settings.contacts.create_as == "lead" else "Contact"
    if isinstance(match, Several):
        return verdicts.ambiguous(record, match.rows[0].sobject, match)
    target = target_of(subject, match)
    if isinstance(target, Gone):
        return verdicts.gone(record, target)
    if target is None:
        return _begin_new(subject, created_as, context)
    assert isinstance(match, Found)
    if claimed_by is not None and claimed_by != record.key:
        return verdicts.duplicate(record, target.sobject, claimed_by, target)
    return _begin_update(subject, match, target, context)


def finish(pending: Pending, account: Account | None) -> AnyChange:
    """Complete the decision. `account` is None where nothing is known of the person's company."""
    if pending.row is None:
        return _create(pending, account)
    return _update(pending, pending.row, account)


def begin_create(subject: Subject, sobject: str, context: Context, *, rule: Rule, goes: str) -> Block | Pending:
    """All of a new person but its account; `goes` says why it is created."""
    record = subject.record
    writer = context.writers.get(sobject)
    if writer is None:
        return verdicts.block(record, sobject, Rule.NOT_WRITEABLE, f"The org has no {sobject} that this user can see.")
    notes = [*verdicts.foreign_ids(subject), *verdicts.refused_before(subject)]
    extra: dict[str, Any] = {**external_key(record, writer.map.external_id_field), **owner(record, context, notes)}
    to_come = ("AccountId",) if sobject == "Contact" else ()
    written = writer.create(record, context.stage_of(record).written, extra, to_come)
    if isinstance(written, Misfit):
        return verdicts.misfit(record, sobject, written)
    account: Literal["needed", "none"] = "needed" if to_come else "none"
    return Pending(subject, sobject, account, written, (*notes, *written.notes), rule=rule, goes=goes)


def _begin_new(subject: Subject, sobject: str, context: Context) -> AnyChange | Pending:
    record = subject.record
    goes = verdicts.hold_back(subject, context.settings.contacts, context.contact_stages, context)
    rule = Rule.NEW
    if isinstance(goes, Refusal):
        if context.mode != "manual":
            return verdicts.skip(record, sobject, goes)
        rule = Rule.MANUAL
        goes = f"pushed by hand although {goes.because}"
    if subject.rival is not None:
        return verdicts.duplicate(record, sobject, subject.rival)
    if (held := verdicts.held(subject, sobject)) is not None:
        return held
    return begin_create(subject, sobject, context, rule=rule, goes=goes)


def _begin_update(subject: Subject, found: Found, row: OrgRow, context: Context) -> Block | Pending:
    record = subject.record
    writer = context.writers[row.sobject]
    pushed: Mapping[str, Any] = {}
    if subject.link is not None:
        pushed = subject.link.pushed
        if subject.link.sobject != row.sobject:
            pushed = writer.carried(pushed, context.writers[subject.link.sobject])
    extra = external_key(record, writer.map.external_id_field)
    written = writer.update(record, context.stage_of(record).written, row.fields, pushed, extra)
    if isinstance(written, Misfit):
        return verdicts.misfit(record, row.sobject, written, row)
    account: Literal["needed", "kept", "none"] = "none"
    if row.sobject == "Contact":
        if row.fields.get("AccountId"):
            account = "kept"
        elif writer.may_update("AccountId"):
            account = "needed"
    writes = bool(written.fields) or account == "needed"
    if writes and (held := verdicts.held(subject, row.sobject, row)) is not None:
        return held
    notes = (*verdicts.foreign_ids(subject), *(verdicts.refused_before(subject) if writes else ()))
    return Pending(subject, row.sobject, account, written, notes, rule=Rule.CHANGED, found=found, row=row)


def _create(pending: Pending, account: Account | None) -> AnyChange:
    record, sobject = pending.subject.record, pending.sobject
    fields, notes = pending.written.fields, pending.notes
    needs: tuple[str, ...] = ()
    candidates: tuple[SalesforceId, ...] = ()
    if pending.account == "needed":
        match account:
            case AccountAt():
                fields = (*fields, FieldChange("AccountId", None, account.id))
                notes = (account.note, *notes)
                candidates = account.candidates
            case AccountToCome():
                fields = (*fields, FieldChange("AccountId", None, account.key))
                needs = (account.key,)
            case NoAccount():
                return verdicts.block(
                    record,
                    sobject,
                    account.rule,
                    account.reason,
                    candidates=account.candidates,
                    needs=(account.key,) if account.key else (),
                )
            case Kept() | None:
                return verdicts.block(
                    record,
                    sobject,
                    Rule.COMPANY_MISSING,
                    "A Contact needs an account, and the export names no company.",
                )
    return Create(
        record=record.key,
        name=record.name,
        sobject=sobject,
        rule=pending.rule,
        reason=" ".join(filter(None, (f"New {sobject.lower()}; {pending.goes}.", *notes))),
        needs=needs,
        candidates=candidates,
        fields=fields,
        pushed=pending.written.pushed,
    )


def _update(pending: Pending, row: OrgRow, account: Account | None) -> AnyChange:
    assert pending.found is not None
    written, notes = pending.written, pending.notes
    account_id: str | None = None
    needs: tuple[str, ...] = ()
    match account:
        case AccountAt():
            account_id = account.id
            notes = (*notes, account.note)
        case AccountToCome():
            account_id = account.key
            needs = (account.key,)
        case Kept():
            notes = (*notes, account.note)
        case NoAccount() if account.rule is not Rule.COMPANY_MISSING:
            notes = (*notes, f"No account is written: {account.reason}")
        case _:
            pass
    if account_id is not None:
        before = row.fields.get("AccountId")
        written = replace(written, fields=(*written.fields, FieldChange("AccountId", before, account_id)))
    change = verdicts.write_to(pending.subject, pending.found, row, written, notes=notes)
    if isinstance(account, AccountAt) and account.candidates and not change.candidates:
        change = replace(change, candidates=account.candidates)
    return replace(change, needs=needs) if needs and isinstance(change, Update) else change
