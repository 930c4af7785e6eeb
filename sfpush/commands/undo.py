"""`sfpush undo`: take back what a run wrote to the org (B4)."""

from __future__ import annotations

from typing import Annotated

import typer

from sfpush.commands.planned import plan_result
from sfpush.commands.push import carry_out_plan
from sfpush.commands.session import Session, now
from sfpush.display.result import Result


def undo(
    context: typer.Context,
    *,
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="A run's id, or its beginning, or `latest`; `sfpush history` lists them."),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> Result:
    """Take a run back.

    What it created is deleted, what it changed is restored. Left alone, and listed, is what somebody else has changed
    since, what others have added something to, leads that were converted, and what the run deleted. The next sync
    pushes again whatever the settings then say.

    \b
    Examples:
      sfpush undo latest --dry-run
      sfpush undo 20261124-0915
    """
    from sfpush.runs.gate import MANUAL_PUSH, refuse_closed
    from sfpush.runs.recover import recover
    from sfpush.runs.undo import left_alone, make_undo_plan

    session = Session.of(context)
    if not dry_run:
        session.require_an_answer(yes=yes)
    if yes and not dry_run:
        session.begin_run()
    settings = session.settings.settings
    with session.only_run("undo"):
        refuse_closed(settings, session.state, MANUAL_PUSH, now=now())
        recover(session.store, session.org, session.state, settings, now=now)
        head = make_undo_plan(
            session.store, session.org, session.state, run, settings, now=now(), progress=session.progress
        )
        if dry_run:
            return plan_result(session, head, command="undo")
        left = left_alone(session.store, head.plan)
        return carry_out_plan(session, "undo", head, asking="Take the run back with", left=left, yes=yes)
