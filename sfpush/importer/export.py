"""A file, whatever it is, as a stream of records, list entries and rejects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sfpush.importer.csv_file import read_csv
from sfpush.importer.json_file import read_json
from sfpush.importer.kinds import Kind
from sfpush.importer.parsed import Parsed
from sfpush.importer.source import Source, lost, open_source

_JSON_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True)
class Export:
    """An open export. `kind` is what its header or first record says; JSON may hold other kinds after it.

    `doubt` is a sentence where the header could mean something else as well.
    """

    kind: Kind
    source: Source
    rows: Iterator[Parsed]
    doubt: str = ""


@contextmanager
def open_export(path: Path, kind: Kind | None = None) -> Iterator[Export]:
    """Open a CSV or JSON export; told apart by what is in it. `kind` decides where its content leaves it open.

    Raises SourceUnreadable, here or (when the disk fails) while `rows` is read.
    """
    with open_source(path) as source:
        is_json = source.start.lstrip()[:1] in ("{", "[") or path.suffix.lower() in _JSON_SUFFIXES
        try:
            found, rows, doubt = (*read_json(source, kind), "") if is_json else read_csv(source, kind)
        except OSError as problem:
            raise lost(path, problem) from problem
        yield Export(found, source, _guarded(path, rows), doubt)


def _guarded(path: Path, rows: Iterator[Parsed]) -> Iterator[Parsed]:
    try:
        yield from rows
    except OSError as problem:
        raise lost(path, problem) from problem
