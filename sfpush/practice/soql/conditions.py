"""WHERE conditions as SQL. SOQL knows only true and false: comparing a null is false, `!=` and NOT make that true."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import singledispatchmethod

from sfpush.practice.fields import TEXT_TYPES
from sfpush.practice.refusals import Refused
from sfpush.practice.soql import literals, tree
from sfpush.practice.soql.scope import Column, Scope
from sfpush.practice.values import SqlValue

Subquery = Callable[[tree.Query], tuple[str, list[SqlValue]]]

MOST_COMPARISONS = 1000
"""Beyond it SQLite's planner takes minutes; the list of an IN counts as one."""


class Conditions:
    """Writes conditions of one scope as SQL, collecting the values to bind in `parameters`, in order."""

    def __init__(
        self,
        scope: Scope,
        now: datetime,
        *,
        operand: Callable[[tree.Name | tree.Call], Column],
        subquery: Subquery,
    ) -> None:
        self._scope = scope
        self._now = now
        self._operand = operand
        self._subquery = subquery
        self._comparisons = 0
        self.parameters: list[SqlValue] = []

    @singledispatchmethod
    def sql(self, condition: tree.Condition) -> str:
        raise TypeError(f"not a condition: {condition!r}")

    @sql.register
    def _(self, condition: tree.Every) -> str:
        return _balanced([self.sql(each) for each in condition.conditions], " AND ")

    @sql.register
    def _(self, condition: tree.Some) -> str:
        return _balanced([self.sql(each) for each in condition.conditions], " OR ")

    @sql.register
    def _(self, condition: tree.Not) -> str:
        return f"({self.sql(condition.condition)}) IS NOT TRUE"

    @sql.register
    def _(self, condition: tree.Comparison) -> str:
        column = self._filterable(condition.operand)
        operator = "!=" if condition.operator == "<>" else condition.operator
        if condition.value.kind == "date_literal" and column.field.type in ("date", "datetime"):
            return self._in_range(column, operator, condition.value)
        value = literals.stored(column.field, condition.value, self._now)
        if operator in ("=", "!="):
            if value is None:
                return f"{column.sql} IS {'NOT ' if operator == '!=' else ''}NULL"
            return self._equal(column, value) if operator == "=" else f"({self._equal(column, value)}) IS NOT TRUE"
        if column.field.type == "boolean" or value is None:
            raise Refused(
                400,
                "INVALID_QUERY_FILTER_OPERATOR",
                f"field '{column.field.name}' does not support filter operator {operator}",
            )
        self.parameters.append(value)
        return f"{column.sql} {operator} ?"

    @sql.register
    def _(self, condition: tree.Like) -> str:
        column = self._filterable(condition.operand)
        if column.field.type not in TEXT_TYPES or condition.value.kind != "string":
            raise Refused(
                400,
                "INVALID_QUERY_FILTER_OPERATOR",
                f"field '{column.field.name}' does not support filter operator LIKE",
            )
        pattern = literals.unescaped(condition.value, pattern=True)
        self.parameters.append(pattern)
        return f"{column.sql} LIKE ? ESCAPE '\\'" if pattern.isascii() else f"likefold(?, {column.sql})"

    @sql.register
    def _(self, condition: tree.Within) -> str:
        column = self._filterable(condition.operand)
        if isinstance(condition.values, tree.Query):
            inner, parameters = self._subquery(condition.values)
            self.parameters.extend(parameters)
            found = f"{column.sql} IN ({inner})"
        else:
            found = self._one_of(column, [literals.stored(column.field, each, self._now) for each in condition.values])
        return f"({found}) IS NOT TRUE" if condition.negated else found

    @sql.register
    def _(self, condition: tree.Includes) -> str:
        column = self._filterable(condition.operand)
        if column.field.type != "multipicklist":
            raise Refused(
                400,
                "INVALID_QUERY_FILTER_OPERATOR",
                f"field '{column.field.name}' does not support filter operator INCLUDES",
            )
        sets = []
        for each in condition.values:
            choices = literals.unescaped(each).split(";")
            self.parameters.extend(f";{choice};" for choice in choices)
            sets.append(" AND ".join([f"instr(';' || {column.sql} || ';', ?) > 0"] * len(choices)))
        found = "(" + ") OR (".join(sets) + ")"
        return f"({found}) IS NOT TRUE" if condition.negated else f"({found})"

    def _filterable(self, operand: tree.Name | tree.Call) -> Column:
        self._comparisons += 1
        if self._comparisons > MOST_COMPARISONS:
            raise Refused(400, "QUERY_TOO_COMPLICATED", f"The query has more than {MOST_COMPARISONS} comparisons")
        column = self._operand(operand)
        if not column.field.filterable:
            raise Refused(400, "INVALID_FIELD", f"field '{column.field.name}' can not be filtered in a query call")
        return column

    def _equal(self, column: Column, value: SqlValue) -> str:
        if isinstance(value, str) and not value.isascii() and not column.field.case_sensitive:
            self.parameters.append(value.lower())
            return f"fold({column.sql}) = ?"
        self.parameters.append(value)
        return f"{column.sql} = ?"

    def _one_of(self, column: Column, values: list[SqlValue]) -> str:
        """Texts outside ASCII, whose case SQLite's collation does not fold, are compared apart."""
        folds = column.field.type in TEXT_TYPES and not column.field.case_sensitive
        foreign = [each.lower() for each in values if folds and isinstance(each, str) and not each.isascii()]
        plain = [
            each for each in values if each is not None and not (folds and isinstance(each, str) and not each.isascii())
        ]
        self.parameters.append(json.dumps(plain))
        parts = [f"{column.sql} IN (SELECT value FROM json_each(?))"]
        if foreign:
            self.parameters.append(json.dumps(foreign))
            parts.append(f"fold({column.sql}) IN (SELECT value FROM json_each(?))")
        if None in values:
            parts.append(f"{column.sql} IS NULL")
        return "(" + " OR ".join(parts) + ")"

    def _in_range(self, column: Column, operator: str, value: tree.Value) -> str:
        first, after = (self._edge(column, day) for day in literals.date_range(value, self._now))
        if operator in ("=", "!="):
            self.parameters.extend([first, after])
            inside = f"({column.sql} >= ? AND {column.sql} < ?)"
            return inside if operator == "=" else f"{inside} IS NOT TRUE"
        self.parameters.append(first if operator in ("<", ">=") else after)
        return f"{column.sql} {'<' if operator.startswith('<') else '>='} ?"

    def _edge(self, column: Column, day: date) -> str:
        return day.isoformat() if column.field.type == "date" else f"{day.isoformat()}T00:00:00.000+0000"


def _balanced(parts: list[str], word: str) -> str:
    """The parts joined as a shallow tree: SQLite allows a thousand levels, a plain chain is as deep as it is long."""
    if len(parts) <= 2:
        return f"({word.join(parts)})"
    middle = len(parts) // 2
    return f"({_balanced(parts[:middle], word)}{word}{_balanced(parts[middle:], word)})"
