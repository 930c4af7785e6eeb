"""A SOQL tree as SQL, and the shape in which its rows are shown."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from sfpush.practice import fields
from sfpush.practice.catalogue import Catalogue
from sfpush.practice.fields import Field, SObject
from sfpush.practice.refusals import Refused
from sfpush.practice.soql import tree
from sfpush.practice.soql.conditions import Conditions
from sfpush.practice.soql.parse import malformed
from sfpush.practice.soql.scope import Column, Scope
from sfpush.practice.values import SqlValue

MAX_OFFSET = 2000
_AGGREGATES = ("COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG")
_ADDRESS_PARTS = ("City", "Country", "GeocodeAccuracy", "Latitude", "Longitude", "PostalCode", "State", "Street")


@dataclass
class Shape:
    """How one record is shown: which result column is its Id, which its fields; its parents below it."""

    sobject: str
    id_at: int
    fields: list[tuple[str, int, str]] = field(default_factory=list)
    parents: dict[str, Shape] = field(default_factory=dict)
    children: dict[str, Compiled] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement ready to run: `rows` selects n and every shown column of the rows that `numbers` lists in order.

    `shape` is None for aggregates, whose columns `labels` names; `counts_only` is COUNT() alone.
    """

    sobject: SObject
    select: str
    source: str
    tail: str
    limit: int | None
    offset: int
    parameters: tuple[SqlValue, ...]
    shape: Shape | None
    labels: tuple[str, ...] = ()
    label_types: tuple[str, ...] = ()
    counts_only: bool = False

    @property
    def limited(self) -> str:
        if self.limit is None and not self.offset:
            return ""
        return f" LIMIT {-1 if self.limit is None else self.limit} OFFSET {self.offset}"


