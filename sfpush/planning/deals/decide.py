"""Deciding on one deal of Apollo's: pushed, pulled, or both, field by field (D1, D2, D5, D6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sfpush.model import (
    AnyChange,
    Block,
    Create,
    FieldChange,
    Link,
    OrgRow,
    Pull,
    Record,
    Rule,
    Update,
)
from sfpush.planning import verdicts
from sfpush.planning.accounts import external_key, owner
from sfpush.planning.context import Context
from sfpush.planning.deals.account import ACCOUNT_ID, Tied, tied_to
from sfpush.planning.deals.memory import Seen, pulled_values, remembered, to_remember
from sfpush.planning.deals.modes import OPPORTUNITY, pulls, pushes, switched_off
from sfpush.planning.deals.three_way import PulledField, compare, said_of_pulls
from sfpush.planning.fitting import Misfit, is_blank, same
from sfpush.planning.matching import Found, Gone, Match, Several
from sfpush.planning.people import Account, NoAccount
from sfpush.planning.subjects import Subject
from sfpush.planning.verdicts import Refusal
from sfpush.planning.writing import Writer, Written


def decide_deal(
    subject: Subject, match: Match, account: Account | None, context: Context, *, claimed_by: str | None = None
) -> AnyChange:
    """The decision on one deal. `account` None: it has none in Salesforce, and goes without (D5).

    `claimed_by` is the record that goes to the matched row before this one (M4). A push by hand overrides no mode: a
    direction is no filter, and in some of them nothing has been read that a deal could be found in.
    """
    if (off := switched_off(subject.record, subject.link, context)) is not None:
        return off
    if subject.link is not None:
        subject = replace(subject, record=_as_shown(subject.record, subject.link))
    match match:
        case Several():
            return verdicts.ambiguous(subject.record, OPPORTUNITY, match)
        case Gone():
            return verdicts.gone(subject.record, match)
        case Found():
            if claimed_by is not None and claimed_by != subject.record.key:
                return verdicts.duplicate(subject.record, OPPORTUNITY, claimed_by, match.row)
            return _update(subject, match, account, context)
        case None:
            return _create(subject, account, context)


def _as_shown(deal: Record, link: Link) -> Record:
    """The deal under the name that it is shown with; its fields stay as Apollo has them."""
    name = pulled_values(link.pushed).get("name")
    return replace(deal, name=name) if name else deal


def _create(subject: Subject, account: Account | None, context: Context) -> AnyChange:
    record = subject.record
    if not pushes(context):
        return verdicts.skip(record, OPPORTUNITY, Refusal(Rule.PUSH_OFF, 'deals.mode is "pull", nothing goes out'))
    if (held := verdicts.held(subject, OPPORTUNITY)) is not None:
        return held
    writer = context.writers.get(OPPORTUNITY)
    if writer is None:
        return no_object(record)
    tied = tied_to(account)
    if isinstance(account, NoAccount):
        return verdicts.block(
            record,
            OPPORTUNITY,
            account.rule,
            account.reason,
            candidates=account.candidates,
            needs=(account.key,) if account.key else (),
        )
    notes = [*verdicts.foreign_ids(subject), *verdicts.refused_before(subject), *tied.notes]
    extra = {**external_key(record, writer.map.external_id_field), **tied.fields, **owner(record, context, notes)}
    written = writer.create(record, context.deal_stages.name_of(record.fields.get("stage")), extra)
    if isinstance(written, Misfit):
        return verdicts.misfit(record, OPPORTUNITY, written)
    return Create(
        record=record.key,
        name=record.name,
        sobject=OPPORTUNITY,
        rule=Rule.NEW,
        reason=" ".join((f'New opportunity; deals.mode is "{context.settings.deals.mode}".', *notes, *written.notes)),
        needs=tied.needs,
        candidates=tied.candidates,
        fields=written.fields,
        pushed=written.pushed,
    )


def _update(subject: Subject, found: Found, account: Account | None, context: Context) -> AnyChange:
    record, row = subject.record, found.row
    writer = context.writers.get(OPPORTUNITY)
    if writer is None:
        return no_object(record)
    tied = tied_to(account)
    going = _going(subject, row, tied, writer, context)
    refused: Block | None = None
    if going.misfit is not None:
        refused = verdicts.misfit(record, OPPORTUNITY, going.misfit, row)
    elif going.fields:
        refused = verdicts.held(subject, OPPORTUNITY, row)
    if refused is not None and not going.pulls:
        return refused
    if going.pulls and (refused is not None or not going.fields):
        return _pull(subject, found, going, refused)
    notes = (
        said_of_pulls(going.pulls),
        *verdicts.foreign_ids(subject),
        *verdicts.refused_before(subject),
        *tied.notes,
        *going.notes,
    )
    written = Written(going.fields, to_remember({**going.seen, **going.pushed}))
    change = verdicts.write_to(subject, found, row, written, notes=notes)
    needs = tuple(key for key in tied.needs if any(one.after == key for one in going.fields))
    return replace(change, needs=needs) if needs and isinstance(change, Update) else change


def _pull(subject: Subject, found: Found, going: _Going, refused: Block | None) -> Pull:
    row = found.row
    said = [f"Found by {found.level} as {row.sobject} {row.id}."] if subject.link is None else []
    said.append(said_of_pulls(going.pulls))
    if refused is not None:
        said.append(f"Nothing is pushed: {refused.reason}")
    return Pull(
        record=subject.record.key,
        name=subject.record.name,
        sobject=OPPORTUNITY,
        rule=Rule.SALESFORCE_WINS if any(one.stands for one in going.pulls) else Rule.SALESFORCE_CHANGED,
        reason=" ".join(said),
        salesforce_id=row.id,
        fields=tuple(FieldChange(one.field, one.before, one.after) for one in going.pulls),
        pushed=to_remember(going.seen),
    )


@dataclass(frozen=True, slots=True)
class _Going:
    """What goes and what comes, as `Compared` has it."""

    fields: tuple[FieldChange, ...]
    pulls: tuple[PulledField, ...]
    seen: Mapping[str, Seen]
    pushed: Mapping[str, Seen] = field(default_factory=dict)
    misfit: Misfit | None = None
    notes: tuple[str, ...] = ()


def _going(subject: Subject, row: OrgRow, tied: Tied, writer: Writer, context: Context) -> _Going:
    record = subject.record
    seen = remembered(subject.link.pushed) if subject.link else {}
    stage = context.deal_stages.name_of(record.fields.get("stage"))
    lacking = _lacking(record, row, seen, tied, writer) if pushes(context) else ()
    account = {one.field: Seen(one.after, one.after) for one in lacking if one.field == ACCOUNT_ID}
    if not pulls(context):
        extra = {one.field: one.after for one in lacking}
        written = writer.update(record, stage, row.fields, {name: one.apollo for name, one in seen.items()}, extra)
        if isinstance(written, Misfit):
            return _Going((), (), seen, misfit=written)
        last = {name: _still(writer, name, value, seen.get(name)) for name, value in written.pushed.items()}
        return _Going(written.fields, (), {**last, **account}, notes=written.notes)
    compared = compare(writer, record, stage, row.fields, seen, may_push=pushes(context))
    fields = (*compared.pushes, *lacking)
    misfit = compared.misfit
    if fields and not writer.describe.updateable:
        misfit = Misfit(Rule.NOT_WRITEABLE, f"This user may not change an {OPPORTUNITY} in the org.")
    return _Going(
        fields, compared.pulls, compared.seen, {**compared.pushed, **account}, misfit=misfit, notes=compared.notes
    )


def _still(writer: Writer, name: str, pushed: Any, seen: Seen | None) -> Seen:
    """What to remember of a field that was only pushed: what Salesforce's side was, until Apollo's value changes."""
    return seen if seen is not None and same(writer.describe.field(name), seen.apollo, pushed) else Seen(pushed, pushed)


def _lacking(
    record: Record, row: OrgRow, seen: Mapping[str, Seen], tied: Tied, writer: Writer
) -> tuple[FieldChange, ...]:
    """The external id and the account, where the Opportunity has none (M7); an account that it once had is not put
    back."""
    wanted: dict[str, Any] = dict(external_key(record, writer.map.external_id_field))
    if ACCOUNT_ID not in seen:
        wanted |= tied.fields
    described = {name: writer.describe.field(name) for name in wanted}
    return tuple(
        FieldChange(one.name, row.fields.get(one.name), wanted[name])
        for name, one in described.items()
        if one is not None and one.updateable and is_blank(row.fields.get(one.name))
    )


def no_object(record: Record) -> Block:
    """The connected user sees no Opportunity."""
    return verdicts.block(
        record, OPPORTUNITY, Rule.NOT_WRITEABLE, f"The org has no {OPPORTUNITY} that this user can see."
    )
