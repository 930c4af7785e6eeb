"""Connecting a home to an org, leaving it again, and opening the org of a home (G0, G1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sfpush.errors import NotReady
from sfpush.org.connected import Org
from sfpush.org.connection import (
    Access,
    Identity,
    Login,
    StoredConnection,
    delete_connection,
    environment_access,
    load_connection,
    save_connection,
)
from sfpush.org.secrets import Secrets, delete_secrets, load_secrets, store_secrets

if TYPE_CHECKING:
    from sfpush.settings.schema import SalesforceSettings, Settings


def connect(
    home: Path,
    login: Login,
    secrets: Secrets,
    settings: Settings,
    *,
    practice: Access | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> StoredConnection:
    """Log in, learn who that is, and only then keep it in `home` in place of any other connection.

    `practice` is the way into the practice org that the caller runs, for the way "practice"; it is not kept. Raises
    NotReady if the login is refused; the home is then as before.
    """
    from sfpush.org.login import identify, log_in

    access = practice or log_in(login, secrets, api_version=settings.salesforce.api_version)
    identity = identify(access)
    connection = StoredConnection(
        login=login,
        identity=replace(identity, instance_url="") if practice else identity,
        connected_at=now().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    )
    if secrets:
        store_secrets(home, secrets)
    else:
        delete_secrets(home)
    save_connection(home, connection)
    return connection


def disconnect(home: Path) -> bool:
    """Forget the connection and its secrets; False if there was no connection. The org's links and journal are kept."""
    delete_secrets(home)
    return delete_connection(home)


def open_org(home: Path, settings: Settings, environ: Mapping[str, str], *, practice: Access | None = None) -> Org:
    """The org to work on: `practice` if the caller runs one, else the environment's, else the stored connection's.

    Raises NotReady if there is none (G1), the login is refused, or the address now leads to another org than the one
    that was connected (G0: a refreshed sandbox keeps its name).
    """
    from sfpush.org.login import identify

    if access := practice or environment_access(environ):
        return _opened(access, identify(access), settings)
    connection = load_connection(home)
    if connection is None:
        raise NotReady(
            "Not connected to a Salesforce org.",
            hint="Try everything on a practice org with `sfpush connect --practice`, "
            "or see `sfpush connect --help` for your own.",
            code="not-connected",
        )
    return _opened_again(home, connection, settings)


def _opened_again(home: Path, connection: StoredConnection, settings: Settings) -> Org:
    from sfpush.org.login import can_log_in_again, identify, log_in, needs_secrets

    login = connection.login
    secrets = load_secrets(home) if needs_secrets(login) else {}

    def log_in_again() -> Access:
        return log_in(login, secrets, api_version=settings.salesforce.api_version)

    access = log_in_again()
    identity = identify(access)
    if identity.org_id != connection.identity.org_id:
        raise NotReady(
            f"{access.instance_url} is another org now: {identity.org_id} instead of {connection.identity.org_id}.",
            hint="If that is meant, connect again: sfpush connect …; the first org's links are kept.",
            code="other-org",
        )
    return _opened(access, identity, settings, log_in_again if can_log_in_again(login) else None)


def _opened(
    access: Access, identity: Identity, settings: Settings, log_in_again: Callable[[], Access] | None = None
) -> Org:
    from sfpush.org.http import WRITE_SECONDS, OrgSession
    from sfpush.org.transport import Transport

    transport = Transport(
        access,
        OrgSession(access.instance_url, write_seconds=WRITE_SECONDS),
        api_version=settings.salesforce.api_version,
        log_in_again=log_in_again,
    )
    return Org(transport, identity, write_headers(settings.salesforce))


def write_headers(settings: SalesforceSettings) -> dict[str, str]:
    """What is sent with every write: Salesforce runs assignment rules unless told not to, and may be told to save
    past duplicate rules that only alert."""
    headers = {} if settings.assignment_rules else {"Sforce-Auto-Assign": "FALSE"}
    if settings.duplicate_rules == "allow":
        headers["Sforce-Duplicate-Rule-Header"] = "allowSave=true"
    return headers
