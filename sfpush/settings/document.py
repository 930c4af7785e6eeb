"""A settings file as written: its values, the line of every key, and what could not be parsed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sfpush.settings.keys import KeyPath, has_endless_key
from sfpush.settings.locate import line_of, locate
from sfpush.settings.problems import Problem
from sfpush.settings.shape import all_keys

SET = "--set"
DEFAULTS = "defaults"
BYTE_ORDER_MARK = "\ufeff"
_LARGEST = 1_048_576  # bytes; the commented file with every setting has 15,000
_MOST_SYNTAX_PROBLEMS = 20
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_KEY = re.compile(r"""\s*([A-Za-z0-9_."'-]+)\s*=""")
_HEADER = re.compile(r"""\s*\[\[?\s*([A-Za-z0-9_."'-]+)\s*\]""")

# What tomllib says (part of it) → what a person needs to hear.
_LEFT_OPEN = "A list or table above this line is not closed. Close it with ] or }."
_TOO_DEEP = "A number is too long, or something is nested too deeply. Write it simpler."
_TWICE = "The key stands here for the second time. Keep one of them."
_TABLE_TWICE = "The table stands here for the second time. Put its keys under the first one."
_NO_CLOSING_QUOTE = "The text has no closing quote. Close it."
_ADVICE = {
    "Expected newline or end of document": "There is more after the value. Put text in quotes, and # before a comment.",
    "Invalid value": "This is not a value. Put text in quotes; write true and false in lower case.",
    "Expected '=' after a key": "A key has no = after it. Write key = value; names with blanks or signs go in quotes.",
    "Invalid initial character": "A key is missing or has a sign in it. Put names with blanks or signs in quotes.",
    "Invalid statement": "This is neither a table nor a key. Write [table] or key = value.",
    "Cannot overwrite": _TWICE,
    "Duplicate inline table key": _TWICE,
    "Cannot declare": _TABLE_TWICE,
    "Cannot redefine": _TABLE_TWICE,
    "Cannot mutate": "The table was already written in full above. Put its keys there.",
    "Expected ']' at the end": "The table's name has no closing bracket. Write [table].",
    "Expected ']]' at the end": "The table's name has no closing brackets. Write [[table]].",
    "Unclosed array": 'The list is not closed, or a comma or quote is missing in it. Write ["one", "two"].',
    "Unclosed inline table": "The table is not closed, or a comma is missing in it. Write { one = 1, two = 2 }.",
    "Unescaped '\\'": "A backslash means something inside double quotes. Use single quotes, or write it twice.",
    "Unterminated string": _NO_CLOSING_QUOTE,
    "Illegal character '\\n'": _NO_CLOSING_QUOTE,
    "Found invalid character '\\n'": _NO_CLOSING_QUOTE,
    'Expected "\'"': _NO_CLOSING_QUOTE,
}


@dataclass(frozen=True, slots=True)
class Document:
    """What a settings file says, before anyone asks whether it makes sense.

    `name` is how messages name the file, empty where there is none; `overlaid` are the keys whose values come from
    `--set`.
    """

    name: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    overlaid: frozenset[KeyPath] = frozenset()

    def place(self, path: KeyPath) -> tuple[str, int]:
        """Where the key was said: name and line, 0 where there is none.

        A key that is not written, so that its default holds, has the line of the table that it would stand in, if the
        document has that; no other line has anything to do with it.
        """
        if any(path[: len(key)] == key for key in self.overlaid):
            return SET, 0
        key = next((known for known in all_keys() if path[: len(known)] == known), path)
        if key in self.lines or self._has_header(key[:-1]):
            return self.name, line_of(path, self.lines)
        if self.overlaid:
            return SET, 0
        return self.name or DEFAULTS, 0

    def _has_header(self, table: KeyPath) -> bool:
        """Whether the table is written itself, not only named on the way to a key or table inside it."""
        line = self.lines.get(table)
        within = (at for path, at in self.lines.items() if len(path) > len(table) and path[: len(table)] == table)
        return line is not None and line not in within


def says(values: Mapping[str, Any], path: KeyPath) -> bool:
    """Whether the key is written there."""
    inner: Any = values
    for part in path:
        if not isinstance(inner, Mapping) or part not in inner:
            return False
        inner = inner[part]
    return True


def read(path: Path) -> Document:
    """The document in a file. One that can't be read or parsed has problems, and what could be parsed of it."""
    text = read_text(path)
    return parse(text, str(path)) if isinstance(text, str) else Document(str(path), problems=(text,))


def read_text(path: Path) -> str | Problem:
    """The text of a file as it stands, with its line ends and byte order mark, or why there is none."""
    name = str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        return Problem(name, 0, "", f"The file can't be read: {reason}. Name another with --config.")
    if len(raw) > _LARGEST:
        return Problem(name, 0, "", "The file is over 1 MB, too large for settings. Name another with --config.")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Problem(name, line, "", "The file is not UTF-8 text. Save it as UTF-8 in your editor.")


def parse(text: str, name: str) -> Document:
    """The document in a text.

    A key whose line is no TOML is a problem and is left out, so that problems behind it are found too. Where that
    does not lead to a whole document only the first problem is told, as the others would be echoes of it.
    """
    lines = text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n").split("\n")
    problems: list[Problem] = []
    if has_endless_key(text):
        return Document(name, problems=(Problem(name, 0, "", _TOO_DEEP),))
    while True:
        source = "\n".join(lines)
        try:
            return Document(name, tomllib.loads(source), locate(source), tuple(problems))
        except tomllib.TOMLDecodeError as error:
            problem = _syntax_problem(str(error), name, lines)
        except (ValueError, RecursionError):  # a number of 5,000 digits; a thousand brackets
            return Document(name, problems=(Problem(name, 0, "", _TOO_DEEP),))
        if (problems and problem.line <= problems[-1].line) or len(problems) == _MOST_SYNTAX_PROBLEMS:
            return Document(name, problems=tuple(problems[:1]))
        problems.append(problem)
        if problem.message == _LEFT_OPEN or _begins_table(lines[problem.line - 1]):
            # Nothing behind it can be told from an echo; keys would seem to belong to the table before.
            return Document(name, problems=tuple(problems))
        lines[problem.line - 1] = ""


def _syntax_problem(message: str, name: str, lines: list[str]) -> Problem:
    place = _PLACE.search(message)
    last = max((number for number, line in enumerate(lines, 1) if line.strip()), default=1)
    line = int(place[1]) if place and place[1] else last
    bare = message[: place.start()] if place else message
    advice = next((advice for part, advice in _ADVICE.items() if part in bare), f"{bare}. Write it as TOML.")
    key = _KEY.match(lines[line - 1])
    before = lines[line - 1][: int(place[2]) - 1] if place and place[2] else ""
    if "Invalid value" in bare and not before.strip(" \t[") and (key or _begins_table(lines[line - 1])):
        advice = _LEFT_OPEN  # it was read as a value, so it stands in a list
    if not key:
        return Problem(name, line, "", advice)
    headers = (header[1] for text in reversed(lines[: line - 1]) if (header := _HEADER.match(text)))
    table = next(headers, "")
    return Problem(name, line, f"{table}.{key[1]}" if table else key[1], advice)


def _begins_table(line: str) -> bool:
    return line.lstrip().startswith("[")
