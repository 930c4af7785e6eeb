"""The journal of one run: `push.ports.Journal` kept in the store, each call one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sfpush.model import Batch, Create, Link, Rejected, Verb, Written
from sfpush.push.batches import Writing, makes_link
from sfpush.push.ports import Answer, Known
from sfpush.runs.keeping import keep_written
from sfpush.store import error_log, journal
from sfpush.store.database import writing
from sfpush.store.links import drop_links, links_for
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
    """Where a run writes down what it sends and what comes back (B3). `rejects` gathers the refusals of this run."""

    connection: sqlite3.Connection
    org: int
    run: int
    plan: int
    now: Callable[[], datetime]
    rejects: list[Reject] = field(default_factory=list)

    def known(self, keys: Collection[str]) -> Known:
        """The links of these records, and which of them have a create that was never answered."""
        listed = list(keys)
        links = links_for(self.connection, self.org, listed)
        return Known(
            {key: link.id for key, link in links.items()},
            frozenset(journal.unclear(self.connection, self.org, listed)),
        )

    def intend(self, batch: Batch, changes: Sequence[Writing]) -> int:
        """Write the batch down before it leaves, with what its rows held before."""
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
            )

    def answered(self, number: int, batch: Batch, changes: Sequence[Writing], answers: Sequence[Answer]) -> None:
        """Write down the outcomes with their links and errors."""
        written: list[Link] = []
        refused: list[error_log.Rejection] = []
        for row, change, answer in zip(batch.rows, changes, answers, strict=True):
            match answer.outcome:
                case Written(id=sf_id):
                    written.append(Link(change.record, batch.sobject, sf_id, change.pushed))
                case Rejected(code=code, message=message, fields=fields) if not answer.again:
                    refused.append(
                        error_log.Rejection(
                            change.record, batch.sobject, batch.verb.value, code, message, fields, row.values
                        )
                    )
                    self.rejects.append(Reject(change.record, batch.sobject, code, message, fields))
        now = self.now()
        with writing(self.connection):
            outcomes = enumerate(answer.outcome for answer in answers)
            journal.note_outcomes(self.connection, number, outcomes, now=to_text(now))
            if batch.verb is Verb.DELETE:
                keys = [link.key for link in written]
                if makes_link(batch.sobject):
                    drop_links(self.connection, self.org, keys)
                error_log.resolve(self.connection, self.org, keys, now=to_text(now))
            else:
                keep_written(self.connection, self.org, written, now=now)
            error_log.record_rejections(self.connection, self.org, refused, plan=self.plan, now=to_text(now))

    def unsent(self, number: int) -> None:
        """Take back a batch with which the org did nothing."""
        with writing(self.connection):
            journal.forget_unsent(self.connection, number)
