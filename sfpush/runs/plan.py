"""Making a plan: records and snapshot in, one stored decision a record out, a chunk at a time.

What goes is decided first (S1–S3), then accounts, then people, who may still call for an account (C6), then deals, then
activities. All deciding is done in `planning`; what is here is the order of things and the reading and writing.
"""

from __future__ import annotations

import contextlib
import gc
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from sfpush.model import RecordType, Rule
from sfpush.planning.accounts import NO_OWNER, owner_warnings
from sfpush.planning.activities.lines import SOBJECTS
from sfpush.planning.campaigns import Campaign, campaign_warnings
from sfpush.planning.context import Context
from sfpush.planning.deals.modes import pulling_only
from sfpush.planning.deletions import delete_warnings
from sfpush.planning.gates import closed_gates
from sfpush.push.batches import estimated_calls, writes_of
from sfpush.runs.facts import gather
from sfpush.runs.plan_accounts import AccountDecisions
from sfpush.runs.plan_activities import CHUNK, ActivityDecisions
from sfpush.runs.plan_deals import DealDecisions
from sfpush.runs.plan_members import plan_members
from sfpush.runs.plan_people import PeopleDecisions
from sfpush.runs.plan_removals import Removals
from sfpush.runs.progress import Progress
from sfpush.runs.settings_check import plan_warnings
from sfpush.settings.effective import fingerprint
from sfpush.settings.schema import Settings
from sfpush.store import plans
from sfpush.store.database import writing
from sfpush.store.orgs import OrgState
from sfpush.store.plans import EVERYTHING, PlanHead, Scope
from sfpush.store.subjects import count_records, record_chunks
from sfpush.store.times import to_text


def make_plan(
    connection: sqlite3.Connection,
    state: OrgState,
    settings: Settings,
    *,
    now: datetime,
    progress: Progress,
    scope: Scope = EVERYTHING,
    mode: Literal["automatic", "manual"] = "automatic",
    remaining_calls: int | None = None,
    recovered: Sequence[str] = (),
    campaign: Campaign | None = None,
    remember: bool = True,
    inwards: bool = False,
) -> PlanHead:
    """Decide on every record in scope and store the plan. Raises NotReady before the initial pull (G3).

    It decides as if every gate were open and names the closed ones (G4). The plan's people join `campaign` (P2).
    `remember`: its decisions become the last word on its records; not so where a plan is only made to be compared.
    `inwards`: it holds only what comes from the org into the store.
    """
    context = gather(connection, state, pulling_only(settings) if inwards else settings, mode)
    created_at = to_text(now)
    head = PlanHead(
        plan=0,
        plan_id=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}",
        created_at=created_at,
        org_id=state.org_id,
        instance_url=state.instance_url,
        mode=mode,
        settings_fingerprint=fingerprint(settings),
        scope=scope,
        gates=closed_gates(
            settings, pulled=state.pulled_at is not None, window_ends_at=state.window_ends_at, now=created_at
        ),
        remaining_calls=remaining_calls,
        warnings=campaign_warnings(campaign) if campaign else (),
        recovered=tuple(recovered),
    )
    with writing(connection):
        head = replace(head, plan=plans.begin_plan(connection, state.org, head))
    with _without_cycle_collector():
        _decide(connection, state.org, context, head.plan, scope, progress, inwards=inwards)
    if campaign is not None:
        plan_members(connection, head.plan, campaign)
    planned = plans.tally(connection, head.plan)
    created = {sobject for action, sobject, _rule in planned if action == "create"}
    deletes = sum(count for (_, _, rule), count in planned.items() if rule == Rule.DELETED_IN_APOLLO)
    without_owner = plans.count_creates_for(connection, head.plan, NO_OWNER) if settings.owners.map and created else 0
    warned = (
        *plan_warnings(connection, context, created),
        *owner_warnings(without_owner),
        *delete_warnings(deletes, settings.push.max_deletes),
    )
    head = replace(head, warnings=(*head.warnings, *warned))
    with writing(connection):
        head = replace(head, estimated_calls=estimated_calls(writes_of(planned), settings))
        head = plans.finish_plan(connection, head)
        if remember:
            plans.remember_decisions(connection, state.org, head)
    return head


@contextlib.contextmanager
def _without_cycle_collector() -> Iterator[None]:
    """Deciding makes millions of small values and no cycles: looking for some takes a quarter of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _decide(
    connection: sqlite3.Connection,
    org: int,
    context: Context,
    plan: int,
    scope: Scope,
    progress: Progress,
    *,
    inwards: bool,
) -> None:
    removals = Removals(connection, org, context, plan, scope)
    removals.decide()
    accounts = AccountDecisions(connection, org, context, plan, removals)
    if inwards:
        _decide_deals(connection, org, context, plan, scope, progress, accounts)
        plans.keep_inwards(connection, plan)
        return
    if scope.sobject in (None, "Account"):
        progress.start("Planning accounts", _count(connection, RecordType.ACCOUNT, scope))
        for records in record_chunks(connection, RecordType.ACCOUNT, scope.keys):
            accounts.decide_all(removals.rest_of(records))
            progress.advance(len(records))
        progress.finish()
    if scope.sobject in (None, "Contact", "Lead"):
        people = PeopleDecisions(connection, org, context, plan, accounts, removals)
        progress.start("Planning people", _count(connection, RecordType.CONTACT, scope))
        for records in record_chunks(connection, RecordType.CONTACT, scope.keys):
            people.decide_all(removals.rest_of(records))
            progress.advance(len(records))
        progress.finish()
    if scope.sobject in (None, "Opportunity"):
        _decide_deals(connection, org, context, plan, scope, progress, accounts)
    activities = ActivityDecisions(connection, org, context, plan, accounts)
    for record_type, sobject in SOBJECTS.items():
        if scope.sobject not in (None, sobject) or not (count := _count(connection, record_type, scope)):
            continue
        progress.start(f"Planning {record_type.value}s", count)
        for records in record_chunks(connection, record_type, scope.keys, size=CHUNK):
            activities.decide_all(records)
            progress.advance(len(records))
        progress.finish()


def _decide_deals(
    connection: sqlite3.Connection,
    org: int,
    context: Context,
    plan: int,
    scope: Scope,
    progress: Progress,
    accounts: AccountDecisions,
) -> None:
    deals = DealDecisions(connection, org, context, plan, accounts)
    progress.start("Planning deals", _count(connection, RecordType.DEAL, scope))
    for records in record_chunks(connection, RecordType.DEAL, scope.keys):
        deals.decide_all(records)
        progress.advance(len(records))
    deals.decide_pulled(scope.keys)
    if scope.keys is None:
        deals.decide_new()
    progress.finish()


def _count(connection: sqlite3.Connection, record_type: RecordType, scope: Scope) -> int:
    if scope.keys is not None:
        return sum(1 for key in scope.keys if key.startswith(f"{record_type.value}:"))
    return count_records(connection, record_type)
