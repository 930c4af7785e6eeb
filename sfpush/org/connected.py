"""`Org`: everything the rest of sfpush asks of Salesforce, over one connection; and how it is opened (G1)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sfpush.errors import NotReady
from sfpush.org.connection import (
    Access,
    Identity,
    Login,
    StoredConnection,
    delete_connection,
    environment_access,
    load_connection,
    save_connection,
)
from sfpush.org.secrets import Secrets, delete_secrets, load_secrets, store_secrets

if TYPE_CHECKING:
    from sfpush.describe import Describe
    from sfpush.model import Batch, Outcome, SalesforceId
    from sfpush.org.bulk import Job
    from sfpush.org.bulk_csv import JobData, JobShape, Ties
    from sfpush.org.soql import Value
    from sfpush.org.transport import ApiBudget, Transport
    from sfpush.settings.schema import SalesforceSettings, Settings


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

    def limits(self) -> ApiBudget:
        """The daily API calls, asked for (G5)."""
        from sfpush.org.transport import ApiBudget

        limits = self._transport.read("limits")
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

    def rows_we_created(
        self, sobject: str, field: str, values: Iterable[Value], fields: Iterable[str], *, since: datetime
    ) -> Iterator[dict[str, Any]]:
        """Living rows that the connected user created at `since` or later, whose `field` is one of `values` (B3)."""
        from sfpush.org.read import read_rows_created

        return read_rows_created(
            self._transport, self.describe(sobject), field, values, fields, by=self.identity.user_id, since=since
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


def connect(
    home: Path,
    login: Login,
    secrets: Secrets,
    settings: Settings,
    *,
    practice: Access | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> StoredConnection:
    """Log in, learn who that is, and only then keep it in `home` in place of any other connection.

    `practice` is the way into the practice org that the caller runs, for the way "practice"; it is not kept. Raises
    NotReady if the login is refused; the home is then as before.
    """
    from sfpush.org.login import identify, log_in

    access = practice or log_in(login, secrets, api_version=settings.salesforce.api_version)
    identity = identify(access)
    connection = StoredConnection(
        login=login,
        identity=replace(identity, instance_url="") if practice else identity,
        connected_at=now().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    )
    if secrets:
        store_secrets(home, secrets)
    else:
        delete_secrets(home)
    save_connection(home, connection)
    return connection


def disconnect(home: Path) -> bool:
    """Forget the connection and its secrets; False if there was no connection. The org's links and journal are kept."""
    delete_secrets(home)
    return delete_connection(home)


def open_org(home: Path, settings: Settings, environ: Mapping[str, str], *, practice: Access | None = None) -> Org:
    """The org to work on: `practice` if the caller runs one, else the environment's, else the stored connection's.

    Raises NotReady if there is none (G1), the login is refused, or the address now leads to another org than the one
    that was connected (G0: a refreshed sandbox keeps its name).
    """
    from sfpush.org.login import identify

    if access := practice or environment_access(environ):
        return _opened(access, identify(access), settings)
    connection = load_connection(home)
    if connection is None:
        raise NotReady(
            "Not connected to a Salesforce org.",
            hint="Try everything on a practice org with `sfpush connect --practice`, "
            "or see `sfpush connect --help` for your own.",
            code="not-connected",
        )
    return _opened_again(home, connection, settings)


def _opened_again(home: Path, connection: StoredConnection, settings: Settings) -> Org:
    from sfpush.org.login import can_log_in_again, identify, log_in, needs_secrets

    login = connection.login
    secrets = load_secrets(home) if needs_secrets(login) else {}

    def log_in_again() -> Access:
        return log_in(login, secrets, api_version=settings.salesforce.api_version)

    access = log_in_again()
    identity = identify(access)
    if identity.org_id != connection.identity.org_id:
        raise NotReady(
            f"{access.instance_url} is another org now: {identity.org_id} instead of {connection.identity.org_id}.",
            hint="If that is meant, connect again: sfpush connect …; the first org's links are kept.",
            code="other-org",
        )
    return _opened(access, identity, settings, log_in_again if can_log_in_again(login) else None)


def _opened(
    access: Access, identity: Identity, settings: Settings, log_in_again: Callable[[], Access] | None = None
) -> Org:
    from sfpush.org.http import OrgSession
    from sfpush.org.transport import Transport

    transport = Transport(
        access,
        OrgSession(access.instance_url),
        api_version=settings.salesforce.api_version,
        log_in_again=log_in_again,
    )
    return Org(transport, identity, write_headers(settings.salesforce))


def write_headers(settings: SalesforceSettings) -> dict[str, str]:
    """What is sent with every write: Salesforce runs assignment rules unless told not to, and may be told to save
    past duplicate rules that only alert."""
    headers = {} if settings.assignment_rules else {"Sforce-Auto-Assign": "FALSE"}
    if settings.duplicate_rules == "allow":
        headers["Sforce-Duplicate-Rule-Header"] = "allowSave=true"
    return headers
