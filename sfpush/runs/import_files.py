"""Import: files into the store, a chunk at a time, each row loaded or listed (I5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from sfpush.errors import AlreadyRunning, SourceUnreadable
from sfpush.importer.export import Export, open_export
from sfpush.importer.kinds import BY_LIST_NAME, BY_RECORD_TYPE, Kind, kind_named
from sfpush.importer.parsed import ListEntry, Parsed, Reject
from sfpush.model import ParsedRecord
from sfpush.runs.progress import Progress
from sfpush.store.database import loading, writing
from sfpush.store.records import Counts
from sfpush.store.reference import save_entries
from sfpush.store.times import to_text
from sfpush.store.twins import take_in

_CHUNK = 100
"""Rows that are taken in together: few enough to be still in the processor's cache when they are written."""
_CHUNKS_PER_TRANSACTION = 50


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of the rows of one type in one file. Accounts inside contacts are a type of their own (I4)."""

    file: str
    type: str
    rows: int
    counts: Counts
    rejected: int


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that could not be loaded, and why."""

    file: str
    line: int
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file that could not be read as a whole (exit 4)."""

    file: str
    problem: SourceUnreadable


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, file by file; `doubts` are sentences about files that could mean something else as well."""

    files: tuple[ImportedFile, ...]
    rejects: tuple[RejectedRow, ...]
    unreadable: tuple[UnreadableFile, ...]
    doubts: tuple[str, ...] = ()


def import_files(
    connection: sqlite3.Connection,
    files: Sequence[Path],
    *,
    record_type: str | None = None,
    now: datetime,
    progress: Progress,
    lock: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> ImportReport:
    """Load every file that can be read; one that can't does not stop the others.

    `lock` is held while two records become one; it raises AlreadyRunning where they can't, as a run is at work. Without
    it the caller holds the home's lock, or is alone for other reasons.

    `record_type` is the user's `--type`, for files whose content leaves it open. Raises UsageError if it is none.
    """
    kind = kind_named(record_type) if record_type else None
    imported: list[ImportedFile] = []
    rejects: list[RejectedRow] = []
    unreadable: list[UnreadableFile] = []
    doubts: list[str] = []
    for path in files:
        tally: _Tally | None = None
        try:
            with open_export(path, kind) as export:
                tally = _Tally(str(path), export.kind)
                doubts += [export.doubt] if export.doubt else []
                progress.start(f"Import {path.name}", export.source.size, "bytes")
                with loading(connection):
                    _load(connection, export, tally, to_text(now), progress, lock)
                progress.finish()
        except SourceUnreadable as problem:
            unreadable.append(UnreadableFile(str(path), problem))
        if tally is not None:
            imported += tally.files()
            rejects += tally.rejects
    return ImportReport(tuple(imported), tuple(rejects), tuple(unreadable), tuple(doubts))


class _Tally:
    """What became of one file's rows so far."""

    def __init__(self, file: str, kind: Kind) -> None:
        self.rejects: list[RejectedRow] = []
        self.rows = 0
        self._file = file
        self._kind = kind
        self._counts: dict[Kind, Counts] = {kind: Counts()}

    def count(self, kind: Kind, counts: Counts) -> None:
        self._counts[kind] = self._counts.get(kind, Counts()).plus(counts)
        self.rows += sum(counts)

    def reject(self, row: Reject) -> None:
        self.rejects.append(RejectedRow(self._file, row.line, row.reason, row.message))
        self.rows += 1

    def files(self) -> Iterator[ImportedFile]:
        for kind, counts in self._counts.items():
            rejected = len(self.rejects) if kind is self._kind else 0
            yield ImportedFile(self._file, kind.name, sum(counts) + rejected, counts, rejected)


class _Alone:
    """Whether no run is at work: asked when it first matters, and so until the transaction around has ended."""

    def __init__(self, lock: Callable[[], AbstractContextManager[None]], until: ExitStack) -> None:
        self._lock, self._until = lock, until
        self._answer: bool | None = None

    def __call__(self) -> bool:
        if self._answer is None:
            try:
                self._until.enter_context(self._lock())
                self._answer = True
            except AlreadyRunning:
                self._answer = False
        return self._answer


def _load(
    connection: sqlite3.Connection,
    export: Export,
    tally: _Tally,
    now: str,
    progress: Progress,
    lock: Callable[[], AbstractContextManager[None]],
) -> None:
    read = 0
    chunks = _chunks(export.rows)
    for first in chunks:
        with ExitStack() as until, writing(connection):
            alone = _Alone(lock, until)
            for chunk in chain((first,), islice(chunks, _CHUNKS_PER_TRANSACTION - 1)):
                _save(connection, chunk, tally, now, alone)
        position = export.source.position()
        progress.advance(position - read, f"{tally.rows:,} rows")
        read = position


def _chunks(rows: Iterator[Parsed]) -> Iterator[list[Parsed]]:
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk


def _save(
    connection: sqlite3.Connection, chunk: Sequence[Parsed], tally: _Tally, now: str, alone: Callable[[], bool]
) -> None:
    records: dict[Kind, list[ParsedRecord]] = {}
    entries: dict[Kind, list[ListEntry]] = {}
    for row in chunk:
        match row:
            case ParsedRecord():
                records.setdefault(BY_RECORD_TYPE[row.type], []).append(row)
            case ListEntry():
                entries.setdefault(BY_LIST_NAME[row.list_name], []).append(row)
            case Reject():
                tally.reject(row)
    for kind, rows in records.items():
        tally.count(kind, take_in(connection, rows, now=now, alone=alone))
    for kind, listed in entries.items():
        tally.count(kind, save_entries(connection, listed))
