"""The decision on one activity: pushed once, then updated if it changes (E8), tied to whom it is about (E5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sfpush.model import (
    AnyChange,
    Block,
    Create,
    FieldChange,
    LinkTo,
    OrgRow,
    Record,
    Rule,
    Skip,
    Unchanged,
    Update,
)
from sfpush.planning import verdicts
from sfpush.planning.accounts import external_key, owner
from sfpush.planning.activities.contents import Content, content_of, cut
from sfpush.planning.activities.drafts import Draft, Named
from sfpush.planning.activities.lines import RELATIONS, SOBJECTS
from sfpush.planning.activities.matching import match_activity
from sfpush.planning.activities.reading import text
from sfpush.planning.activities.relations import Tie, first_present, tie, value_of
from sfpush.planning.activities.standings import Around, Here, Person, ToCome
from sfpush.planning.context import Context
from sfpush.planning.fitting import Misfit
from sfpush.planning.matching import Found, Gone, Several
from sfpush.planning.subjects import Subject
from sfpush.planning.verdicts import Refusal
from sfpush.planning.writing import Writer

_LEAD = "00Q"
_BODIES: Mapping[str, str] = {"Task": "Description", "Event": "Description", "Note": "Body"}


def refuse(subject: Subject, refusal: Refusal) -> Skip:
    """A setting, or the state of things, says no."""
    record, link = subject.record, subject.link
    return Skip(
        record=record.key,
        name=record.name,
        sobject=link.sobject if link else SOBJECTS[record.type],
        rule=refusal.rule,
        reason=f"Not {'updated' if link else 'created'}: {refusal.because}.",
        salesforce_id=link.id if link else None,
    )


def decide_activity(
    draft: Draft, subject: Subject, around: Around, context: Context, *, same_as_pushed: bool = False
) -> tuple[AnyChange, Tie]:
    """The decision, and what the activity is tied to (nothing, unless it goes).

    `same_as_pushed`: the record has not changed since it was pushed. Then its title stays as it is, although a person's
    name or the template may have changed: people look for it under the title that they know.
    """
    record = subject.record
    match match_activity(subject):
        case Gone() as gone:  # likewise activities (D6): never made again
            return verdicts.gone(record, gone), Tie()
        case Several() as several:
            return verdicts.ambiguous(record, draft.sobject, several), Tie()
        case Found() as found:
            return _update(draft, subject, found, around, context, keep_title=same_as_pushed)
        case None:
            tied = tie(draft, around)
            if isinstance(tied, Refusal):
                return refuse(subject, tied), Tie()
            if isinstance(tied, Block):
                return tied, Tie()
            return _create(draft, subject, tied, around, context), tied


def guest_key(meeting: Record, named: Named) -> str:
    """The key under which a participant's EventRelation is kept."""
    return f"{meeting.key}:{named.address or named.contact}"


def decide_guests(
    draft: Draft, event: AnyChange, tied: Tie, around: Around, guests: Mapping[str, Subject], context: Context
) -> Iterator[Create | Block]:
    """The participants beyond the first, each as an EventRelation (E5); `guests` are their subjects, by guest key.

    Those that have one already are passed over.
    """
    describe = context.describes.get("EventRelation")
    if describe is None or not describe.createable or not isinstance(event, Create | Update | LinkTo | Unchanged):
        return
    meeting = event.salesforce_id or draft.record.key
    seen = {tied.fields.get("WhoId")}
    for one in around.people:
        if not isinstance(one.standing, Here | ToCome) or not seen.isdisjoint((one.key, value_of(one.standing))):
            continue
        value = value_of(one.standing)
        seen.add(value)
        subject = guests[guest_key(draft.record, one.named)]
        if subject.link is not None:
            continue
        if (held := verdicts.held(subject, "EventRelation")) is not None:
            yield held
            continue
        needs = (meeting,) if isinstance(event, Create) else ()
        yield Create(
            record=subject.record.key,
            name=subject.record.name,
            sobject="EventRelation",
            rule=event.rule if isinstance(event, Create) else Rule.NEW,
            reason=f"{one.named.name or one.named.address or one.key} takes part in {draft.record.key}.",
            needs=(*needs, one.standing.key) if isinstance(one.standing, ToCome) else needs,
            fields=(FieldChange("RelationId", None, value), FieldChange("EventId", None, meeting)),
        )


