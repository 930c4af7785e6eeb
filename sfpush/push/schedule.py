"""Which parcel may leave next: a few in flight, never two that touch one account, stage after stage.

Pure: it is told what was answered, and says what may go; it neither sends nor waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sfpush.push.batches import COLLECTION_SIZE, Parcel

_READ_AHEAD = 4 * COLLECTION_SIZE
"""Rows looked at for each lane: enough to find a parcel of another account, few enough to stay small in memory."""


class Schedule:
    """The parcels of one plan, handed out as they become free to go.

    Raises nothing; `next()` returns None while the parcels in flight have to be waited for, and `over` says when
    there is nothing left.
    """

    def __init__(self, parcels: Iterable[Parcel], *, lanes: int) -> None:
        self._source: Iterator[Parcel] = iter(parcels)
        self._lanes = lanes
        self._ahead: Parcel | None = None
        self._waiting: list[Parcel] = []
        self._again: list[Parcel] = []
        self._in_flight: list[Parcel] = []
        self._stage: int | None = None

    @property
    def over(self) -> bool:
        """Whether everything has been handed out and answered."""
        self._read()
        return not (self._waiting or self._again or self._in_flight or self._ahead)

    @property
    def in_flight(self) -> int:
        """How many parcels have been handed out and not yet answered."""
        return len(self._in_flight)

    def next(self) -> Parcel | None:
        """Hand out the first parcel that touches no account in flight; None: wait for an answer first.

        A Bulk job travels alone: Salesforce works on its rows side by side as it is. Rows that go again after a lock
        (`attempt` above 0) leave when the rest of their stage is through, one parcel at a time, so that they meet no
        lock of our own.
        """
        self._read()
        if len(self._in_flight) >= self._lanes:
            return None
        if any(parcel.in_bulk for parcel in self._in_flight):
            return None
        locked = {account for parcel in self._in_flight for account in parcel.accounts}
        for place, parcel in enumerate(self._waiting):
            if parcel.in_bulk and self._in_flight:
                continue
            if locked.isdisjoint(parcel.accounts):
                return self._hand_out(self._waiting.pop(place))
        if self._again and not self._waiting and not self._in_flight:
            return self._hand_out(self._again.pop(0))
        return None

    def answered(self, parcel: Parcel, again: Iterable[Parcel] = ()) -> None:
        """Take a parcel out of flight; `again` holds those of its rows that are to be sent once more."""
        self._in_flight.remove(parcel)
        self._again.extend(again)

    def _hand_out(self, parcel: Parcel) -> Parcel:
        self._in_flight.append(parcel)
        return parcel

    def _read(self) -> None:
        while sum(len(parcel.placed) for parcel in self._waiting) < self._lanes * _READ_AHEAD:
            if self._ahead is None:
                self._ahead = next(self._source, None)
            if self._ahead is None:
                return
            if self._ahead.stage != self._stage:
                if self._waiting or self._again or self._in_flight:
                    return
                self._stage = self._ahead.stage
            self._waiting.append(self._ahead)
            self._ahead = None
