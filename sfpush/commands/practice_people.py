"""`sfpush practice convert`, `merge`, `delete` and `edit`: what people do in the practice org by hand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Annotated

import typer

from sfpush.commands.practice import DataFile, done, opened
from sfpush.commands.session import Session
from sfpush.display.result import Result
from sfpush.errors import UsageError


def convert(
    context: typer.Context,
    *,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="The lead's Id.")],
    account: Annotated[str, typer.Option(metavar="ID", help="Into this account instead of a new one.")] = "",
    contact: Annotated[str, typer.Option(metavar="ID", help="Into this contact instead of a new one.")] = "",
    opportunity: Annotated[bool, typer.Option("--opportunity", help="Make an opportunity too.")] = False,
    data: DataFile = None,
) -> Result:
    """Convert a lead, as a person would in Salesforce.

    \b
    Example:
      sfpush practice convert 00QA10000000001MAA
    """
    with opened(Session.of(context), data) as org:
        from sfpush.practice.people import convert_lead

        with _refusals():
            made = convert_lead(
                org, lead, account_id=account or None, contact_id=contact or None, opportunity=opportunity
            )
    return done(
        "practice convert",
        f"The lead is the contact {made.contact_id} of account {made.account_id} now.",
        account=made.account_id,
        contact=made.contact_id,
        opportunity=made.opportunity_id,
    )


def merge(
    context: typer.Context,
    *,
    winner: Annotated[str, typer.Argument(metavar="WINNER", help="The Id of the row that stays.")],
    losers: Annotated[list[str], typer.Argument(metavar="LOSER", help="One or two Ids that go.")],
    data: DataFile = None,
) -> Result:
    """Merge accounts, contacts or leads, as a person would in Salesforce.

    \b
    Example:
      sfpush practice merge 003A10000000001MAA 003A10000000002MAA
    """
    with opened(Session.of(context), data) as org:
        from sfpush.practice.people import merge as merge_rows

        with _refusals():
            merge_rows(org, winner, losers)
    return done("practice merge", f"Merged into {winner}.", winner=winner, losers=losers)


def delete(
    context: typer.Context,
    *,
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="The Ids of the rows.")],
    data: DataFile = None,
) -> Result:
    """Delete rows, as a person would in Salesforce.

    \b
    Example:
      sfpush practice delete 003A10000000001MAA
    """
    with opened(Session.of(context), data) as org:
        from sfpush.practice.people import delete as delete_row

        with _refusals():
            for one in ids:
                delete_row(org, one)
    return done("practice delete", f"Deleted {', '.join(ids)}.", deleted=ids)


def edit(
    context: typer.Context,
    *,
    row: Annotated[str, typer.Argument(metavar="ID", help="The row's Id.")],
    values: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE", help="An empty value empties the field.")],
    data: DataFile = None,
) -> Result:
    """Change fields of a row, as a person would in Salesforce.

    \b
    Example:
      sfpush practice edit 003A10000000001MAA Title='VP Sales' Phone=
    """
    wrong = [each for each in values if "=" not in each]
    if wrong:
        raise UsageError(f"{wrong[0]!r} is not FIELD=VALUE.", hint="For example: Title='VP Sales'")
    changes = dict(each.split("=", 1) for each in values)
    with opened(Session.of(context), data) as org:
        from sfpush.practice.people import edit as edit_row

        with _refusals():
            edit_row(org, row, changes)
    return done("practice edit", f"Changed {', '.join(changes)} of {row}.", id=row, changed=sorted(changes))


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """What the org refuses is told as a person would be told."""
    from sfpush.practice.people import OrgRefusal

    try:
        yield
    except OrgRefusal as refusal:
        raise UsageError(str(refusal), hint="Ids stand in `sfpush records`.", code="org-refused") from None
