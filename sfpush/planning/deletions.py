"""Deletions that travel (S1, S2): of a linked org row into the store, of a record into the org."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sfpush.model import Block, Delete, OrgRow, Record, Rule, SalesforceId, Skip, typed
from sfpush.planning import verdicts
from sfpush.planning.merges import Lost
from sfpush.planning.subjects import Failure

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Children:
    """The Contacts and Opportunities that Salesforce would delete along with an Account.

    `going` are the records whose Contacts the same plan deletes. `unseen`: the sObjects that the connected user does
    not see, so that nobody knows whether there are any.
    """

    staying: Sequence[OrgRow] = ()
    going: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


NO_CHILDREN = Children()


def decide_deleted_in_salesforce(lost: Lost, *, sync: bool) -> Delete | Block:
    """The linked row was deleted: the record goes along (S1), or stays and is not made again (S2).

    A record that a person has restored since then stays too.
    """
    record, row = lost.record, lost.trail.row or lost.row
    happened = f"The linked record was deleted in Salesforce ({row.sobject} {row.id})"
    if sync and not lost.restored:
        return Delete(
            record=record.key,
            name=record.name,
            sobject=row.sobject,
            rule=Rule.DELETED_IN_SALESFORCE,
            reason=f"{happened}; the record goes along. `sfpush records restore {typed(record.key)}` brings it back.",
            salesforce_id=row.id,
        )
    return verdicts.block(
        record,
        row.sobject,
        Rule.LINKED_DELETED,
        f"{happened}; {'it was restored here, but' if lost.restored else 'it'} is not made again"
        f" unless `sfpush unlink {typed(record.key)}` says so.",
        salesforce_id=row.id,
    )


def decide_deleted_in_apollo(
    record: Record,
    row: OrgRow,
    *,
    sync: bool,
    deletable: bool,
    children: Children = NO_CHILDREN,
    failure: Failure | None = None,
) -> Delete | Skip | Block:
    """The record was deleted here: its org row goes along (S1), or stays (S2).

    An Account whose Contacts and Opportunities do not all go in the same plan is held back: Salesforce would delete
    them with it. `deletable`: the connected user may delete such rows.
    """
    if not sync:
        return Skip(
            record=record.key,
            name=record.name,
            sobject=row.sobject,
            rule=Rule.PUSH_OFF,
            reason=f"Deleted here; {row.sobject} {row.id} stays in Salesforce,"
            f" because {record.type.value}s.deletion_sync is off.",
            salesforce_id=row.id,
        )
    if not deletable:
        return verdicts.block(
            record,
            row.sobject,
            Rule.NOT_WRITEABLE,
            f"Deleted here, but the connected user may not delete a {row.sobject} in Salesforce ({row.id}).",
            salesforce_id=row.id,
        )
    if children.staying or children.unseen:
        return _with_children(record, row, children)
    if failure is not None and failure.used_up:
        return verdicts.block(
            record,
            row.sobject,
            Rule.RETRIES_USED_UP,
            f"Salesforce keeps refusing to delete it ({failure.code}); mend it, then `sfpush errors retry`.",
            salesforce_id=row.id,
        )
    along = f" It goes after {', '.join(children.going[:_NAMED])}{_more(children.going)}." if children.going else ""
    return Delete(
        record=record.key,
        name=record.name,
        sobject=row.sobject,
        rule=Rule.DELETED_IN_APOLLO,
        reason=f"Deleted here; {row.sobject} {row.id} is deleted in Salesforce too.{along}",
        salesforce_id=row.id,
        needs=children.going,
    )


def delete_warnings(deletes: int, most: int) -> tuple[str, ...]:
    """What a plan says of the rows that it deletes in the org, counted apart; `most` is `push.max_deletes` (S1)."""
    if not deletes:
        return ()
    counted = "1 record" if deletes == 1 else f"{deletes:,} records"
    limit = f"at most {most:,} go at once (push.max_deletes)"
    over = ": not without --over-limit" if deletes > most else ""
    return (f"{counted} will be deleted in Salesforce; {limit}{over}.",)


def _with_children(record: Record, row: OrgRow, children: Children) -> Block:
    if not children.staying:
        unseen = " and ".join(children.unseen)
        reason = f"Deleting {row.sobject} {row.id} could take {unseen} records along that the connected user can't see."
        candidates: tuple[SalesforceId, ...] = ()
    else:
        named = ", ".join(
            f"{child.sobject} {child.id} ({child.fields.get('Name') or 'no name'})"
            for child in children.staying[:_NAMED]
        )
        reason = (
            f"Deleting {row.sobject} {row.id} would take along {named}{_more(children.staying)};"
            " delete those first, or in the same plan."
        )
        candidates = tuple(child.id for child in children.staying)
    return verdicts.block(record, row.sobject, Rule.HAS_CHILDREN, reason, salesforce_id=row.id, candidates=candidates)


def _more(named: Sequence[object]) -> str:
    return f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
