"""What a command hands back: commands never print, one renderer does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rich.console import Console

    from sfpush.errors import SfpushError

DONE = 0
REJECTED = 7
CHANGES_PENDING = 10


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One entry of the envelope's `errors`: a stable code, what happened, what to do about it."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a command found or did.

    `data` is the contract's shape for `command`; an iterator in it stands for a list that is written as it comes.
    `view` draws the same for people. `next_step` is one sentence on what to do now, said to people only.
    """

    command: str
    data: Mapping[str, Any]
    view: Callable[[Console], None]
    exit_code: int = DONE
    errors: tuple[ErrorLine, ...] = ()
    next_step: str = ""

    @property
    def status(self) -> Literal["ok", "partial", "error"]:
        """The envelope's word for the exit code."""
        return status_of(self.exit_code)


def status_of(exit_code: int) -> Literal["ok", "partial", "error"]:
    """`partial` exactly for 7; `ok` for 0 and for 10, which only says that changes are pending."""
    if exit_code == REJECTED:
        return "partial"
    return "ok" if exit_code in (DONE, CHANGES_PENDING) else "error"


def error_lines(error: SfpushError) -> tuple[ErrorLine, ...]:
    """An error as the envelope lists it: one line, or one for each problem that it holds."""
    problems: tuple[str, ...] = getattr(error, "problems", ())
    if problems:
        return tuple(ErrorLine(error.code, problem, error.hint) for problem in problems)
    return (ErrorLine(error.code, error.message, error.hint),)
