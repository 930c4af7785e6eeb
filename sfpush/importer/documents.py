"""JSON text as records: one document, many one after another, or JSON lines, streamed; broken stretches are rejects.

{"contacts": [{…}, …], "pagination": {…}}     a page of the API: the elements of every list that it names
{"contact": {…}, "labels": []}                one record in its wrapper
{…}   or   [{…}, …]                           records, or pages, without one
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import ijson

from sfpush.importer.assembly import Assembly, RawRecord
from sfpush.importer.kinds import Kind
from sfpush.importer.parsed import Reject
from sfpush.importer.source import Source

_PIECE = 64 * 1024
_MOST_LINES_AGAIN = 64
"""Of one broken record; read again in case they are records of their own (JSON lines)."""

Found = RawRecord | Reject


def read_documents(source: Source, lists_seen: list[Kind]) -> Iterator[Found]:
    """The records of a file in their order; every wrapper's kind is added to `lists_seen`, records in it or not.

    Where the JSON breaks, one reject says so, and reading goes on at the next line that begins a record.
    """
    text = _Text(lists_seen)
    number, in_line = 0, False
    while piece := source.text.readline(_PIECE):
        if not in_line:
            number += 1
        text.feed(_Piece(piece, number, not in_line))
        in_line = piece[-1] not in "\r\n"
        if text.found:
            yield from text.found
            text.found.clear()
    text.end(number)
    yield from text.found


@dataclass(slots=True)
class _Piece:
    """A line, or a part of one that is long."""

    text: str
    line: int
    starts_line: bool


class _Text:
    """Feeds lines to a parser, and begins anew with a fresh one after what can't be parsed.

    What is whole, or broken, is in `found`, for the caller to take.
    """

    def __init__(self, lists_seen: list[Kind]) -> None:
        self.found: list[Found] = []
        self._lists_seen = lists_seen
        self._mended = False
        self._kind: Kind | None = None
        self._record_starts = "{"
        """How lines on which a record begins begin: indented as they were before the break."""
        self._start()

    def _start(self) -> None:
        self._events: list[tuple[str, Any]] = ijson.sendable_list()
        self._parser = ijson.basic_parse_coro(self._events, multiple_values=True)
        self._assembly = Assembly(self._lists_seen)
        self._skipping = False
        self._since_start: list[_Piece] = []

    def feed(self, piece: _Piece) -> None:
        again = deque((piece,))
        while again:
            again.extendleft(reversed(self._feed(again.popleft())))

    def _feed(self, piece: _Piece) -> list[_Piece]:
        """Returns the lines that a broken record may have swallowed, to be read again."""
        text = piece.text
        if self._mended and not self._goes_on(piece):
            return []
        if piece.starts_line and self._assembly.between_records and text.lstrip().startswith("{"):
            self._record_starts = text[: text.index("{") + 1]
        try:
            self._send(text)
        except ijson.JSONError:
            self._drain(piece)
            if self._mended and self._assembly.idle and text.lstrip()[:1] in "{[}]" and text.rstrip().endswith(","):
                self._skipping = True  # the comma after a record of the page that was broken
                return []
            return self._break_off(
                self._assembly.line or piece.line,
                "bad-json",
                f"The JSON is broken at line {piece.line}; nothing from here to the next line that begins a record"
                " could be read.",
            )
        self._drain(piece)
        return []

    def _goes_on(self, piece: _Piece) -> bool:
        """Whether this piece can be read, after a break: not before a line that begins a record."""
        begins = piece.starts_line and piece.text.startswith(("{", "[", self._record_starts))
        if self._skipping and begins:
            self._start()
        if self._skipping:
            return False
        ends_page = piece.text[0].isspace() or not piece.text.strip("]}, \r\n")
        return begins or not (self._assembly.idle and ends_page)

    def _send(self, text: str) -> None:
        try:
            self._parser.send(text.encode())
        except (ValueError, SystemError) as problem:
            # A number of thousands of digits. The C parser has then left an event without a value, not to be looked at.
            if self._events:
                self._events.pop()
            raise ijson.JSONError from problem

    def _break_off(self, line: int, reason: str, message: str) -> list[_Piece]:
        self.found.append(Reject(line, reason, message))
        swallowed, self._since_start = self._since_start, []
        self._skipping = self._mended = True
        return swallowed

    def end(self, line: int) -> None:
        while not self._skipping and not (self._mended and self._assembly.idle):
            try:
                self._parser.close()
            except ijson.JSONError:
                for piece in self._break_off(
                    self._assembly.line or line,
                    "cut-off",
                    f"The file ends at line {line} in the middle of a record or a list; the rest of it is missing.",
                ):
                    self.feed(piece)
            else:
                return

    def _drain(self, piece: _Piece) -> None:
        assembly, line = self._assembly, piece.line
        take = assembly.take
        for event, value in self._events:
            take(event, value, line)
        del self._events[:]
        if assembly.line == line or not assembly.line:
            self._since_start.clear()
        elif len(self._since_start) < _MOST_LINES_AGAIN:
            self._since_start.append(piece)
        for found in assembly.done:
            if isinstance(found, RawRecord):
                self._kind = found.kind or self._kind
                if self._mended:  # past a break the page's name is gone; its records are still what it said
                    self.found.append(replace(found, kind=self._kind))
                    continue
            self.found.append(found)
        assembly.done.clear()