class _Statement:
    def __init__(
        self,
        catalogue: Catalogue,
        soql: str,
        query: tree.Query,
        now: datetime,
        *,
        deleted: bool,
        prefix: str = "t",
        sobject: SObject | None = None,
    ) -> None:
        found = sobject or catalogue.get(query.sobject.text)
        if found is None:
            raise malformed(
                soql,
                query.sobject.at,
                f"sObject type '{query.sobject.text}' is not supported. If you are attempting to use a custom object, "
                "be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call "
                "for the appropriate names.",
                "INVALID_TYPE",
            )
        self._catalogue, self._soql, self._query, self._now, self._deleted = catalogue, soql, query, now, deleted
        self._sobject = found
        self._scope = Scope(catalogue, soql, found, query.alias, prefix)
        self._columns: list[str] = []
        self._conditions = Conditions(self._scope, now, operand=self._operand, subquery=self._subquery)

    def compile(self, *, extra: str = "") -> Compiled:
        query = self._query
        if query.offset > MAX_OFFSET:
            raise Refused(400, "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}")
        aggregated = query.group_by or any(
            isinstance(each, tree.Call) and each.function != "FIELDS" for each in query.selected
        )
        shape: Shape | None = None
        labels: list[str] = []
        label_types: list[str] = []
        if aggregated:
            self._aggregates(labels, label_types)
        else:
            shape = self._record()
        where = [] if self._deleted else [f"{self._scope.prefix}.IsDeleted = 0"]
        if query.where is not None:
            where.append(self._conditions.sql(query.where))
        if extra:
            where.append(extra)
        tail = f" WHERE {' AND '.join(where)}" if where else ""
        if query.group_by:
            tail += " GROUP BY " + ", ".join(self._scope.column(each).sql for each in query.group_by)
        if query.having is not None:
            tail += f" HAVING {self._conditions.sql(query.having)}"
        ordering = [self._order(each) for each in query.order_by]
        if not aggregated:
            ordering.append(f"{self._scope.prefix}.n")
        tail += f" ORDER BY {', '.join(ordering)}" if ordering else ""
        return Compiled(
            self._sobject, ", ".join(self._columns), self._scope.from_clause, tail, query.limit, query.offset,
            tuple(self._conditions.parameters), shape, tuple(labels), tuple(label_types),
            counts_only=self._counts_only(),
        )  # fmt: skip

    def _counts_only(self) -> bool:
        first = self._query.selected[0]
        return (
            len(self._query.selected) == 1
            and isinstance(first, tree.Call)
            and first.function == "COUNT"
            and not first.argument
        )

    def _record(self) -> Shape:
        prefix = self._scope.prefix
        self._columns.append(f"{prefix}.n")
        shape = Shape(self._sobject.name, self._add(f"{prefix}.Id"))
        shown: set[str] = set()
        for each in self._expanded():
            if isinstance(each, tree.Query):
                self._children(shape, each)
                continue
            column = self._scope.column(each)
            key = ".".join((*column.path, column.field.name)).lower()
            if key in shown:
                raise Refused(400, "INVALID_FIELD", f"duplicate field selected: {each.text}")
            shown.add(key)
            self._show(shape, column)
        return shape

    def _expanded(self) -> Iterable[tree.Name | tree.Query]:
        for each in self._query.selected:
            if not isinstance(each, tree.Call):
                yield each
                continue
            group = each.argument.text.upper() if each.argument else ""
            if group not in ("ALL", "STANDARD", "CUSTOM"):
                raise malformed(self._soql, each.at, f"unexpected token: '{group}'")
            if group != "STANDARD" and (self._query.limit is None or self._query.limit > 200):
                raise Refused(400, "MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200")
            for named in self._sobject.fields:
                if group == "ALL" or named.custom == (group == "CUSTOM"):
                    yield tree.Name(named.name, each.at)

    def _show(self, shape: Shape, column: Column) -> None:
        at: tuple[str, ...] = ()
        for relationship in column.path:
            at = (*at, relationship)
            table, _, target = self._scope.joins[at]
            if relationship not in shape.parents:
                shape.parents[relationship] = Shape(target.name, self._add(f"{table}.Id"))
            shape = shape.parents[relationship]
        if column.field.type == "address":
            table, prefix = self._scope.table(column.path), column.field.name.removesuffix("Address")
            first = len(self._columns)
            for part in _ADDRESS_PARTS:
                self._columns.append(f'{table}."{prefix}{part}"')
            shape.fields.append((column.field.name, first, "address"))
        else:
            shape.fields.append((column.field.name, self._add(column.sql), column.field.type))

    def _add(self, sql: str) -> int:
        self._columns.append(sql)
        return len(self._columns) - 1

    def _children(self, shape: Shape, query: tree.Query) -> None:
        plural = query.sobject.text.lower()
        for child in self._catalogue:
            for lookup in child.fields:
                if self._sobject.name in lookup.refers_to and child_relationship(child, lookup).lower() == plural:
                    compiled = _Statement(
                        self._catalogue, self._soql, query, self._now, deleted=self._deleted, prefix="c", sobject=child
                    ).compile(extra=f'c."{lookup.name}" = ?')
                    shape.children[child_relationship(child, lookup)] = compiled
                    return
        raise malformed(
            self._soql,
            query.sobject.at,
            f"Didn't understand relationship '{query.sobject.text}' in FROM part of query call.",
            "INVALID_TYPE",
        )

    def _aggregates(self, labels: list[str], label_types: list[str]) -> None:
        grouped = {self._scope.column(each).sql for each in self._query.group_by}
        for each in self._query.selected:
            if isinstance(each, tree.Query):
                raise malformed(
                    self._soql, each.sobject.at, "Grouped query cannot use child relationships in the SELECT list"
                )
            column = self._operand(each)
            named = isinstance(each, tree.Name) or each.function == ""
            if named and column.sql not in grouped:
                text = each.text if isinstance(each, tree.Name) else str(each.argument and each.argument.text)
                raise malformed(self._soql, each.at, f"Field must be grouped or aggregated: {text}")
            alias = each.alias if isinstance(each, tree.Call) else None
            labels.append(alias or (column.field.name if named else f"expr{sum(x.startswith('expr') for x in labels)}"))
            label_types.append(column.field.type)
            self._columns.append(column.sql)

    def _operand(self, operand: tree.Name | tree.Call) -> Column:
        """A field, or an aggregate of one as a column of its own."""
        if isinstance(operand, tree.Name):
            return self._scope.column(operand)
        if operand.function == "" and operand.argument is not None:
            return self._scope.column(operand.argument)
        if operand.function not in _AGGREGATES or (operand.argument is None and operand.function != "COUNT"):
            raise malformed(self._soql, operand.at, f"unexpected token: '{operand.function}'")
        whole = replace(fields.number("expr", 18), type="int", precision=18)
        if operand.argument is None:
            return Column("count(*)", whole, self._sobject, ())
        column = self._scope.column(operand.argument)
        if operand.function.startswith("COUNT"):
            distinct = "DISTINCT " if operand.function == "COUNT_DISTINCT" else ""
            return Column(f"count({distinct}{column.sql})", whole, self._sobject, ())
        made: Field = column.field if operand.function in ("MIN", "MAX") else fields.number("expr", 18, 2)
        return Column(f"{operand.function.lower()}({column.sql})", made, self._sobject, ())

    def _order(self, ordering: tree.Ordering) -> str:
        column = self._operand(ordering.operand)
        if not column.field.sortable:
            raise Refused(400, "INVALID_FIELD", f"field '{column.field.name}' can not be sorted in a query call")
        direction = "DESC" if ordering.descending else "ASC"
        return f"{column.sql} {direction} NULLS {'LAST' if ordering.nulls_last else 'FIRST'}"

    def _subquery(self, query: tree.Query) -> tuple[str, list[SqlValue]]:
        inner = _Statement(
            self._catalogue, self._soql, query, self._now, deleted=self._deleted, prefix=self._scope.prefix + "s"
        )
        selected = query.selected[0]
        if len(query.selected) != 1 or not isinstance(selected, tree.Name):
            raise malformed(self._soql, query.sobject.at, "a semi join selects exactly one field")
        column = inner._scope.column(selected)
        made = inner.compile()
        return f"SELECT {column.sql} FROM {made.source}{made.tail}{made.limited}", list(made.parameters)


