"""The answers that people and accounts share: may a new record go, and the plain refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sfpush.model import (
    AnyChange,
    Block,
    LinkTo,
    OrgRow,
    Record,
    RecordType,
    Rule,
    SalesforceId,
    Skip,
    Unchanged,
    Update,
    typed,
)
from sfpush.planning.context import Context
from sfpush.planning.fitting import Misfit
from sfpush.planning.matching import Found, Gone, Several
from sfpush.planning.subjects import MOST_ALIKE, Subject
from sfpush.planning.writing import Written
from sfpush.settings.record_types import AccountSettings, ContactSettings

_NAMED = 5
_MEANT: Mapping[RecordType, str] = {RecordType.CONTACT: "person", RecordType.ACCOUNT: "company"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a setting holds back a new record: the rule of the skip, and a clause that reads after "because"."""

    rule: Rule
    because: str


def refusals(
    subject: Subject, table: ContactSettings | AccountSettings, listed: frozenset[str], context: Context
) -> tuple[Refusal, ...]:
    """Every setting that holds back a net-new record (C2, C3, A1, B6), in the order in which they count.

    `listed` holds the table's stages, lower-cased.
    """
    words = f"{subject.record.type.value}s"
    found = [
        None if table.push else Refusal(Rule.PUSH_OFF, f"{words}.push is off"),
        _by_stage(subject.record, words, listed, context) if table.new_records == "stages" else None,
        None if subject.passes_filter else Refusal(Rule.FILTER, f"it does not pass {words}.filter"),
    ]
    return tuple(one for one in found if one is not None)


def hold_back(
    subject: Subject, table: ContactSettings | AccountSettings, listed: frozenset[str], context: Context
) -> Refusal | str:
    """Whether the settings let a net-new record go: a refusal, or why it goes.

    Where several settings hold it back, the rule is the first one's and the reason names all of them: no single change
    would let it go, and a push by hand overrides each.
    """
    if refused := refusals(subject, table, listed, context):
        return Refusal(refused[0].rule, " and ".join(one.because for one in refused))
    if table.new_records == "all":
        return f"all new {subject.record.type.value}s are pushed"
    stage = context.stage_of(subject.record).name
    return f"stage {stage} is pushed" if stage else "No stage is pushed"


def _by_stage(record: Record, words: str, listed: frozenset[str], context: Context) -> Refusal | None:
    stage = context.stage_of(record)
    if stage.name is None:
        return Refusal(Rule.STAGE, f"{words}.stages decides, and the export has no Stage column")
    if not stage.name:
        if "no stage" not in listed:
            return Refusal(Rule.NO_STAGE, f'it has no stage, and "No stage" is not in {words}.stages')
        return None
    if not stage.known:
        return Refusal(
            Rule.STAGE,
            f"its stage is the id {stage.name}, which no imported {record.type.value}_stages list resolves",
        )
    if stage.name.lower() not in listed:
        return Refusal(Rule.STAGE, f"stage {stage.name} is not in {words}.stages")
    return None


def skip(record: Record, sobject: str, refusal: Refusal) -> Skip:
    """A setting says no."""
    return Skip(
        record=record.key,
        name=record.name,
        sobject=sobject,
        rule=refusal.rule,
        reason=f"Not created: {refusal.because}.",
    )


def block(
    record: Record,
    sobject: str,
    rule: Rule,
    reason: str,
    *,
    salesforce_id: SalesforceId | None = None,
    candidates: tuple[SalesforceId, ...] = (),
    needs: tuple[str, ...] = (),
) -> Block:
    """It can't be done as it stands."""
    return Block(
        record=record.key,
        name=record.name,
        sobject=sobject,
        rule=rule,
        reason=reason,
        salesforce_id=salesforce_id,
        candidates=candidates,
        needs=needs,
    )


def misfit(record: Record, sobject: str, found: Misfit, row: OrgRow | None = None) -> Block:
    """A value that does not fit the org (F4, C12)."""
    return block(record, sobject, found.rule, found.message, salesforce_id=row.id if row else None)


def several(rows: Sequence[OrgRow], what: str) -> str:
    """How many there are; of one address, domain or name no more than `MOST_ALIKE` are known."""
    return f"{'At least ' if len(rows) >= MOST_ALIKE else ''}{len(rows)} {what}"


def named(rows: Sequence[OrgRow]) -> str:
    """The first of several rows by Id and name; all of them are the change's candidates."""
    names = [f"{row.id} ({row.fields.get('Name') or row.fields.get('Email') or row.sobject})" for row in rows[:_NAMED]]
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return ", ".join(names) + more


