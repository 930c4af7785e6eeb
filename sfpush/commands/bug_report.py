"""What is kept of a bug: its traceback, without secrets, where only its owner can read it."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from pathlib import Path

SECRET_VARIABLES = (
    "SFPUSH_ACCESS_TOKEN",
    "SFPUSH_CLIENT_SECRET",
    "SFPUSH_PASSWORD",
    "SFPUSH_SECURITY_TOKEN",
)
_SHORTEST_SECRET = 4
_TOKENS = re.compile(
    r"\b00D[A-Za-z0-9]{12,15}![\w.]+"  # Salesforce's session ids and access tokens
    r"|(?<=Bearer )\S+"
    r"|(?<=-----BEGIN )[\s\S]*?(?=-----END )"
)


def write_bug_report(folder: Path, error: BaseException, env: Mapping[str, str], *, name: str) -> Path:
    """Write the traceback to a new file of `folder` (0600) and return its path. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}.txt"
    text = without_secrets("".join(traceback.format_exception(error)), env)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return path


def without_secrets(text: str, env: Mapping[str, str]) -> str:
    """Text with every secret of the environment, and whatever looks like a token, blacked out."""
    for variable in SECRET_VARIABLES:
        secret = env.get(variable, "")
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "•••")
    return _TOKENS.sub("•••", text)
