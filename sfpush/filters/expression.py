"""What a filter says, as frozen values; each can be written down again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, assert_never

Value = str | int | float | bool
Operator = Literal["=", "<", "<=", ">", ">="]

_PLAIN_NAME = re.compile(r"[^\W\d]\w*\*?")
KEYWORDS = frozenset({"and", "or", "not", "in", "like", "is", "null", "true", "false"})


@dataclass(frozen=True, slots=True)
class Compare:
    """The field's value compared with a text, a number, or true and false (these two only by `=`)."""

    name: str
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field's value equals one of these."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Like:
    """The field's text is like the pattern: `%` is any text, `_` any letter, a backslash takes the next as it is."""

    name: str
    pattern: str


@dataclass(frozen=True, slots=True)
class IsBlank:
    """The field has no value, or one of blanks only."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; around a condition it is `!=`, `not in`, `not like`, `is not null`."""

    inner: Expression


@dataclass(frozen=True, slots=True)
class And:
    """All of them hold; two or more."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them holds; two or more."""

    parts: tuple[Expression, ...]


Expression = Compare | OneOf | Like | IsBlank | Not | And | Or


def names(expression: Expression) -> tuple[str, ...]:
    """The canonical names of the fields it asks for, each once, in order."""
    return tuple(dict.fromkeys(_names(expression)))


def written(expression: Expression) -> str:
    """The filter as it could have been typed; parsed again it is the same expression."""
    match expression:
        case Compare(name, operator, value):
            return f"{_name(name)} {operator} {_literal(value)}"
        case OneOf(name, values):
            return f"{_name(name)} in ({', '.join(map(_literal, values))})"
        case Like(name, pattern):
            return f"{_name(name)} like {_literal(pattern)}"
        case IsBlank(name):
            return f"{_name(name)} is null"
        case Not(inner):
            return _opposite(inner)
        case And(parts):
            return " and ".join(f"({written(one)})" if isinstance(one, And | Or) else written(one) for one in parts)
        case Or(parts):
            return " or ".join(f"({written(one)})" if isinstance(one, Or) else written(one) for one in parts)
        case _:
            assert_never(expression)


def _opposite(inner: Expression) -> str:
    match inner:
        case Compare(name, "=", value):
            return f"{_name(name)} != {_literal(value)}"
        case OneOf(name, values):
            return f"{_name(name)} not in ({', '.join(map(_literal, values))})"
        case Like(name, pattern):
            return f"{_name(name)} not like {_literal(pattern)}"
        case IsBlank(name):
            return f"{_name(name)} is not null"
        case Not():
            return f"not {written(inner)}"
        case _:
            return f"not ({written(inner)})"


def _names(expression: Expression) -> Iterator[str]:
    match expression:
        case Compare(name) | OneOf(name) | Like(name) | IsBlank(name):
            yield name
        case Not(inner):
            yield from _names(inner)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _names(part)
        case _:
            assert_never(expression)


def _name(name: str) -> str:
    return name if _PLAIN_NAME.fullmatch(name) and name not in KEYWORDS else f'"{name}"'


def _literal(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            return repr(value)
