"""Carrying out the writing part of a plan: journal, send, journal, for every parcel (B3)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from queue import SimpleQueue

from sfpush.errors import AnswerLost, NotReady
from sfpush.model import Batch, Create, Delete, Outcome, Rejected, Row, SalesforceId, Verb, Written
from sfpush.push.batches import (
    COLLECTION_SIZE,
    Parcel,
    Placed,
    Writing,
    fill,
    in_collections,
    makes_link,
    split,
)
from sfpush.push.jobs import run_job
from sfpush.push.ports import Answer, Journal, Known, OrgWriter
from sfpush.push.schedule import Schedule

LOCKED = frozenset({"UNABLE_TO_LOCK_ROW"})
"""Codes of rows that another writer's lock kept out: the same row goes through a moment later."""

UNPROCESSED = frozenset({"JOB_FAILED", "JOB_ABORTED"})
"""Codes of rows with which the org did nothing because their Bulk job ended before their turn."""

_LOCK_TRIES = ((50, 1.0), (10, 2.0), (1, 4.0))
"""Rows in a parcel, and seconds waited before the first such parcel, for each time that locked rows go again."""
_LOST_IN_A_ROW = 3
_HARMLESS_TO_REPEAT = frozenset({Verb.UPDATE, Verb.UPSERT, Verb.DELETE})


@dataclass(slots=True)
class Tally:
    """What became of the rows, counted; `stopped_by` is what ended it early, if anything did."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    members: int = 0
    linked: int = 0
    rejected: int = 0
    waiting: int = 0
    lost: int = 0
    """Rows of creates whose answer never came: the journal looks them up (B3)."""
    stopped_by: NotReady | None = None
    interrupted: bool = False

    @property
    def dealt_with(self) -> int:
        """Rows that were sent, or that were found to need no sending or to have to wait."""
        sent = self.created + self.updated + self.deleted + self.members + self.rejected
        return sent + self.linked + self.waiting + self.lost


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up found of rows whose answer never came, in rows."""

    created: int = 0
    updated: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class _Flight:
    parcel: Parcel
    going: tuple[Placed, ...]
    batch: Batch
    number: int

    @property
    def changes(self) -> Sequence[Writing]:
        return [placed.change for placed in self.going]


