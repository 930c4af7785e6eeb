"""Waiting for exports: a folder is looked at whenever something in it changes, and only whole files count (G7)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sfpush.store.imported_files import Mark

Fresh = Mapping[Path, Mark]
"""The exports of the folder that were not imported yet."""

_QUIET_SECONDS = 1.0
"""A file that has not changed for so long is whole: whoever writes exports does it in one go."""
_LOOK_AGAIN_SECONDS = 60
_GATHER_MILLISECONDS = 200


def exports_to_sync(
    folder: Path, fresh: Callable[[], Fresh], again: Callable[[], bool], stop: Callable[[], bool]
) -> Iterator[None]:
    """Yield whenever there are exports, all of them whole, that were not there like this when it yielded last.

    `again` says whether the last attempt could not be made, so that the same ones are due once more a minute later.
    Ends when `stop` says so.
    """
    tried: Fresh = {}
    for _ in _pulses(folder, stop):
        found = _whole(fresh, stop)
        if found and not stop() and (found != tried or again()):
            yield
            tried = fresh()


def _pulses(folder: Path, stop: Callable[[], bool]) -> Iterator[None]:
    from watchfiles import watch

    yield
    yield from (
        None
        for _ in watch(
            folder,
            watch_filter=None,
            debounce=_GATHER_MILLISECONDS,
            stop_event=_Stopped(stop),
            rust_timeout=_LOOK_AGAIN_SECONDS * 1000,
            yield_on_timeout=True,
            recursive=False,
        )
    )


class _Stopped:
    """`stop` as the event that watchfiles asks."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        self.is_set = stop


def _whole(fresh: Callable[[], Fresh], stop: Callable[[], bool]) -> Fresh:
    before: Fresh = {}
    while (found := fresh()) != before and not stop():
        before = found
        time.sleep(_QUIET_SECONDS)
    return found
