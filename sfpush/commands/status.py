"""`sfpush status`: where things stand."""

from __future__ import annotations

from functools import partial
from typing import Any

import typer

from sfpush.commands.session import Session, now_text
from sfpush.display.result import DONE, ErrorLine, Result, error_lines
from sfpush.errors import NotReady


def status(context: typer.Context) -> Result:
    """Show where things stand.

    The org, its gates and API calls, what is in the store, and the last run.

    \b
    Examples:
      sfpush status
      sfpush --json status
    """
    from sfpush.display.status_view import show_status

    session = Session.of(context)
    facts, errors, exit_code = _org_facts(session)
    facts |= {"counts": _counts(session), "last_run": _last_run(session)}
    return Result("status", facts, view=partial(show_status, facts, errors), exit_code=exit_code, errors=errors)


def _org_facts(session: Session) -> tuple[dict[str, Any], tuple[ErrorLine, ...], int]:
    """What the org says now; where it can't be asked, what is known of it, and why."""
    from sfpush.planning.gates import closed_gates

    known = session.known_org
    facts: dict[str, Any] = {"connected": False, "org": None, "gates": [], "api": None}
    if known is None:
        return facts, (), DONE
    gates = closed_gates(
        session.settings.settings,
        pulled=known.pulled_at is not None,
        window_ends_at=known.window_ends_at,
        now=now_text(),
    )
    facts |= {
        "connected": True,
        "org": {
            "id": known.org_id,
            "instance_url": known.instance_url,
            "connected_at": known.connected_at,
            "pulled_at": known.pulled_at,
        },
        "gates": [{"gate": gate.gate, "until": gate.until, "message": gate.message} for gate in gates],
    }
    try:
        budget = session.org.limits()
    except NotReady as problem:
        return {**facts, "connected": False}, error_lines(problem), problem.exit_code
    return {**facts, "api": {"max": budget.max, "remaining": budget.remaining}}, (), DONE


def _counts(session: Session) -> dict[str, Any]:
    from sfpush.store.error_log import count_unresolved
    from sfpush.store.links import count_links
    from sfpush.store.record_list import counts

    org = session.known_org
    return {
        "records": {record_type.value: count for record_type, count in counts(session.store).items()},
        "synced": count_links(session.store, org.org) if org else 0,
        "errors": count_unresolved(session.store, org.org) if org else 0,
    }


def _last_run(session: Session) -> dict[str, Any] | None:
    from sfpush.display.shapes import run_shape
    from sfpush.runs.past_runs import past_runs

    org = session.known_org
    last = next(past_runs(session.store, org.org, session.home, limit=1), None) if org else None
    return run_shape(last) if last else None
