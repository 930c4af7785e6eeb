"""Carrying out a stored plan: recover, check the limits, write, and say what became of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import islice

from sfpush.errors import AnswerLost, Interrupted, OutOfBounds, SfpushError
from sfpush.model import Delete, Link, Rule
from sfpush.org.connected import Org
from sfpush.push.batches import Placed, Writing, bulk_kinds, parcels, writes_of
from sfpush.push.execute import Execution, Found, Tally
from sfpush.push.limits import Intent, exceeded
from sfpush.push.schedule import Schedule
from sfpush.runs.follow_org import follow_org
from sfpush.runs.journal import RunJournal
from sfpush.runs.keeping import keep_written
from sfpush.runs.org_port import OrgPort
from sfpush.runs.progress import Progress
from sfpush.runs.recover import recover
from sfpush.runs.report import PlanTally, RunReport, counts_of
from sfpush.settings.schema import Settings
from sfpush.store import plans, runs
from sfpush.store.database import reading, writing
from sfpush.store.error_log import resolve_unchanged
from sfpush.store.links import move_baselines
from sfpush.store.made_accounts import keep_made_accounts
from sfpush.store.made_people import keep_made_people
from sfpush.store.orgs import OrgState, note_first_run
from sfpush.store.snapshot import count_alive
from sfpush.store.times import to_text

_LINKS_AT_ONCE = 1000


def carry_out(
    connection: sqlite3.Connection,
    org: Org,
    state: OrgState,
    plan_id: str,
    settings: Settings,
    *,
    command: str,
    now: Callable[[], datetime],
    progress: Progress,
    stop: Callable[[], bool],
    over_budget: bool = False,
    over_limit: bool = False,
    calls_before: int | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> RunReport:
    """Carry out a plan of this home. The caller holds the home's lock.

    `calls_before` is how many API calls `org` had made when the command began, so that the run counts all of its own.

    Raises OutOfBounds, with nothing written, when the plan is another org's or exceeds a limit that is not lifted by
    `over_budget` (G5) or `over_limit` (G6, S1); NotReady when the org can't be reached before anything was sent. What
    stops it later is in the report, beside what went.
    """
    head = plans.plan_head(connection, plan_id)
    if head.org_id != state.org_id:
        raise OutOfBounds(
            f"Plan {plan_id} was made for org {head.org_id}; this one is {state.org_id}.",
            hint="Plan again.",
            code="other-org",
        )
    calls_before = org.api_calls if calls_before is None else calls_before
    recovered = recover(connection, org, state, settings, now=now)
    planned = plans.tally(connection, head.plan)
    by_name = head.mode == "undo"  # a run is taken back whole, as it was asked for by name
    lifted = [option for option, on in (("--over-budget", over_budget), ("--over-limit", over_limit)) if on or by_name]
    _refuse_excess(connection, org, state, settings, planned, head.estimated_calls, lifted=lifted)
    run = runs.begin_run(connection, state.org, command=command, mode=head.mode, plan_id=plan_id, now=to_text(now()))
    local = follow_org(connection, state.org, run.run, head.plan, planned, now=now())
    linked = _keep_links(connection, state.org, head.plan, planned, now())
    journal = RunJournal(connection, state.org, run.run, head.plan, now, lambda: org.answered_at, org.identity.user_id)
    writes = writes_of(planned)
    progress.start("Pushing", sum(writes.values()))

    def find_lost() -> Found:
        nonlocal recovered
        found = recover(connection, org, state, settings, now=now, running=run.run)
        recovered += found
        return Found(found.created, found.updated, found.rejected)

    try:
        with reading(connection) as reader:
            stream = _stream(reader, head.plan, writes)
            cut = parcels(stream, _external_ids(settings), in_bulk=bulk_kinds(writes, settings))
            schedule = Schedule(cut, lanes=settings.push.parallel_batches)
            done = Execution(schedule, OrgPort(org), journal, stop, sleep, find_lost, progress.advance).run()
    finally:
        progress.finish()
    results = counts_of(planned, done, local, linked=linked)
    left = sum(writes.values()) - done.dealt_with
    report = RunReport(
        run.run_id,
        results,
        org.api_calls - calls_before,
        tuple(journal.rejects),
        recovered,
        (*head.recovered, *recovered.sentences),
        left,
        _stopped_by(done, left, settings.push.settle_seconds),
    )
    with writing(connection):
        keep_made_people(connection, state.org, head.plan)
        keep_made_accounts(connection, state.org, head.plan)
        runs.end_run(
            connection,
            run.run,
            status=report.status,
            results=asdict(results),
            api_calls=report.api_calls,
            now=to_text(now()),
        )
        if report.stopped_by is None:
            note_first_run(connection, state.org, now=to_text(now()))
    return report


def _refuse_excess(
    connection: sqlite3.Connection,
    org: Org,
    state: OrgState,
    settings: Settings,
    planned: PlanTally,
    estimated_calls: int,
    *,
    lifted: Collection[str],
) -> None:
    writes = writes_of(planned)
    if not writes:
        return
    there = count_alive(connection, state.org)
    changed = {
        sobject: writes.get(("update", sobject), 0) + writes.get(("delete", sobject), 0)
        for sobject in ("Contact", "Lead", "Account")
    }
    found = exceeded(
        Intent(
            people_changed=changed["Contact"] + changed["Lead"],
            people=there.get("Contact", 0) + there.get("Lead", 0),
            accounts_changed=changed["Account"],
            accounts=there.get("Account", 0),
            deletes=sum(count for (action, _), count in writes.items() if action == Delete.action),
            estimated_calls=estimated_calls,
            remaining_calls=(org.budget or org.limits()).remaining,
            first_run=state.first_run_at is None,
        ),
        settings.push,
    )
    open_ones = [one for one in found if one.option not in lifted]
    if open_ones:
        options = " ".join(dict.fromkeys(one.option for one in open_ones))
        raise OutOfBounds(
            " ".join(one.message for one in open_ones),
            hint=f"Nothing was written. If that is meant, run it again with {options}.",
            code="over-limit",
        )


def _stream(reader: sqlite3.Connection, plan: int, writes: Mapping[tuple[str, str], int]) -> Iterator[Placed]:
    for action, sobject in writes:
        for change, near in plans.changes_near(reader, plan, action=action, sobject=sobject):
            if isinstance(change, Writing) and change.rule is not Rule.DELETED_IN_SALESFORCE:
                yield Placed(change, near)


def _keep_links(connection: sqlite3.Connection, org: int, plan: int, planned: PlanTally, now: datetime) -> int:
    """Keep what needs no call: links to rows that have all there is; of what is unchanged, the baselines (F2), and that
    nothing is wrong with it any more (L2)."""
    linked = 0
    with reading(connection) as reader:
        changes = plans.changes(reader, plan, actions=("link",))
        while some := list(islice(changes, _LINKS_AT_ONCE)):
            links = [
                Link(change.record, change.sobject, change.salesforce_id, change.pushed)
                for change in some
                if change.salesforce_id is not None
            ]
            with writing(connection):
                keep_written(connection, org, links, now=now)
            linked += len(links)
    if any(action == "unchanged" for action, _, _ in planned):
        with writing(connection):
            move_baselines(connection, org, plan)
            resolve_unchanged(connection, org, plan, now=to_text(now))
    return linked


def _external_ids(settings: Settings) -> Mapping[str, str]:
    fields = settings.salesforce.external_ids.model_dump()
    return {sobject.capitalize(): field for sobject, field in fields.items() if field}


def _stopped_by(done: Tally, left: int, settle_seconds: int) -> SfpushError | None:
    if done.interrupted and (left or done.lost or done.waiting):
        return Interrupted(
            f"Stopped as asked; {left:,} changes were not sent.",
            hint="What went is noted; run the same command again to go on.",
        )
    if done.stopped_by is None and done.lost:
        return AnswerLost(
            f"No answer came to {done.lost:,} {'change' if done.lost == 1 else 'changes'}.",
            hint="Run again: what arrived is found in Salesforce, and what did not is sent again"
            f" {settle_seconds} seconds after it was sent (push.settle_seconds).",
        )
    return done.stopped_by