@dataclass(slots=True)
class Execution:
    """One plan's writes on their way to the org.

    `sleep` waits before locked rows go again; `stop` is asked before each batch leaves; `find_lost` looks up creates
    whose answer never came, while nothing is in flight, and says what became of them; `advanced` is told how many rows
    have been dealt with, and takes back those that are not after all.
    """

    schedule: Schedule
    org: OrgWriter
    journal: Journal
    stop: Callable[[], bool]
    sleep: Callable[[float], None]
    find_lost: Callable[[], Found]
    advanced: Callable[[int], None] = lambda rows: None
    tally: Tally = field(default_factory=Tally)
    _landed: SimpleQueue[tuple[_Flight, tuple[Outcome, ...] | BaseException]] = field(default_factory=SimpleQueue)
    _stage: int | None = None
    _slept_for_attempt: int = 0
    _lost_in_a_row: int = 0

    def run(self) -> Tally:
        """Send everything that can go. What stops it early stands in the tally: what went is kept and counted."""
        while not self.schedule.over:
            parcel = None if self._ending() else self.schedule.next()
            if parcel is not None:
                self._depart(parcel)
            elif self.schedule.in_flight:
                self._land(*self._landed.get())
            else:
                break
        if self.tally.stopped_by is None and not self.tally.interrupted:
            self._look_for_lost()
        return self.tally

    def _ending(self) -> bool:
        if self.stop():
            self.tally.interrupted = True
        return self.tally.interrupted or self.tally.stopped_by is not None

    def _depart(self, parcel: Parcel) -> None:
        if parcel.stage != self._stage:
            self._stage = parcel.stage
            self._look_for_lost()
        if self.tally.stopped_by is not None:
            self.schedule.answered(parcel)
            return
        self._wait_for_locks(parcel)
        known = self.journal.known(
            {key for placed in parcel.placed for key in (placed.change.record, *placed.change.needs)}
        )
        open_placed = tuple(placed for placed in parcel.placed if self._is_open(placed.change, known))
        going, batch, waiting = fill(replace(parcel, placed=open_placed), self._in_place(parcel, known))
        self.tally.waiting += len(waiting)
        self.advanced(len(parcel.placed) - len(going))
        if not going:
            self.schedule.answered(parcel)
            return
        if parcel.in_bulk:
            self._carry_job(parcel, going, batch)
            return
        number = self.journal.intend(batch, [placed.change for placed in going])
        flight = _Flight(parcel, going, batch, number)
        threading.Thread(target=self._fly, args=(flight,), daemon=True).start()

    def _in_place(self, parcel: Parcel, known: Known) -> Mapping[str, SalesforceId]:
        """The Ids of linked records; for deletes without those that this run has moved out of the way (B4)."""
        if parcel.verb is not Verb.DELETE or not any(placed.change.needs for placed in parcel.placed):
            return known.ids
        moved = self.journal.updated(known.ids.keys())
        return {key: sf_id for key, sf_id in known.ids.items() if key not in moved}

    def _look_for_lost(self) -> None:
        """Before the next stage leaves, which may need what was lost, and at the end."""
        if not self.tally.lost:
            return
        try:
            found = self.find_lost()
        except NotReady as problem:
            self.tally.stopped_by = problem
            return
        self.tally.lost -= found.created + found.updated + found.rejected
        self.tally.created += found.created
        self.tally.updated += found.updated
        self.tally.rejected += found.rejected

    def _is_open(self, change: Writing, known: Known) -> bool:
        """Whether a change is still to be sent: its record may have been linked since the plan was made, or a create
        of it may be unanswered."""
        if not isinstance(change, Create) or not makes_link(change.sobject):
            return True
        if change.record in known.ids:
            self.tally.linked += 1
            return False
        if change.record in known.unclear:
            self.tally.waiting += 1
            return False
        return True

    def _wait_for_locks(self, parcel: Parcel) -> None:
        if parcel.attempt > self._slept_for_attempt:
            self.sleep(_LOCK_TRIES[min(parcel.attempt, len(_LOCK_TRIES)) - 1][1])
        self._slept_for_attempt = parcel.attempt

    def _carry_job(self, parcel: Parcel, going: tuple[Placed, ...], batch: Batch) -> None:
        done = run_job(self.org, self.journal, batch, going, stop=self.stop, advanced=self.advanced)
        flight = _Flight(parcel, done.going, done.batch, done.number)
        stayed = tuple(in_collections(replace(parcel, placed=done.stayed)))
        if done.unsent:
            self.journal.unsent(done.number)
            self.schedule.answered(parcel, stayed)
        else:
            self._take(flight, done.outcomes, stayed)
            self.tally.lost += len(done.going) - len(done.outcomes)
        self.tally.interrupted = self.tally.interrupted or done.stopped
        if done.problem is not None and not isinstance(done.problem, AnswerLost):
            self.tally.stopped_by = done.problem

    def _fly(self, flight: _Flight) -> None:
        try:
            self._landed.put((flight, self.org.write(flight.batch)))
        except BaseException as problem:  # noqa: BLE001 - carried to the main thread, which waits for it and decides
            self._landed.put((flight, problem))

    def _land(self, flight: _Flight, answer: tuple[Outcome, ...] | BaseException) -> None:
        if isinstance(answer, AnswerLost):
            self._lose(flight, answer)
        elif isinstance(answer, NotReady):
            self.journal.unsent(flight.number)
            self.schedule.answered(flight.parcel)
            self.tally.stopped_by = self.tally.stopped_by or answer
        elif isinstance(answer, BaseException):
            raise answer
        elif len(answer) != len(flight.going):
            self._lose(flight, _miscounted(flight.batch, len(answer)))
        else:
            self._lost_in_a_row = 0
            self._take(flight, dict(enumerate(answer)))
            self.advanced(len(flight.going))

    def _lose(self, flight: _Flight, problem: AnswerLost) -> None:
        """Nobody knows what the org did. What is harmless to repeat goes again; creates are left to recovery."""
        self.journal.lost(flight.number)
        self._lost_in_a_row += 1
        repeat = flight.batch.verb in _HARMLESS_TO_REPEAT and self._lost_in_a_row < _LOST_IN_A_ROW
        self.schedule.answered(flight.parcel, split(self._of(flight, flight.going), COLLECTION_SIZE) if repeat else ())
        if not repeat:
            self.tally.lost += len(flight.going)
            self.advanced(len(flight.going))
        if self._lost_in_a_row >= _LOST_IN_A_ROW:
            self.tally.stopped_by = self.tally.stopped_by or problem

    def _take(self, flight: _Flight, outcomes: Mapping[int, Outcome], stayed: tuple[Parcel, ...] = ()) -> None:
        """Note and count outcomes by place; rows that are not done go again, and so do those that `stayed`."""
        attempt = flight.parcel.attempt
        rows = flight.batch.rows
        answers = {
            place: answer_of(flight.batch.verb, rows[place], outcome, attempt) for place, outcome in outcomes.items()
        }
        if answers:
            self.journal.answered(flight.number, flight.batch, flight.changes, answers)
        again = tuple(flight.going[place] for place, answer in sorted(answers.items()) if answer.again)
        size = _LOCK_TRIES[min(attempt, len(_LOCK_TRIES) - 1)][0]
        self.schedule.answered(flight.parcel, (*stayed, *split(self._of(flight, again), size)))
        if again:
            self.advanced(-len(again))
        for place, answer in answers.items():
            if not answer.again:
                self._count(flight.going[place].change, flight.batch.verb, answer.outcome)

    def _of(self, flight: _Flight, placed: tuple[Placed, ...]) -> Parcel:
        return replace(flight.parcel, placed=placed)

    def _count(self, change: Writing, verb: Verb, outcome: Outcome) -> None:
        tally = self.tally
        match outcome, change:
            case Rejected(), _:
                tally.rejected += 1
            case Written(), Delete():
                tally.deleted += 1
            case Written(), Create() if not makes_link(change.sobject):
                tally.members += 1
            case Written(created=created), Create() if created or verb is Verb.CREATE:
                tally.created += 1
            case _:
                tally.updated += 1


def _miscounted(batch: Batch, results: int) -> AnswerLost:
    return AnswerLost(
        f"Salesforce answered {len(batch.rows)} {batch.sobject} rows with {results} results: they can't be told apart.",
        hint="Run again: sfpush looks up what was written.",
    )


def answer_of(verb: Verb, row: Row, outcome: Outcome, attempt: int) -> Answer:
    """What a row's outcome means for it: the last word, or once more in this run.

    A row whose Bulk job ended before its turn goes again, in a smaller batch that says why. A row that another writer's
    lock kept out goes again, a bounded number of times. An upsert refused because its external id has just come to be
    (another home was faster) goes again and finds it. Deleting what is gone is done.
    """
    match outcome:
        case Rejected(code=code) if code in LOCKED:
            return Answer(outcome, again=attempt < len(_LOCK_TRIES))
        case Rejected(code=code) if code in UNPROCESSED:
            return Answer(outcome, again=attempt == 0)
        case Rejected(code="DUPLICATE_VALUE") if verb is Verb.UPSERT:
            return Answer(outcome, again=attempt == 0)
        case Rejected(code="ENTITY_IS_DELETED") if verb is Verb.DELETE and row.id is not None:
            return Answer(Written(row.id))
        case _:
            return Answer(outcome)
