"""JSON text as records: one document, many one after another, or JSON lines, streamed; broken stretches are rejects.

{"contacts": [{…}, …], "pagination": {…}}     a page of the API: the elements of every list that it names
{"contact": {…}, "labels": []}                one record in its wrapper
{…}   or   [{…}, …]                           records, or pages, without one
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import ijson

from sfpush.importer.kinds import BY_LIST_NAME, BY_SINGULAR, Kind
from sfpush.importer.parsed import Reject
from sfpush.importer.source import Source

_PIECE = 64 * 1024
_MOST_VALUES = 500_000
"""In one record; more is no record, and must not be held in memory."""
_MOST_LINES_AGAIN = 64
"""Of one broken record; read again in case they are records of their own (JSON lines)."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One JSON object, the line it starts on, and what its wrapper says it is."""

    kind: Kind | None
    body: dict[str, Any]
    line: int


def read_documents(source: Source, lists_seen: list[Kind]) -> Iterator[RawRecord | Reject]:
    """The records of a file in their order; every wrapper's kind is added to `lists_seen`, records in it or not.

    Where the JSON breaks, one reject says so, and reading goes on at the next line that begins a document.
    """
    text = _Text(lists_seen)
    number, in_line = 0, False
    while piece := source.text.readline(_PIECE):
        if not in_line:
            number += 1
        yield from text.feed(_Piece(piece, number, not in_line))
        in_line = piece[-1] not in "\r\n"
    yield from text.end(number)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    line: int
    starts_line: bool


class _Text:
    """Feeds lines to a parser, and begins anew with a fresh one after what can't be parsed."""

    def __init__(self, lists_seen: list[Kind]) -> None:
        self._lists_seen = lists_seen
        self._mended = False
        self._kind: Kind | None = None
        self._record_starts = "{"
        """How lines on which a record begins begin: indented as they were before the break."""
        self._start()

    def _start(self) -> None:
        self._events: list[tuple[str, Any]] = ijson.sendable_list()
        self._parser = ijson.basic_parse_coro(self._events, multiple_values=True)
        self._assembly = _Assembly(self._lists_seen)
        self._skipping = False
        self._since_start: list[_Piece] = []

    def feed(self, piece: _Piece) -> Iterator[RawRecord | Reject]:
        again = deque((piece,))
        while again:
            broken = yield from self._feed(again.popleft())
            again.extendleft(reversed(broken))

    def _feed(self, piece: _Piece) -> Generator[RawRecord | Reject, None, list[_Piece]]:
        """Yields what is whole by now; returns the lines that a broken record may have swallowed, to read again."""
        text = piece.text
        begins = piece.starts_line and text.startswith(("{", "[", self._record_starts))
        if self._skipping:
            if not begins:
                return []
            self._start()
        if self._mended and self._assembly.idle and not begins and (text[0].isspace() or not text.strip("]}, \r\n")):
            return []  # the end of the page that was broken
        if piece.starts_line and self._assembly.between_records and text.lstrip().startswith("{"):
            self._record_starts = text[: text.index("{") + 1]
        try:
            self._send(text)
        except ijson.JSONError:
            yield from self._drain(piece)
            if self._mended and self._assembly.idle and text.lstrip()[:1] in "{[}]" and text.rstrip().endswith(","):
                self._skipping = True  # the comma after a record of the page that was broken
                return []
            yield Reject(
                self._assembly.line or piece.line,
                "bad-json",
                f"The JSON is broken at line {piece.line}; nothing from here to the next line that begins a record"
                " could be read.",
            )
            swallowed, self._since_start = self._since_start, []
            self._skipping = self._mended = True
            return swallowed
        yield from self._drain(piece)
        return []

    def _send(self, text: str) -> None:
        try:
            self._parser.send(text.encode())
        except (ValueError, SystemError) as problem:
            # A number of thousands of digits. The C parser has then left an event without a value, not to be looked at.
            if self._events:
                self._events.pop()
            raise ijson.JSONError from problem

    def end(self, line: int) -> Iterator[RawRecord | Reject]:
        while not self._skipping and not (self._mended and self._assembly.idle):
            try:
                self._parser.close()
            except ijson.JSONError:
                yield Reject(
                    self._assembly.line or line,
                    "cut-off",
                    f"The file ends at line {line} in the middle of a record or a list; the rest of it is missing.",
                )
                swallowed, self._since_start = self._since_start, []
                self._skipping = self._mended = True
                for piece in swallowed:
                    yield from self.feed(piece)
                continue
            return

    def _drain(self, piece: _Piece) -> Iterator[RawRecord | Reject]:
        for event, value in self._events:
            self._assembly.take(event, value, piece.line)
        del self._events[:]
        if self._assembly.line == piece.line or not self._assembly.line:
            self._since_start.clear()
        elif len(self._since_start) < _MOST_LINES_AGAIN:
            self._since_start.append(piece)
        for found in self._assembly.done:
            if isinstance(found, RawRecord):
                self._kind = found.kind or self._kind
                # Past a break the page's name is gone; its records are still what it said.
                yield replace(found, kind=self._kind) if self._mended else found
            else:
                yield found
        self._assembly.done.clear()


