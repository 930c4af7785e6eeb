"""Opening the local SQLite store: one file in the home, WAL, safe for two processes at once."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from sfpush.errors import NotReady
from sfpush.settings.private import make_home
from sfpush.store.migrations import migrate, needs_migration

FILE_NAME = "store.sqlite"
_WAIT_SECONDS = 30

T = TypeVar("T")


def open_store(home: Path) -> sqlite3.Connection:
    """Open (and make or migrate) the store of `home`. The caller closes it.

    Autocommit mode: every writer opens its own transaction with `writing`. Raises NotReady when the file is not
    a store of this or an older sfpush, or can't be written.
    """
    make_home(home)
    path = home / FILE_NAME
    try:
        if not path.exists():
            path.touch(mode=0o600)
        connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 16000")  # 64 MB: an import writes an index page once, not often
        connection.execute("PRAGMA synchronous = FULL")  # the journal must outlive a power cut, not only a kill
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -32000")
        if needs_migration(connection):
            with writing(connection):
                migrate(connection)
    except ValueError as problem:
        raise NotReady(
            f"{path}: {problem}.", hint="Install the newer sfpush, or use another --home.", code="store-newer"
        ) from problem
    except (sqlite3.DatabaseError, OSError) as problem:
        raise NotReady(
            f"The local store {path} can't be opened: {problem}.",
            hint="Check the disk, its free space and the folder's permissions, or use another --home.",
            code="store-unusable",
        ) from problem
    return connection


@contextlib.contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all of it or nothing.

    Raises NotReady when another process holds the store for too long, or the disk is full or failing.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException as problem:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if isinstance(problem, sqlite3.OperationalError) and (refusal := _refusal(problem)) is not None:
            raise refusal from problem
        raise


def _refusal(problem: sqlite3.OperationalError) -> NotReady | None:
    match problem.sqlite_errorcode & 0xFF:  # the primary code; higher bits say more of the same
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return NotReady(
                f"Another process has been writing to the local store for more than {_WAIT_SECONDS} seconds.",
                hint="Wait for it to finish, then try again.",
                code="store-locked",
            )
        case sqlite3.SQLITE_FULL:
            return NotReady(
                f"The local store can't be written: {problem}.",
                hint="Make room on the disk, then run the same command again; what went is noted.",
                code="disk-full",
            )
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_READONLY:
            return NotReady(
                f"The local store can't be written: {problem}.",
                hint="Check the disk and its free space, then run the same command again; what went is noted.",
                code="store-unusable",
            )
    return None


@contextlib.contextmanager
def loading(connection: sqlite3.Connection) -> Iterator[None]:
    """Around transactions that can be made again from their source: they wait for the disk together, at the end."""
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


@contextlib.contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A second, read-only connection to the same store, for a long stream that is read while the first one writes.

    It sees the store as it was at its first query; a stream on the writing connection would end that connection's
    right to write as soon as another process wrote.
    """
    (path,) = connection.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()
    reader = sqlite3.connect(f"{Path(path).as_uri()}?mode=ro", uri=True, timeout=_WAIT_SECONDS, isolation_level=None)
    try:
        yield reader
    finally:
        reader.close()


def in_chunks(values: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """The values in slices small enough for one IN list."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def marks(values: Sequence[object]) -> str:
    """The placeholders of an IN list."""
    return ",".join("?" * len(values))