def compile_query(catalogue: Catalogue, soql: str, query: tree.Query, now: datetime, *, deleted: bool) -> Compiled:
    """SQL for a statement; `deleted` is queryAll, which shows deleted rows too. Refused as Salesforce refuses."""
    with within_limits():
        return _Statement(catalogue, soql, query, now, deleted=deleted).compile()


@contextmanager
def within_limits() -> Iterator[None]:
    """Turn what SQLite or the stack can't hold (nesting, joins, expressions) into Refused QUERY_TOO_COMPLICATED."""
    try:
        yield
    except (RecursionError, sqlite3.OperationalError) as error:
        raise Refused(400, "QUERY_TOO_COMPLICATED", f"The query is too complicated: {error}") from None


def compile_condition(
    catalogue: Catalogue, sobject: SObject, text: str, condition: tree.Condition, now: datetime
) -> tuple[str, list[SqlValue]]:
    """SQL that selects, of the Ids bound last as a JSON array, those of rows for which a bare condition holds."""
    query = tree.Query((tree.Name("Id", 0),), tree.Name(sobject.name, 0), where=condition)
    statement = _Statement(catalogue, text, query, now, deleted=True, sobject=sobject)
    made = statement.compile(extra="t.Id IN (SELECT value FROM json_each(?))")
    return f"SELECT t.Id FROM {made.source}{made.tail}", list(made.parameters)


def child_relationship(child: SObject, lookup: Field) -> str:
    """The name under which a parent lists its children: `Contacts`, or `ChildAccounts` for an account's own kind."""
    if lookup.custom:
        return child.plural.replace(" ", "") + "__r"
    if child.name in lookup.refers_to:
        return f"Child{child.plural}"
    return child.plural.replace(" ", "")
