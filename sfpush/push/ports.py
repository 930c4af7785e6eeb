"""What carrying out a plan needs from the world: an org that writes, and a journal that remembers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
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

    def job(self, batch: Batch) -> AbstractContextManager[BulkJob]:
        """Prepare a Bulk job for the rows of a batch; nothing is sent yet."""
        ...


class BulkJob(Protocol):
    """One Bulk job, in the steps that leave no doubt what was written (B3)."""

    @property
    def keys(self) -> Collection[str]:
        """The records whose rows the job carries: not those with a value that Bulk can't carry, or too many bytes."""
        ...

    def create(self) -> str:
        """Make the job and return its id. Raises RequestRefused if the org takes no such job, else NotReady: nothing is
        written."""
        ...

    def send(self) -> None:
        """Upload and close it.

        Raises AnswerLost when it is not known whether it was closed, any other NotReady when nothing is written.
        """
        ...

    def outcomes(self, seen: Callable[[int], None]) -> Iterator[tuple[str, Outcome]]:
        """Wait for it, then give the outcome of each row by record key, in any order.

        `seen` is told now and then how many rows are through; what it raises ends the waiting. Raises NotReady when
        the org is lost while the job goes on, AnswerLost after all that can be said when rows have no result.
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

    def updated(self, keys: Collection[str]) -> Collection[str]:
        """Which of these records this run has updated."""
        ...

    def intend(self, batch: Batch, changes: Sequence[Writing], *, in_bulk: bool = False) -> int:
        """Note what is about to be sent, row by row, before it leaves; returns the batch's number."""
        ...

    def note_job(self, number: int, job_id: str) -> None:
        """Note the id of the Bulk job that a batch travels in, before its rows are uploaded."""
        ...

    def answered(self, number: int, batch: Batch, changes: Sequence[Writing], answers: Mapping[int, Answer]) -> None:
        """Note what came back, by the rows' places, with its links and errors."""
        ...

    def lost(self, number: int) -> None:
        """Note that no answer came for this batch, and that none is waited for any more."""
        ...

    def unsent(self, number: int) -> None:
        """Note that the org did nothing with this batch."""
        ...
