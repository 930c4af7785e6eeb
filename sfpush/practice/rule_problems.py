"""What is wrong with a rules file, in words: `key: what is wrong. What to do.`"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_KINDS = {
    "bool": "true or false, without quotes",
    "int": "a whole number, without quotes",
    "float": "a number, without quotes",
    "string": "a text in quotes",
    "tuple": 'a list, such as ["one", "two"]',
    "model": "a table",
}
_ANY_VALUE = "a text in quotes, a number, true or false"
_MARKED = re.compile(r"ERROR at Row:(\d+):Column:(\d+)\n")
"""What stands before the message where a statement's fault has a place."""


def problems_of(errors: Sequence[ErrorDetails], rules: type[BaseModel]) -> Iterator[str]:
    """Each of pydantic's errors about `rules`, in the words of the file; several about one value are one."""
    said = set()
    for error in errors:
        path = error["loc"]
        if "default" in path:  # it takes several types, each of which has its own error
            path = path[: path.index("default") + 1]
            sentence = _wrong_kind(error["input"], _ANY_VALUE)
        else:
            sentence = _sentence(error, rules)
        if path not in said:
            said.add(path)
            yield f"{'.'.join(map(str, path))}: {sentence}"


def condition_problem(place: int, message: str) -> str:
    """What is wrong with the condition of the rule at this place, by what the query language says of it."""
    lead, *marked = _MARKED.split(message)
    at = f"Column {marked[1]}: " if marked else ""
    words = " ".join((marked[2] if marked else lead).split()).rstrip(".")
    return f"validation_rules.{place}.when: {at}{words}. Write a SOQL condition, such as \"Phone LIKE '0%'\"."


def _sentence(error: ErrorDetails, rules: type[BaseModel]) -> str:
    value, facts = error["input"], error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "The key is missing. Add it."
        case "extra_forbidden":
            return f"There is no such key. {_instead(error['loc'], rules)}"
        case "literal_error":
            allowed = re.findall("'([^']*)'", facts["expected"])
            return f"{_shown(value)} is not allowed here. Write one of {', '.join(allowed)}."
        case "greater_than_equal":
            return f"{_shown(value)} is too low. Write {facts['ge']} or more."
        case "string_pattern_mismatch":
            return f"{_shown(value)} is no name of a custom sObject. Write one that ends in __c."
        case kind:
            return _wrong_kind(value, _KINDS.get(kind.partition("_")[0], "another value"))


def _wrong_kind(value: Any, kind: str) -> str:
    return f"{_shown(value)} can't stand here. Write {kind}."


def _instead(path: tuple[int | str, ...], rules: type[BaseModel]) -> str:
    table: type[BaseModel] | None = rules
    for part in path[:-1]:
        if table is not None and isinstance(part, str):
            table = _table_within(table.model_fields[part].annotation)
    known = tuple(table.model_fields) if table else ()
    close = get_close_matches(str(path[-1]), known, n=1, cutoff=0.7)
    return f"Did you mean {close[0]}?" if close else f"Take it out. Known here: {', '.join(known)}."


def _table_within(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _table_within(argument))), None)


def _shown(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return repr(value) if len(value) <= 60 else repr(f"{value[:59]}…")
        case Mapping():
            return "A table"
        case list() | tuple():
            return "A list"
        case _:
            return str(value)
