"""Consoles, and making text from files and orgs safe to show.

Names come from exports and orgs and are hostile: markup is off everywhere, and every value passes `safe`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, TextIO

from rich.console import Console

PIPE_WIDTH = 160
"""Columns where there is no terminal to ask: wide enough not to fold what someone will grep."""

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC and other strings: titles, links, clipboard
    r"|[ -/]*[0-~])"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)


def make_console(stream: TextIO, env: Mapping[str, str], *, stderr: bool = False) -> Console:
    """A console that draws plainly on anything but a terminal, honours NO_COLOR, and reads no markup."""
    width = None if stream.isatty() or env.get("COLUMNS") else PIPE_WIDTH
    return Console(
        file=stream, stderr=stderr, width=width, markup=False, emoji=False, highlight=False, legacy_windows=False
    )


def safe(value: Any) -> str:
    """Text of a value on one line, without terminal escapes, control or direction-changing characters."""
    text = str(value)
    if text.isascii() and text.isprintable():
        return text
    return "".join(_harmless(letter) for letter in _ESCAPES.sub("", text))


def _harmless(letter: str) -> str:
    if letter in "\n\r\t\v\f\u2028\u2029\x85":
        return " "
    category = unicodedata.category(letter)
    if category in ("Cc", "Cs"):
        return ""
    if category == "Cf" and letter not in "\u200c\u200d":  # joiners shape real names; the rest reorders or hides text
        return ""
    return letter


def number(count: int) -> str:
    """A count with thousands separators."""
    return f"{count:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 record`, `4,312 records`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def moment(iso: str | None) -> str:
    """An ISO-8601 UTC time to the minute, as people read it; a dash where there is none."""
    return f"{iso[:10]} {iso[11:16]} UTC" if iso else "–"
