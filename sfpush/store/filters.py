"""Asking a filter of records (B6): an expression becomes SQL over their JSON fields, every value bound.

It runs on a connection of its own that can only read, and under an authorizer that lets it see nothing but the keys
and fields of records and call nothing but what reading JSON takes.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, assert_never

import orjson

from sfpush.apollo_fields import STAGE_FIELD
from sfpush.filters.expression import And, Compare, Expression, IsBlank, Like, Not, OneOf, Or, Value, names
from sfpush.model import RecordType
from sfpush.planning.cells import Cell, like, number, text, truth
from sfpush.planning.custom_fields import CustomFields
from sfpush.store import reference
from sfpush.store.database import reading
from sfpush.store.record_list import NO_STAGE

_MOST_LOOKED_AT = 500
_AS_IT_IS: Mapping[str, str] = {}
_RECORD_COLUMNS = frozenset({"", "key", "type", "deleted_at", "made_for", "fields"})
_FUNCTIONS = frozenset({"json_type", "json_extract", "json_each", "coalesce", "nullif", "substr", "length"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the names of a filter can mean beyond the fields themselves: stages by id, and custom fields (F5)."""

    stages: Mapping[RecordType, Mapping[str, str]]
    custom_fields: CustomFields

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> Vocabulary:
        """As the imported lists have it."""
        lists = {kind: f"{kind.value}_stages" for kind in (RecordType.CONTACT, RecordType.ACCOUNT)}
        return cls(
            {kind: reference.names(connection, name) for kind, name in lists.items()},
            CustomFields.of(reference.bodies(connection, "typed_custom_fields")),
        )


