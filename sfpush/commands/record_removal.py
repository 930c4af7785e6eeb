"""`sfpush records delete` and `restore`: records go and come back, here and, where that is on, in the org (S1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer

from sfpush.commands.session import Session, now_text
from sfpush.display.result import Result


def delete(
    context: typer.Context,
    *,
    keys: Annotated[list[str], typer.Argument(metavar="KEY", help="Keys, Apollo ids or e-mails.")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> Result:
    """Delete records from the local store.

    `sfpush records restore` brings them back. With `deletion_sync` on, the next push deletes their Salesforce records
    too; until then nothing is written there. An import never brings a deleted record back.

    \b
    Example:
      sfpush records delete ann@acme.example
    """
    from sfpush.display.removal_view import show_deleted
    from sfpush.store.database import writing
    from sfpush.store.error_log import resolve_of_deleted
    from sfpush.store.removals import delete_records

    session = Session.of(context)
    session.require_an_answer(yes=yes)
    with session.only_run("records delete"):
        found = _found(session, keys, to_delete=True)
        session.confirm(_question(session, found), yes=yes)
        with writing(session.store):
            deleted = delete_records(session.store, found, now=now_text())
            resolve_of_deleted(session.store, now=now_text())
    facts = {"deleted": sorted(deleted), "unchanged": sorted(set(found) - deleted)}
    return Result("records delete", facts, view=partial(show_deleted, facts), next_step="See what follows: sfpush plan")


def restore(
    context: typer.Context,
    *,
    keys: Annotated[list[str], typer.Argument(metavar="KEY", help="Keys, Apollo ids or e-mails.")],
) -> Result:
    """Bring deleted records back, as they were.

    `sfpush records --deleted` lists what there is. One whose Salesforce record was deleted is held until
    `sfpush unlink` lets it be made again.

    \b
    Example:
      sfpush records restore ann@acme.example
    """
    from sfpush.display.removal_view import show_restored
    from sfpush.store.database import writing
    from sfpush.store.removals import restore_records

    session = Session.of(context)
    with session.only_run("records restore"):
        found = _found(session, keys)
        with writing(session.store):
            restored = restore_records(session.store, found)
    facts = {"restored": sorted(restored), "unchanged": sorted(set(found) - restored)}
    return Result("records restore", facts, view=partial(show_restored, facts))


def _found(session: Session, names: Sequence[str], *, to_delete: bool = False) -> list[str]:
    from sfpush.store.records import find

    return list(dict.fromkeys(find(session.store, name, to_delete=to_delete) for name in names))


def _question(session: Session, keys: Sequence[str]) -> str:
    """What is about to happen, and what the next push makes of it."""
    from sfpush.display.console import counted
    from sfpush.store.links import links_for

    org = session.known_org
    linked = links_for(session.store, org.org, keys) if org else {}
    settings = session.settings.settings
    going = [
        key for key in linked if (settings.accounts if key.startswith("account:") else settings.contacts).deletion_sync
    ]
    asked = f"Delete {counted(len(keys), 'record')} from the local store?"
    if going:
        return f"{asked} The next push deletes {len(going)} of them in Salesforce too (deletion_sync)."
    return f"{asked} What is in Salesforce stays there (deletion_sync is off)." if linked else asked
