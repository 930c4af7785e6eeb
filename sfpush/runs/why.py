"""Gathering what is known of one record when somebody asks why (L4); the answer is found in `planning.explain`."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sfpush.errors import UsageError
from sfpush.filters.expression import And, Expression, Not, names, written
from sfpush.model import AnyChange, Link, Record, RecordType, Rule, SalesforceId, Skip, typed
from sfpush.planning.context import Context
from sfpush.planning.explain import Made, Rejection, Standing, answer, deciding_rule
from sfpush.planning.fitting import plain_text, shown
from sfpush.planning.gates import closed_gates
from sfpush.planning.remedies import would_change
from sfpush.planning.subjects import Subject
from sfpush.planning.verdicts import Refusal, refusals
from sfpush.push.hints import hint_for
from sfpush.runs.facts import gather
from sfpush.runs.filters import settings_filters, vocabulary_of
from sfpush.runs.plan import make_plan
from sfpush.runs.progress import Silent
from sfpush.settings.effective import fingerprint
from sfpush.settings.schema import Settings
from sfpush.store import error_log, plans, record_history
from sfpush.store.filters import filtering
from sfpush.store.links import keys_linked_to, links_for
from sfpush.store.orgs import OrgState
from sfpush.store.plans import Scope
from sfpush.store.record_history import Attempt
from sfpush.store.record_list import ListedRecord, list_records
from sfpush.store.records import find, get
from sfpush.store.times import to_text

_MOST_RELATIVES = 200


@dataclass(frozen=True, slots=True)
class Why:
    """The answer to one question, and what was tried, the latest first."""

    record: ListedRecord
    answer: str
    rule: Rule
    would_change: tuple[str, ...]
    attempts: tuple[Attempt, ...]


def why(connection: sqlite3.Connection, state: OrgState, settings: Settings, text: str, *, now: datetime) -> Why:
    """Why the record that a key, Apollo id, e-mail or Salesforce Id names is in the org, or is not.

    What was decided last is the answer while it rests on what still holds; else it is decided anew, on the snapshot
    as it is, and not kept. An account that so far only stands in the last plan is answered from there. Raises
    UsageError for a record that nobody knows, NotReady before the initial pull.
    """
    try:
        key = _meant(connection, state.org, text)
    except UsageError:
        if (planned := _only_planned(connection, state.org, text)) is None:
            raise
        return planned
    record = get(connection, key)
    assert record is not None
    context = gather(connection, state, settings, "automatic")
    link = links_for(connection, state.org, [key]).get(key)
    attempts = tuple(record_history.attempts(connection, state.org, key))
    change = _standing_decision(connection, state, settings, record, link, attempts) or _decided_anew(
        connection, state, settings, key, now
    )
    if change is None and record.deleted:
        by_org = record_history.deleted_by_org(connection, state.org, key)
        change = Skip(
            record=key,
            name=record.name,
            sobject="",
            rule=Rule.DELETED_IN_SALESFORCE if by_org else Rule.DELETED_IN_APOLLO,
            reason="It was deleted there, and the record went along (deletion_sync)."
            if by_org
            else "It was deleted here, so that nothing is pushed.",
        )
    if change is None:
        raise UsageError(
            f"No push decides on {key}.",
            hint=f"See what is known of it: sfpush records show {typed(key)}",
            code="not-decided",
        )
    unmet = _unmet(connection, context, record)
    standing = Standing(
        record=record,
        stage=context.stage_of(record),
        change=change,
        link=link,
        linked_at=record_history.linked_at(connection, state.org, key),
        made=_made(connection, state.org, link),
        made_for=record_history.made_for(connection, key),
        rejection=_rejection(connection, state.org, key),
        refusals=_refusals(record, context, passes=not unmet) if link is None else (),
        unmet=unmet if change.action == "skip" and link is None else (),
        gates=closed_gates(settings, pulled=True, window_ends_at=state.window_ends_at, now=to_text(now)),
        follows_deletions=record.type in (RecordType.CONTACT, RecordType.ACCOUNT)
        and (settings.contacts if record.type is RecordType.CONTACT else settings.accounts).deletion_sync,
    )
    listed = next(list_records(connection, state.org, keys=[key], deleted=None))
    return Why(listed, answer(standing), deciding_rule(standing), would_change(standing), attempts)


def _meant(connection: sqlite3.Connection, org: int, text: str) -> str:
    try:
        identity = SalesforceId(text)
    except ValueError:
        return find(connection, text)
    return keys_linked_to(connection, org, [identity]).get(identity) or find(connection, text)


def _only_planned(connection: sqlite3.Connection, org: int, key: str) -> Why | None:
    """The answer for an account that the last plan would make for a contact; None if it would not."""
    plan = plans.last_plan(connection, org)
    change = plans.changes_of(connection, plan, [key]).get(key) if plan is not None else None
    if change is None:
        return None
    planned = ListedRecord(
        key,
        RecordType(key.partition(":")[0]),
        change.name,
        email=None,
        stage=None,
        salesforce_id=None,
        sobject=change.sobject,
        last_action=change.action,
        last_rule=change.rule.value,
        last_reason=change.reason,
    )
    return Why(planned, f"It is only planned so far. {change.reason}", change.rule, (), ())


def _standing_decision(
    connection: sqlite3.Connection,
    state: OrgState,
    settings: Settings,
    record: Record,
    link: Link | None,
    attempts: tuple[Attempt, ...],
) -> AnyChange | None:
    """What the last automatic plan said, if record, settings, org, link and attempts are what it knew of."""
    rests_on = record_history.foundation(connection, state.org, record.key)
    if rests_on is None or rests_on.record_version != record.version:
        return None
    if rests_on.settings_fingerprint != fingerprint(settings) or (state.pulled_at or "") > rests_on.decided_at:
        return None
    if attempts and attempts[0].sent_at > rests_on.decided_at:
        return None
    change = plans.changes_of(connection, rests_on.plan, [record.key])[record.key]
    linked = change.action in ("update", "unchanged") and change.rule is not Rule.CONVERTED_LEAD
    return None if linked != (link is not None) and change.action != "block" else change


def _decided_anew(
    connection: sqlite3.Connection, state: OrgState, settings: Settings, key: str, now: datetime
) -> AnyChange | None:
    related = record_history.relatives(connection, key, limit=_MOST_RELATIVES)
    head = make_plan(
        connection, state, settings, scope=Scope(frozenset((key, *related))), now=now, progress=Silent(), remember=False
    )
    change = plans.changes_of(connection, head.plan, [key]).get(key)
    plans.drop_plan(connection, head.plan)
    return change


def _made(connection: sqlite3.Connection, org: int, link: Link | None) -> Made | None:
    created = record_history.creation(connection, org, link.key) if link else None
    if created is None:
        return None
    rule = Rule(created.rule) if created.rule else None
    return Made(created.run, created.sent_at, created.sf_id, rule, created.reason or "")


def _rejection(connection: sqlite3.Connection, org: int, key: str) -> Rejection | None:
    of_record = (one for one in error_log.entries(connection, org, keys=[key]) if error_log.campaign_of(one) is None)
    entry = next(of_record, None)
    if entry is None:
        return None
    waits = entry.state == "open"
    return Rejection(entry.id, entry.code, entry.message, entry.attempts, hint_for(entry.code), waits)


def _refusals(record: Record, context: Context, *, passes: bool) -> tuple[Refusal, ...]:
    subject = Subject(record, passes_filter=passes)
    match record.type:
        case RecordType.CONTACT:
            return refusals(subject, context.settings.contacts, context.contact_stages, context)
        case RecordType.ACCOUNT:
            return refusals(subject, context.settings.accounts, context.account_stages, context)
        case _:
            return ()


def _unmet(connection: sqlite3.Connection, context: Context, record: Record) -> tuple[str, ...]:
    """The parts of the filter that the record fails, each with the values it has."""
    expression = settings_filters(context.settings).get(record.type)
    if expression is None:
        return ()
    vocabulary = vocabulary_of(context)
    failed = []
    for part in expression.parts if isinstance(expression, And) else (expression,):
        with filtering(connection, Not(part), record.type, vocabulary) as failing:
            if failing.passing([record.key]):
                failed.append(f"{written(part)} ({', '.join(_values(part, record, context))})")
    return tuple(failed)


def _values(part: Expression, record: Record, context: Context) -> list[str]:
    return [f"{name} is {_value(name, record, context)}" for name in names(part)]


def _value(name: str, record: Record, context: Context) -> str:
    read = context.custom_fields.reader(name, record.type)
    value: Any = read(record.fields) if read else record.fields.get(name)
    if name == "stage":
        value = context.stage_of(record).name
    return shown(plain_text(value)) if plain_text(value) else "empty"