def _create(draft: Draft, subject: Subject, tied: Tie, around: Around, context: Context) -> AnyChange:
    record, sobject = subject.record, draft.sobject
    if (held := verdicts.held(subject, sobject)) is not None:
        return held
    writer = context.writers.get(sobject)
    if writer is None:
        return _no_object(record, sobject)
    content = content_of(record, outgoing=draft.outgoing)
    written_as = _written_as(draft, content, writer, tied.person, around, context)
    if isinstance(written_as, Misfit):
        return verdicts.misfit(record, sobject, written_as)
    notes: list[str] = []
    extra: dict[str, Any] = {
        **external_key(record, writer.map.external_id_field),
        **content.on_create,
        **tied.fields,
        **owner(written_as, context, notes),
    }
    written = writer.create(written_as, None, extra)
    if isinstance(written, Misfit):
        return verdicts.misfit(record, sobject, written)
    return Create(
        record=record.key,
        name=record.name,
        sobject=sobject,
        rule=draft.rule,
        reason=" ".join((f"New {sobject.lower()} on {tied.says}; {draft.goes}.", *notes, *written.notes)),
        needs=tied.needs,
        fields=written.fields,
        pushed=written.pushed,
    )


def _update(
    draft: Draft, subject: Subject, found: Found, around: Around, context: Context, *, keep_title: bool
) -> tuple[AnyChange, Tie]:
    record, row = subject.record, found.row
    writer = context.writers.get(row.sobject)
    if writer is None:
        return _no_object(record, row.sobject), Tie()
    pushed = subject.link.pushed if subject.link else {}
    tied = _tied_now(draft, row, pushed, around)
    content = content_of(record, outgoing=draft.outgoing)
    title = pushed.get("Subject") if keep_title else None
    written_as = _written_as(draft, content, writer, tied.person, around, context, title=title)
    if isinstance(written_as, Misfit):
        return verdicts.misfit(record, row.sobject, written_as, row), Tie()
    wanting = {name: value for name, value in tied.fields.items() if name not in pushed}
    extra = {**external_key(record, writer.map.external_id_field), **wanting}
    written = writer.update(written_as, None, row.fields, pushed, extra)
    if isinstance(written, Misfit):
        return verdicts.misfit(record, row.sobject, written, row), Tie()
    if written.fields and (held := verdicts.held(subject, row.sobject, row)) is not None:
        return held, Tie()
    change = verdicts.write_to(subject, found, row, written)
    needs = tuple(one.after for one in written.fields if one.after in tied.needs)
    return (replace(change, needs=needs) if needs else change), tied


def _tied_now(draft: Draft, row: OrgRow, pushed: Mapping[str, Any], around: Around) -> Tie:
    """What an activity that is in the org is tied to there; what it lacks, as Apollo would have it."""
    wanted = tie(draft, around)
    tied = wanted if isinstance(wanted, Tie) else Tie()
    there = {name: row.fields.get(name) or pushed.get(name) for name in RELATIONS[row.sobject]}
    fields = {**tied.fields, **{name: value for name, value in there.items() if value}}
    if fields.get("WhoId", "").startswith(_LEAD):
        fields.pop("WhatId", None)
    return replace(tied, fields=fields)


def _written_as(
    draft: Draft,
    content: Content,
    writer: Writer,
    person: Person | None,
    around: Around,
    context: Context,
    *,
    title: str | Misfit | None = None,
) -> Record | Misfit:
    """The activity in the words of the field map, as a record that a `Writer` reads."""
    record, values = draft.record, dict(content.values)
    body = writer.describe.field(_BODIES[writer.sobject])
    if body is not None:
        values["body"] = cut(str(values.get("body") or ""), body.length)
    if record.type in context.titles.templates:
        if title is None:
            title = context.titles.render(record.type, {**content.words, **_names(draft, person, around, context)})
        if isinstance(title, Misfit):
            return title
        values["title"] = title
    return Record(record.key, record.type, record.name, {**values, "owner_id": text(record.fields, "user_id")})


def _names(draft: Draft, person: Person | None, around: Around, context: Context) -> dict[str, str]:
    """The title variables that name people and things: those of the person it is tied to, else the first it names."""
    user = text(draft.record.fields, "user_id")
    about = person or first_present(around.people) or next(iter(around.people), None)
    named = {
        "user.name": context.user_names.get(user, ""),
        "user.email": context.user_emails.get(user, ""),
        "account.name": around.accounts[0].name if around.accounts else "",
        "deal.name": around.deals[0].name if around.deals else "",
    }
    if about is not None:
        fields, address = about.fields, about.named.address
        first, last = text(fields, "first_name"), text(fields, "last_name")
        named |= {
            "contact.name": f"{first} {last}".strip()
            or text(fields, "name")
            or about.named.name
            or about.named.address,
            "contact.first_name": first,
            "contact.last_name": last,
            "contact.title": text(fields, "title"),
            "contact.email": text(fields, "email") or address,
        }
    return named


def _no_object(record: Record, sobject: str) -> Block:
    return verdicts.block(
        record, sobject, Rule.NOT_WRITEABLE, f"The org shows no {sobject} to this user; give the user access to it."
    )
