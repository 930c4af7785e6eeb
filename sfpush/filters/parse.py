"""Reading a filter: text → expression, or where it stops making sense and what was expected there."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from sfpush.apollo_fields import canonical
from sfpush.filters.expression import (
    KEYWORDS,
    And,
    Compare,
    Expression,
    IsBlank,
    Like,
    Not,
    OneOf,
    Operator,
    Or,
    Value,
)
from sfpush.model import RecordType

_LONGEST = 100_000
_MOST_CONDITIONS = 200
_DEEPEST = 30
"""SQLite takes expressions 1,000 deep, Python calls of about as many; nobody writes these."""
_SHOWN = 30

_TOKEN = re.compile(
    r"""
      (?P<blank>\s+)
    | (?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.]))
    | (?P<word>[^\W\d]\w*\*?)
    | (?P<text>'(?:[^']|'')*+')
    | (?P<quoted>"(?:[^"]|"")*+")
    | (?P<sign><=|>=|<>|!=|[=<>(),])
    """,
    re.VERBOSE,
)
_OPERATORS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
_NUMBER = re.compile(r"\s*[+-]?[0-9][0-9,]*(?:\.[0-9]*)?\s*")
_SAY_A_NAME = "Write it in snake case, or as the header has it in double quotes."
_SAY_A_VALUE = "Write text in quotes, a number, true or false."
_SAY_A_COMPARISON = "Write =, !=, <, <=, >, >=, in, like or is null; a name with blanks stands in double quotes."


class FilterError(ValueError):
    """A text that is no filter. The message names the position, what stands there and what was expected."""


@dataclass(frozen=True, slots=True)
class _Token:
    """One word, sign or literal; `kind` is a keyword or sign itself, else word, text, quoted, number or end."""

    kind: str
    text: str
    start: int


def parse(text: str, record_type: RecordType) -> Expression:
    """The filter that the text says, its names canonical for this type of record. Raises FilterError."""
    if len(text) > _LONGEST:
        raise FilterError(f"The filter has {len(text):,} characters, more than {_LONGEST:,}. Write a shorter one.")
    for place, letter in enumerate(text):
        if "\ud800" <= letter <= "\udfff":
            raise _problem(place, "This is no text. Write the filter as UTF-8.")
    return _Parser(text, record_type).parse()


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise _unreadable(text, place)
        kind, said = str(found.lastgroup), found[0]
        if kind == "sign" or (kind == "word" and said.lower() in KEYWORDS):
            kind = said.lower()
        if kind != "blank":
            yield _Token(kind, said, place)
        place = found.end()
    yield _Token("end", "", len(text))


def _unreadable(text: str, place: int) -> FilterError:
    rest = _cut(text[place:])
    if text[place] in "'\"":
        return _problem(place, f"The text {rest} has no closing quote. Close it.")
    if text[place].isdigit() or text[place] in ".+-":
        return _problem(
            place, f"{rest.split()[0]} is not a number. Write it like 50 or 0.5, and put anything else in quotes."
        )
    return _problem(place, f"{text[place]} has no meaning here. Put text and names like that in quotes.")


def _problem(place: int, sentence: str) -> FilterError:
    return FilterError(f"Position {place + 1}: {sentence}")


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


class _Parser:
    """Recursive descent: or, and, not, a condition or parentheses."""

    def __init__(self, text: str, record_type: RecordType) -> None:
        self._tokens = _tokens(text)
        self._next = next(self._tokens)
        self._record_type = record_type
        self._depth = 0
        self._conditions = 0

    def parse(self) -> Expression:
        expression = self._either()
        if self._next.kind != "end":
            raise self._unexpected("the end", "Write and or or between two conditions.")
        return expression

    def _either(self) -> Expression:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Expression:
        parts = [self._maybe_not()]
        while self._take("and"):
            parts.append(self._maybe_not())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _maybe_not(self) -> Expression:
        if not (opens := self._take("not", "(")):
            return self._condition()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _problem(opens.start, f"This is nested more than {_DEEPEST} deep. Write a simpler filter.")
        if opens.kind == "not":
            inner: Expression = Not(self._maybe_not())
        else:
            inner = self._either()
            self._need(")", "a closing parenthesis", "Close what was opened, or write and or or.")
        self._depth -= 1
        return inner

    def _condition(self) -> Expression:
        start = self._next.start
        name = self._name()
        self._conditions += 1
        if self._conditions > _MOST_CONDITIONS:
            raise _problem(start, f"A filter takes {_MOST_CONDITIONS} conditions. Use in (…) for many values.")
        if self._take("is"):
            opposite = self._take("not")
            self._need("null", "null", "Write is null or is not null; values are compared by =.")
            return Not(IsBlank(name)) if opposite else IsBlank(name)
        if self._take("not"):
            if self._next.kind not in ("in", "like"):
                raise self._unexpected(
                    "in or like", "Write not in (…) or not like '…'; other comparisons by != or not in front."
                )
            return Not(self._in_or_like(name))
        if self._next.kind in ("in", "like"):
            return self._in_or_like(name)
        if self._next.kind not in _OPERATORS:
            raise self._unexpected("a comparison", _SAY_A_COMPARISON)
        return self._comparison(name, self._advance())

    def _name(self) -> str:
        token = self._next
        if token.kind not in ("word", "quoted"):
            raise self._unexpected("the name of a field", _SAY_A_NAME)
        self._advance()
        name = canonical(_unquoted(token.text) if token.kind == "quoted" else token.text, self._record_type)
        if not name.strip("*") or "*" in name[:-1]:
            raise _problem(token.start, f"{_cut(token.text)} can't be the name of a field. Write one in snake case.")
        return name

    def _in_or_like(self, name: str) -> Expression:
        if self._take("like"):
            token = self._next
            if token.kind not in ("text", "quoted"):
                raise self._unexpected("text in quotes", "Write a pattern, such as 'Acme%'.")
            return Like(name, str(self._value()))
        self._advance()
        self._need("(", "a list", "Write ('one', 'two').")
        values = [self._listed()]
        while self._take(","):
            values.append(self._listed())
        self._need(")", "a comma or a closing parenthesis", "Write ('one', 'two').")
        return OneOf(name, tuple(values))

    def _listed(self) -> Value:
        start = self._next.start
        value = self._value()
        if isinstance(value, str) and not value.strip():
            raise _problem(start, "An empty text can't stand in a list. Write `or … is null` for it.")
        return value

    def _comparison(self, name: str, operator: _Token) -> Expression:
        token = self._next
        if token.kind == "null":
            raise _problem(token.start, f"{operator.text} null is never meant. Write `is null` or `is not null`.")
        value = self._value()
        equal, different = operator.kind == "=", operator.kind in ("!=", "<>")
        if equal or different:
            blank = isinstance(value, str) and not value.strip()
            condition: Expression = IsBlank(name) if blank else Compare(name, "=", value)
            return condition if equal else Not(condition)
        if isinstance(value, bool):
            raise _problem(token.start, f"{token.text} is neither more nor less than anything. Write = or !=.")
        if isinstance(value, str) and not value.strip():
            raise _problem(token.start, "Nothing is more or less than an empty text. Write `is null`.")
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            raise _problem(
                token.start,
                f"{_cut(token.text)} is text, and text is compared letter by letter. Write numbers without quotes.",
            )
        return Compare(name, cast(Operator, operator.kind), value)

    def _value(self) -> Value:
        token = self._next
        match token.kind:
            case "text" | "quoted":
                value: Value = _unquoted(token.text)
            case "number":
                value = _number(token)
            case "true" | "false":
                value = token.kind == "true"
            case "word":
                raise _problem(
                    token.start, f"{_cut(token.text)} is no value. Put text in quotes: '{_cut(token.text)}'."
                )
            case _:
                raise self._unexpected("a value", _SAY_A_VALUE)
        self._advance()
        return value

    def _advance(self) -> _Token:
        token = self._next
        if token.kind != "end":
            self._next = next(self._tokens)
        return token

    def _take(self, *kinds: str) -> _Token | None:
        return self._advance() if self._next.kind in kinds else None

    def _need(self, kind: str, expected: str, advice: str) -> None:
        if not self._take(kind):
            raise self._unexpected(expected, advice)

    def _unexpected(self, expected: str, advice: str) -> FilterError:
        token = self._next
        stands = f"{_cut(token.text)} stands" if token.kind != "end" else "the filter ends"
        return _problem(token.start, f"{stands} where {expected} is expected. {advice}")


def _unquoted(text: str) -> str:
    quote = text[0]
    return text[1:-1].replace(quote * 2, quote)


def _number(token: _Token) -> int | float:
    number = float(token.text)
    if not math.isfinite(number):
        raise _problem(token.start, f"{_cut(token.text)} is too large a number. Write a smaller one.")
    if re.fullmatch(r"[+-]?[0-9]+", token.text) and abs(number) < 2**63:
        return int(token.text)
    return number
