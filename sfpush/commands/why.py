"""`sfpush why`: why a record is in Salesforce, or is not."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from sfpush.commands.session import Session, now
from sfpush.display.result import Result


def why(
    context: typer.Context,
    *,
    key: Annotated[
        str,
        typer.Argument(metavar="KEY_OR_EMAIL", help="A key, Apollo id, e-mail, or the Salesforce Id it is linked to."),
    ],
) -> Result:
    """Answer why a contact is not in Salesforce, or why an account was created.

    The rule that decided, what was tried so far, and what would change the answer. Nothing is read from the org:
    the answer rests on what it held when it was last read.

    \b
    Examples:
      sfpush why ann@acme.example
      sfpush why account:name:acme
    """
    from sfpush.display.shapes import record_shape
    from sfpush.display.why_view import show_why
    from sfpush.runs.why import why as answered

    session = Session.of(context)
    state = session.connected_org
    found = answered(session.store, state, session.settings.settings, key, now=now())
    facts = {
        "record": record_shape(found.record),
        "answer": found.answer,
        "rule": found.rule.value,
        "would_change": found.would_change,
        "attempts": [asdict(one) for one in found.attempts],
    }
    return Result("why", facts, view=partial(show_why, facts))
