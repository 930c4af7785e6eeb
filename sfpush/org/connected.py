"""`Org`: everything the rest of sfpush asks of Salesforce, over one connection. Light to import."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sfpush.errors import NotReady

if TYPE_CHECKING:
    from datetime import datetime

    from sfpush.describe import Describe
    from sfpush.model import Batch, Outcome, SalesforceId
    from sfpush.org.bulk import Job
    from sfpush.org.bulk_csv import JobData, JobShape, Ties
    from sfpush.org.connection import Identity
    from sfpush.org.soql import Value
    from sfpush.org.transport import ApiBudget, Transport


class Org:
    """One org, connected. Safe to use from several threads; a context manager that closes the connections.

    Every method may raise NotReady (unreachable, session refused), DailyLimitReached or RequestRefused.
    """

    def __init__(self, transport: Transport, identity: Identity, write_headers: Mapping[str, str]) -> None:
        self.identity = identity
        self._transport = transport
        self._write_headers = write_headers
        self._describes: dict[str, Describe] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    @property
    def api_calls(self) -> int:
        """How many API calls have been made since the org was opened."""
        return self._transport.api_calls

    @property
    def budget(self) -> ApiBudget | None:
        """The daily API calls as the last answer told them, without asking; None before the first answer."""
        return self._transport.budget

    @property
    def answered_at(self) -> datetime | None:
        """What time it was in the org at its last answer, in whole seconds; None: it did not say."""
        return self._transport.answered_at

    def api_versions(self) -> tuple[str, ...]:
        """The versions of the API that the org has, such as "62.0", the oldest first."""
        from sfpush.org.describe import fetch_api_versions

        return fetch_api_versions(self._transport)

    def limits(self) -> ApiBudget:
        """The daily API calls, asked for (G5); as any answer tells them where the user may not ask, which takes the
        permission View Setup and Configuration."""
        from sfpush.org.failures import is_denied
        from sfpush.org.transport import ApiBudget

        try:
            limits = self._transport.read("limits")
        except NotReady as problem:
            if not is_denied(problem) or self.budget is None:
                raise
            return self.budget
        try:
            return ApiBudget(int(limits["DailyApiRequests"]["Max"]), int(limits["DailyApiRequests"]["Remaining"]))
        except (KeyError, TypeError, ValueError):
            raise NotReady("The org does not say how many API calls are left.") from None

    def sobject_names(self) -> tuple[str, ...]:
        """The API names of all sObjects that the connected user sees."""
        from sfpush.org.describe import fetch_sobject_names

        return fetch_sobject_names(self._transport)

    def describe(self, sobject: str) -> Describe:
        """The describe of `sobject`, asked for once. Raises RequestRefused if the user sees no such sObject."""
        from sfpush.org.describe import fetch_describe

        with self._lock:
            if sobject not in self._describes:
                self._describes[sobject] = fetch_describe(self._transport, sobject)
            return self._describes[sobject]

    def count(self, sobject: str) -> int:
        """How many rows the org has, deleted ones not counted."""
        from sfpush.org.read import count_rows

        return count_rows(self._transport, sobject)

    def read(
        self,
        sobject: str,
        fields: Iterable[str],
        *,
        changed_since: str | None = None,
        include_deleted: bool = False,
    ) -> Iterator[dict[str, Any]]:
        """Rows with `fields` and the system fields, streamed; see `sfpush.org.read.read_rows`."""
        from sfpush.org.read import read_rows

        return read_rows(
            self._transport,
            self.describe(sobject),
            fields,
            changed_since=changed_since,
            include_deleted=include_deleted,
        )

    def read_own(
        self, sobject: str, fields: Iterable[str], *, external_id_field: str = "", changed_since: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Rows that the connected user created or that hold an external id, streamed, deleted ones too."""
        from sfpush.org.read import read_own_rows

        return read_own_rows(
            self._transport,
            self.describe(sobject),
            fields,
            by=self.identity.user_id,
            external_id_field=external_id_field,
            changed_since=changed_since,
        )

    def rows_by_id(
        self, sobject: str, ids: Iterable[str], fields: Iterable[str] = ()
    ) -> dict[SalesforceId, dict[str, Any]]:
        """The rows of these ids, deleted and merged ones too; an id the org never had is left out."""
        from sfpush.org.read import read_rows_by_id

        return read_rows_by_id(self._transport, self.describe(sobject), ids, fields)

    def rows_where_in(
        self,
        sobject: str,
        field: str,
        values: Iterable[Value],
        fields: Iterable[str] = (),
        *,
        include_deleted: bool = False,
    ) -> Iterator[dict[str, Any]]:
        """Rows whose `field` is one of `values`, streamed."""
        from sfpush.org.read import read_rows_where_in

        return read_rows_where_in(
            self._transport, self.describe(sobject), field, values, fields, include_deleted=include_deleted
        )

    def rows_created_by(
        self,
        user: str,
        sobject: str,
        fields: Iterable[str],
        *,
        since: datetime,
        field: str = "",
        values: Iterable[Value] = (),
    ) -> Iterator[dict[str, Any]]:
        """Living rows that a user created at `since` or later; with `field`, those where it is one of `values` (B3)."""
        from sfpush.org.read import read_rows_created

        return read_rows_created(
            self._transport, self.describe(sobject), fields, by=user, since=since, field=field, values=values
        )

    def write(self, batch: Batch) -> tuple[Outcome, ...]:
        """Write up to 200 rows in one call; outcomes in the order of the rows.

        Raises AnswerLost when the org may have written them but did not say so (B3).
        """
        from sfpush.org.collections import write_batch

        return write_batch(self._transport, batch, self._write_headers)

    def read_in_bulk(
        self,
        sobject: str,
        fields: Iterable[str],
        *,
        include_deleted: bool = False,
        seen: Callable[[Job], None] = lambda _: None,
    ) -> Iterator[dict[str, Any]]:
        """What `read` gives, in any order, for a handful of API calls; see `sfpush.org.bulk_read`."""
        from sfpush.org.bulk_read import read_rows_in_bulk

        return read_rows_in_bulk(
            self._transport, self.describe(sobject), fields, include_deleted=include_deleted, seen=seen
        )

    def create_job(self, shape: JobShape) -> str:
        """A new Bulk job's id, to be noted before its data is sent; see `sfpush.org.bulk` for this and the next."""
        from sfpush.org.bulk import create_job

        return create_job(self._transport, shape)

    def send_job(self, job_id: str, data: JobData) -> None:
        """Upload the job's data and close it. Raises AnswerLost when it is not known whether it was closed."""
        from sfpush.org.bulk import send_job

        send_job(self._transport, job_id, data)

    def read_job(self, job_id: str) -> Job:
        """How a job stands. Raises RequestRefused if the org knows no such job."""
        from sfpush.org.bulk import read_job

        return read_job(self._transport, job_id)

    def wait_for_job(self, job_id: str, seen: Callable[[Job], None] = lambda _: None) -> Job:
        """Wait until the job has ended; `seen` is told each time how it stands."""
        from sfpush.org.bulk import wait_for_job

        return wait_for_job(self._transport, lambda: self.read_job(job_id), seen)

    def abort_job(self, job_id: str) -> None:
        """Stop a job; what it has already saved stays."""
        from sfpush.org.bulk import abort_job

        abort_job(self._transport, job_id)

    def job_outcomes(self, job: Job, shape: JobShape, ties: Ties) -> Iterator[tuple[str, Outcome]]:
        """The outcome of each row of an ended job, by record key, in any order. Raises AnswerLost if some have none."""
        from sfpush.org.bulk import read_outcomes

        return read_outcomes(self._transport, job, shape, ties)
