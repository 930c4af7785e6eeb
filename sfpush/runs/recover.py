"""Finding out what became of batches whose answer never came, before anything is sent again (B3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sfpush.org.connected import Org
from sfpush.runs.look_up import look_up
from sfpush.runs.pick_up import pick_up
from sfpush.settings.schema import Settings
from sfpush.store import journal, runs
from sfpush.store.database import writing
from sfpush.store.made_accounts import keep_made_accounts
from sfpush.store.made_people import keep_made_people
from sfpush.store.orgs import OrgState
from sfpush.store.plans import plan_number
from sfpush.store.times import to_text


@dataclass(frozen=True, slots=True)
class Recovered:
    """What recovery found, in rows. `runs` are runs that had never ended."""

    runs: tuple[str, ...] = ()
    created: int = 0
    """Creates that the org has; they are linked now."""
    updated: int = 0
    """Updates, deletes and upserts of what was there that the org has carried out."""
    rejected: int = 0
    """Rows that the org turns out to have refused; they are in the error log now."""
    repeatable: int = 0
    """They go again by themselves: the org has not got them, or a repeat is harmless."""
    settling: int = 0
    """Creates that the org does not show, sent too short a time ago to be sent again (`settle_seconds`)."""
    unclear: int = 0
    """Creates of which the org shows something that agrees only in part: a person must decide."""

    @property
    def found(self) -> int:
        """Rows that the org has taken although its answer never came."""
        return self.created + self.updated

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found, one sentence a finding; none when there was nothing to recover."""
        told = (
            (len(self.runs), "{:,} earlier run(s) ended without a word; they are closed now."),
            (self.found, "{:,} record(s) of theirs are in Salesforce although no answer came; they are linked now."),
            (self.rejected, "{:,} write(s) of theirs were refused: see `sfpush errors`."),
            (self.repeatable, "{:,} write(s) of theirs got no answer; what did not arrive goes again."),
            (self.settling, "{:,} create(s) got no answer and don't show in Salesforce yet; they go in a later run."),
            (self.unclear, "{:,} create(s) got no answer, and Salesforce shows something alike: see `sfpush plan`."),
        )
        return tuple(sentence.format(count) for count, sentence in told if count)

    def __add__(self, other: Recovered) -> Recovered:
        return Recovered(
            self.runs + other.runs,
            self.created + other.created,
            self.updated + other.updated,
            self.rejected + other.rejected,
            self.repeatable + other.repeatable,
            self.settling + other.settling,
            self.unclear + other.unclear,
        )


def recover(
    connection: sqlite3.Connection,
    org: Org,
    state: OrgState,
    settings: Settings,
    *,
    now: Callable[[], datetime],
    running: int | None = None,
) -> Recovered:
    """Settle every unanswered batch as far as it can be, and close runs that died. The caller holds the home's lock.

    A Bulk job is picked up by its id and waited for. Updates, upserts and creates are looked up in the org; what is
    found as it was sent is linked. What is left of updates, deletes and upserts may be repeated: the next plan does
    so. A create that is not found goes again only `settle_seconds` after it was sent. `running` is the caller's own
    run, which is not dead. Raises NotReady when the org can't be asked; the journal is then as it was, but for the
    batches already settled.
    """
    recovered = Recovered()
    for batch in journal.unanswered(connection, state.org):
        left, may_run = batch.rows, False
        if batch.transport == "bulk":
            picked = pick_up(connection, org, state.org, batch, now)
            recovered += Recovered((), picked.created, picked.updated, picked.rejected, picked.repeatable)
            left, may_run = picked.left, picked.may_run
        if left:
            found = look_up(connection, org, state.org, settings, replace(batch, rows=left), now=now(), may_run=may_run)
            recovered += Recovered((), found.created, found.updated, 0, found.repeatable, found.settling, found.unclear)
    return replace(recovered, runs=_close_dead_runs(connection, state.org, now(), running))


def _close_dead_runs(connection: sqlite3.Connection, org: int, now: datetime, running: int | None) -> tuple[str, ...]:
    closed = []
    for run in runs.dead_runs(connection, org):
        if run.run == running:
            continue
        with writing(connection):
            plan = plan_number(connection, run.plan_id)
            if plan is not None:
                keep_made_people(connection, org, plan)
                keep_made_accounts(connection, org, plan)
            results = journal.counts(connection, run.run)
            runs.end_run(
                connection, run.run, status="failed", results=results, api_calls=run.api_calls, now=to_text(now)
            )
        closed.append(run.run_id)
    return tuple(closed)
