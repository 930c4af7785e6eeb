"""Running SOQL: pages of at most 2,000 rows, and locators that remember which rows come next."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sfpush.practice import ids
from sfpush.practice.org import PracticeOrg
from sfpush.practice.refusals import Refused
from sfpush.practice.soql.compile import Compiled, Shape, compile_query, within_limits
from sfpush.practice.soql.parse import parse

MAX_PAGE = 2000
MIN_PAGE = 200
OPEN_CURSORS = 100

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a result; `next_locator` is what to ask for next, None at the end."""

    total: int
    records: list[Record]
    next_locator: str | None
    is_count: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """A result still being read: the numbers of its rows, in order, fixed when the query ran."""

    compiled: Compiled
    numbers: array[int]
    size: int


class Queries:
    """Runs statements for one server; its locators live as long as it does."""

    def __init__(self, org: PracticeOrg) -> None:
        self._org = org
        self._cursors: OrderedDict[str, Cursor] = OrderedDict()
        self._opened = 0

    def compile(self, soql: str, *, deleted: bool = False) -> Compiled:
        """The statement as SQL; `deleted` shows deleted rows too."""
        return compile_query(self._org.catalogue, soql, parse(soql), self._org.clock(), deleted=deleted)

    def run(self, soql: str, *, version: str, deleted: bool = False, size: int = MAX_PAGE) -> Page:
        """The first page of a statement's result, with links of this API version (`v62.0`)."""
        compiled = self.compile(soql, deleted=deleted)
        size = min(max(size, MIN_PAGE), MAX_PAGE)
        with self._org.reading() as db, within_limits():
            if compiled.counts_only:
                total = db.execute(
                    f"SELECT count(*) FROM {compiled.source}{compiled.tail}", compiled.parameters
                ).fetchone()[0]
                return Page(total, [], None, is_count=True)
            if compiled.shape is None:
                records = _aggregate_records(db, compiled)
                return Page(len(records), records, None)
            cursor = db.execute(
                f"SELECT {compiled.select} FROM {compiled.source}{compiled.tail}{compiled.limited}", compiled.parameters
            )
            first = cursor.fetchmany(size + 1)
            cursor.close()
            show = shower(db, compiled, version)
            if len(first) <= size:
                return Page(len(first), [show(row) for row in first], None)
            numbers = array("q", (row[0] for row in db.execute(
                f"SELECT t.n FROM {compiled.source}{compiled.tail}{compiled.limited}", compiled.parameters
            )))  # fmt: skip
            records = [show(row) for row in first[:size]]
        key = self._keep(Cursor(compiled, numbers, size))
        return Page(len(numbers), records, f"{key}-{size}")

    def more(self, locator: str, *, version: str) -> Page:
        """A further page. Refused INVALID_QUERY_LOCATOR for one this server did not give out, or has forgotten."""
        key, _, position = locator.rpartition("-")
        cursor = self._cursors.get(ids.canonical(key) or "")
        if cursor is None or not position.isdigit() or int(position) >= len(cursor.numbers):
            raise Refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        start = int(position)
        end = min(start + cursor.size, len(cursor.numbers))
        with self._org.reading() as db:
            records = rows_of(db, cursor.compiled, cursor.numbers[start:end], version)
        return Page(len(cursor.numbers), records, f"{key}-{end}" if end < len(cursor.numbers) else None)

    def _keep(self, cursor: Cursor) -> str:
        self._opened += 1
        key = self._org.make_id("01g", self._opened)
        self._cursors[key] = cursor
        while len(self._cursors) > OPEN_CURSORS:
            self._cursors.popitem(last=False)
        return key


def rows_of(db: sqlite3.Connection, compiled: Compiled, numbers: Sequence[int], version: str) -> list[Record]:
    """The records of these row numbers, in their order."""
    show = shower(db, compiled, version)
    found = {
        row[0]: show(row)
        for row in db.execute(
            f"SELECT {compiled.select} FROM {compiled.source} WHERE t.n IN (SELECT value FROM json_each(?))",
            (json.dumps(list(numbers)),),
        ).fetchall()
    }
    return [found[number] for number in numbers if number in found]


def shower(db: sqlite3.Connection, compiled: Compiled, version: str) -> Callable[[Sequence[Any]], Record]:
    """A function that makes the JSON record of a result row."""
    if compiled.shape is None:
        raise ValueError("aggregates have no records")
    return _shower(db, compiled.shape, version)


def _shower(db: sqlite3.Connection, shape: Shape, version: str) -> Callable[[Sequence[Any]], Record]:
    kind, id_at = shape.sobject, shape.id_at
    start = f"/services/data/{version}/sobjects/"
    plain = [(name, at) for name, at, _ in shape.fields]
    flags = [(name, at) for name, at, field_type in shape.fields if field_type == "boolean"]
    addresses = [(name, at) for name, at, field_type in shape.fields if field_type == "address"]
    parents = [(name, parent, _shower(db, parent, version)) for name, parent in shape.parents.items()]
    children = list(shape.children.items())

    def show(row: Sequence[Any]) -> Record:
        record_id = row[id_at]
        named = kind if kind != "Name" else _kind_of(shape, row)
        record: Record = {"attributes": {"type": named, "url": f"{start}{named}/{record_id}"}}
        for name, at in plain:
            record[name] = row[at]
        for name, at in flags:
            record[name] = row[at] == 1
        for name, at in addresses:
            record[name] = _address(row[at : at + 8])
        for name, parent, show_parent in parents:
            record[name] = show_parent(row) if row[parent.id_at] is not None else None
        for name, child in children:
            record[name] = _children(db, child, record_id, version)
        return record

    return show


def _kind_of(shape: Shape, row: Sequence[Any]) -> str:
    return next((str(row[at]) for name, at, _ in shape.fields if name == "Type"), "Name")


def _address(parts: Sequence[Any]) -> Record | None:
    names = ("city", "country", "geocodeAccuracy", "latitude", "longitude", "postalCode", "state", "street")
    return dict(zip(names, parts, strict=True)) if any(part is not None for part in parts) else None


def _children(db: sqlite3.Connection, child: Compiled, parent_id: str, version: str) -> Record | None:
    show = shower(db, child, version)
    found = db.execute(
        f"SELECT {child.select} FROM {child.source}{child.tail}{child.limited}", (*child.parameters, parent_id)
    ).fetchall()
    return {"totalSize": len(found), "done": True, "records": [show(row) for row in found]} if found else None


def _aggregate_records(db: sqlite3.Connection, compiled: Compiled) -> list[Record]:
    rows = db.execute(
        f"SELECT {compiled.select} FROM {compiled.source}{compiled.tail}{compiled.limited}", compiled.parameters
    ).fetchmany(MAX_PAGE)
    return [{"attributes": {"type": "AggregateResult"}} | dict(_labelled(compiled, row)) for row in rows]


def _labelled(compiled: Compiled, row: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for label, kind, value in zip(compiled.labels, compiled.label_types, row, strict=True):
        yield label, value == 1 if kind == "boolean" else value
