"""The events of a JSON parser as whole records, one in memory at a time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sfpush.importer.kinds import BY_LIST_NAME, BY_SINGULAR, Kind
from sfpush.importer.parsed import Reject

_MOST_VALUES = 500_000
"""In one record; more is no record, and must not be held in memory."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One JSON object, the line it starts on, and what its wrapper says it is."""

    kind: Kind | None
    body: dict[str, Any]
    line: int


class Assembly:
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
            case "string" | "null" | "boolean" | "number":
                if self._open:
                    self._put(_number(value) if event == "number" else value)
                else:
                    self.done.append(_no_record(line))
            case "start_map":
                self._begin({}, line)
            case "start_array":
                self._begin_array(line)
            case _:
                self._finish(event)

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


def _number(value: int | Decimal) -> int | float | str:
    """A JSON number that loses nothing (D5): what a float would round, or 64 bits not hold, stays text."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**64 else str(value)
    if value == value.to_integral_value() and abs(value) < 2**63:
        return int(value)
    as_float = float(value)
    return as_float if Decimal(repr(as_float)) == value else str(value)
