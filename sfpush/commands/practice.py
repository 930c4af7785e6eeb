"""`sfpush practice`: the practice org standing on a port, its rows, and what people do in it by hand."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sfpush.commands.grouping import add, group
from sfpush.commands.session import Session
from sfpush.display.result import Result
from sfpush.errors import UsageError

if TYPE_CHECKING:
    from sfpush.practice.org import PracticeOrg
    from sfpush.practice.serve import Serving

app = group("A Salesforce-like org on this machine, to try everything on.")

DataFile = Annotated[
    Path | None, typer.Option("--data", metavar="FILE", help="The org's file. Default: the one in the home.")
]
RulesFile = Annotated[
    Path | None, typer.Option("--rules", metavar="FILE", help="Custom fields, validation rules and limits, as TOML.")
]


def serve(
    context: typer.Context,
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="P", help="0 takes any free port.")] = 0,
    data: DataFile = None,
    rules: RulesFile = None,
) -> None:
    """Serve the practice org on a loopback port until Ctrl-C. Any Salesforce client can talk to it.

    With --json, one line says where it is and how to log in, once it answers.

    \b
    Examples:
      sfpush practice serve --port 8080
      sfpush --json practice serve --data shared.sqlite
    """
    session = Session.of(context)
    with opened(session, data, rules) as org:
        from sfpush.practice.serve import serve_forever

        try:
            serve_forever(org, port=port, ready=partial(_say_ready, session))
        except OSError as problem:
            raise UsageError(
                f"Port {port} can't be used: {problem.strerror}.", hint="Choose another with --port, or leave it out."
            ) from None


def reset(context: typer.Context, *, data: DataFile = None, rules: RulesFile = None) -> Result:
    """Begin the practice org anew, empty; it is another org then, with another id.

    \b
    Example:
      sfpush practice reset
    """
    session = Session.of(context)
    file = _file(session, data)
    for left in (file, *(file.with_name(f"{file.name}{suffix}") for suffix in ("-wal", "-shm"))):
        left.unlink(missing_ok=True)
    with opened(session, data, rules) as org:
        return _done(
            "practice reset", f"The practice org is new and empty: {org.identity.org_id}.", org=org.identity.org_id
        )


def seed(
    context: typer.Context,
    *,
    accounts: Annotated[int, typer.Option(min=0, metavar="N", help="Plain accounts.")] = 0,
    contacts: Annotated[int, typer.Option(min=0, metavar="N", help="Plain contacts, spread over the accounts.")] = 0,
    leads: Annotated[int, typer.Option(min=0, metavar="N", help="Plain leads.")] = 0,
    data: DataFile = None,
) -> Result:
    """Fill the practice org: with a small company list, or with as many plain rows as you say.

    \b
    Examples:
      sfpush practice seed
      sfpush practice seed --accounts 1000 --contacts 20000
    """
    with opened(Session.of(context), data) as org:
        from sfpush.practice.people import seed as add_rows
        from sfpush.practice.people import seed_sample

        if accounts or contacts or leads:
            add_rows(org, accounts=accounts, contacts=contacts, leads=leads)
            said = f"Added {accounts:,} accounts, {contacts:,} contacts, {leads:,} leads."
        else:
            seed_sample(org)
            said = "Added a small company list: 3 users, 8 accounts, 12 contacts, 6 leads."
    return _done("practice seed", said, accounts=accounts, contacts=contacts, leads=leads)


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
    return _done(
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
    losers: Annotated[list[str], typer.Argument(metavar="LOSER...", help="One or two Ids that go.")],
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
    return _done("practice merge", f"Merged into {winner}.", winner=winner, losers=losers)


def delete(
    context: typer.Context,
    *,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="The Ids of the rows.")],
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
    return _done("practice delete", f"Deleted {', '.join(ids)}.", deleted=ids)


def edit(
    context: typer.Context,
    *,
    row: Annotated[str, typer.Argument(metavar="ID", help="The row's Id.")],
    values: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...", help="An empty value empties the field.")],
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
    return _done("practice edit", f"Changed {', '.join(changes)} of {row}.", id=row, changed=sorted(changes))


@contextlib.contextmanager
def opened(session: Session, data: Path | None = None, rules: Path | None = None) -> Iterator[PracticeOrg]:
    """The practice org in a file. Raises UsageError for rules that can't be used, NotReady without the extra."""
    from sfpush.commands.embedded import practice_missing

    try:
        from sfpush.practice.org import PracticeOrg
        from sfpush.practice.rules import Rules, RulesError
    except ModuleNotFoundError as missing:
        raise practice_missing(missing) from None
    try:
        known = Rules.load(rules) if rules is not None else None
    except RulesError as problem:
        raise UsageError(f"The rules in {rules} can't be used: {'; '.join(problem.problems)}.") from None
    file = _file(session, data)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.closing(PracticeOrg(file, known)) as org:
        yield org


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """What the org refuses is told as a person would be told."""
    from sfpush.practice.people import OrgRefusal

    try:
        yield
    except OrgRefusal as refusal:
        raise UsageError(str(refusal), hint="Ids stand in `sfpush records`.", code="org-refused") from None


def _file(session: Session, data: Path | None) -> Path:
    from sfpush.commands.embedded import FILE_NAME

    return data.expanduser() if data is not None else session.home / FILE_NAME


def _say_ready(session: Session, served: Serving) -> None:
    if session.as_json:
        from sfpush.display.json_output import write_object

        write_object(sys.stdout, served.as_mapping())
        sys.stdout.write("\n")
        sys.stdout.flush()
        session.document_begun = True
        return
    from sfpush.display.practice_view import show_serving

    show_serving(served.as_mapping(), session.out)


def _done(command: str, said: str, **facts: object) -> Result:
    from sfpush.display.practice_view import show_done

    return Result(command, facts, view=partial(show_done, said))


add(app, serve, "serve")
add(app, reset, "reset")
add(app, seed, "seed")
add(app, convert, "convert")
add(app, merge, "merge")
add(app, delete, "delete")
add(app, edit, "edit")
