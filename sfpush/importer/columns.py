"""A CSV header as a plan for its rows: which cell is which field, by name, never by position."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from sfpush.apollo_fields import PHONE_FIELDS, canonical, snake_case, spellings
from sfpush.errors import SourceUnreadable
from sfpush.importer.normalise import with_fallbacks
from sfpush.importer.parsed import shown
from sfpush.model import RecordType

_REMARKS = "sfpush_"
_DEFUSED = re.compile("(?:^|(?<=[;\t\r\n]))'(?='*[=+\\-@\t\r\n＝＋－＠])")
"""The apostrophes that `display.csv_output.cell` puts before whatever could begin a formula."""


@dataclass(frozen=True, slots=True)
class Columns:
    """`names` has one field name a column, each once."""

    names: tuple[str, ...]
    given: frozenset[str]
    phones: tuple[str, ...]
    synonyms: tuple[tuple[str, tuple[str, ...]], ...]
    """Fields that several columns spell: the field, and the further columns in the order in which they count."""
    nested: bool
    """Some header has dots in it (`participants.0.email`)."""
    ours: bool
    """The file is one that `errors export` wrote: with our own remarks in it, and formulas defused (L2)."""

    def fields(self, row: Sequence[str]) -> dict[str, Any]:
        """The cells of a row that are not blank, by field name, without outer blanks."""
        cells = list(map(str.strip, row))
        fields: dict[str, Any] = dict(compress(zip(self.names, cells, strict=False), cells))
        if self.ours:
            fields = {name: _DEFUSED.sub("", text) for name, text in fields.items() if not _is_remark(name)}
        for name in self.phones:
            if (phone := fields.get(name)) and phone[0] in "'=":
                fields[name] = _without_guard(phone)
        for name, others in self.synonyms:
            for other in others:
                # A second spelling that says something else is kept under its own name: nothing is lost.
                if other in fields and fields.setdefault(name, fields[other]) == fields[other]:
                    del fields[other]
        return _nest(fields) if self.nested else fields


def plan_columns(header: Sequence[str], record_type: RecordType, file_name: str) -> Columns:
    """Read a header. Columns that are not Apollo's are kept, in snake case; nameless ones as `column_7`.

    Raises SourceUnreadable when two columns have the same known name, so that nobody can say which one counts.
    """
    known = spellings(record_type)
    snakes = [snake_case(cell) if "." not in cell else _dotted(cell) for cell in header]
    for snake, times in Counter(snakes).items():
        if times > 1 and canonical(snake, record_type) in known:
            first, second = [place for place, other in enumerate(snakes) if other == snake][:2]
            raise SourceUnreadable(
                f"{file_name} has two columns {shown(header[first].strip())}: number {first + 1} and {second + 1}.",
                hint="Rename or remove one of the two, then import the file again.",
                code="duplicate-columns",
            )
    names: list[str] = []
    by_field: dict[str, list[str]] = {}
    for place, snake in enumerate(snakes):
        name = _once(snake or f"column_{place + 1}", names)
        names.append(name)
        by_field.setdefault(name if "." in name else canonical(name, record_type), []).append(name)
    synonyms: list[tuple[str, tuple[str, ...]]] = []
    for field, spelt in by_field.items():
        order = known.get(field, ())
        counts, *others = sorted(spelt, key=lambda name: order.index(name) if name in order else len(order))
        place = names.index(counts)
        for rank, other in enumerate(others):
            if other == field:  # its own name goes to a spelling that counts first
                others[rank] = names[names.index(other)] = _once(field, names)
        names[place] = field
        if others:
            synonyms.append((field, tuple(others)))
    # A phone's second spelling carries the same guard as its first.
    phones = tuple(name for name in names if canonical(name, record_type) in PHONE_FIELDS)
    return Columns(
        names=tuple(names),
        given=with_fallbacks(record_type, [name.partition(".")[0] for name in names if not _is_remark(name)]),
        phones=phones,
        synonyms=tuple(synonyms),
        nested=any("." in name for name in names),
        ours=any(map(_is_remark, names)),
    )


def field_names(header: Iterable[str]) -> frozenset[str]:
    """The header's names in snake case, for telling what the file holds; of a dotted name its first part."""
    return frozenset(name for cell in header if (name := snake_case(cell.partition(".")[0])))


def _once(name: str, taken: Sequence[str]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}_{number}", number + 1
    return candidate


def _dotted(cell: str) -> str:
    return ".".join(part for part in map(snake_case, cell.split(".")) if part)


def _without_guard(text: str) -> str:
    """Spreadsheet guards off: `'+44 20 7946 0000` and `="+44 20 7946 0000"`. A cell that is all guard stays."""
    inside = text[2:-1] if text.startswith('="') and text.endswith('"') else text
    return inside.lstrip("'").strip() or text


def _is_remark(name: str) -> bool:
    return name.startswith(_REMARKS)


def _nest(fields: dict[str, Any]) -> dict[str, Any]:
    """`participants.0.email` → {"participants": [{"email": …}]}: numbers are places in a list, in their order."""
    nested: dict[str, Any] = {}
    for name, value in fields.items():
        *path, last = name.split(".")
        branch = nested
        for part in path:
            below = branch.setdefault(part, {})
            if not isinstance(below, dict):  # `a` and `a.b` in one header: the plain one was there first
                below = branch[part] = {"value": below}
            branch = below
        branch[last] = value
    return {name: _lists(value) for name, value in nested.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if all(name.isdigit() for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _lists(below) for name, below in value.items()}
