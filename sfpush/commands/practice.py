"""`sfpush practice serve`, `reset` and `seed`: the practice org standing on a port, and its rows."""

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

app = group("""A Salesforce-like org on this machine, to try everything on.

`sfpush connect --practice` connects to the one in your home; what people do in a real org by hand, these commands do
in it. `serve` lets any other Salesforce client talk to it too.

\b
Examples:
  sfpush practice seed
  sfpush practice convert 00QA10000000001MAA
""")

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
    jwt_cert: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Accept logins signed with the key of this PEM certificate (--jwt-key)."),
    ] = None,
) -> None:
    """Serve the practice org on a loopback port until Ctrl-C.

    Any Salesforce client can talk to it. With --json, one line says where it is and how to log in, once it answers.
    What can stand in a file for --rules: README, "The practice org's own rules".

    \b
    Examples:
      sfpush practice serve --port 8080
      sfpush --json practice serve --data shared.sqlite
    """
    session = Session.of(context)
    with opened(session, data, rules) as org:
        from sfpush.practice.serve import serve_forever

        if jwt_cert is not None:
            _trust(org, jwt_cert)
        try:
            serve_forever(org, port=port, ready=partial(_say_ready, session))
        except OSError as problem:
            raise UsageError(
                f"Port {port} can't be used: {problem.strerror}.", hint="Choose another with --port, or leave it out."
            ) from None


def reset(context: typer.Context, *, data: DataFile = None, rules: RulesFile = None) -> Result:
    """Begin the practice org anew, empty.

    It is another org then, with another id. Its rules stay, unless --rules gives others (README, "The practice org's
    own rules", says what can stand in such a file). One that is being served goes on as the new org. A home that is
    connected to its own practice org is connected to the new one.

    \b
    Examples:
      sfpush practice reset
      sfpush practice reset --rules rules.toml
    """
    session = Session.of(context)
    connected = _is_connected_to(session, data)
    if connected:
        _ = session.settings  # what is wrong is better said before anything is gone
    with opened(session, data, rules) as org:
        org.reset()
        org_id = org.identity.org_id
    said = f"The practice org is new and empty: {org_id}."
    if connected:
        from sfpush.commands.connect import connect_practice

        connect_practice(session)
        said += " This home is connected to it."
    return done("practice reset", said, org=org_id)


def seed(
    context: typer.Context,
    *,
    accounts: Annotated[int, typer.Option(min=0, metavar="N", help="Plain accounts.")] = 0,
    contacts: Annotated[int, typer.Option(min=0, metavar="N", help="Plain contacts, spread over the accounts.")] = 0,
    leads: Annotated[int, typer.Option(min=0, metavar="N", help="Plain leads.")] = 0,
    data: DataFile = None,
) -> Result:
    """Fill the practice org.

    With a small company list, or with as many plain rows as you say.

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
            said = "Added a small company list: 3 users, 8 accounts, 12 contacts, 6 leads, 2 campaigns."
    return done("practice seed", said, accounts=accounts, contacts=contacts, leads=leads)


@contextlib.contextmanager
def opened(session: Session, data: Path | None = None, rules: Path | None = None) -> Iterator[PracticeOrg]:
    """The practice org in a file. Raises UsageError for rules that can't be used, NotReady without the extra."""
    from sfpush.commands.embedded import practice_missing
    from sfpush.settings.private import make_private

    try:
        from sfpush.practice.org import PracticeOrg
        from sfpush.practice.rules import Rules, RulesError
    except ModuleNotFoundError as missing:
        raise practice_missing(missing) from None
    file = _file(session, data)
    try:
        make_private(file.parent)
    except OSError as problem:
        raise UsageError(f"{file} can't be made: {problem.strerror}.", hint="Name another with --data.") from None
    try:
        org = PracticeOrg(file, Rules.load(rules) if rules is not None else None)
    except RulesError as problem:
        raise UsageError(
            f"The rules in {rules or file} can't be used.",
            hint='README, "The practice org\'s own rules", says what can stand in such a file.',
            code="rules-invalid",
            problems=tuple(f"{rules or file}: {each}" for each in problem.problems),
        ) from None
    with contextlib.closing(org):
        yield org


def _trust(org: PracticeOrg, certificate: Path) -> None:
    from sfpush.practice.sessions import trust_certificate

    try:
        trust_certificate(org, certificate.read_text("ascii"))
    except OSError as problem:
        raise UsageError(f"{certificate} can't be read: {problem.strerror}.", hint="Check its name.") from None
    except ValueError:
        raise UsageError(
            f"{certificate} is not a PEM certificate.",
            hint="Make one with: openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=me -keyout key.pem -out cert.pem",
        ) from None


def _file(session: Session, data: Path | None) -> Path:
    from sfpush.commands.embedded import FILE_NAME

    return data.expanduser() if data is not None else session.home / FILE_NAME


def _is_connected_to(session: Session, data: Path | None) -> bool:
    """Whether the home is connected to its own practice org, and that is the one in the file."""
    from sfpush.org.connection import load_connection

    connection = load_connection(session.home)
    own = _file(session, data).resolve() == _file(session, None).resolve()
    return own and connection is not None and connection.login.way == "practice"


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


def done(command: str, said: str, **facts: object) -> Result:
    """A result that says one sentence."""
    from sfpush.display.practice_view import show_done

    return Result(command, facts, view=partial(show_done, said))


add(app, serve, "serve")
add(app, reset, "reset")
add(app, seed, "seed")
