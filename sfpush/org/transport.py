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
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import requests
import tenacity
from simple_salesforce.api import Salesforce

from sfpush.errors import AnswerLost, NotReady
from sfpush.org.connection import Access
from sfpush.org.failures import Failure, RefusedAnswer, may_repeat, refusal, unclear, unreachable, why
from sfpush.org.http import OrgSession

TRIES = 5
MOST_WAITING = 180.0
"""Seconds that one request may spend waiting between its tries, all together."""

_PIECE = 1 << 16
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ApiBudget:
    """The org's API calls in 24 hours: how many there are, and how many are left (G5)."""

    max: int
    remaining: int


@dataclass(frozen=True, slots=True)
class _Call:
    send: Callable[[Salesforce], Any]
    writes: bool = False
    harmless: bool = True
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
        self._answered_at: datetime | None = None

    @property
    def api_calls(self) -> int:
        """How many API calls have been made, tries included."""
        return self._api_calls

    @property
    def budget(self) -> ApiBudget | None:
        """What the last answer said of the org's daily calls; None until one did."""
        return self._budget

    @property
    def answered_at(self) -> datetime | None:
        """The time in the org at its last answer, by its Date header, in whole seconds; None: it did not say."""
        return self._answered_at

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
        return self._call(_Call(lambda salesforce: self._ask(salesforce, "GET", path, params=params, headers=headers)))

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

        def send(salesforce: Salesforce) -> Any:
            return self._ask(salesforce, method, path, json=body, params=params, headers=headers)

        return self._call(_Call(send, writes=True, harmless=harmless))

    def download(self, path: str, params: Mapping[str, str], into: BinaryIO) -> Mapping[str, str]:
        """GET a file of any size into `into`; the headers of the answer. Raises as `read`."""

        def fetch(salesforce: Salesforce) -> Mapping[str, str]:
            into.seek(0)
            into.truncate()
            with self._transfer(salesforce, "GET", path, params=params, stream=True) as response:
                into.writelines(response.iter_content(_PIECE))
            into.seek(0)
            return response.headers

        answered: Mapping[str, str] = self._call(_Call(fetch))
        return answered

    def upload(self, path: str, file: BinaryIO, content_type: str) -> None:
        """PUT a file of any size, from its beginning. Raises as `write`."""

        def send(salesforce: Salesforce) -> None:
            file.seek(0)
            self._transfer(salesforce, "PUT", path, data=file, headers={"Content-Type": content_type})

        self._call(_Call(send, writes=True, harmless=False))

    def pause(self, seconds: float) -> None:
        """Wait, as between the tries of a request."""
        self._sleep(seconds)

    def _call(self, call: _Call) -> Any:
        patience = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda failure: may_repeat(failure, harmless=call.harmless)),
            wait=_wait,
            stop=_tried_enough,
            sleep=self._sleep,
            reraise=True,
        )
        lost: list[Failure] = []
        try:
            return patience(self._once, call, lost)
        except (RefusedAnswer, requests.RequestException, NotReady) as failure:
            problem = failure
        # raised here, outside the except: what requests raised holds the request and so the token
        if call.writes and lost:  # whatever ended the later tries, an earlier one may have been carried out
            raise self._answer_lost(lost[0])
        raise problem if isinstance(problem, NotReady) else self._as_error(problem)

    def _once(self, call: _Call, lost: list[Failure]) -> Any:
        try:
            return self._with_one_login(call)
        except (RefusedAnswer, requests.RequestException) as failure:
            if unclear(failure):
                lost.append(failure)
            raise

    def _with_one_login(self, call: _Call) -> Any:
        salesforce = self._salesforce
        try:
            return self._send(salesforce, call)
        except RefusedAnswer as refused:
            if not refused.fault.session_expired or self._log_in_again is None:
                raise
        with self._login_lock:
            if self._salesforce is salesforce:  # else another thread has just logged in
                self._salesforce = self._opened(self._log_in_again())
        return self._send(self._salesforce, call)

    def _send(self, salesforce: Salesforce, call: _Call) -> Any:
        with self._lock:
            self._api_calls += 1
        try:
            return call.send(salesforce)
        except RecursionError:  # an answer nested a thousand deep; it is no answer, whatever was carried out
            raise requests.exceptions.JSONDecodeError("nested too deeply", "", 0) from None

    def _ask(
        self, salesforce: Salesforce, method: str, path: str, *, headers: Mapping[str, str] | None, **options: Any
    ) -> Any:
        if path.startswith("/"):
            base = urlsplit(salesforce.base_url)
            if not path.startswith(base.path):
                return self._ask_outside(f"{base.scheme}://{base.netloc}{path}", salesforce, method, headers, options)
            path = path.removeprefix(base.path)
        hooks = {"response": self._examine_json}
        return salesforce.restful(
            path, method=method, headers=headers or {}, hooks=hooks, allow_redirects=False, **options
        )

    def _ask_outside(
        self,
        url: str,
        salesforce: Salesforce,
        method: str,
        headers: Mapping[str, str] | None,
        options: Mapping[str, Any],
    ) -> Any:
        """What lies outside the paths of our API version, where simple-salesforce does not go."""
        response = self._session.request(
            method,
            url,
            headers={**salesforce.headers, **(headers or {})},
            hooks={"response": self._examine_json},
            allow_redirects=False,
            **options,
        )
        return response.json()

    def _transfer(
        self, salesforce: Salesforce, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any
    ) -> requests.Response:
        return self._session.request(
            method,
            salesforce.base_url + path,
            headers={**salesforce.headers, **(headers or {})},
            hooks={"response": self._examine},
            allow_redirects=False,
            **options,
        )

    def _examine(self, response: requests.Response, **_: Any) -> None:
        """Look at an answer before simple-salesforce does: its exceptions keep neither headers nor silence."""
        _log.debug("%s %s: %s", response.request.method, urlsplit(response.url).path, response.status_code)
        usage = Salesforce.parse_api_usage(response.headers.get("Sforce-Limit-Info", "")).get("api-usage")
        if usage:
            self._budget = ApiBudget(usage.total, max(0, usage.total - usage.used))
        self._answered_at = _moment(response.headers.get("Date"))
        if response.status_code >= 300:
            raise RefusedAnswer(response)

    def _examine_json(self, response: requests.Response, **_: Any) -> None:
        self._examine(response)
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

    def _as_error(self, failure: Failure) -> NotReady:
        if isinstance(failure, RefusedAnswer):
            return refusal(failure, self.instance_url)
        return unreachable(self.instance_url, why(failure))

    def _answer_lost(self, failure: Failure) -> AnswerLost:
        return AnswerLost(
            f"What {self.instance_url} did with the last request is not known: {why(failure).removesuffix('.')}.",
            hint="Run the same command again: it first finds out what went, and repeats nothing that did.",
        )


def _moment(date: str | None) -> datetime | None:
    """A Date header (RFC 9110), which is always GMT."""
    try:
        return parsedate_to_datetime(date).replace(tzinfo=UTC) if date else None
    except ValueError:
        return None


def _wait(state: tenacity.RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    if isinstance(failure, RefusedAnswer) and failure.retry_after is not None:
        return failure.retry_after
    return _BACKOFF(state)


_BACKOFF = tenacity.wait_exponential_jitter(max=30)


def _tried_enough(state: tenacity.RetryCallState) -> bool:
    return state.attempt_number >= TRIES or state.idle_for + state.upcoming_sleep > MOST_WAITING
