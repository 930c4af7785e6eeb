"""The secrets of a home's connection: in the system's keyring where there is one, else in a file for the owner alone.

Kept as `SecretStr`, whose text shows only when asked for by name; so no log, traceback or `repr` can show one.
"""

from __future__ import annotations

import json
import os
import shlex
import stat
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr, TypeAdapter, ValidationError

from sfpush.errors import NotReady
from sfpush.org.connection import write_privately

FILE_NAME = "secrets.json"
_SERVICE = "sfpush"

Secrets = Mapping[str, SecretStr]


def store_secrets(home: Path, secrets: Secrets) -> str:
    """Keep `secrets` in place of any others; says where they are now: "keyring" or the file's path.

    A keyring counts only if it gives back what it was given: some say yes and keep nothing.
    """
    delete_secrets(home)
    text = json.dumps({name: secret.get_secret_value() for name, secret in secrets.items()})
    if _keyring_set(home, text) and _keyring_get(home) == text:
        return "keyring"
    path = home / FILE_NAME
    write_privately(path, text + "\n")
    return str(path)


def load_secrets(home: Path) -> Secrets:
    """The secrets of this home. Raises NotReady if there are none, or if others can read the file that holds them."""
    text = _read_file(home / FILE_NAME) or _keyring_get(home)
    if text is None:
        raise NotReady(
            "The connection's secret is not to be found, neither in the system's keyring nor in a file.",
            hint="Connect again: sfpush connect … (a keyring is often locked for cron jobs; with "
            "PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring the secret is kept in a file instead).",
            code="not-connected",
        )
    try:
        return TypeAdapter(dict[str, SecretStr]).validate_json(text)
    except ValidationError:
        # from None: the validation error would quote what it read
        raise NotReady(
            "The connection's secret can't be read.", hint="Connect again: sfpush connect …", code="not-connected"
        ) from None


def delete_secrets(home: Path) -> None:
    """Forget the secrets of this home, wherever they are."""
    (home / FILE_NAME).unlink(missing_ok=True)
    _keyring_delete(home)


def _read_file(path: Path) -> str | None:
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name == "posix" and mode & 0o077:
                raise NotReady(
                    f"{path} holds a secret and can be read by other users (mode {mode:04o}).",
                    hint=f"Close it with: chmod 600 {shlex.quote(str(path))}. "
                    "If others use this machine, get a new secret as well.",
                    code="secrets-exposed",
                )
            return file.read()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise NotReady(f"{path} can't be read.", hint="Connect again: sfpush connect …", code="not-connected") from None


def _entry(home: Path) -> str:
    return str(home.resolve())


def _keyring_set(home: Path, text: str) -> bool:
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(_SERVICE, _entry(home), text)
    except (KeyringError, RuntimeError, OSError):  # RuntimeError, OSError: no desktop session to ask
        return False
    return True


def _keyring_get(home: Path) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(_SERVICE, _entry(home))
    except (KeyringError, RuntimeError, OSError):
        return None


def _keyring_delete(home: Path) -> None:
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.delete_password(_SERVICE, _entry(home))
    except (KeyringError, RuntimeError, OSError):
        return  # there is no keyring, or nothing of ours in it
