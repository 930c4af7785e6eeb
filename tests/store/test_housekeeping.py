"""What the store forgets, and what it must not (`[store] keep_days`)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sfpush.model import Create, Rule, Skip
from sfpush.runs.housekeeping import tidy
from sfpush.settings.schema import Settings
from sfpush.store import plans, runs
from sfpush.store.database import open_store, writing
from sfpush.store.orgs import OrgState, remember_org
from sfpush.store.plans import Decided, PlanHead
from sfpush.store.times import to_text

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path):
    with closing(open_store(tmp_path)) as connection:
        yield connection


@pytest.fixture
def state(store: sqlite3.Connection) -> OrgState:
    return remember_org(store, "00D000000000001AAA", "https://x.example", now=to_text(NOW), window_ends_at=None)


def plan_made(store: sqlite3.Connection, state: OrgState, plan_id: str, ago: timedelta) -> PlanHead:
    head = PlanHead(0, plan_id, to_text(NOW - ago), state.org_id, state.instance_url, "automatic")
    facts = {"name": "Ann", "sobject": "Contact", "reason": "Because."}
    with writing(store):
        number = plans.begin_plan(store, state.org, head)
        plans.add_changes(
            store,
            number,
            [
                Decided(Create(record="contact:1", rule=Rule.NEW, **facts), 1),
                Decided(Skip(record="contact:2", rule=Rule.STAGE, **facts), 1),
            ],
        )
        return plans.finish_plan(store, PlanHead(number, plan_id, head.created_at, *_rest(head)))


def _rest(head: PlanHead) -> tuple[str, str, str]:
    return head.org_id, head.instance_url, head.mode


def left(store: sqlite3.Connection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for plan_id, action in store.execute(
        "SELECT plan_id, action FROM plans LEFT JOIN changes USING (plan) ORDER BY plan_id, action"
    ):
        found.setdefault(plan_id, []).append(action)
    return found


def test_a_plan_that_was_only_looked_at_is_forgotten_after_an_hour(store, state):
    plan_made(store, state, "just-now", timedelta(minutes=5))
    plan_made(store, state, "this-morning", timedelta(hours=3))
    tidy(store, state, Settings(), now=NOW)
    assert left(store) == {"just-now": ["create", "skip"]}


def test_a_saved_plan_is_kept_whole_for_keep_days(store, state):
    saved = plan_made(store, state, "saved", timedelta(days=80))
    plans.mark_saved(store, saved.plan)
    old = plan_made(store, state, "saved-long-ago", timedelta(days=91))
    plans.mark_saved(store, old.plan)
    tidy(store, state, Settings(), now=NOW)
    assert left(store) == {"saved": ["create", "skip"]}


def test_of_a_plan_that_was_carried_out_only_what_was_done_is_kept(store, state):
    head = plan_made(store, state, "carried-out", timedelta(days=2))
    runs.begin_run(
        store, state.org, command="sync", mode="automatic", plan_id=head.plan_id, now=to_text(NOW - timedelta(days=2))
    )
    tidy(store, state, Settings(), now=NOW)
    assert left(store) == {"carried-out": ["create"]}
