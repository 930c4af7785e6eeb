"""Requests to one org: what is asked again, what is given up, and what is then known about the write.

Three ends of a request that failed, and the exception for each:

    the org said no              RequestRefused, DailyLimitReached, NotReady (login): nothing was carried out
    it never left                NotReady "unreachable": nothing was carried out
    it left, no answer came      AnswerLost for a write, NotReady for a read

Retries: a request that was certainly not carried out may always be sent again; one without an answer only where a
repeat is harmless, which the caller says. Never more than 5 times, nor with more than 3 minutes of waiting.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
import tenacity
from simple_salesforce.api import Salesforce
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from sfpush.errors import AnswerLost, DailyLimitReached, NotReady, RequestRefused
from sfpush.org.connection import Access
from sfpush.org.faults import Fault, read_faults
from sfpush.org.http import OrgSession, never_left, why_unanswered

TRIES = 5
MOST_WAITING = 180.0
"""Seconds that one request may spend waiting between its tries, all together."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ApiBudget:
    """The org's API calls in 24 hours: how many there are, and how many are left (G5)."""

    max: int
    remaining: int


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    options: Mapping[str, Any] = field(repr=False)
    writes: bool
    harmless: bool
    """Whether carrying it out twice is the same as once."""


class Transport:
    """Speaks JSON to the REST API of one org through simple-salesforce. Safe to use from several threads.

    `log_in_again` gives a new access when the session has expired; None where only a person can. `sleep` waits
    between tries.
    """

    def __init__(
        self,
        access: Access,
        session: OrgSession,
        *,
        api_version: str,
        log_in_again: Callable[[], Access] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.instance_url = access.instance_url
        self._session = session
        self._api_version = api_version
        self._log_in_again = log_in_again
        self._sleep = sleep
        self._lock = threading.Lock()
        self._login_lock = threading.Lock()
        self._salesforce = self._opened(access)
        self._api_calls = 0
        self._budget: ApiBudget | None = None

    @property
    def api_calls(self) -> int:
        """How many API calls have been made, tries included."""
        return self._api_calls

    @property
    def budget(self) -> ApiBudget | None:
        """What the last answer said of the org's daily calls; None until one did."""
        return self._budget

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def read(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """GET `path`, relative to `/services/data/vNN.0/` or absolute on the org's host; the answer as JSON values.

        Raises NotReady, RequestRefused or DailyLimitReached.
        """
        options = {"params": params, "headers": headers or {}}
        return self._call(_Call("GET", path, options, writes=False, harmless=True))

    def write(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        harmless: bool = False,
    ) -> Any:
        """Send `body`; the answer as JSON values. `harmless`: a repeat changes nothing more, so no answer means again.

        Raises AnswerLost if it may have been carried out, else as `read`.
        """
        options = {"params": params, "headers": headers or {}, "json": body}
        return self._call(_Call(method, path, options, writes=True, harmless=harmless))

    def _call(self, call: _Call) -> Any:
        patience = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda failure: _may_repeat(failure, call)),
            wait=_wait,
            stop=_tried_enough,
            sleep=self._sleep,
            reraise=True,
        )
        lost: list[_Failure] = []
        try:
            return patience(self._once, call, lost)
        except (_Refused, requests.RequestException, NotReady) as failure:
            problem = failure
        # raised here, outside the except: what requests raised holds the request and so the token
        if call.writes and lost:  # whatever ended the later tries, an earlier one may have been carried out
            raise self._answer_lost(lost[0])
        raise problem if isinstance(problem, NotReady) else self._as_error(problem)

    def _once(self, call: _Call, lost: list[_Failure]) -> Any:
        try:
            return self._with_one_login(call)
        except (_Refused, requests.RequestException) as failure:
            if _unclear(failure):
                lost.append(failure)
            raise

    def _with_one_login(self, call: _Call) -> Any:
        salesforce = self._salesforce
        try:
            return self._send(salesforce, call)
        except _Refused as refused:
            if not refused.fault.session_expired or self._log_in_again is None:
                raise
        with self._login_lock:
            if self._salesforce is salesforce:  # else another thread has just logged in
                self._salesforce = self._opened(self._log_in_again())
        return self._send(self._salesforce, call)

    def _send(self, salesforce: Salesforce, call: _Call) -> Any:
        with self._lock:
            self._api_calls += 1
        path = call.path
        if path.startswith("/"):
            path = path.removeprefix(urlsplit(salesforce.base_url).path)
        return salesforce.restful(
            path, method=call.method, hooks={"response": self._examine}, allow_redirects=False, **call.options
        )

    def _examine(self, response: requests.Response, **_: Any) -> None:
        """Look at an answer before simple-salesforce does: its exceptions keep neither headers nor silence."""
        _log.debug("%s %s: %s", response.request.method, urlsplit(response.url).path, response.status_code)
        usage = Salesforce.parse_api_usage(response.headers.get("Sforce-Limit-Info", "")).get("api-usage")
        if usage:
            self._budget = ApiBudget(usage.total, max(0, usage.total - usage.used))
        if response.status_code >= 300:
            raise _Refused(response)
        if response.status_code != 204 and response.content.lstrip()[:1] not in (b"{", b"["):
            raise requests.exceptions.JSONDecodeError("neither an object nor an array", "", 0)

    def _opened(self, access: Access) -> Salesforce:
        return Salesforce(
            session_id=access.token.get_secret_value(),
            instance=urlsplit(access.instance_url).netloc,
            version=self._api_version,
            session=self._session,
            object_pairs_hook=None,
        )

    def _as_error(self, failure: _Failure) -> NotReady:
        if isinstance(failure, _Refused):
            return _refusal(failure, self.instance_url)
        return unreachable(self.instance_url, why_unanswered(failure))

    def _answer_lost(self, failure: _Failure) -> AnswerLost:
        why = failure.fault.message if isinstance(failure, _Refused) else why_unanswered(failure)
        return AnswerLost(
            f"What {self.instance_url} did with the last request is not known: {why.removesuffix('.')}.",
            hint="Run the same command again: it first finds out what went, and repeats nothing that did.",
        )


