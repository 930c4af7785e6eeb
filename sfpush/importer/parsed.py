"""What comes out of an export: records, entries of Apollo's own lists, and the rows that could not be loaded (I5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sfpush.model import ParsedRecord


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry of a list of Apollo's own: a stage, a user, a custom field's definition, a connected mailbox."""

    list_name: str
    id: str
    name: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be loaded: the line it starts on, a stable word for the reason, and a sentence."""

    line: int
    reason: str
    message: str


Parsed = ParsedRecord | ListEntry | Reject


class RowProblem(Exception):
    """Why this one row can't be loaded; becomes a `Reject` where its line is known."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message

    def at(self, line: int) -> Reject:
        """The reject for the row that starts on this line."""
        return Reject(line, self.reason, self.message)


_LONGEST_SHOWN = 60


def shown(text: str) -> str:
    """Text from a file as a message names it: quoted, on one line, cut, nothing in it that a terminal would act on."""
    return repr(text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…")
