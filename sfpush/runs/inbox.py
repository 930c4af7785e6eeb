"""The inbox of `sync`: a folder of exports, of which only new and changed files are read."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from sfpush.errors import UsageError
from sfpush.runs.import_files import ImportReport, import_files
from sfpush.runs.progress import Progress
from sfpush.store.imported_files import Mark, not_yet_imported, note_imported
from sfpush.store.times import to_text

_EXPORTS = frozenset({".csv", ".json", ".jsonl", ".ndjson"})


def import_inbox(connection: sqlite3.Connection, inbox: Path, *, now: datetime, progress: Progress) -> ImportReport:
    """Import the inbox's exports (.csv, .json, .jsonl, .ndjson), by name; hidden files and other kinds are left alone.

    Files stay where they are. One that can't be read as a whole is tried again by the next sync. Raises UsageError if
    the inbox is not a folder.
    """
    fresh = fresh_exports(connection, inbox)
    report = import_files(connection, [path for path, _mark in fresh], now=now, progress=progress)
    bad = {one.file for one in report.unreadable}
    note_imported(connection, [one for one in fresh if str(one[0]) not in bad], now=to_text(now))
    return report


def fresh_exports(connection: sqlite3.Connection, inbox: Path) -> list[tuple[Path, Mark]]:
    """The inbox's exports that are new or changed since they were imported, by name, each with its mark.

    Raises UsageError if the inbox is not a folder.
    """
    if not inbox.is_dir():
        raise UsageError(f"The inbox {inbox} is not a folder.", hint="Make it, or name another.")
    exports = sorted(
        path
        for path in inbox.iterdir()
        if path.suffix.lower() in _EXPORTS and not path.name.startswith(".") and path.is_file()
    )
    return not_yet_imported(connection, exports)