def ambiguous(record: Record, sobject: str, found: Several, rule: Rule = Rule.AMBIGUOUS_MATCH) -> Block:
    """Several org records stand at the deciding level (M2, C7)."""
    return block(
        record,
        sobject,
        rule,
        f"{several(found.rows, f'{found.rows[0].sobject} records')} match by {found.level}: {named(found.rows)}."
        f" Choose one with `sfpush link {typed(record.key)} ID`.",
        candidates=tuple(row.id for row in found.rows),
    )


def gone(record: Record, found: Gone) -> Block:
    """The linked record is not in Salesforce any more; nothing is re-created (S2, S3)."""
    if found.survivor is not None:
        return block(
            record,
            found.row.sobject,
            Rule.LINKED_MERGED,
            f"{found.row.sobject} {found.row.id} was merged into {found.survivor} in Salesforce."
            f" Tie this record to it with `sfpush link {typed(record.key)} {found.survivor}`.",
            salesforce_id=found.row.id,
            candidates=(found.survivor,),
        )
    return block(
        record,
        found.row.sobject,
        Rule.LINKED_DELETED,
        f"The linked record was deleted in Salesforce ({found.row.sobject} {found.row.id}); it is not made again"
        f" unless `sfpush unlink {typed(record.key)}` says so.",
        salesforce_id=found.row.id,
    )


def duplicate(record: Record, sobject: str, first: str, row: OrgRow | None = None) -> Block:
    """Another record of the store is, or becomes, the same org record and goes first (M4)."""
    what = f"the same {row.sobject} {row.id}" if row else f"the same {_MEANT[record.type]}"
    return block(
        record,
        sobject,
        Rule.DUPLICATE_IN_IMPORT,
        f"{first} is {what} and goes first; this one would be a duplicate.",
        salesforce_id=row.id if row else None,
        needs=(first,),
    )


def held(subject: Subject, sobject: str, row: OrgRow | None = None) -> Block | None:
    """What an earlier attempt leaves to a person: retries used up (L3), or a create nobody knows the end of (B3)."""
    record = subject.record
    if subject.unclear is not None and row is None:
        seen = ", ".join(subject.unclear)
        reason = (
            f"An earlier create was never answered, and the org shows {seen}, which agrees only in part."
            f" Settle it with `sfpush link {typed(record.key)} ID` or `sfpush unlink {typed(record.key)}`."
            if seen
            else "An earlier create was never answered and the org does not show it yet; it goes again by itself."
        )
        return block(record, sobject, Rule.UNCLEAR_CREATE, reason, candidates=subject.unclear)
    if subject.failure is not None and subject.failure.used_up:
        return block(
            record,
            sobject,
            Rule.RETRIES_USED_UP,
            f"Salesforce keeps refusing it ({subject.failure.code}); mend it, then `sfpush errors retry`.",
            salesforce_id=row.id if row else None,
        )
    return None


def foreign_ids(subject: Subject) -> list[str]:
    """A sentence on Salesforce Ids in the export that this org never held (G0)."""
    if not subject.unknown_ids or subject.link is not None:
        return []
    return [f"The Salesforce Id in the export ({', '.join(subject.unknown_ids)}) is not of this org and is ignored."]


def refused_before(subject: Subject) -> list[str]:
    """A sentence on an earlier rejection, where the record goes again all the same (L3)."""
    if subject.failure is None:
        return []
    return [f"Salesforce refused it before ({subject.failure.code}); it goes again."]


def write_to(
    subject: Subject, found: Found, row: OrgRow, written: Written, *, notes: tuple[str, ...] = ()
) -> AnyChange:
    """Update, link or leave an existing row, by what is left to write (C1)."""
    record = subject.record
    moved = subject.link is not None and subject.link.id != row.id
    by_match = subject.link is None
    converted = found.row.sobject == "Lead" and row.sobject == "Contact"
    facts: Mapping[str, Any] = {
        "record": record.key,
        "name": record.name,
        "sobject": row.sobject,
        "salesforce_id": row.id,
        "pushed": written.pushed,
        "candidates": found.candidates,
    }
    about = ""
    if converted:
        about = f"Lead {found.row.id} was converted to Contact {row.id}; the link moves there."
    elif by_match:
        about = f"Found by {found.level} as {row.sobject} {row.id}."
        if found.candidates:
            about += f" {len(found.candidates) - 1} more matched and were passed over."
    tail = (*notes, *written.notes)
    if written.fields:
        names = ", ".join(change.field for change in written.fields)
        rule = Rule.CONVERTED_LEAD if converted else Rule.CHANGED
        return Update(**facts, rule=rule, reason=_join(about, f"Written: {names}.", *tail), fields=written.fields)
    if by_match or moved:
        return LinkTo(**facts, rule=Rule.MATCHED, reason=_join(about, "Nothing needs writing.", *tail))
    return Unchanged(**facts, rule=Rule.UNCHANGED, reason=_join("Salesforce already has what Apollo has.", *tail))


def _join(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