class RecordFilter:
    """A filter that can be asked of records of one type."""

    def __init__(self, reader: sqlite3.Connection, condition: _Condition, record_type: RecordType) -> None:
        self._reader, self._condition, self._record_type = reader, condition, record_type

    def passing(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of the keys whose record passes."""
        return frozenset(
            key
            for (key,) in self._reader.execute(
                "SELECT r.key FROM records r WHERE r.key IN (SELECT value FROM json_each(:keys))"
                f" AND {self._condition.sql}",
                {**self._condition.bound, "keys": orjson.dumps(list(keys)).decode()},
            )
        )

    def all_passing(self) -> Iterator[str]:
        """The keys of all living records of the type that pass, streamed in their order."""
        for (key,) in self._reader.execute(
            "SELECT r.key FROM records r WHERE r.type = :type AND r.deleted_at IS NULL AND r.made_for IS NULL"
            f" AND {self._condition.sql} ORDER BY r.key",
            {**self._condition.bound, "type": self._record_type.value},
        ):
            yield key


@contextlib.contextmanager
def filtering(
    connection: sqlite3.Connection, expression: Expression, record_type: RecordType, vocabulary: Vocabulary
) -> Iterator[RecordFilter]:
    """The filter, ready to be asked until the context ends."""
    condition = _Condition(expression, record_type, vocabulary)
    with reading(connection) as reader:
        for name, function in condition.functions().items():
            reader.create_function(name, -1, function, deterministic=True)
        reader.execute(
            "SELECT value FROM json_each('[]')"
        )  # its first use declares a table, which is not allowed below
        reader.set_authorizer(_authorizer(_FUNCTIONS | condition.functions().keys()))
        yield RecordFilter(reader, condition, record_type)


def unseen_names(
    connection: sqlite3.Connection, expression: Expression, record_type: RecordType, vocabulary: Vocabulary
) -> tuple[str, ...]:
    """The names that no living record of the type has a value for, and no definition of a custom field names.

    Where there are no records at all, nothing can be said of any name.
    """
    if not connection.execute(
        "SELECT EXISTS (SELECT 1 FROM records WHERE type = ? AND deleted_at IS NULL)", (record_type.value,)
    ).fetchone()[0]:
        return ()
    found = []
    for name in names(expression):
        if name == STAGE_FIELD or (record_type, name) in vocabulary.custom_fields.by_name:
            continue
        with filtering(connection, Not(IsBlank(name)), record_type, vocabulary) as having:
            if next(having.all_passing(), None) is None:
                found.append(name)
    return tuple(found)


def held_names(connection: sqlite3.Connection, record_type: RecordType) -> frozenset[str]:
    """The names of the fields that the newest few hundred living records of the type have values in."""
    rows = connection.execute(
        "SELECT DISTINCT f.key FROM (SELECT fields FROM records WHERE type = ?"
        " AND deleted_at IS NULL AND made_for IS NULL ORDER BY id DESC LIMIT ?) r, json_each(r.fields) f",
        (record_type.value, _MOST_LOOKED_AT),
    )
    return frozenset(name for (name,) in rows)


class _Source(NamedTuple):
    """What a reader takes for a field: the place of its spellings, and the SQL of its cell, JSON type and value."""

    place: int
    cell: str

    def __str__(self) -> str:
        return f"{self.place}, {self.cell}"


class _Condition:
    """The SQL of an expression and its bound values. It is 1 or 0, never NULL."""

    def __init__(self, expression: Expression, record_type: RecordType, vocabulary: Vocabulary) -> None:
        self.bound: dict[str, Any] = {}
        self._record_type, self._vocabulary = record_type, vocabulary
        self._spelt: list[Mapping[str, str]] = [_AS_IT_IS]
        self._sources = {name: self._source(name) for name in names(expression)}
        self.sql = self._sql(expression)

    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """What the SQL calls: reading a cell as text, number or truth, and comparing texts with a pattern.

        Each reader is told which spelling of ids the field has, by its place.
        """
        spelt = tuple(self._spelt)
        return {
            "cell_text": lambda place, kind, value: text(Cell(kind, value), spelt[place]),
            "cell_number": lambda place, kind, value: number(Cell(kind, value), spelt[place]),
            "cell_truth": lambda place, kind, value: truth(Cell(kind, value), spelt[place]),
            "text_like": like,
        }

    def _source(self, name: str) -> _Source:
        """Where the value is: under the name, else the custom fields of that name; of a pattern, the last column."""
        prefix = name.removesuffix("*")
        kinds, values = [], []
        spelling = {"": NO_STAGE, **self._vocabulary.stages.get(self._record_type, {})} if name == STAGE_FIELD else {}
        if prefix != name:
            begins = self._bind(prefix)
            last = (
                f"FROM json_each(r.fields) WHERE substr(key, 1, length({begins})) = {begins} ORDER BY id DESC LIMIT 1"
            )
            kinds.append(f"(SELECT type {last})")
            values.append(f"(SELECT value {last})")
        paths = [] if prefix != name else [_path(name)]
        for (record_type, defined), definition in self._vocabulary.custom_fields.by_name.items():
            named = defined == name or (prefix != name and defined.startswith(prefix))
            if named and record_type is self._record_type and '"' not in definition.id:
                paths.append(_path("typed_custom_fields", definition.id))
                spelling |= definition.picklist
        for path in map(self._bind, paths):
            kinds.append(f"nullif(json_type(r.fields, {path}), 'null')")
            values.append(f"json_extract(r.fields, {path})")
        return _Source(self._spelling(spelling), f"{_first(kinds)}, {_first(values)}")

    def _spelling(self, spelling: Mapping[str, str]) -> int:
        self._spelt.append(spelling)
        return len(self._spelt) - 1

    def _bind(self, value: Value) -> str:
        name = f"v{len(self.bound)}"
        self.bound[name] = value
        return f":{name}"

    def _sql(self, expression: Expression) -> str:
        match expression:
            case Compare(name, operator, value):
                return self._compared(name, operator, value)
            case OneOf(name, values):
                return self._one_of(name, values)
            case Like(name, pattern):
                return f"text_like(cell_text({self._sources[name]}), {self._bind(pattern)})"
            case IsBlank(name):
                return f"(cell_text(0, {self._sources[name].cell}) = '')"
            case Not(inner):
                return f"(NOT {self._sql(inner)})"
            case And(parts):
                return f"({' AND '.join(map(self._sql, parts))})"
            case Or(parts):
                return f"({' OR '.join(map(self._sql, parts))})"
            case _:
                assert_never(expression)

    def _compared(self, name: str, operator: str, value: Value) -> str:
        source = self._sources[name]
        match value:
            case bool():
                return f"coalesce(cell_truth({source}) = {self._bind(int(value))}, 0)"
            case str():
                compared = f"cell_text({source}) {operator} {self._bind(text(Cell('text', value)))}"
                return f"({compared})" if operator == "=" else f"(cell_text({source}) <> '' AND {compared})"
            case _:
                return f"coalesce(cell_number({source}) {operator} {self._bind(value)}, 0)"

    def _one_of(self, name: str, values: tuple[Value, ...]) -> str:
        """Texts travel as one list, so that there can be many; the few others are compared one by one."""
        texts = [text(Cell("text", value)) for value in values if isinstance(value, str)]
        others = [self._compared(name, "=", value) for value in values if not isinstance(value, str)]
        if texts:
            listed = self._bind(orjson.dumps(texts).decode())
            others.append(f"cell_text({self._sources[name]}) IN (SELECT value FROM json_each({listed}))")
        return f"({' OR '.join(others)})"


def _first(alternatives: Sequence[str]) -> str:
    return f"coalesce({', '.join(alternatives)})" if len(alternatives) > 1 else alternatives[0]


def _path(*names: str) -> str:
    return "$" + "".join(f'."{name}"' for name in names)


def _authorizer(functions: frozenset[str]) -> Callable[..., int]:
    def allowed(action: int, one: str | None, other: str | None, *_where: str | None) -> int:
        match action:
            case sqlite3.SQLITE_SELECT:
                return sqlite3.SQLITE_OK
            case sqlite3.SQLITE_READ if one == "records" and other in _RECORD_COLUMNS:
                return sqlite3.SQLITE_OK
            case sqlite3.SQLITE_READ if one == "json_each":
                return sqlite3.SQLITE_OK
            case sqlite3.SQLITE_FUNCTION if other in functions:
                return sqlite3.SQLITE_OK
            case _:
                return sqlite3.SQLITE_DENY

    return allowed
