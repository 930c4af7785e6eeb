"""What an activity is tied to in Salesforce (E5): the person (WhoId), account or deal (WhatId), a note's ParentId."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sfpush.model import Block, RecordType, Rule
from sfpush.planning import verdicts
from sfpush.planning.activities.drafts import Draft
from sfpush.planning.activities.standings import (
    Ambiguous,
    Around,
    Held,
    Here,
    Missing,
    Person,
    Related,
    Standing,
    ToCome,
)
from sfpush.planning.verdicts import Refusal

_WAITS: Mapping[str, Rule] = {
    "contact": Rule.WAITS_FOR_PERSON,
    "account": Rule.WAITS_FOR_ACCOUNT,
    "deal": Rule.WAITS_FOR_DEAL,
}
_NAMED = 3
"""How many of the people who are missing a reason names."""


@dataclass(frozen=True, slots=True)
class Tie:
    """The lookups of an activity: `fields` holds Salesforce Ids, or keys of records that the plan creates (`needs`)."""

    fields: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    person: Person | None = None
    near: str | None = None
    """The account whose lock writing it takes, as far as it is known."""
    says: str = ""


def tie(draft: Draft, around: Around) -> Tie | Refusal | Block:
    """What the activity is tied to; why there is nothing in Salesforce to tie it to; or what it has to wait for."""
    if draft.sobject == "Note":
        return _parent(draft, around)
    person = first_present(around.people)
    if person is None:
        if (waits := _waits(draft, around.people)) is not None:
            return waits
        if around.people or draft.record.type in (RecordType.EMAIL, RecordType.MEETING):
            return Refusal(Rule.NO_MATCH_IN_SALESFORCE, _nobody(draft, around.people))
    elif _is_lead(person.standing):
        # Salesforce lets no activity of a lead stand beside another record
        return _tie([("WhoId", person)], person)
    what = _what(draft, around, needed=person is None)
    if isinstance(what, Block):
        return what
    if person is None and what is None:
        return Refusal(Rule.NO_MATCH_IN_SALESFORCE, "nothing that it names is in Salesforce")
    ends: list[tuple[str, Person | Related]] = [("WhoId", person)] if person is not None else []
    return _tie([*ends, *([("WhatId", what)] if what is not None else [])], person)


def first_present(people: Sequence[Person]) -> Person | None:
    """The first who is in Salesforce, or comes with this plan."""
    return next((one for one in people if isinstance(one.standing, Here | ToCome)), None)


def value_of(standing: Standing) -> str:
    """What a lookup to it holds: the Id, or the key of the record that the same plan creates."""
    assert isinstance(standing, Here | ToCome)
    return standing.id if isinstance(standing, Here) else standing.key


def _parent(draft: Draft, around: Around) -> Tie | Refusal | Block:
    """A note's: the deal, else the person, else the account; a conversation's summary goes on the deal or nowhere."""
    rows: list[Sequence[Person] | Sequence[Related]] = [around.deals]
    if draft.record.type is not RecordType.CONVERSATION:
        rows += [around.people, around.accounts]
    for row in rows:
        for one in row:
            if isinstance(one.standing, Here | ToCome):
                return _tie([("ParentId", one)], one if isinstance(one, Person) else None)
        if (waits := _waits(draft, row)) is not None:
            return waits
    if draft.record.type is RecordType.CONVERSATION:
        return Refusal(Rule.NO_MATCH_IN_SALESFORCE, "a summary goes on its deal, and it has none in Salesforce")
    return Refusal(Rule.NO_MATCH_IN_SALESFORCE, "no deal, person or account that it names is in Salesforce")


def _what(draft: Draft, around: Around, *, needed: bool) -> Related | Block | None:
    for row in (around.deals, around.accounts):
        for one in row:
            if isinstance(one.standing, Here | ToCome):
                return one
        if (row is around.deals or needed) and (waits := _waits(draft, row)) is not None:
            return waits
    return None


def _waits(draft: Draft, row: Sequence[Person] | Sequence[Related]) -> Block | None:
    for one in row:
        match one.standing:
            case Held(key=key, why=why):
                rule = _WAITS[key.partition(":")[0]]
                return verdicts.block(draft.record, draft.sobject, rule, f"It waits for {key}: {why}", needs=(key,))
            case Ambiguous(address=address, rows=rows):
                names = ", ".join(f"{row.id} ({row.fields.get('Name') or address})" for row in rows)
                return verdicts.block(
                    draft.record,
                    draft.sobject,
                    Rule.AMBIGUOUS_MATCH,
                    f"{len(rows)} {rows[0].sobject} records have the e-mail {address}: {names}.",
                    candidates=tuple(row.id for row in rows),
                )
            case _:
                continue
    return None


def _tie(ends: Sequence[tuple[str, Person | Related]], person: Person | None) -> Tie:
    fields = {name: value_of(one.standing) for name, one in ends}
    last = ends[-1][1].standing
    account = person.standing.account if person and isinstance(person.standing, Here | ToCome) else None
    return Tie(
        fields,
        tuple(dict.fromkeys(one.standing.key for _, one in ends if isinstance(one.standing, ToCome))),
        person,
        account or value_of(last),
        " and ".join(_says(one) for _, one in ends),
    )


def _says(one: Person | Related) -> str:
    match one.standing:
        case Here(id=sf_id, sobject=sobject):
            return f"{sobject} {sf_id}"
        case _:
            return f"{one.key}, which this plan creates"


def _is_lead(standing: Standing) -> bool:
    return isinstance(standing, Here | ToCome) and standing.sobject == "Lead"


def _nobody(draft: Draft, people: Sequence[Person]) -> str:
    whys = list(_whys(people))
    more = f" and {len(whys) - _NAMED} more" if len(whys) > _NAMED else ""
    named = "; ".join(whys[:_NAMED]) + more
    if not named:
        return "it names nobody outside"
    match draft.record.type:
        case RecordType.EMAIL:
            switch = ", and activities.emails.push_without_match is off" if draft.make_missing == "none" else ""
            return f"neither its sender nor a recipient is in Salesforce: {named}{switch}"
        case RecordType.MEETING:
            switch = ", and activities.meetings.push_all_calendar_events is off" if draft.make_missing == "none" else ""
            return f"no participant is in Salesforce: {named}{switch}"
        case _:
            return named


def _whys(people: Sequence[Person]) -> Iterator[str]:
    for one in people:
        if isinstance(one.standing, Missing):
            yield one.standing.why
