"""Whatever the umask: the home and what is in it are for their owner alone, and so is a table of people's data."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path
from typing import TextIO

from sfpush.errors import NotReady

_OURS = ("store.sqlite", "practice-org.sqlite", "connection.json", "run.lock", "run.lock.json", "sync.log")
_BESIDE = ("", "-wal", "-shm")
"""What SQLite keeps beside a store has the store's permissions when it is made, and keeps them."""
_FOLDER, _FILE = 0o700, 0o600


def checked_home(home: Path) -> Path:
    """The home itself, once it is known that nobody else can put files into it; its files are closed to others.

    A secret that others could read is not closed here but refused where it is loaded: it may have been read already.
    Raises NotReady for a home that is no folder, and for one that somebody else owns or that everybody can write to: a
    connection or a store that they put there would be taken for one's own.
    """
    try:
        found = home.stat()
    except NotADirectoryError:
        raise _no_folder(home) from None
    except OSError:  # not there yet, or not to be seen: making or opening it says why
        return home
    if not stat.S_ISDIR(found.st_mode):
        raise _no_folder(home)
    if os.name != "posix":
        return home
    if found.st_uid not in (os.geteuid(), 0):
        raise NotReady(
            f"The home {home} belongs to another user of this machine.",
            hint="Work as that user, or use a --home of your own.",
            code="home-exposed",
        )
    if found.st_mode & stat.S_IWOTH:
        raise NotReady(
            f"Everybody on this machine can write to the home {home}.",
            hint=f"Close it with: chmod go-w {shlex.quote(str(home))}, or use another --home.",
            code="home-exposed",
        )
    for name in _OURS:
        for beside in _BESIDE:
            _close(home / f"{name}{beside}")
    return home


def _close(path: Path) -> None:
    try:
        found = path.lstat()
        if stat.S_ISREG(found.st_mode) and found.st_mode & 0o077:
            path.chmod(_FILE)
    except OSError:  # not there, or another user's: then opening it fails, and says so
        return


def _no_folder(home: Path) -> NotReady:
    return NotReady(f"The home {home} is not a folder.", hint="Name a folder with --home.", code="home-unusable")


def make_home(home: Path) -> None:
    """Make the home, and the folders above it that are missing. Raises NotReady."""
    try:
        make_private(home)
    except OSError as problem:
        raise NotReady(
            f"The home {home} can't be made: {problem.strerror}.",
            hint="Name another with --home, or check who may write there.",
            code="home-unusable",
        ) from problem


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing. Raises OSError."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_private(folder.parent)
    folder.mkdir(mode=_FOLDER, exist_ok=True)  # `parents=True` would leave the ones above it to the umask


def open_private(path: Path, *, encoding: str = "utf-8", newline: str | None = None) -> TextIO:
    """Open a text file to write it anew. One that is there keeps its permissions; else it is 0600. Raises OSError."""
    return open(path, "w", encoding=encoding, newline=newline, opener=_opener)


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags, _FILE)
