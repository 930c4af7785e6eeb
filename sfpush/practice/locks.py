"""Row locks: whoever writes an account, or rows that belong to it, holds the account until the work is done.

Salesforce locks the parent account of every contact and opportunity that is written. Work takes time only where the
org's rules say so (`write_seconds`, `job_seconds`): without that, no two writers ever meet.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

WRITER: ContextVar[object | None] = ContextVar("writer", default=None)
"""Who is writing: a request or a Bulk job. None, for people and seeding, takes no locks."""


class AccountLocks:
    """Which account is held by whom."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._holders: dict[str, object] = {}

    def take(self, account_id: str) -> bool:
        """Take an account for the present writer; False if another holds it."""
        writer = WRITER.get()
        if writer is None:
            return True
        with self._guard:
            return self._holders.setdefault(account_id, writer) is writer

    def held_by(self, writer: object) -> bool:
        with self._guard:
            return any(holder is writer for holder in self._holders.values())

    def release(self, writer: object) -> None:
        """Give back all that this writer holds."""
        with self._guard:
            self._holders = {key: holder for key, holder in self._holders.items() if holder is not writer}


@contextmanager
def writing_as(writer: object) -> Iterator[None]:
    """Mark what is done inside as this writer's."""
    token = WRITER.set(writer)
    try:
        yield
    finally:
        WRITER.reset(token)
