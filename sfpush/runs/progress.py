"""How a run says how far it is. Runs never print; the commands hand in something that draws, or nothing."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """One step of a run after the other; each may be drawn as a bar."""

    def start(self, what: str, total: int | None = None, unit: str = "records") -> None:
        """A step begins: what is done, how much there is (None: nobody knows), counted in what."""
        ...

    def advance(self, count: int = 1, note: str = "") -> None:
        """So many more are done; `note` is a short word beside the bar ("3,120 rows")."""
        ...

    def finish(self) -> None:
        """The step is over."""
        ...


class Silent:
    """Says nothing."""

    def start(self, what: str, total: int | None = None, unit: str = "records") -> None:
        """Nothing is drawn."""

    def advance(self, count: int = 1, note: str = "") -> None:
        """Nothing is drawn."""

    def finish(self) -> None:
        """Nothing is drawn."""
