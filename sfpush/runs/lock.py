"""One run at a time in a home: a lock that says who holds it, and dies with its holder."""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import orjson
from filelock import FileLock, Timeout

from sfpush.errors import AlreadyRunning
from sfpush.settings.private import make_home, open_private
from sfpush.store.times import to_text

_LOCK, _HOLDER = "run.lock", "run.lock.json"


@contextlib.contextmanager
def only_run(home: Path, command: str, *, now: datetime) -> Iterator[None]:
    """Hold the home's lock. Raises AlreadyRunning, naming the holder, when another process has it.

    The lock is the operating system's: when its holder dies, however it dies, the next one simply gets it.
    """
    make_home(home)
    holder = home / _HOLDER
    lock = FileLock(home / _LOCK, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as problem:
        raise AlreadyRunning(
            f"Another run is at work in {home}: {_described(holder)}.",
            hint="Wait for it to end. If it should not be running, stop that process: the lock goes with it.",
        ) from problem
    try:
        who = {"pid": os.getpid(), "host": platform.node(), "command": command, "since": to_text(now)}
        with open_private(holder) as note:
            note.write(orjson.dumps(who).decode())
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def at_work(home: Path) -> str | None:
    """Who holds the home's lock, in words; None if nobody does. Nothing is written, and no run is kept from starting
    by the question: only where a holder's note is left is the lock tried."""
    holder = home / _HOLDER
    if not holder.exists():
        return None
    try:
        with FileLock(home / _LOCK, mode=0o600).acquire(timeout=0):
            return None  # its holder died; the note goes with the next run
    except (Timeout, OSError):  # OSError: not our file to lock
        return _described(holder)


def _described(holder: Path) -> str:
    try:
        who = orjson.loads(holder.read_bytes())
        return f"sfpush {who['command']}, process {who['pid']} on {who['host']}, since {who['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "its holder has just begun or is about to end"  # the note is written after the lock is taken
