"""`sfpush connect`, `disconnect` and `enable`: which org this home works with, and from when on."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sfpush.commands.session import Session, is_terminal, now
from sfpush.display.result import Result
from sfpush.errors import UsageError

if TYPE_CHECKING:
    from sfpush.org.connection import Login, StoredConnection
    from sfpush.org.secrets import Secrets

CLIENT_SECRET_VARIABLE = "SFPUSH_CLIENT_SECRET"  # noqa: S105  the variables' names, not secrets
PASSWORD_VARIABLE = "SFPUSH_PASSWORD"  # noqa: S105
SECURITY_TOKEN_VARIABLE = "SFPUSH_SECURITY_TOKEN"  # noqa: S105
_STDIN = "-"


def connect(
    context: typer.Context,
    *,
    practice: Annotated[bool, typer.Option("--practice", help="A practice org in this home; nothing leaves.")] = False,
    instance_url: Annotated[
        str, typer.Option(metavar="URL", help="The org's My Domain, a sandbox or a loopback address.")
    ] = "",
    access_token: Annotated[
        str, typer.Option(metavar="-", help="Read an access token from standard input (or set SFPUSH_ACCESS_TOKEN).")
    ] = "",
    client_id: Annotated[
        str, typer.Option(metavar="ID", help="Client credentials; the secret is in SFPUSH_CLIENT_SECRET.")
    ] = "",
    username: Annotated[
        str, typer.Option(metavar="USER", help="With SFPUSH_PASSWORD and SFPUSH_SECURITY_TOKEN, or with --jwt-key.")
    ] = "",
    jwt_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JWT bearer, with --username and --client-id.")
    ] = None,
    sf_alias: Annotated[str, typer.Option(metavar="NAME", help="An org that the sf command line is logged into.")] = "",
) -> Result:
    """Connect this home to a Salesforce org, or to a practice org.

    Secrets come from the environment or standard input, never from the command line. They are kept in the system's
    keyring, or in a file that only you can read. Another org starts with no links and a new initial pull; the first
    one's are kept.

    \b
    Examples:
      sfpush connect --practice
      sfpush connect --instance-url https://acme.my.salesforce.com --client-id 3MVG9…
      pass show sf-token | sfpush connect --instance-url acme.my.salesforce.com --access-token -
    """
    from sfpush.commands.embedded import serving_embedded
    from sfpush.display.status_view import show_connected
    from sfpush.org.connection import Login
    from sfpush.org.opening import connect as connect_org

    session = Session.of(context)
    settings = session.settings.settings
    given = {
        "--practice": practice,
        "--sf-alias": sf_alias,
        "--jwt-key": jwt_key,
        "--username": username,
        "--client-id": client_id,
        "--access-token": access_token,
    }
    if practice:
        _only(given, "--practice")
        with serving_embedded(session.home) as access:
            connection = connect_org(session.home, Login("practice"), {}, settings, practice=access, now=now)
    else:
        login, secrets = _login(session.env, given, instance_url)
        connection = connect_org(session.home, login, secrets, settings, now=now)
    window = _remember(session, connection, settings.push.setup_window_hours)
    facts = {
        "org": {"id": connection.identity.org_id, "instance_url": connection.identity.instance_url},
        "way": connection.login.way,
        "username": connection.identity.username,
        "window_ends_at": window,
    }
    return Result("connect", facts, view=partial(show_connected, facts), next_step=_next_step(window))


def disconnect(
    context: typer.Context,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> Result:
    """Forget the connection and its secret; links, history and errors of the org are kept.

    \b
    Example:
      sfpush disconnect --yes
    """
    from sfpush.display.status_view import show_disconnected
    from sfpush.org.connection import load_connection
    from sfpush.org.opening import disconnect as forget

    session = Session.of(context)
    connection = load_connection(session.home)
    if connection is not None:
        session.confirm(f"Disconnect from org {connection.identity.org_id}?", yes=yes)
    gone = forget(session.home)
    return Result("disconnect", {"disconnected": gone}, view=partial(show_disconnected, gone))


def enable(context: typer.Context) -> Result:
    """End the setup window: from now on `sfpush sync` pushes by itself.

    \b
    Example:
      sfpush enable
    """
    from sfpush.display.status_view import show_enabled
    from sfpush.store.orgs import end_window

    session = Session.of(context)
    state = session.connected_org
    end_window(session.store, state.org)
    facts = {
        "org": {"id": state.org_id, "instance_url": state.instance_url},
        "window_ended": bool(state.window_ends_at),
    }
    return Result("enable", facts, view=partial(show_enabled, facts))


def _remember(session: Session, connection: StoredConnection, window_hours: int) -> str | None:
    from sfpush.store.orgs import remember_org
    from sfpush.store.times import from_text, to_text

    connected = from_text(connection.connected_at)
    ends = to_text(connected + timedelta(hours=window_hours)) if connection.has_setup_window else None
    remember_org(
        session.store,
        connection.identity.org_id,
        connection.identity.instance_url,
        now=to_text(connected),
        window_ends_at=ends,
    )
    return ends


def _login(env: Mapping[str, str], given: Mapping[str, Any], instance_url: str) -> tuple[Login, Secrets]:
    """How to log in, by what was given, with the secrets that this way needs. Raises UsageError."""
    from sfpush.org.address import DEFAULT_LOGIN_URL, instance_address
    from sfpush.org.connection import TOKEN_VARIABLE, Login
    from sfpush.org.login import ACCESS_TOKEN, CLIENT_SECRET, PASSWORD, SECURITY_TOKEN

    if given["--sf-alias"]:
        _only(given, "--sf-alias")
        return Login("sf-alias", alias=given["--sf-alias"]), {}
    if given["--jwt-key"]:
        _need(given, "--username", "--client-id", why="--jwt-key")
        login = Login(
            "jwt",
            instance_address(instance_url or DEFAULT_LOGIN_URL),
            client_id=given["--client-id"],
            username=given["--username"],
            key_file=str(given["--jwt-key"].expanduser().resolve()),
        )
        return login, {}
    if given["--username"]:
        _only(given, "--username")
        login = Login("password", instance_address(instance_url or DEFAULT_LOGIN_URL), username=given["--username"])
        return login, {
            PASSWORD: _secret(env, PASSWORD_VARIABLE),
            SECURITY_TOKEN: _secret(env, SECURITY_TOKEN_VARIABLE, may_be_empty=True),
        }
    if not instance_url:
        raise UsageError("It is not said which org to connect to.", hint="See: sfpush connect --help")
    address = instance_address(instance_url)
    if given["--client-id"]:
        _only(given, "--client-id")
        login = Login("client-credentials", address, client_id=given["--client-id"])
        return login, {CLIENT_SECRET: _secret(env, CLIENT_SECRET_VARIABLE)}
    return Login("token", address), {
        ACCESS_TOKEN: _from_stdin(given["--access-token"]) if given["--access-token"] else _secret(env, TOKEN_VARIABLE)
    }


def _only(given: Mapping[str, Any], chosen: str) -> None:
    others = [option for option, value in given.items() if value and option != chosen]
    if others:
        raise UsageError(
            f"{chosen} and {' and '.join(others)} don't go together.", hint="See the ways in: sfpush connect --help"
        )


def _need(given: Mapping[str, Any], *options: str, why: str) -> None:
    missing = [option for option in options if not given[option]]
    if missing:
        raise UsageError(f"{why} also needs {' and '.join(missing)}.", hint="See: sfpush connect --help")


def _secret(env: Mapping[str, str], variable: str, *, may_be_empty: bool = False) -> Any:
    from pydantic import SecretStr

    value = env.get(variable, "").strip()
    if not value and not may_be_empty:
        raise UsageError(f"{variable} is not set.", hint=f"Put the secret into the environment variable {variable}.")
    return SecretStr(value)


def _from_stdin(argument: str) -> Any:
    """The access token on standard input; a token as the argument's value is refused, and not repeated."""
    from pydantic import SecretStr

    if argument != _STDIN:
        raise UsageError(
            "A token on the command line can be seen by others on this machine.",
            hint="Write --access-token - and give the token on standard input, or set SFPUSH_ACCESS_TOKEN.",
        )
    asked = is_terminal(sys.stdin)
    token: str = typer.prompt("Access token", hide_input=True, err=True) if asked else sys.stdin.readline()
    if not token.strip():
        raise UsageError(
            "There is no token on standard input.", hint="Pipe it in: … | sfpush connect … --access-token -"
        )
    return SecretStr(token.strip())


def _next_step(window: str | None) -> str:
    if window is None:
        return "Load an Apollo export with `sfpush import FILE`, then look at `sfpush plan`."
    return "Finish the settings while automatic push waits, look at `sfpush plan`, then `sfpush enable`."
