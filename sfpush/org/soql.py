"""Writing SOQL: names are checked, values are quoted, and nothing else gets into a query.

The practice org reads SOQL with a grammar of its own; the two share nothing, so that neither hides a fault of
the other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import quote_plus

Value = str | bool | int | float | Decimal | datetime | date | None

URL_BUDGET = 12_000
"""Bytes of URL-encoded values in one query: Salesforce refuses a URI with headers above 16,384 (HTTP 414, 431)."""

_NAME = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*", re.ASCII)
_OPERATORS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_ESCAPES = {"\\": r"\\", "'": r"\'", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\f": r"\f"}
_UNSAFE = re.compile("[\\\\'\"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def quote(text: str) -> str:
    """`text` as a SOQL string literal, for = and IN (LIKE has wildcards of its own and is not written here) (M5)."""
    return "'" + _UNSAFE.sub(lambda found: _escape(found.group()), text) + "'"


def _escape(character: str) -> str:
    return _ESCAPES.get(character) or f"\\u{ord(character):04x}"


def literal(value: Value) -> str:
    """`value` as SOQL writes its type: text quoted, times in UTC with milliseconds, numbers in full, null."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return quote(value)
        case int():
            return str(value)
        case float() | Decimal():
            if not math.isfinite(value):
                raise ValueError(f"SOQL has no {value}")
            return f"{Decimal(str(value)):f}"
        case datetime():
            if value.tzinfo is None:
                raise ValueError("a time without a zone has no place in SOQL")
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
        case date():
            return value.isoformat()


def compare(field: str, operator: str, value: Value) -> str:
    """One condition, `field operator literal`."""
    if operator not in _OPERATORS:
        raise ValueError(f"{operator!r} is not a comparison of SOQL")
    return f"{_name(field)} {operator} {literal(value)}"


def member(field: str, values: Sequence[Value]) -> str:
    """The condition `field IN (…)`. An empty list is a mistake of the caller: SOQL has no such thing."""
    if not values:
        raise ValueError(f"{field} IN () matches nothing and is not SOQL")
    return f"{_name(field)} IN ({','.join(map(literal, values))})"


def either(*conditions: str) -> str:
    """At least one of these conditions holds."""
    return f"({' OR '.join(conditions)})"


def select(
    fields: Sequence[str],
    sobject: str,
    *,
    where: Sequence[str] = (),
    order_by: Sequence[str] = (),
    limit: int | None = None,
) -> str:
    """A whole query. `where` holds conditions from `compare` and `member`, all of which must hold."""
    query = f"SELECT {', '.join(map(_name, fields))} FROM {_name(sobject)}"
    return query + _conditions(where, order_by, limit)


def count(sobject: str, *, where: Sequence[str] = ()) -> str:
    """A query whose answer's `totalSize` is the number of rows."""
    return f"SELECT COUNT() FROM {_name(sobject)}" + _conditions(where, (), None)


def _conditions(where: Sequence[str], order_by: Sequence[str], limit: int | None) -> str:
    text = " WHERE " + " AND ".join(where) if where else ""
    if order_by:
        text += f" ORDER BY {', '.join(map(_name, order_by))}"
    return text if limit is None else f"{text} LIMIT {limit:d}"


def in_chunks(values: Iterable[Value], budget: int = URL_BUDGET) -> Iterator[tuple[Value, ...]]:
    """Cut `values` into lists for `member`, each within `budget` bytes as part of a URL; order is kept, repeats go.

    One value that is longer than the budget still gets a chunk of its own: only the org can say whether it is too long.
    """
    chunk: list[Value] = []
    used = 0
    for value in dict.fromkeys(values):
        size = len(quote_plus(literal(value))) + len("%2C")
        if chunk and used + size > budget:
            yield tuple(chunk)
            chunk, used = [], 0
        chunk.append(value)
        used += size
    if chunk:
        yield tuple(chunk)


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the API name of a field or sObject")
    return name
