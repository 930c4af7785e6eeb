"""What a person's account comes to (C6–C8): in the org, about to be made, or not to be had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from sfpush.model import (
    AnyChange,
    Block,
    Create,
    Delete,
    LinkTo,
    Merge,
    OrgRow,
    Pull,
    Record,
    Rule,
    SalesforceId,
    Skip,
    Unchanged,
    Update,
)
from sfpush.planning.context import Context
from sfpush.planning.matching import Found, Gone, Match, Several
from sfpush.planning.people import Account, AccountAt, AccountToCome, Kept, NoAccount
from sfpush.planning.verdicts import named, several

_GONE = frozenset({Rule.LINKED_DELETED, Rule.LINKED_MERGED})


@dataclass(frozen=True, slots=True)
class Follow:
    """The account record is a duplicate of another one: ask for that one's account instead (M4)."""

    key: str


@dataclass(frozen=True, slots=True)
class Rematch:
    """Several org accounts match the account record: choose for the person by `on_ambiguous_account` (C7)."""


@dataclass(frozen=True, slots=True)
class MakeIt:
    """The account is in neither the org nor the plan: it must be made for the person (C6)."""


def from_decision(decided: AnyChange) -> Account | Follow | Rematch | MakeIt:
    """What the plan's decision on the account record means for its person."""
    match decided:
        case Update() | LinkTo() | Unchanged():
            assert decided.salesforce_id is not None
            return AccountAt(decided.salesforce_id)
        case Create():
            return AccountToCome(decided.record)
        case Skip():
            return MakeIt()
        case Block():
            if decided.rule is Rule.AMBIGUOUS_MATCH:
                return Rematch()
            if decided.rule in _GONE:
                return waits_for(decided.record, decided.reason)
            if decided.salesforce_id is not None:  # it is there; only what would be written to it is blocked
                return AccountAt(decided.salesforce_id)
            if decided.rule is Rule.DUPLICATE_IN_IMPORT and decided.needs:
                return Follow(decided.needs[0])
            return waits_for(decided.record, decided.reason)
        case Merge():
            assert decided.salesforce_id is not None
            return Follow(decided.needs[0]) if decided.needs else AccountAt(decided.salesforce_id)
        case Delete() | Pull():
            return waits_for(decided.record, decided.reason)
        case _:
            assert_never(decided)


def from_match(key: str, match: Match) -> Account | MakeIt:
    """What the org says of a company, matched by `on_ambiguous_account`."""
    match match:
        case Found():
            note = ""
            if match.candidates:
                note = f"{len(match.candidates)} accounts match its company; {match.row.id} was taken."
            return AccountAt(match.row.id, match.candidates, note)
        case Several():
            return NoAccount(
                Rule.AMBIGUOUS_ACCOUNT,
                f"{several(match.rows, 'accounts')} match its company by {match.level}: {named(match.rows)}.",
                candidates=tuple(row.id for row in match.rows),
            )
        case Gone():
            return waits_for(key, f"its account {match.row.id} was deleted in Salesforce.")
        case None:
            return MakeIt()
        case _:
            assert_never(match)


def may_make(company: Record, context: Context) -> NoAccount | None:
    """Whether an account may be made for a person: not of a website alone, nor under `on_missing_account = "block"`
    (C6)."""
    if not company.name:
        return NoAccount(
            Rule.COMPANY_MISSING,
            "A Contact needs an account: the export names no company, and no account in Salesforce has its website.",
        )
    if context.settings.contacts.on_missing_account == "create":
        return None
    return NoAccount(
        Rule.ACCOUNT_MISSING,
        "Its account is not in Salesforce, and contacts.on_missing_account says to make none.",
        key=company.key,
    )


def may_be(own: str, answer: Account | MakeIt) -> bool:
    """Whether the account that a person has may be its company's (C6)."""
    return own in _accounts(answer)


def kept(own: OrgRow, company: str, answer: Account | MakeIt) -> Kept:
    """What a person who has the account `own` hears of Apollo's company: nothing if it may be that account (C6)."""
    if may_be(own.id, answer):
        return Kept()
    found = _accounts(answer)
    name = own.fields.get("Name")
    there = f" ({found[0]})" if found else ""
    return Kept(
        f"It stays with account {own.id}{f' ({name})' if name else ''}, which is not Apollo's {company}{there}."
    )


def _accounts(answer: Account | MakeIt) -> tuple[SalesforceId, ...]:
    match answer:
        case AccountAt():
            return answer.id, *answer.candidates
        case NoAccount():
            return answer.candidates
        case _:
            return ()


def waits_for(key: str, reason: str) -> NoAccount:
    """The account can't go as it stands, so the person waits (C8)."""
    return NoAccount(Rule.WAITS_FOR_ACCOUNT, f"It waits for {key}: {reason}", key=key)
