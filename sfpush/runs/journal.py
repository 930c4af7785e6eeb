"""The journal of one run: `push.ports.Journal` kept in the store, each call one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sfpush.model import Batch, Create, Rejected
from sfpush.push.batches import Writing
from sfpush.push.ports import Answer, Known
from sfpush.runs.keeping import Answered, keep_answers
from sfpush.store import journal
from sfpush.store.database import writing
from sfpush.store.links import links_for
from sfpush.store.times import to_text


@dataclass(frozen=True, slots=True)
class Reject:
    """One record that the org refused in this run, with the org's own code and message."""

    record: str
    sobject: str
    code: str
    message: str
    fields: tuple[str, ...]


@dataclass(slots=True)
class RunJournal:
    """Where a run writes down what it sends and what comes back (B3). `rejects` gathers the refusals of this run.

    `org_time` says what time it was in the org at its last answer, `sent_by` who is connected.
    """

    connection: sqlite3.Connection
    org: int
    run: int
    plan: int
    now: Callable[[], datetime]
    org_time: Callable[[], datetime | None]
    sent_by: str
    rejects: list[Reject] = field(default_factory=list)

    def known(self, keys: Collection[str]) -> Known:
        """The links of these records, and which of them have a create that was never answered."""
        listed = list(keys)
        links = links_for(self.connection, self.org, listed)
        return Known(
            {key: link.id for key, link in links.items()},
            frozenset(journal.unclear(self.connection, self.org, listed)),
        )

    def updated(self, keys: Collection[str]) -> Collection[str]:
        """Which of these records this run has updated in the org."""
        return journal.updated_by(self.connection, self.run, list(keys))

    def intend(self, batch: Batch, changes: Sequence[Writing], *, in_bulk: bool = False) -> int:
        """Write the batch down before it leaves, with what its rows held before."""
        there = self.org_time()
        with writing(self.connection):
            return journal.intend(
                self.connection,
                self.run,
                batch,
                before=[
                    None if isinstance(change, Create) else {one.field: one.before for one in change.fields}
                    for change in changes
                ],
                pushed=[change.pushed for change in changes],
                now=to_text(self.now()),
                transport="bulk" if in_bulk else "collections",
                org_time=to_text(there) if there else None,
                sent_by=self.sent_by,
            )

    def note_job(self, number: int, job_id: str) -> None:
        """Write down the Bulk job's id before its rows are uploaded."""
        with writing(self.connection):
            journal.note_job(self.connection, number, job_id)

    def answered(self, number: int, batch: Batch, changes: Sequence[Writing], answers: Mapping[int, Answer]) -> None:
        """Write down the outcomes with their links and errors."""
        last_words = []
        for place, answer in answers.items():
            change, outcome = changes[place], answer.outcome
            if isinstance(outcome, Rejected):
                if answer.again:
                    continue
                reject = Reject(change.record, batch.sobject, outcome.code, outcome.message, outcome.fields)
                self.rejects.append(reject)
            last_words.append(Answered(change.record, outcome, batch.rows[place].values, change.pushed))
        now = self.now()
        with writing(self.connection):
            outcomes = ((place, answer.outcome) for place, answer in answers.items())
            journal.note_outcomes(self.connection, number, outcomes, now=to_text(now))
            keep_answers(self.connection, self.org, batch.sobject, batch.verb, last_words, plan=self.plan, now=now)

    def lost(self, number: int) -> None:
        """Write down that a batch's answer was given up."""
        with writing(self.connection):
            journal.note_lost(self.connection, number, now=to_text(self.now()))

    def unsent(self, number: int) -> None:
        """Take back a batch with which the org did nothing."""
        with writing(self.connection):
            journal.forget_unsent(self.connection, number)
