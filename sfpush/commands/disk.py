"""Trouble with the disk below the local store: no bug of ours, and nothing a traceback would help with."""

from __future__ import annotations

import errno

from sfpush.errors import SfpushError

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG})
_STORE = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_READONLY", "SQLITE_CANTOPEN")


def disk_trouble(error: Exception) -> SfpushError | None:
    """What to say if the disk is full, broken or read-only; None if it is something else."""
    if isinstance(error, OSError) and error.errno in _DISK:
        return SfpushError(
            f"The disk can't be written: {error.strerror}.",
            hint="Free some space, or use another --home. Everything done so far is kept.",
            code="disk",
        )
    name: str = getattr(error, "sqlite_errorname", None) or ""  # sqlite3 itself is not imported for every command
    if name.startswith(_STORE):
        return SfpushError(
            f"The local store can't be used: {error}.",
            hint="Check the disk and the home's permissions, or use another --home.",
            code="store-unusable",
        )
    return None
