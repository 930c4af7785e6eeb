"""Keeping the store small: what nobody can ask for any more is forgotten (`[store] keep_days`)."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from sfpush.settings.schema import Settings
from sfpush.store import error_log, journal, plans
from sfpush.store.database import writing
from sfpush.store.orgs import OrgState
from sfpush.store.times import to_text

_LEFT_OVER = timedelta(hours=1)
"""A plan that was only looked at may still be on somebody's screen, being listed from the store."""


def tidy(connection: sqlite3.Connection, state: OrgState, settings: Settings, *, now: datetime) -> None:
    """Close the errors of records that are deleted since; forget old plans, the before-images of old runs, and errors
    resolved long ago."""
    with writing(connection):
        error_log.resolve_of_deleted(connection, now=to_text(now))
    kept = to_text(now - timedelta(days=settings.store.keep_days))
    plans.drop_old_plans(connection, left_over=to_text(now - _LEFT_OVER), kept=kept)
    journal.drop_old_images(connection, state.org, before=kept)
    error_log.drop_resolved(connection, state.org, before=kept)
