"""The ways to connect: from what was given on the command line to a login and its secrets.

A secret comes from the environment or standard input; as an argument's value it is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from sfpush.commands.session import is_terminal
from sfpush.errors import UsageError

if TYPE_CHECKING:
    from sfpush.org.connection import Login
    from sfpush.org.secrets import Secrets

CLIENT_SECRET_VARIABLE = "SFPUSH_CLIENT_SECRET"  # noqa: S105  the variables' names, not secrets
PASSWORD_VARIABLE = "SFPUSH_PASSWORD"  # noqa: S105
SECURITY_TOKEN_VARIABLE = "SFPUSH_SECURITY_TOKEN"  # noqa: S105
_STDIN = "-"


def login_given(env: Mapping[str, str], given: Mapping[str, Any], instance_url: str) -> tuple[Login, Secrets]:
    """How to log in, by what was given, with the secrets that this way needs. Raises UsageError."""
    from sfpush.org.address import DEFAULT_LOGIN_URL, instance_address
    from sfpush.org.connection import TOKEN_VARIABLE, Login
    from sfpush.org.login import ACCESS_TOKEN, CLIENT_SECRET, PASSWORD, SECURITY_TOKEN

    if given["--sf-alias"]:
        refuse_others(given, "--sf-alias")
        return Login("sf-alias", alias=given["--sf-alias"]), {}
    if given["--jwt-key"]:
        _need(given, "--username", "--client-id", why="--jwt-key")
        if not given["--jwt-key"].expanduser().is_file():
            raise UsageError(f"There is no key file {given['--jwt-key']}.", hint="Check --jwt-key.")
        login = Login(
            "jwt",
            instance_address(instance_url or DEFAULT_LOGIN_URL),
            client_id=given["--client-id"],
            username=given["--username"],
            key_file=str(given["--jwt-key"].expanduser().resolve()),
        )
        return login, {}
    if given["--username"]:
        refuse_others(given, "--username")
        login = Login("password", instance_address(instance_url or DEFAULT_LOGIN_URL), username=given["--username"])
        return login, {
            PASSWORD: _secret(env, PASSWORD_VARIABLE),
            SECURITY_TOKEN: _secret(env, SECURITY_TOKEN_VARIABLE, may_be_empty=True),
        }
    if not instance_url:
        raise UsageError("It is not said which org to connect to.", hint="See: sfpush connect --help")
    address = instance_address(instance_url)
    if given["--client-id"]:
        refuse_others(given, "--client-id")
        login = Login("client-credentials", address, client_id=given["--client-id"])
        return login, {CLIENT_SECRET: _secret(env, CLIENT_SECRET_VARIABLE)}
    return Login("token", address), {
        ACCESS_TOKEN: _from_stdin(given["--access-token"]) if given["--access-token"] else _secret(env, TOKEN_VARIABLE)
    }


def refuse_others(given: Mapping[str, Any], chosen: str) -> None:
    """Raise UsageError if options of another way to connect were given too."""
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