class _Assembly:
    """Parser events to whole records; holds one record (or a page's other fields) at a time."""

    def __init__(self, lists_seen: list[Kind]) -> None:
        self.done: list[RawRecord | Reject] = []
        self.line = 0
        """Where the record being read starts; 0 between records."""
        self._lists_seen = lists_seen
        self._in_array = False
        self._list: Kind | None = None
        self._page: dict[str, Any] | None = None
        self._page_line = 0
        self._open: list[Any] = []
        self._keys: list[str] = []
        self._values = 0

    @property
    def between_records(self) -> bool:
        """No record has begun that has not ended."""
        return not self._open

    @property
    def idle(self) -> bool:
        """Between documents."""
        return not self._open and self._page is None and not self._in_array

    def take(self, event: str, value: Any, line: int) -> None:
        match event:
            case "map_key":
                self._keys[-1] = value
            case "start_map":
                self._begin({}, line)
            case "start_array":
                self._begin_array(line)
            case "end_map" | "end_array":
                self._finish(event)
            case _:
                if isinstance(value, Decimal):
                    value = _number(value)
                elif isinstance(value, int) and not -(2**63) <= value < 2**64:
                    value = str(value)
                if self._open:
                    self._put(value)
                else:
                    self.done.append(_no_record(line))

    def _begin(self, container: dict[str, Any] | list[Any], line: int) -> None:
        if self._open:
            self._put(container)
        else:
            self.line, self._values = line, 0
        self._open.append(container)
        self._keys.append("")

    def _begin_array(self, line: int) -> None:
        if not self._open and self._list is None and not self._in_array:
            self._in_array = True
        elif self._wraps_a_list():
            kind = self._list = BY_LIST_NAME[self._keys.pop()]
            if kind not in self._lists_seen:
                self._lists_seen.append(kind)
            self._page, self._page_line = self._open.pop(), self.line
            self.line = 0
        else:
            self._begin([], line)

    def _wraps_a_list(self) -> bool:
        """A record may hold such a list too (a conversation its opportunities), but a page has no id."""
        return len(self._open) == 1 and self._keys[0] in BY_LIST_NAME and "id" not in self._open[0]

    def _finish(self, event: str) -> None:
        if not self._open:
            if self._list is not None:
                self._list = None
                self._open, self._keys, self.line = [self._page], [""], self._page_line
            else:
                self._in_array = False
            return
        container = self._open.pop()
        self._keys.pop()
        if self._open:
            return
        line, self.line = self.line, 0
        if self._values > _MOST_VALUES:
            self.done.append(Reject(line, "too-large", f"More than {_MOST_VALUES:,} values in one record."))
        elif event == "end_array":
            self.done.append(_no_record(line))
        elif self._list is not None:
            self.done.append(RawRecord(self._list, container, line))
        elif container is not self._page:
            self.done += _unwrapped(container, line)
        if container is self._page:
            self._page = None

    def _put(self, value: Any) -> None:
        self._values += 1
        if self._values > _MOST_VALUES:
            return
        container = self._open[-1]
        if isinstance(container, dict):
            container[self._keys[-1]] = value
        else:
            container.append(value)


def _unwrapped(document: dict[str, Any], line: int) -> list[RawRecord | Reject]:
    if "id" not in document:
        inside: list[RawRecord | Reject] = [
            RawRecord(BY_SINGULAR[name], body, line)
            for name, body in document.items()
            if name in BY_SINGULAR and isinstance(body, dict)
        ]
        if inside:
            return inside
    return [RawRecord(None, document, line)]


def _no_record(line: int) -> Reject:
    return Reject(line, "not-a-record", "A JSON object is expected here.")


def _number(value: Decimal) -> int | float | str:
    """A JSON number that loses nothing (D5): what a float would round stays text."""
    if value == value.to_integral_value() and abs(value) < 2**63:
        return int(value)
    as_float = float(value)
    return as_float if Decimal(repr(as_float)) == value else str(value)
