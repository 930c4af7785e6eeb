"""The account of a deal, as its Opportunity gets it (D5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sfpush.model import Record, SalesforceId
from sfpush.planning.people import Account, AccountAt, AccountToCome

ACCOUNT_ID = "AccountId"


def with_company(deal: Record) -> Record:
    """The deal in the words in which a contact names its company."""
    names = {"account_id": "account_id", "organization_name": "account_name", "website": "website"}
    fields = {name: value for name, source in names.items() if (value := deal.fields.get(source))}
    return replace(deal, fields=fields)


@dataclass(frozen=True, slots=True)
class Tied:
    """The lookup to the account; empty where the deal goes without. `needs`: the same plan makes it."""

    fields: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    candidates: tuple[SalesforceId, ...] = ()
    notes: tuple[str, ...] = ()


def tied_to(account: Account | None) -> Tied:
    """What an account comes to; nothing where there is none to be had."""
    match account:
        case AccountAt():
            notes = (account.note,) if account.note else ()
            return Tied({ACCOUNT_ID: account.id}, candidates=account.candidates, notes=notes)
        case AccountToCome():
            return Tied({ACCOUNT_ID: account.key}, needs=(account.key,))
        case _:
            return Tied()
