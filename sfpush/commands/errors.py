"""`sfpush errors`: what the org rejected, grouped by cause, and what to mend."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from sfpush.commands.grouping import add, group
from sfpush.commands.session import Session
from sfpush.display.result import Result
from sfpush.errors import UsageError

app = group("See what the org rejected and why, and send it again.", has_default=True)


def list_(
    context: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Resolved ones too.")] = False,
    code: Annotated[str, typer.Option(metavar="C", help="Only this Salesforce error code.")] = "",
) -> Result:
    """List what the org rejected, by cause, with what to mend.

    A rejected record goes again by itself in the next five runs, then waits for a change or for `errors retry`.

    \b
    Examples:
      sfpush errors
      sfpush errors list --code REQUIRED_FIELD_MISSING
    """
    return listed(Session.of(context), everything=everything, code=code or None)


def listed(session: Session, *, everything: bool = False, code: str | None = None) -> Result:
    """The error log of the session's org."""
    from sfpush.display.error_view import show_errors
    from sfpush.display.shapes import error_shape
    from sfpush.store.error_log import State, entries
    from sfpush.store.records import record_name

    org = session.known_org
    states: tuple[State, ...] = ("retrying", "open", "resolved") if everything else ("retrying", "open")
    found = list(entries(session.store, org.org, states=states, code=code)) if org else []
    return Result(
        "errors list",
        {"errors": [error_shape(one) for one in found]},
        view=partial(show_errors, found, partial(record_name, session.store)),
    )


def show(
    context: typer.Context,
    *,
    number: Annotated[int, typer.Argument(metavar="ID", help="The number that `errors` lists.")],
) -> Result:
    """Show one rejection.

    What was sent, what the org said, and what to mend.

    \b
    Example:
      sfpush errors show 12
    """
    from sfpush.display.error_view import show_error
    from sfpush.display.shapes import error_shape
    from sfpush.store.error_log import entry
    from sfpush.store.records import record_name

    session = Session.of(context)
    found = entry(session.store, session.connected_org.org, number)
    return Result(
        "errors show",
        {"error": {**error_shape(found), "payload": found.payload}},
        view=partial(show_error, found, record_name(session.store, found.record)),
    )


def retry(
    context: typer.Context,
    *,
    numbers: Annotated[list[int] | None, typer.Argument(metavar="ID", help="Numbers that `errors` lists.")] = None,
    code: Annotated[str, typer.Option(metavar="C", help="All with this Salesforce error code.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="All that are not resolved, as without a choice.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> Result:
    """Send rejected records again now: a manual push of just these, or of all that are not resolved.

    Campaign memberships are retried apart from records, those of one campaign at a time.

    \b
    Examples:
      sfpush errors retry
      sfpush errors retry 12 15
      sfpush errors retry --code REQUIRED_FIELD_MISSING --yes
    """
    from sfpush.commands.push import push_selected
    from sfpush.store.error_log import campaign_of, entries, entry
    from sfpush.store.plans import Scope

    if sum([bool(numbers), bool(code), everything]) > 1:
        raise UsageError("Errors are selected in more than one way.", hint="Give ids, or one of --code and --all.")
    session = Session.of(context)
    org = session.connected_org.org
    chosen = (
        [entry(session.store, org, number) for number in numbers]
        if numbers
        else list(entries(session.store, org, code=code or None))
    )
    campaigns = {campaign_of(one) for one in chosen}
    if len(campaigns) > 1:
        apart = " · ".join(
            " ".join(["sfpush errors retry", *(str(one.id) for one in chosen if campaign_of(one) == campaign)])
            for campaign in sorted(campaigns, key=str)
        )
        raise UsageError(
            "Memberships are retried apart from records, those of one campaign at a time.", hint=f"In turn: {apart}"
        )
    keys = frozenset(one.record for one in chosen)
    return push_selected(session, "errors retry", Scope(keys), campaign=next(iter(campaigns), None), yes=yes)


add(app, list_, "list")
add(app, show, "show")
add(app, retry, "retry")
