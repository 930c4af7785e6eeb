"""Rows as Bulk API 2.0 carries them, and whose row a result is: Bulk answers in any order and keeps no index.

A result is tied to its row by what it echoes: the Id for updates and deletes, the external id for upserts, the whole
row as sent for creates (rows that are equal in everything may stand for each other). No column of ours travels: one
that the sObject lacks fails the job.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from sfpush.model import Row, Verb

MOST_BYTES = 100_000_000
"""Of one job's data: Salesforce takes 150 MB in base64."""
_MOST_CELL, _MOST_ROW = 32_000, 400_000
"""Characters."""
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
_NULL = "#N/A"
"""Bulk's word for null; an empty cell means "leave alone"."""


@dataclass(frozen=True, slots=True)
class JobShape:
    """What the rows of one job have in common. `fields` are the columns beside the Id, which a row may lack."""

    sobject: str
    verb: Verb
    fields: tuple[str, ...]
    external_id_field: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The header of the job's data."""
        match self.verb:
            case Verb.CREATE | Verb.UPSERT:
                return self.fields
            case Verb.UPDATE:
                return ("Id", *self.fields)
            case Verb.DELETE:
                return ("Id",)

    def cells(self, row: Row) -> tuple[str, ...]:
        """`row` as the cells of its line."""
        values = {"Id": row.id, **row.values} if self.verb in (Verb.UPDATE, Verb.DELETE) else row.values
        return tuple(_cell(values[name]) if name in values else "" for name in self.columns)

    def tie(self, cells: Sequence[str]) -> bytes:
        """What tells a line from the job's others, as sent or as echoed."""
        match self.verb:
            case Verb.UPDATE | Verb.DELETE:
                return cells[0][:15].encode()
            case Verb.UPSERT:
                telling: Sequence[str] = [cells[self.columns.index(self.external_id_field or "")]]
            case Verb.CREATE:
                telling = cells
        # with their lengths: no text in a cell can make two rows look like one
        told = "".join(f"{len(cell)}:{cell}" for cell in telling)
        return hashlib.blake2b(told.encode(), digest_size=16).digest()


def can_travel(row: Row) -> bool:
    """Whether Bulk can carry `row` as it is: it has no word for the text "#N/A", and limits the length of cells."""
    texts = [value for value in row.values.values() if isinstance(value, str)]
    return (
        _NULL not in texts
        and max(map(len, texts), default=0) <= _MOST_CELL
        and sum(map(len, texts)) <= _MOST_ROW
        and not any(_HALF_A_PAIR.search(text) for text in texts)
    )


def _cell(value: Any) -> str:
    match value:
        case None | "":
            return _NULL
        case bool():
            return "true" if value else "false"
        case float() | Decimal():
            return f"{Decimal(str(value)):f}"
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)


class JobData:
    """The rows of one job, written to `file` as they are added, and which results are still to come for them."""

    def __init__(self, shape: JobShape, file: BinaryIO, *, most_bytes: int = MOST_BYTES) -> None:
        self.file = file
        self.ties = Ties(shape)
        self._shape = shape
        self._most_bytes = most_bytes
        self._line = io.StringIO(newline="")
        # CRLF, because the csv module quotes a lone CR inside a value only where line ends hold one
        self._writer = csv.writer(self._line, lineterminator="\r\n")
        self._bytes = file.write(self._encoded(shape.columns))

    def add(self, row: Row) -> bool:
        """Write `row`; False, and nothing is written, if the job would be too large with it."""
        cells = self._shape.cells(row)
        line = self._encoded(cells)
        if self._bytes + len(line) > self._most_bytes:
            return False
        self._bytes += self.file.write(line)
        self.ties.add(row.key, cells)
        return True

    def _encoded(self, cells: Sequence[str]) -> bytes:
        self._line.seek(0)
        self._line.truncate()
        self._writer.writerow(cells)
        return self._line.getvalue().encode()


class Ties:
    """Which rows of a job have no result yet, by what a result will echo."""

    def __init__(self, shape: JobShape) -> None:
        self._shape = shape
        self._waiting: dict[bytes, str | deque[str]] = {}
        self._count = 0

    @classmethod
    def of(cls, shape: JobShape, rows: Iterable[Row]) -> Ties:
        """The ties of a job whose rows were sent earlier, to pick it up again."""
        ties = cls(shape)
        for row in rows:
            ties.add(row.key, shape.cells(row))
        return ties

    def __len__(self) -> int:
        return self._count

    def add(self, key: str, cells: Sequence[str]) -> None:
        """Expect a result for the row of record `key`."""
        tie = self._shape.tie(cells)
        others = self._waiting.get(tie)
        if others is None:
            self._waiting[tie] = key
        elif isinstance(others, str):
            self._waiting[tie] = deque((others, key))
        else:
            others.append(key)
        self._count += 1

    def take(self, result: Mapping[str, str]) -> str:
        """The record whose result this is, which then waits no more. Raises KeyError if it is nobody's."""
        tie = self._shape.tie([result[name] for name in self._shape.columns])
        keys = self._waiting[tie]
        self._count -= 1
        if isinstance(keys, deque) and len(keys) > 1:
            return keys.popleft()
        del self._waiting[tie]
        return keys if isinstance(keys, str) else keys[0]

    def left(self) -> Iterator[str]:
        """The records that still wait."""
        for keys in self._waiting.values():
            yield from (keys,) if isinstance(keys, str) else keys


def read_results(file: BinaryIO) -> Iterator[dict[str, str]]:
    """The lines of a result file by column. Raises ValueError for a line that is not whole."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        for line in csv.DictReader(text, strict=True):
            if None in line or None in line.values():
                raise ValueError("a line has not as many cells as the header")
            yield line
    except csv.Error as problem:
        raise ValueError(str(problem)) from None
    finally:
        text.detach()
