"""Consoles, and making text from files and orgs safe to show.

Names come from exports and orgs and are hostile: markup is off everywhere, every value passes `safe`, and whatever a
view forgets to pass, the console itself lets nothing through that a terminal would act on.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, TextIO, cast

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.segment import Segment

PIPE_WIDTH = 160
"""Columns where there is no terminal to ask: wide enough not to fold what someone will grep."""

_TRAILING_BLANKS = re.compile(r" +(?=\n)")
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC and other strings: titles, links, clipboard
    r"|[ -/]*[0-~])"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)


def make_console(stream: TextIO, env: Mapping[str, str], *, stderr: bool = False) -> Console:
    """A console that draws plainly on anything but a terminal, honours NO_COLOR, and reads no markup."""
    terminal = stream.isatty()
    console = Console(
        file=stream if terminal else cast(TextIO, _Trimming(stream)),
        stderr=stderr,
        width=None if terminal or env.get("COLUMNS") else PIPE_WIDTH,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        color_system=None if env.get("NO_COLOR") else "auto",  # neither colours nor bold: nothing but the text
    )
    console.push_render_hook(_NothingActive())
    return console


class _NothingActive(RenderHook):
    """Every text that is printed loses its own escapes; those of rich, colours and cursor, come after."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Cleaned(drawn) for drawn in renderables]


class _Cleaned:
    def __init__(self, drawn: ConsoleRenderable) -> None:
        self._drawn = drawn

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._drawn, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment("\n".join(map(safe, segment.text.split("\n"))), segment.style)


class _Trimming(io.TextIOBase):
    """A stream without the blanks that fill up a table's lines; on paper and in pipes they only get in the way."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(_TRAILING_BLANKS.sub("", text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a plain attribute there
        return self._stream.encoding


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
