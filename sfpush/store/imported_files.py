"""Which files of an inbox have been imported, so that the next sync reads only new and changed ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from sfpush.store.database import writing

Mark = tuple[int, int]
"""A file's size in bytes and time of last change in nanoseconds."""


def not_yet_imported(connection: sqlite3.Connection, files: Iterable[Path]) -> list[tuple[Path, Mark]]:
    """Those of the files that are not as they were last imported, each with its mark; one that is gone is left out."""
    known = {
        path: (size, mtime_ns)
        for path, size, mtime_ns in connection.execute("SELECT path, size, mtime_ns FROM imported_files")
    }
    return [
        (path, mark) for path in files if (mark := _mark(path)) is not None and known.get(str(path.resolve())) != mark
    ]


def note_imported(connection: sqlite3.Connection, files: Iterable[tuple[Path, Mark]], *, now: str) -> None:
    """Remember files as imported, each with the mark it had before it was read."""
    with writing(connection):
        connection.executemany(
            "INSERT OR REPLACE INTO imported_files (path, size, mtime_ns, imported_at) VALUES (?, ?, ?, ?)",
            ((str(path.resolve()), *mark, now) for path, mark in files),
        )


def _mark(path: Path) -> Mark | None:
    try:
        facts = path.stat()
    except OSError:  # moved away, or no longer to be seen, since the folder was listed
        return None
    return facts.st_size, facts.st_mtime_ns
