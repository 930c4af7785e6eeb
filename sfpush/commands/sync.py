"""`sfpush sync`: what cron runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from sfpush.commands.run_result import run_result
from sfpush.commands.session import Session, now
from sfpush.display.result import Result


def sync(
    context: typer.Context,
    *,
    inbox: Annotated[Path | None, typer.Option(metavar="DIR", help="Import the exports in this folder first.")] = None,
    over_budget: Annotated[
        bool, typer.Option("--over-budget", help="Even if it takes most of today's API calls.")
    ] = False,
    over_limit: Annotated[
        bool, typer.Option("--over-limit", help="Even if it changes more than the limits allow.")
    ] = False,
) -> Result:
    """Bring Salesforce up to date, as cron does.

    Imports what is in the inbox, reads the org, plans and pushes under the settings. It never asks. Only one run
    works in a home at a time. A run that was interrupted or killed is picked up by the next one; nothing is written
    twice.

    Files of the inbox (.csv, .json, .jsonl, .ndjson) stay where they are. Each is imported once, and again when it has
    changed. One that can't be read as a whole is reported by every sync until it is mended or taken away.

    \b
    Examples:
      sfpush sync
      */15 * * * *  sfpush --json --quiet sync --inbox /data/apollo >> /var/log/sfpush.json
    """
    session = Session.of(context)
    session.begin_run()
    return sync_now(session, inbox, over_budget=over_budget, over_limit=over_limit)


def sync_now(
    session: Session, inbox: Path | None = None, *, over_budget: bool = False, over_limit: bool = False
) -> Result:
    """One automatic run in the session's home, which Ctrl-C and SIGTERM stop cleanly."""
    from sfpush.runs.stop import stop_on_signal

    with stop_on_signal(session.said_stopping) as stop:
        return sync_until(session, stop, inbox, over_budget=over_budget, over_limit=over_limit)


def sync_until(
    session: Session,
    stop: Callable[[], bool],
    inbox: Path | None,
    *,
    over_budget: bool = False,
    over_limit: bool = False,
) -> Result:
    """The same, until `stop` says so."""
    from sfpush.runs.sync import sync as run_sync

    with session.only_run("sync"):
        done = run_sync(
            session.store,
            session.org,
            session.state,
            session.settings.settings,
            inbox=inbox,
            now=now,
            progress=session.progress,
            stop=stop,
            over_budget=over_budget,
            over_limit=over_limit,
        )
    return run_result(session, "sync", done.run, imported=done.imported)
