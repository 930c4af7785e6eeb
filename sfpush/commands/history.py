"""`sfpush history`: past runs, and what one of them sent."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from sfpush.commands.grouping import add, group
from sfpush.commands.session import Session
from sfpush.display.result import Result

app = group("List past runs and look into one.", has_default=True)


def history(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Only the last so many.")] = 20,
) -> Result:
    """List the runs that wrote to the org, the latest first.

    \b
    Examples:
      sfpush history
      sfpush history --limit 500 --json
      sfpush history show 20261124-091500-3f2a
    """
    from sfpush.display.run_view import show_history
    from sfpush.display.shapes import run_shape
    from sfpush.runs.past_runs import past_runs

    session = Session.of(context)
    org = session.known_org
    runs = list(past_runs(session.store, org.org, session.home, limit=limit)) if org else []
    return Result("history", {"runs": [run_shape(run) for run in runs]}, view=partial(show_history, runs))


def show(
    context: typer.Context,
    *,
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or its beginning, or `latest`.")],
) -> Result:
    """Show one run.

    Its counts, every row that it sent, and what it deleted or merged here.

    \b
    Examples:
      sfpush history show latest
      sfpush history show 20261124-0915
    """
    from sfpush.display.run_view import show_run
    from sfpush.display.shapes import local_shape, run_shape, sent_shape
    from sfpush.store.journal import local_changes, rows_of_run
    from sfpush.store.runs import run_named

    session = Session.of(context)
    found = run_named(session.store, session.connected_org.org, run)
    return Result(
        "history show",
        {
            "run": run_shape(found),
            "rows": (sent_shape(*row) for row in rows_of_run(session.store, found.run)),
            "here": map(local_shape, local_changes(session.store, found.run)),
        },
        view=partial(
            show_run,
            found,
            partial(rows_of_run, session.store, found.run),
            partial(local_changes, session.store, found.run),
        ),
    )


add(app, history, "history", hidden=True)
add(app, show, "show")
