"""Which files of an inbox have been imported, so that the next sync reads only new and changed ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from sfpush.store.database import writing


def not_yet_imported(connection: sqlite3.Connection, files: Iterable[Path]) -> list[Path]:
    """Those of the files whose size or time of change is not the one they were last imported with."""
    known = {
        path: (size, mtime_ns)
        for path, size, mtime_ns in connection.execute("SELECT path, size, mtime_ns FROM imported_files")
    }
    return [path for path in files if known.get(str(path.resolve())) != mark(path)]


def note_imported(connection: sqlite3.Connection, files: Iterable[tuple[Path, tuple[int, int]]], *, now: str) -> None:
    """Remember files as imported, each with the mark it had before it was read."""
    with writing(connection):
        connection.executemany(
            "INSERT OR REPLACE INTO imported_files (path, size, mtime_ns, imported_at) VALUES (?, ?, ?, ?)",
            ((str(path.resolve()), *mark, now) for path, mark in files),
        )


def mark(path: Path) -> tuple[int, int]:
    """Size in bytes and time of last change in nanoseconds."""
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns
