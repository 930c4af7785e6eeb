"""`-v`: what the rooms log, on standard error and without secrets."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator, Mapping

from sfpush.commands.bug_report import without_secrets
from sfpush.display.console import safe


@contextlib.contextmanager
def log_shown(env: Mapping[str, str]) -> Iterator[None]:
    """Show what sfpush logs until the block ends."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Scrubbing(env))
    log = logging.getLogger("sfpush")
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


class _Scrubbing(logging.Formatter):
    """One line a record, secrets blacked out."""

    def __init__(self, env: Mapping[str, str]) -> None:
        super().__init__("%(asctime)s %(name)s: %(message)s", "%H:%M:%S")
        self._env = env

    def format(self, record: logging.LogRecord) -> str:
        return safe(without_secrets(super().format(record), self._env))
