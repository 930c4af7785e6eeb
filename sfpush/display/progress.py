"""Bars on standard error: what is being done, how far it is, how fast, how long it will still take."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from sfpush.display.console import number, safe

_KILO = 1000
_BAR_WIDTH = 24


class Bars:
    """One bar at a time, gone when its step is over; implements `runs.progress.Progress`."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(_BAR_WIDTH),
            _Amount(),
            _Rate(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[note]}", style="dim", markup=False),
            console=console,
            transient=True,
        )
        self._task: TaskID | None = None

    def start(self, what: str, total: int | None = None, unit: str = "records") -> None:
        """Draw a new bar; without a total it swings."""
        self.finish()
        self._task = self._progress.add_task(safe(what), total=total, unit=unit, note="")
        self._progress.start()

    def advance(self, count: int = 1, note: str = "") -> None:
        """Move the bar."""
        if self._task is not None:
            self._progress.advance(self._task, count)
            if note:
                self._progress.update(self._task, note=safe(note))

    def finish(self) -> None:
        """Take the bar away."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._progress.stop()
            self._task = None


class _Amount(ProgressColumn):
    """`3,120 / 12,000 rows`, or `12.4 / 190.0 MB`."""

    def render(self, task: Task) -> Text:
        unit = task.fields["unit"]
        done, total = int(task.completed), None if task.total is None else int(task.total)
        if unit == "bytes":
            shown = size(done) if total is None else f"{size(done)} / {size(total)}"
        else:
            shown = f"{number(done)} {unit}" if total is None else f"{number(done)} / {number(total)} {unit}"
        return Text(shown, no_wrap=True)


class _Rate(ProgressColumn):
    """So much a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("")
        shown = size(int(speed)) if task.fields["unit"] == "bytes" else number(round(speed))
        return Text(f"{shown}/s", "dim", no_wrap=True)


def size(count: int) -> str:
    """Bytes as people say them: `12.4 MB`."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if amount < _KILO:
            break
        amount, unit = amount / _KILO, larger
    return f"{count} B" if unit == "B" else f"{amount:.1f} {unit}"
