"""`sfpush pull`: read what the org holds."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from sfpush.commands.session import Session, now
from sfpush.display.result import Result


def pull(
    context: typer.Context,
    *,
    full: Annotated[bool, typer.Option("--full", help="Read everything again, not only what changed.")] = False,
) -> Result:
    """Read what changed in the org.

    Brings the local snapshot up to date, and takes into the store what comes from the org: deals, deletions and
    merges, as far as the settings say so. The first pull reads the whole org; nothing can be pushed before it is
    complete.

    \b
    Examples:
      sfpush pull
      sfpush pull --full
    """
    from sfpush.display.run_view import show_pulled
    from sfpush.runs.gate import PULL_BY_HAND, refuse_closed
    from sfpush.runs.pull import pull as run_pull

    session = Session.of(context)
    with session.only_run("pull"):
        refuse_closed(session.settings.settings, session.state, PULL_BY_HAND, now=now())
        pulled = run_pull(
            session.store,
            session.org,
            session.state,
            session.settings.settings,
            now=now,
            progress=session.progress,
            full=full,
        )
    facts = {
        "read": dict(pulled.read),
        "deleted": pulled.deleted,
        "merged": pulled.merged,
        "pulled": pulled.pulled,
        "api_calls": pulled.api_calls,
    }
    return Result("pull", facts, view=partial(show_pulled, facts), next_step="See what would be pushed: sfpush plan")
