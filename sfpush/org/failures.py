"""A request that failed: whether it may be sent again, whether it may have been carried out, and which error it is."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from sfpush.errors import DailyLimitReached, NotReady, RequestRefused, UsageError
from sfpush.org.address import instance_address
from sfpush.org.faults import Fault, read_faults
from sfpush.org.http import never_left, why_unanswered


class RefusedAnswer(Exception):
    """An answer that is no success, with what its headers said of waiting."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__(f"HTTP {response.status_code}")
        self.fault: Fault = read_faults(response.status_code, response.content)[0]
        self.retry_after = _seconds(response.headers.get("Retry-After"))
        self.location = _host(response.headers.get("Location", ""))

    @property
    def passing(self) -> bool:
        """Whether the org said that it did not carry the request out, and that later it may."""
        fault = self.fault
        return fault.concurrent_limit or fault.unavailable or (fault.status == 503 and self.retry_after is not None)

    @property
    def unclear(self) -> bool:
        """Whether the org, or a machine in front of it, failed in a way that leaves open what was done."""
        return self.fault.status >= 500 and not self.passing


Failure = RefusedAnswer | requests.RequestException


def calls_used_up(fault: Fault) -> DailyLimitReached:
    """The error for a day without any more calls (G5)."""
    return DailyLimitReached(
        f"The org's API calls for 24 hours are used up: {fault.message}",
        hint="Run the same command again when calls are free; `sfpush status` shows how many are left.",
    )


def unclear(failure: Failure) -> bool:
    """Whether the org may have carried the request out although no good answer came."""
    return failure.unclear if isinstance(failure, RefusedAnswer) else not never_left(failure)


def may_repeat(failure: BaseException, *, harmless: bool) -> bool:
    """Whether sending the request again can do no harm, and may help. `harmless`: twice is the same as once."""
    if isinstance(failure, requests.exceptions.SSLError):
        return False  # a certificate does not get better by waiting
    if isinstance(failure, RefusedAnswer):
        return failure.passing or (harmless and failure.unclear)
    return isinstance(failure, requests.RequestException) and (harmless or never_left(failure))


def why(failure: Failure) -> str:
    """The cause in a few words, for a person."""
    return failure.fault.message if isinstance(failure, RefusedAnswer) else why_unanswered(failure)


def is_denied(problem: NotReady) -> bool:
    """Whether the org refused the one thing that was asked for, to this user; it may well do others."""
    return isinstance(problem, RequestRefused) or problem.code == "no-access"


def unreachable(address: str, why: str) -> NotReady:
    """The error for an org that can't be spoken to, and what to do about it."""
    return NotReady(
        f"The org at {address} can't be reached: {why}.",
        hint="Check the network and the address (sfpush status); then run the command again.",
        code="unreachable",
    )


def _host(location: str) -> str | None:
    """The host that a Location header names; None where there is none that one could connect to."""
    try:
        return urlsplit(instance_address(location)).netloc
    except UsageError:
        return None


def _seconds(retry_after: str | None) -> float | None:
    """A Retry-After header, seconds or a date, as seconds from now; None if there is none that can be read."""
    try:
        return Retry().parse_retry_after(retry_after) if retry_after else None
    except InvalidHeader:
        return None


def refusal(refused: RefusedAnswer, address: str) -> NotReady:
    """The error for a request that the org refused, and what to do about it."""
    fault = refused.fault
    if fault.daily_limit:
        return calls_used_up(fault)
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
