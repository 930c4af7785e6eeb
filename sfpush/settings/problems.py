"""What is wrong with settings, in words: `file:line: key: what is wrong. What to do.`"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from sfpush.settings.keys import KeyPath, dotted, quote, shown
from sfpush.settings.shape import all_keys, all_tables, keys_at

_KINDS = {
    "bool_type": "true or false, without quotes",
    "int_type": "a whole number, without quotes",
    "string_type": "a text in quotes",
    "tuple_type": 'a list, such as ["one", "two"]',
    "mapping_type": "a table",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, or one warning. `line` counts from 1; 0 where there is no line to point at."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What `Problem` says, before it is tied to a file: the key it is about, what is wrong, and what to do.

    `fix` is empty where the message says that itself.
    """

    path: KeyPath
    message: str
    fix: str = ""

    @property
    def sentence(self) -> str:
        """Message and fix, as a `Problem` says them."""
        return f"{self.message} {self.fix}".rstrip()


def findings(errors: Sequence[ErrorDetails]) -> Iterator[Finding]:
    """Each of pydantic's errors as the key it is about and what to do about it."""
    for error in errors:
        path = tuple(part for part in error["loc"] if part != "[key]")
        yield Finding(path, _sentence(error, path))


def _sentence(error: ErrorDetails, path: KeyPath) -> str:
    value, facts = error["input"], error.get("ctx", {})
    match error["type"]:
        case "value_error":
            sentence = str(facts["error"])
        case "extra_forbidden":
            sentence = f"There is no such key. {_instead(path)}"
        case "missing":
            sentence = "The key is missing. Add it."
        case "literal_error":
            sentence = _not_allowed(value, re.findall("'([^']*)'", facts["expected"]))
        case "greater_than_equal":
            sentence = f"{shown(value)} is too low. Write {facts['ge']} or more."
        case "less_than_equal":
            sentence = f"{shown(value)} is too high. Write {facts['le']} or less."
        case "string_type" if isinstance(value, int | float):
            sentence = f"{shown(value)} is not text. Put it in quotes: {quote(shown(value))}."
        case kind if kind in _KINDS:
            text = shown(value).capitalize() if isinstance(value, dict | list) else shown(value)
            sentence = f"{text} can't stand here. Write {_KINDS[kind]}."
        case _:
            sentence = f"{error['msg']}. Change it."
    return sentence


def _not_allowed(value: Any, allowed: Sequence[str]) -> str:
    close = difflib.get_close_matches(value, allowed, n=1) if isinstance(value, str) else []
    options = ", ".join(quote(word) for word in allowed)
    hint = f"Did you mean {quote(close[0])}? Allowed: {options}." if close else f"Write one of {options}."
    return f"{shown(value)} is not allowed here. {hint}"


def _instead(path: KeyPath) -> str:
    """The nearest key of the same table, else the same name elsewhere, else what the table knows."""
    table, name = path[:-1], str(path[-1])
    siblings = keys_at(table)
    if close := difflib.get_close_matches(name, siblings, n=1, cutoff=0.7):
        return f"Did you mean {dotted((*table, close[0]))}?"
    places = [place for place in (*all_keys(), *all_tables()) if place[-1] == name]
    if places:
        return f"Did you mean {' or '.join(dotted(place) for place in places)}?"
    known = f" Known here: {', '.join(siblings)}." if siblings else ""
    return f"Take it out.{known}"