class _Refused(Exception):
    """An answer that is no success, with what its headers said of waiting."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__(f"HTTP {response.status_code}")
        self.fault: Fault = read_faults(response.status_code, response.content)[0]
        self.retry_after = _seconds(response.headers.get("Retry-After"))
        self.location = urlsplit(response.headers.get("Location", "")).hostname

    @property
    def passing(self) -> bool:
        """Whether the org said that it did not carry the request out, and that later it may."""
        fault = self.fault
        return fault.concurrent_limit or fault.unavailable or (fault.status == 503 and self.retry_after is not None)

    @property
    def unclear(self) -> bool:
        """Whether the org, or a machine in front of it, failed in a way that leaves open what was done."""
        return self.fault.status >= 500 and not self.passing


def unreachable(address: str, why: str) -> NotReady:
    """The error for an org that can't be spoken to, and what to do about it."""
    return NotReady(
        f"The org at {address} can't be reached: {why}.",
        hint="Check the network and the address (sfpush status); then run the command again.",
        code="unreachable",
    )


_Failure = _Refused | requests.RequestException


def _unclear(failure: _Failure) -> bool:
    """Whether the org may have carried the request out although no good answer came."""
    return failure.unclear if isinstance(failure, _Refused) else not never_left(failure)


def _may_repeat(failure: BaseException, call: _Call) -> bool:
    if isinstance(failure, requests.exceptions.SSLError):
        return False  # a certificate does not get better by waiting
    if isinstance(failure, _Refused):
        return failure.passing or (call.harmless and failure.unclear)
    return isinstance(failure, requests.RequestException) and (call.harmless or never_left(failure))


def _wait(state: tenacity.RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    if isinstance(failure, _Refused) and failure.retry_after is not None:
        return failure.retry_after
    return _BACKOFF(state)


_BACKOFF = tenacity.wait_exponential_jitter(max=30)


def _tried_enough(state: tenacity.RetryCallState) -> bool:
    return state.attempt_number >= TRIES or state.idle_for + state.upcoming_sleep > MOST_WAITING


def _seconds(retry_after: str | None) -> float | None:
    """A Retry-After header, seconds or a date, as seconds from now; None if there is none that can be read."""
    try:
        return Retry().parse_retry_after(retry_after) if retry_after else None
    except InvalidHeader:
        return None


def _refusal(refused: _Refused, address: str) -> NotReady:
    fault = refused.fault
    if fault.daily_limit:
        return DailyLimitReached(
            f"The org's API calls for 24 hours are used up: {fault.message}",
            hint="Run the same command again when calls are free; `sfpush status` shows how many are left.",
        )
    if fault.session_expired:
        return NotReady(
            f"The org at {address} does not accept the session: {fault.message}",
            hint="Connect again: sfpush connect …",
            code="session-expired",
        )
    if refused.passing or refused.unclear:
        wait = f" It asks to wait {refused.retry_after:.0f} seconds." if refused.retry_after else ""
        return NotReady(
            f"The org at {address} takes no requests now: {fault.message}{wait}",
            hint="Run the same command again later.",
            code="busy" if fault.concurrent_limit else "unavailable",
        )
    if refused.location and fault.status in (301, 302, 303, 307, 308):
        return NotReady(
            f"The org at {address} has moved to {refused.location}.",
            hint=f"Connect again with --instance-url https://{refused.location}.",
            code="moved",
        )
    if fault.status == 403:
        return NotReady(
            f"The org does not let the connected user do this: {fault.message} ({fault.code})",
            hint="Check that the user's profile has API Enabled, and access to what the message names.",
            code="no-access",
        )
    return RequestRefused(f"The org said no: {fault.message} ({fault.code})", salesforce_code=fault.code)
