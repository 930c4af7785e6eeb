"""Deciding on an Opportunity that Apollo has no deal of: it comes into the store as a deal of its own (D2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sfpush.model import AnyChange, FieldChange, Link, OrgRow, Pull, Record, RecordType, Rule, Unchanged
from sfpush.planning import verdicts
from sfpush.planning.context import Context
from sfpush.planning.deals.decide import no_object
from sfpush.planning.deals.memory import remembered, to_remember
from sfpush.planning.deals.modes import OPPORTUNITY, pulls, switched_off
from sfpush.planning.deals.three_way import Compared, compare, said_of_pulls
from sfpush.planning.matching import Gone

_NOTHING: Mapping[str, Any] = {}


def key_of(row: OrgRow) -> str:
    """The key of the deal that an Opportunity is pulled as."""
    return f"{RecordType.DEAL.value}:{row.id}"


def is_made_of(pull: Pull) -> bool:
    """Whether the record is made of the Opportunity that it pulls, and is no deal of Apollo's."""
    return pull.record == f"{RecordType.DEAL.value}:{pull.salesforce_id}"


def decide_new(row: OrgRow, context: Context) -> Pull:
    """An Opportunity that no record is linked to, and that no deal of Apollo's is found to be."""
    compared = _compared(row, _NOTHING, context)
    return _pull(row, compared, Rule.NEW_IN_SALESFORCE, "New in Salesforce.")


def decide_again(record: Record, link: Link, row: OrgRow, context: Context) -> AnyChange:
    """A deal that was pulled before: what has changed since is pulled; nothing of it is ever pushed."""
    if (off := switched_off(record, link, context)) is not None:
        return off
    if row.deleted:
        return verdicts.gone(record, Gone(row))
    if OPPORTUNITY not in context.writers:
        return no_object(record)
    compared = _compared(row, link.pushed, context)
    if pulls(context) and compared.pulls:
        return _pull(row, compared, Rule.SALESFORCE_CHANGED, said_of_pulls(compared.pulls))
    return Unchanged(
        record=record.key,
        name=record.name,
        sobject=OPPORTUNITY,
        rule=Rule.UNCHANGED,
        reason="It is as Salesforce has it." if pulls(context) else 'deals.mode is "push", nothing comes in.',
        salesforce_id=row.id,
    )


def _compared(row: OrgRow, pushed: Mapping[str, Any], context: Context) -> Compared:
    apollo = Record(key_of(row), RecordType.DEAL, "", {})
    return compare(context.writers[OPPORTUNITY], apollo, None, row.fields, remembered(pushed), may_push=False)


def _pull(row: OrgRow, compared: Compared, rule: Rule, reason: str) -> Pull:
    return Pull(
        record=key_of(row),
        name=str(row.fields.get("Name") or ""),
        sobject=OPPORTUNITY,
        rule=rule,
        reason=reason,
        salesforce_id=row.id,
        fields=tuple(FieldChange(one.field, one.before, one.after) for one in compared.pulls),
        pushed=to_remember(compared.seen),
    )
