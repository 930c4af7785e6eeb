"""Which org this home is connected to, and how: facts without secrets, in `connection.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pydantic import SecretStr, TypeAdapter, ValidationError

from sfpush.errors import NotReady
from sfpush.org.address import instance_address
from sfpush.settings.private import make_private
from sfpush.settings.whole_file import whole_file

FILE_NAME = "connection.json"
URL_VARIABLE = "SFPUSH_INSTANCE_URL"
TOKEN_VARIABLE = "SFPUSH_ACCESS_TOKEN"  # noqa: S105 - the variable's name, not a token

Way = Literal["practice", "token", "client-credentials", "jwt", "password", "sf-alias"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is connected to what. Everything local belongs to `org_id` (G0), 18 characters like all our ids.

    A stored practice org has no `instance_url`: its port changes with every command.
    """

    org_id: str
    instance_url: str
    username: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Login:
    """How to log in, without the secrets.

    `address` is where: the org (token, client-credentials) or a login server (jwt, password), as `instance_address`
    spells it. The rest is what each way needs: `client_id` (client-credentials, jwt), `username` (jwt, password),
    `key_file` (jwt), `alias` (sf-alias).
    """

    way: Way
    address: str = ""
    client_id: str = ""
    username: str = ""
    key_file: str = ""
    alias: str = ""


@dataclass(frozen=True, slots=True)
class StoredConnection:
    """How to log in again, and whom that reached at `connected_at` (ISO-8601 UTC; the setup window counts from it)."""

    login: Login
    identity: Identity
    connected_at: str

    @property
    def has_setup_window(self) -> bool:
        """Whether automatic push waits after connecting (G4): in a practice org nothing can be spoilt."""
        return self.login.way != "practice"


@dataclass(frozen=True, slots=True)
class Access:
    """An open door: where the API is, and the token that it takes."""

    instance_url: str
    token: SecretStr


def load_connection(home: Path) -> StoredConnection | None:
    """The connection of this home; None if there is none. Raises NotReady if the file can't be understood."""
    path = home / FILE_NAME
    try:
        return TypeAdapter(StoredConnection).validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        raise NotReady(
            f"{path} can't be read, so it is not known which org this home belongs to.",
            hint="Connect again: sfpush connect …",
            code="not-connected",
        ) from None


def save_connection(home: Path, connection: StoredConnection) -> None:
    """Remember `connection` in place of any other, in one step."""
    write_privately(home / FILE_NAME, json.dumps(asdict(connection), indent=2) + "\n")


def delete_connection(home: Path) -> bool:
    """Forget the connection; False if there was none."""
    try:
        (home / FILE_NAME).unlink()
    except FileNotFoundError:
        return False
    return True


def environment_access(environ: Mapping[str, str]) -> Access | None:
    """The way in that the environment gives, which wins over a stored connection; None unless both variables are set.

    Raises UsageError if the address is none.
    """
    url, token = environ.get(URL_VARIABLE, "").strip(), environ.get(TOKEN_VARIABLE, "").strip()
    return Access(instance_address(url), SecretStr(token)) if url and token else None


def write_privately(path: Path, text: str) -> None:
    """Put `text` at `path` whole or not at all, readable by nobody but the owner from its first moment on."""
    try:
        make_private(path.parent)
        with whole_file(path, mode=0o600) as file:
            file.write(text)
    except OSError as problem:
        raise NotReady(
            f"{path} can't be written: {problem.strerror}.", hint="Check the disk and the folder's permissions."
        ) from None
