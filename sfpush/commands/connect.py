"""`sfpush connect`, `disconnect` and `enable`: which org this home works with, and from when on."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sfpush.commands.session import Session, now
from sfpush.display.result import Result

if TYPE_CHECKING:
    from sfpush.org.connection import StoredConnection


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
    """Connect to a Salesforce org, or to a practice org.

    Secrets come from the environment or standard input, never from the command line. They are kept in the system's
    keyring, or in a file that only you can read. Another org starts with no links and a new initial pull; the first
    one's are kept.

    \b
    Examples:
      sfpush connect --practice
      sfpush connect --instance-url https://acme.my.salesforce.com --client-id 3MVG9…
      pass show sf-token | sfpush connect --instance-url acme.my.salesforce.com --access-token -
    """
    from sfpush.commands.login import login_given, refuse_others
    from sfpush.org.opening import connect as connect_org

    session = Session.of(context)
    given = {
        "--practice": practice,
        "--sf-alias": sf_alias,
        "--jwt-key": jwt_key,
        "--username": username,
        "--client-id": client_id,
        "--access-token": access_token,
    }
    if practice:
        refuse_others(given, "--practice")
        return connect_practice(session)
    login, secrets = login_given(session.env, given, instance_url)
    return _connected(session, connect_org(session.home, login, secrets, session.settings.settings, now=now))


def connect_practice(session: Session) -> Result:
    """Connect the session's home to the practice org in it."""
    from sfpush.commands.embedded import serving_embedded
    from sfpush.org.connection import Login
    from sfpush.org.opening import connect as connect_org

    settings = session.settings.settings
    with serving_embedded(session.home) as access:
        connection = connect_org(session.home, Login("practice"), {}, settings, practice=access, now=now)
    return _connected(session, connection)


def _connected(session: Session, connection: StoredConnection) -> Result:
    from sfpush.display.status_view import show_connected

    window = _remember(session, connection, session.settings.settings.push.setup_window_hours)
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
    """Forget the connection and its secret.

    Links, history and errors of the org are kept.

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
    """End the setup window, so that sync pushes.

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


def _next_step(window: str | None) -> str:
    if window is None:
        return "Load an Apollo export with `sfpush import FILE`, then look at `sfpush plan`."
    return "Finish the settings while automatic push waits, look at `sfpush plan`, then `sfpush enable`."
