"""`push.ports.OrgWriter` on a connected org: Collections calls, and Bulk jobs prepared in a temporary file."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from sfpush.model import Batch, Outcome, Row
from sfpush.org.bulk_csv import JobData, JobShape, can_travel
from sfpush.org.connected import Org


@dataclass(frozen=True, slots=True)
class OrgPort:
    """The org as carrying out a plan sees it."""

    org: Org

    def write(self, batch: Batch) -> tuple[Outcome, ...]:
        """One Collections call."""
        return self.org.write(batch)

    @contextlib.contextmanager
    def job(self, batch: Batch) -> Iterator[PreparedJob]:
        """The rows of the batch that Bulk can carry, written to a file that is gone afterwards."""
        shape = job_shape(batch, batch.rows)
        with tempfile.TemporaryFile() as file:
            data = JobData(shape, file)
            keys = [row.key for row in batch.rows if can_travel(row) and data.add(row)]
            yield PreparedJob(self.org, shape, data, frozenset(keys))


class PreparedJob:
    """A Bulk job and its data; `keys` are the records whose rows it carries."""

    def __init__(self, org: Org, shape: JobShape, data: JobData, keys: Collection[str]) -> None:
        self.keys = keys
        self._org, self._shape, self._data = org, shape, data
        self._job_id = ""

    def create(self) -> str:
        """Make the job; it does nothing until it is sent."""
        self._job_id = self._org.create_job(self._shape)
        return self._job_id

    def send(self) -> None:
        """Upload the rows and close the job."""
        self._org.send_job(self._job_id, self._data)

    def outcomes(self, seen: Callable[[int], None]) -> Iterator[tuple[str, Outcome]]:
        """Wait until Salesforce is through with it, then read what became of each row."""
        job = self._org.wait_for_job(self._job_id, lambda now: seen(now.processed))
        return self._org.job_outcomes(job, self._shape, self._data.ties)


def job_shape(batch: Batch, rows: Sequence[Row]) -> JobShape:
    """The columns of a job for these rows: every field that any of them has, in the order met.

    A row that lacks a field leaves it alone: an empty cell says nothing.
    """
    names = dict.fromkeys(name for row in rows for name in row.values)
    return JobShape(batch.sobject, batch.verb, tuple(names), batch.external_id_field)
