"""Ctrl-C and SIGTERM: the first asks for a clean stop, the second stops at once."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def stop_on_signal(said: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Within the block the first signal only sets what the yielded callable returns, and calls `said`.

    The second raises KeyboardInterrupt wherever the program is: as safe as a kill, because the journal is. Works in
    the main thread only, where Python delivers signals.
    """
    stopping = False

    def on_signal(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        if stopping:
            raise KeyboardInterrupt
        stopping = True
        said()

    before = {number: signal.signal(number, on_signal) for number in _SIGNALS}
    try:
        yield lambda: stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
