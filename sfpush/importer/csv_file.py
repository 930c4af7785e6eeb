"""The rows of a CSV export, streamed: one record, or one reject with the line it starts on, for every row (I5)."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sfpush.errors import SourceUnreadable
from sfpush.importer.columns import Columns, field_names, plan_columns
from sfpush.importer.kinds import Kind, kind_of, refuse_what_it_is_not, types_to_choose_from
from sfpush.importer.normalise import list_entry, record_parser
from sfpush.importer.parsed import Parsed, Reject, RowProblem, shown
from sfpush.importer.source import BROKEN, Source
from sfpush.model import RecordType

_EMAIL = (frozenset({"email"}), frozenset({"email_address"}))
_ONLY_EMAILS = (
    "{name} holds nothing but e-mail addresses and was taken as contacts. If they are your own connected mailboxes,"
    " import it with --type email_accounts."
)
_DELIMITERS = ",;\t"
_LONGEST_CELL = 16 * 1024 * 1024
_LONGEST_LINE = 4 * _LONGEST_CELL


def read_csv(source: Source, kind: Kind | None) -> tuple[Kind, Iterator[Parsed], str]:
    """What the file holds (told by its header, unless `kind` says), its rows, and what to say of how it was taken.

    Raises SourceUnreadable when the first row is no header of an export, or does not tell what the file holds.
    """
    csv.field_size_limit(_LONGEST_CELL)
    lines = _Lines(source)
    delimiter = _find_delimiter(lines)
    header = _read_header(source, lines, delimiter)
    names = field_names(header)
    refuse_what_it_is_not(source.path.name, names, kind)
    found = kind or kind_of(names)
    if found is None:
        raise SourceUnreadable(
            f"The first line of {source.path.name} is not the header of an Apollo export that sfpush knows:"
            f" {shown(delimiter.join(header))}.",
            hint=f"If it is one, say which with --type: {types_to_choose_from()}.",
            code="unknown-header",
        )
    columns = plan_columns(header, found.record_type or RecordType.CONTACT, source.path.name)
    doubt = "" if kind or names not in _EMAIL else _ONLY_EMAILS.format(name=source.path.name)
    return found, _rows(_Reader(lines, delimiter, header), found, columns, source), doubt


def _rows(reader: _Reader, kind: Kind, columns: Columns, source: Source) -> Iterator[Parsed]:
    width, given = len(columns.names), columns.given
    parse = record_parser(kind.record_type, source.path.name) if kind.record_type else None
    for row in reader:
        if isinstance(row, Reject):
            yield row
            continue
        if len(row) != width:
            if not any(map(str.strip, row)):
                continue
            if len(row) < width or any(map(str.strip, row[width:])):
                yield _ragged(reader.line, len(row), width)
                continue
        fields = columns.fields(row)
        if not fields:
            continue
        try:
            yield parse(fields, given) if parse else list_entry(kind, fields)
        except RowProblem as problem:
            yield problem.at(reader.line)


def _ragged(line: int, found: int, expected: int) -> Reject:
    return Reject(
        line,
        "ragged",
        f"The row has {found} {'cell' if found == 1 else 'cells'}, the header {expected};"
        " a quote or a delimiter is wrong in it.",
    )


class _Lines:
    """The physical lines of a source, counted; those of the row being read are kept, to read them again."""

    def __init__(self, source: Source) -> None:
        self.number = 0
        self.row: list[str] = []
        self.bad = ""
        self._readline = source.text.readline
        self._doubtful = source.doubtful
        self._again: deque[str] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        self.row.append(line)
        if "\0" in line:
            self.bad = "nul"
        elif self._doubtful and BROKEN in line:
            self.bad = "encoding"
        return line

    def start_row(self) -> None:
        self.row.clear()
        self.bad = ""

    def read_again(self, lines: Sequence[str]) -> None:
        """Put back the last of the lines that were read."""
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)


class _Reader:
    """Rows of cells, or rejects where quoting, NULs or broken bytes spoil one; `line` is where the row starts."""

    def __init__(self, lines: _Lines, delimiter: str, header: Sequence[str]) -> None:
        self.line = 0
        self._lines = lines
        self._delimiter = delimiter
        self._header = header

    def __iter__(self) -> Iterator[list[str] | Reject]:
        lines, header = self._lines, self._header
        first_of_header = (header[0], f"\ufeff{header[0]}")
        cells = csv.reader(lines, delimiter=self._delimiter, strict=True)
        while True:
            lines.start_row()
            self.line = lines.number + 1
            try:
                row = next(cells)
            except StopIteration:
                return
            except csv.Error:
                yield self._spoilt()
                continue
            if lines.bad:
                yield Reject(self.line, lines.bad, _BAD_TEXT[lines.bad])
            elif row and row[0] in first_of_header and row[1:] == header[1:]:
                continue  # exports of 50,000 rows each, put together with their headers
            else:
                yield row

    def _spoilt(self) -> Reject:
        """A row with a stray quote may have run on into the rows below; those are read again by themselves."""
        first, *rest = self._lines.row
        self._lines.read_again(rest)
        if len(first) > _LONGEST_CELL:
            return Reject(self.line, "too-long", f"The row has a cell of more than {_LONGEST_CELL:,} characters.")
        return Reject(self.line, "bad-quotes", "A quote in the row is not closed, or stands undoubled inside a cell.")


_BAD_TEXT = {
    "nul": "The row holds a NUL character; the file was damaged on its way.",
    "encoding": "Some bytes of the row can't be read as text; the file was damaged on its way.",
}


@dataclass(frozen=True, slots=True)
class _Guess:
    known: bool
    cells: int
    delimiter: str


def _find_delimiter(lines: _Lines) -> str:
    """From the first line that is not blank: the delimiter under which it looks most like a header of Apollo's."""
    for line in lines:
        if not line.strip():
            continue
        if line.lower().startswith(("sep=", '"sep=')) and len(line.strip('"\r\n')) == 5:  # what Excel writes before it
            return line.strip('"\r\n')[-1]
        lines.read_again([line])
        guesses = [_guess(line, delimiter) for delimiter in _DELIMITERS]
        return max(guesses, key=lambda guess: (guess.known, guess.cells)).delimiter
    return _DELIMITERS[0]


def _guess(line: str, delimiter: str) -> _Guess:
    try:
        cells = next(csv.reader([line], delimiter=delimiter))
    except (csv.Error, StopIteration):
        cells = []
    return _Guess(kind_of(field_names(cells)) is not None, len(cells), delimiter)


def _read_header(source: Source, lines: _Lines, delimiter: str) -> list[str]:
    reader = _Reader(lines, delimiter, ["\n"])
    for row in reader:
        if isinstance(row, Reject):
            raise SourceUnreadable(
                f"The header of {source.path.name} can't be read: {row.message}", hint="Export it from Apollo again."
            )
        return row
    raise SourceUnreadable(f"{source.path.name} holds no rows.", hint="Export it from Apollo again.")
