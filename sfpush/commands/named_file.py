"""Files that a command writes are named: standard output is for its result."""

from __future__ import annotations

from pathlib import Path

from sfpush.errors import UsageError


def named_file(path: Path | None) -> Path | None:
    """The file as it was given. Raises UsageError for `-`, which elsewhere stands for standard output."""
    if path is not None and str(path) == "-":
        raise UsageError("A table or a saved plan needs a file.", hint="Name one; --json writes to standard output.")
    return path
