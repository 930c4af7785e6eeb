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
from sfpush.store.times import to_text

_LOCK, _HOLDER = "run.lock", "run.lock.json"


@contextlib.contextmanager
def only_run(home: Path, command: str, *, now: datetime) -> Iterator[None]:
    """Hold the home's lock. Raises AlreadyRunning, naming the holder, when another process has it.

    The lock is the operating system's: when its holder dies, however it dies, the next one simply gets it.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
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
        holder.write_bytes(
            orjson.dumps({"pid": os.getpid(), "host": platform.node(), "command": command, "since": to_text(now)})
        )
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _described(holder: Path) -> str:
    try:
        who = orjson.loads(holder.read_bytes())
        return f"sfpush {who['command']}, process {who['pid']} on {who['host']}, since {who['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "its holder has just begun or is about to end"  # the note is written after the lock is taken
