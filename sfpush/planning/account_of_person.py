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
    Pull,
    Rule,
    Skip,
    Unchanged,
    Update,
)
from sfpush.planning.context import Context
from sfpush.planning.matching import Found, Gone, Match, Several
from sfpush.planning.people import Account, AccountAt, AccountToCome, NoAccount


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
            if decided.rule is Rule.DUPLICATE_IN_IMPORT and decided.salesforce_id is not None:
                return AccountAt(decided.salesforce_id)
            if decided.rule is Rule.DUPLICATE_IN_IMPORT and decided.needs:
                return Follow(decided.needs[0])
            return waits_for(decided.record, decided.reason)
        case Delete() | Merge() | Pull():
            return waits_for(decided.record, decided.reason)
        case _:
            assert_never(decided)


def from_match(key: str, match: Match) -> Account | MakeIt:
    """What the org says of a company, matched by `on_ambiguous_account`."""
    match match:
        case Found():
            note = ""
            if match.others:
                note = f"{1 + len(match.others)} accounts match its company; {match.row.id} was taken."
            return AccountAt(match.row.id, match.others, note)
        case Several():
            names = ", ".join(f"{row.id} ({row.fields.get('Name')})" for row in match.rows)
            return NoAccount(
                Rule.AMBIGUOUS_ACCOUNT,
                f"{len(match.rows)} accounts match its company by {match.level}: {names}.",
                candidates=tuple(row.id for row in match.rows),
            )
        case Gone():
            return waits_for(key, f"its account {match.row.id} was deleted in Salesforce.")
        case None:
            return MakeIt()
        case _:
            assert_never(match)


def may_make(key: str, context: Context) -> NoAccount | None:
    """Whether an account may be made for a person: a refusal under `on_missing_account = "block"` (C6)."""
    if context.settings.contacts.on_missing_account == "create":
        return None
    return NoAccount(
        Rule.ACCOUNT_MISSING,
        "Its account is not in Salesforce, and contacts.on_missing_account says to make none.",
        key=key,
    )


def waits_for(key: str, reason: str) -> NoAccount:
    """The account can't go as it stands, so the person waits (C8)."""
    return NoAccount(Rule.WAITS_FOR_ACCOUNT, f"It waits for {key}: {reason}", key=key)
