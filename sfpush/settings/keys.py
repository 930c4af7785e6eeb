"""Dotted keys: `contacts.fields."ICP Fit *"` ⇄ ("contacts", "fields", "ICP Fit *")."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

KeyPath = tuple[str | int, ...]

DEEPEST = 100
"""Levels that a key may lie deep; tomlkit sets the same bound."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED = r"""(?:"(?:\\.|[^"\\\n])*+"|'[^'\n]*+')"""
_PART = re.compile(rf"\s*(?:(?P<bare>[A-Za-z0-9_-]+)|(?P<quoted>{_QUOTED}))[ \t]*")
_TOO_MANY_PARTS = re.compile(rf"(?<![A-Za-z0-9_-])(?:(?:[A-Za-z0-9_-]++|{_QUOTED})[ \t]*+\.[ \t]*+){{{DEEPEST}}}")
_LONGEST_SHOWN = 60


def scan_key(text: str, start: int) -> tuple[tuple[str, ...], int]:
    """The TOML key at `start` (blanks around it and its dots allowed) and the position after it.

    Raises ValueError where no key begins.
    """
    parts: list[str] = []
    position = start
    while True:
        match = _PART.match(text, position)
        if match is None:
            raise ValueError(f"no key at {position}")
        quoted = match["quoted"]
        parts.append(match["bare"] if quoted is None else tomllib.loads(f"part = {quoted}")["part"])
        position = match.end()
        if not text.startswith(".", position):
            return tuple(parts), position
        position += 1


def has_endless_key(text: str) -> bool:
    """Whether a dotted key has more than `DEEPEST` parts: tomllib needs the square of their number in memory."""
    return _TOO_MANY_PARTS.search(text) is not None


def parse_key(text: str) -> tuple[str, ...]:
    """The parts of a whole dotted key; raises ValueError if `text` is anything else."""
    parts, end = scan_key(text, 0)
    if end != len(text):
        raise ValueError(f"{text!r} is not a key")
    return parts


def dotted(path: KeyPath) -> str:
    """A path as it would be typed in TOML: parts quoted where they must be, list places as [1], [2], …"""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part + 1}]"
            continue
        shown += ("." if shown else "") + (part if _BARE.fullmatch(part) else quote(part))
    return shown


def quote(text: str) -> str:
    """Text as a TOML string on one line; what a terminal would act on is escaped, so it can be shown as it is."""
    return "".join(
        letter
        if letter.isprintable()
        else f"\\u{ord(letter):04X}"
        if ord(letter) < 0x10000
        else f"\\U{ord(letter):08X}"
        for letter in json.dumps(text, ensure_ascii=False)
    )


def shown(value: Any) -> str:
    """A value as a message names it: TOML, on one line, cut where it is long."""
    if isinstance(value, str):
        text = quote(value)
    elif isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, dict):
        text = "a table"
    elif isinstance(value, list | tuple):
        text = "a list"
    else:
        text = str(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
