"""A file that appears whole or not at all: whoever reads it meanwhile sees what was there before."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO


@contextlib.contextmanager
def whole_file(path: Path, *, mode: int) -> Iterator[TextIO]:
    """Write a new file beside `path` and put it in its place at the end; on any error the old one stays.

    `mode` are the new file's permissions before the umask; a link is followed. Raises OSError, also for a path that is
    something else than a file.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise OSError(errno.EEXIST, "it is not a file", str(path))
    new = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123  a descriptor, not a path
            yield file
            file.flush()
            os.fsync(file.fileno())
        new.replace(target)
    except BaseException:  # Ctrl-C too: no half-written file stays beside it
        new.unlink(missing_ok=True)
        raise
