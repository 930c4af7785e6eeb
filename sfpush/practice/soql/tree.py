"""A parsed SOQL statement as plain values. `at` is a place in the text, for error messages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A field path such as `Account.Name`, as written."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """`COUNT()`, `MAX(CreatedDate)`, `FIELDS(ALL)`: a function, its argument, and the alias a select list gives it."""

    function: str
    argument: Name | None
    at: int
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A literal: `kind` is one of string, number, date, datetime, date_literal, boolean, null; `text` as written."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Comparison:
    operand: Name | Call
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class Like:
    operand: Name | Call
    value: Value


@dataclass(frozen=True, slots=True)
class Within:
    """`IN` and `NOT IN`, of values or of a subquery."""

    operand: Name | Call
    values: tuple[Value, ...] | Query
    negated: bool


@dataclass(frozen=True, slots=True)
class Includes:
    """`INCLUDES` and `EXCLUDES`: each value is a set of choices joined by `;`, all of which must be there."""

    operand: Name | Call
    values: tuple[Value, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """All of them (AND)."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of them (OR)."""

    conditions: tuple[Condition, ...]


Condition = Comparison | Like | Within | Includes | Not | Every | Some


@dataclass(frozen=True, slots=True)
class Ordering:
    operand: Name | Call
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A whole statement. `selected` holds field names, aggregates, and queries of children."""

    selected: tuple[Name | Call | Query, ...]
    sobject: Name
    alias: str | None = None
    where: Condition | None = None
    group_by: tuple[Name, ...] = ()
    having: Condition | None = None
    order_by: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int = 0
