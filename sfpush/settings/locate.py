"""Which line of a TOML document each key stands on.

tomllib and tomlkit tell no lines, so this walks the text once more. It reads only documents that tomllib has
accepted, which is what keeps it short: nothing has to be checked, every string ends, every bracket closes. A
property test compares the paths found here with what tomllib parsed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping

from sfpush.settings.keys import DEEPEST, KeyPath, scan_key

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]*")


def locate(text: str) -> Mapping[KeyPath, int]:
    """The line (from 1) of every table, key and list place of a valid TOML document with `\\n` line ends.

    Raises ValueError where something lies more than `DEEPEST` levels deep.
    """
    return _Walk(text).lines


def line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """The line of a key, or of the nearest table around it that the document has; 0 where it has none."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 0


class _Walk:
    """One pass over the text; `lines` is the result."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._breaks = [place for place, letter in enumerate(text) if letter == "\n"]
        self._newest: dict[KeyPath, int] = {}  # array of tables → place of its newest table
        self.lines: dict[KeyPath, int] = {}
        position = self._skip_blank(0)
        table: KeyPath = ()
        while position < len(text):
            if text[position] == "[":
                table, position = self._header(position)
            else:
                position = self._pair(position, table)
            position = self._skip_blank(position)

    def _skip_blank(self, position: int) -> int:
        match = _BLANK.match(self._text, position)
        return match.end() if match else position

    def _note(self, path: KeyPath, position: int) -> None:
        if len(path) > DEEPEST:
            raise ValueError(f"nested more than {DEEPEST} levels deep")
        self.lines.setdefault(path, bisect_left(self._breaks, position) + 1)

    def _header(self, position: int) -> tuple[KeyPath, int]:
        brackets = 2 if self._text.startswith("[[", position) else 1
        parts, end = scan_key(self._text, position + brackets)
        path: KeyPath = ()
        for part in parts[:-1]:
            path = (*path, part)
            self._note(path, position)
            path = self._inside_newest(path)
        path = (*path, parts[-1])
        self._note(path, position)
        if brackets == 2:
            self._newest[path] = self._newest.get(path, -1) + 1
        path = self._inside_newest(path)
        self._note(path, position)
        return path, end + brackets

    def _inside_newest(self, path: KeyPath) -> KeyPath:
        return (*path, self._newest[path]) if path in self._newest else path

    def _pair(self, position: int, table: KeyPath) -> int:
        parts, end = scan_key(self._text, position)
        path = table
        for part in parts:
            path = (*path, part)
            self._note(path, position)
        return self._value(self._skip_blank(end + 1), path)

    def _value(self, position: int, path: KeyPath) -> int:
        opening = self._text[position]
        if opening not in "[{":
            pattern = _STRING if opening in "\"'" else _SCALAR
            match = pattern.match(self._text, position)
            return match.end() if match else position
        place = 0
        position = self._skip_blank(position + 1)
        while self._text[position] not in "]}":
            if opening == "{":
                position = self._pair(position, path)
            else:
                self._note((*path, place), position)
                position = self._value(position, (*path, place))
                place += 1
            position = self._skip_blank(position)
            if self._text[position] == ",":
                position = self._skip_blank(position + 1)
        return position + 1
