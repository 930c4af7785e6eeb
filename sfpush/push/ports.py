"""What carrying out a plan needs from the world: an org that writes, and a journal that remembers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sfpush.model import Batch, Outcome, SalesforceId
from sfpush.push.batches import Writing


class OrgWriter(Protocol):
    """The org, as far as writing goes. Called from several threads at once."""

    def write(self, batch: Batch) -> tuple[Outcome, ...]:
        """Send a batch and return one outcome a row, in the rows' order.

        Raises AnswerLost when it is not known what the org did; any other NotReady when the org did nothing.
        """
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """What the journal knows of some records: their links, and creates that nobody knows the outcome of."""

    ids: Mapping[str, SalesforceId] = field(default_factory=dict)
    unclear: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One row's outcome; `again`: it is sent once more in this run, so a rejection is not the last word."""

    outcome: Outcome
    again: bool = False


class Journal(Protocol):
    """The journal of one run. Every method is one transaction: it has happened when the call returns."""

    def known(self, keys: Collection[str]) -> Known:
        """What is known of these records now."""
        ...

    def intend(self, batch: Batch, changes: Sequence[Writing]) -> int:
        """Note what is about to be sent, row by row, before it leaves; returns the batch's number."""
        ...

    def answered(self, number: int, batch: Batch, changes: Sequence[Writing], answers: Sequence[Answer]) -> None:
        """Note what came back, with its links and errors."""
        ...

    def unsent(self, number: int) -> None:
        """Note that the org did nothing with this batch."""
        ...
