"""What is kept of a bug: its traceback, without secrets, where only its owner can read it."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from pathlib import Path

from sfpush.settings.environment import SECRET_VARIABLES
from sfpush.settings.private import make_private, open_private

_SHORTEST_SECRET = 4
_TOKENS = re.compile(
    r"\b00D[A-Za-z0-9]{12,15}(?:!|%21)[\w.%]+"  # Salesforce's session ids and access tokens, also in a URL
    r"|\beyJ[\w-]{10,}\.[\w-]+\.[\w-]+"  # JSON Web Tokens: our own assertions, and Salesforce's newer tokens
    r"|(?<=Bearer )\S+"
    r"|(?<=-----BEGIN )[\s\S]*?(?=-----END )"
)
_ADDRESSES = re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")


def write_bug_report(folder: Path, error: BaseException, env: Mapping[str, str], *, name: str) -> Path:
    """Write the traceback, without e-mail addresses too, to a new file of `folder` (0600) and return its path.

    Raises OSError.
    """
    make_private(folder)
    path = folder / f"{name}.txt"
    text = _ADDRESSES.sub("•••@•••", without_secrets("".join(traceback.format_exception(error)), env))
    with open_private(path) as file:
        file.write(text)
    return path


def without_secrets(text: str, env: Mapping[str, str]) -> str:
    """Text with every secret of the environment, and whatever looks like a token, blacked out."""
    for variable in SECRET_VARIABLES:
        secret = env.get(variable, "")
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "•••")
    return _TOKENS.sub("•••", text)
