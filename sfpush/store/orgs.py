"""What is remembered of each org this home was ever connected to (G0): when, its setup window, its pulls."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sfpush.store.database import writing

_COLUMNS = "org, org_id, instance_url, connected_at, window_ends_at, pulled_at, pulled_in_full_at, first_run_at"


@dataclass(frozen=True, slots=True)
class OrgState:
    """One org's row. Times are ISO-8601 UTC text; None: it has not happened (or there is no setup window)."""

    org: int
    org_id: str
    instance_url: str
    connected_at: str
    window_ends_at: str | None
    pulled_at: str | None
    pulled_in_full_at: str | None
    first_run_at: str | None


def org_state(connection: sqlite3.Connection, org_id: str) -> OrgState | None:
    """What is known of the org with this 18-character id; None if this home was never connected to it."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM orgs WHERE org_id = ?", (org_id,)).fetchone()
    return OrgState(*row) if row else None


def remember_org(
    connection: sqlite3.Connection, org_id: str, instance_url: str, *, now: str, window_ends_at: str | None
) -> OrgState:
    """Note a `connect`. A new org starts with no links, snapshot or plans; a known one keeps its own (G0)."""
    with writing(connection):
        connection.execute(
            "INSERT INTO orgs (org_id, instance_url, connected_at, window_ends_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (org_id) DO UPDATE SET instance_url = excluded.instance_url,"
            " connected_at = excluded.connected_at, window_ends_at = excluded.window_ends_at",
            (org_id, instance_url, now, window_ends_at),
        )
    state = org_state(connection, org_id)
    assert state is not None
    return state


def end_window(connection: sqlite3.Connection, org: int) -> None:
    """End the setup window (G4, `sfpush enable`)."""
    with writing(connection):
        connection.execute("UPDATE orgs SET window_ends_at = NULL WHERE org = ?", (org,))


def note_pull(connection: sqlite3.Connection, org: int, *, now: str, in_full: bool) -> None:
    """Note a complete pull (G3); in the caller's transaction."""
    connection.execute("UPDATE orgs SET pulled_at = ? WHERE org = ?", (now, org))
    if in_full:
        connection.execute("UPDATE orgs SET pulled_in_full_at = ? WHERE org = ?", (now, org))


def note_first_run(connection: sqlite3.Connection, org: int, *, now: str) -> None:
    """Note that a run has written to this org; G6 counts from the second run on. In the caller's transaction."""
    connection.execute("UPDATE orgs SET first_run_at = ? WHERE org = ? AND first_run_at IS NULL", (now, org))
