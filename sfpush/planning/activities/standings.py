"""How a person, an account or a deal stands that an activity names: in the org, coming with this plan, or missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from sfpush.model import (
    AnyChange,
    Block,
    Create,
    Delete,
    LinkTo,
    Merge,
    OrgRow,
    Pull,
    Rule,
    SalesforceId,
    Skip,
    Unchanged,
    Update,
)
from sfpush.planning.activities.drafts import Named

_GONE = frozenset({Rule.LINKED_DELETED, Rule.LINKED_MERGED})


@dataclass(frozen=True, slots=True)
class Here:
    """It is in the org. `account` is the Id of a person's account, as far as it is known."""

    id: SalesforceId
    sobject: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class ToCome:
    """The same plan creates it. `account` is the Id or record key of a person's account."""

    key: str
    sobject: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """It can't go as it stands; what needs it waits. `why` is a sentence."""

    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Missing:
    """It is not in the org, and this plan does not bring it; `why` is a clause that says so."""

    why: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several people of the org have the address, and a person must choose (M2)."""

    address: str
    rows: tuple[OrgRow, ...]


@dataclass(frozen=True, slots=True)
class Follow:
    """The record is a duplicate of this one, which goes first (M4), or is merged into it (S3)."""

    key: str


Standing = Here | ToCome | Held | Missing | Ambiguous


@dataclass(frozen=True, slots=True)
class Person:
    """A person that an activity names. `fields` is what is known of it, by canonical contact fields."""

    named: Named
    key: str
    """Of its contact record, or the one that it would have."""
    standing: Standing
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Related:
    """An account or deal that an activity names."""

    key: str
    name: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Around:
    """Everyone and everything that an activity names, each in the record's order."""

    people: Sequence[Person] = ()
    accounts: Sequence[Related] = ()
    deals: Sequence[Related] = ()


def from_decision(decided: AnyChange, row: OrgRow | None = None) -> Standing | Follow:
    """What the plan's decision on a record means for the activities that name it; `row` is its org row, if known."""
    match decided:
        case Update() | LinkTo() | Unchanged() | Pull():
            if decided.salesforce_id is None:
                return Missing(f"{decided.record} is not in Salesforce")
            return Here(decided.salesforce_id, decided.sobject, _account(row))
        case Create():
            account = next((one.after for one in decided.fields if one.field == "AccountId"), None)
            return ToCome(decided.record, decided.sobject, account)
        case Skip():
            if decided.salesforce_id is not None:  # its sync is off, and it is there (D3)
                return Here(decided.salesforce_id, decided.sobject, _account(row))
            return Missing(f"{decided.record} is not in Salesforce ({decided.reason.rstrip('.')})")
        case Block():
            if decided.salesforce_id is not None and decided.rule not in _GONE:
                return Here(decided.salesforce_id, decided.sobject, _account(row))
            if decided.rule is Rule.DUPLICATE_IN_IMPORT and decided.needs:
                return Follow(decided.needs[0])
            return Held(decided.record, decided.reason)
        case Delete():
            return Missing(f"{decided.record} is being deleted")
        case Merge():
            if decided.needs:
                return Follow(decided.needs[0])
            assert decided.salesforce_id is not None
            return Here(decided.salesforce_id, decided.sobject)
        case _:
            assert_never(decided)


def from_row(key: str, row: OrgRow) -> Standing:
    """What its org row means for a record that the plan does not decide on."""
    if row.deleted:
        return Held(key, f"{row.sobject} {row.id} was deleted in Salesforce.")
    return Here(row.id, row.sobject, _account(row))


def _account(row: OrgRow | None) -> str | None:
    return row.fields.get("AccountId") if row is not None else None
