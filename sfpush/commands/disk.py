"""Trouble with the disk below the store or a file to write: no bug of ours, and nothing a traceback would help with."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from sfpush.errors import NotReady, UsageError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FAILING = frozenset({errno.EROFS, errno.EIO})
_STORE = ("SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_READONLY", "SQLITE_CANTOPEN")
FULL = "disk-full"


@contextlib.contextmanager
def written(path: Path, *, hint: str = "Name a file in a folder that exists.") -> Iterator[None]:
    """Around writing a file that the command line names.

    Raises NotReady when the disk is full or failing; UsageError, with the hint, for a name that can't be written to.
    """
    try:
        yield
    except OSError as problem:
        said = f"{path} can't be written: {problem.strerror}."
        if problem.errno in _FULL:
            raise NotReady(said, hint="Free some space on that disk, or name a file on another.", code=FULL) from None
        if problem.errno in _FAILING:
            raise NotReady(said, hint="Check that disk, or name a file on another.", code="disk") from None
        raise UsageError(said, hint=hint) from None


def disk_trouble(error: Exception) -> NotReady | None:
    """What to say if the disk is full, broken or read-only; None if it is something else."""
    if isinstance(error, OSError) and error.errno in _FULL | _FAILING:
        return NotReady(
            f"The disk can't be written: {error.strerror}.",
            hint="Free some space, or use another --home. Everything done so far is kept.",
            code=FULL if error.errno in _FULL else "disk",
        )
    name: str = getattr(error, "sqlite_errorname", None) or ""  # sqlite3 itself is not imported for every command
    if name.startswith("SQLITE_FULL"):
        return NotReady(
            f"The local store can't be written: {error}.",
            hint="Free some space, or use another --home. Everything done so far is kept.",
            code=FULL,
        )
    if name.startswith(_STORE):
        return NotReady(
            f"The local store can't be used: {error}.",
            hint="Check the disk and the home's permissions, or use another --home.",
            code="store-unusable",
        )
    return None
