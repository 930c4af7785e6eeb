"""`sfpush link` and `sfpush unlink`: a person decides which org record a record is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sfpush.commands.session import Session, now
from sfpush.display.result import Result

if TYPE_CHECKING:
    from sfpush.runs.link import Tied


def link(
    context: typer.Context,
    *,
    key: Annotated[str, typer.Argument(metavar="KEY", help="A record's key, Apollo id or e-mail.")],
    salesforce_id: Annotated[
        str, typer.Argument(metavar="SALESFORCE_ID", help="The Id of a Contact, Lead, Account …; 15 or 18 characters.")
    ],
) -> Result:
    """Tie a record to an org record that you have found yourself.

    For records that match several, or that match the wrong one. Nothing is written to the org now; the next plan
    updates that record as one that was matched for the first time.

    \b
    Example:
      sfpush link ann@acme.example 003Hs00004abcdeIAA
    """
    from sfpush.runs.link import link_record
    from sfpush.store.records import find

    session = Session.of(context)
    with session.only_run("link"):
        found = find(session.store, key)
        tied = link_record(
            session.store,
            lambda: session.org,
            session.connected_org.org,
            session.settings.settings,
            found,
            salesforce_id,
            now=now(),
        )
    return _result("link", tied)


def unlink(
    context: typer.Context,
    *,
    key: Annotated[str, typer.Argument(metavar="KEY", help="A record's key, Apollo id or e-mail.")],
) -> Result:
    """Untie a record from its org record; both stay.

    The next plan decides on it as on a new one. So a record whose org record was deleted can be made again. Tie it to
    another one with `sfpush link`.

    \b
    Example:
      sfpush unlink ann@acme.example
    """
    from sfpush.runs.link import unlink_record
    from sfpush.store.records import find

    session = Session.of(context)
    with session.only_run("unlink"):
        found = find(session.store, key)
        tied = unlink_record(session.store, session.connected_org.org, found, now=now())
    return _result("unlink", tied)


def _result(command: str, tied: Tied) -> Result:
    from sfpush.display.link_view import show_tied
    from sfpush.model import typed

    facts = {
        "record": tied.record,
        "sobject": tied.link.sobject if tied.link else None,
        "salesforce_id": tied.link.id if tied.link else None,
        "before": tied.before.id if tied.before else None,
    }
    return Result(
        command,
        facts,
        view=partial(show_tied, tied.record, tied.link, tied.before),
        next_step=f"See what follows: sfpush plan --only {typed(tied.record)}",
    )
