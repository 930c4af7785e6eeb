"""The one HTTP session everything goes through: what it refuses to do whatever the caller asks for.

simple-salesforce writes `https://` into every URL, sets no timeout, and leaves the rest to requests' defaults, which
would read proxies, CA bundles and ~/.netrc (whose password would replace the token) from the environment and
follow redirects. Hence this session.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from sfpush import __version__
from sfpush.org.address import is_loopback

CONNECT_SECONDS = 10.0
READ_SECONDS = 120.0
WRITE_SECONDS = 660.0
"""Salesforce works on a request for ten minutes at most: who waits longer for a write knows what came of it."""
_CONNECTIONS = 10

# urllib3 logs whole URLs, and a query's URL holds e-mail addresses: at DEBUG, and of odd headers as a WARNING, which
# Python shows even where nobody asked for a log
for _name in ("connection", "connectionpool", "response", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").setLevel(logging.ERROR)


class OrgSession(requests.Session):
    """A session for one org: timeouts on every call, TLS always verified, no redirects, cookies, proxies or netrc.

    `timeouts` are seconds to connect and to wait for an answer, `write_seconds` to wait for that to a write; None: as
    for any other. `address` is the org's (`sfpush.org.address.instance_address`). If it is an http one on this machine,
    https requests to that very host and port are sent there in the clear; no other http request leaves.
    """

    def __init__(
        self,
        address: str,
        *,
        timeouts: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
        write_seconds: float | None = None,
    ) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers["User-Agent"] = f"sfpush/{__version__}"
        self.headers["Accept-Encoding"] = "gzip"
        for_writes = timeouts if write_seconds is None else (timeouts[0], write_seconds)
        self.mount("https://", _Adapter(address, timeouts, for_writes))
        self.mount("http://", _Adapter(address, timeouts, for_writes))

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: a redirect would carry the token, or a login's secret, to a host nobody has named."""
        return None


class _Adapter(HTTPAdapter):
    def __init__(self, address: str, timeouts: tuple[float, float], for_writes: tuple[float, float]) -> None:
        self._org = urlsplit(address)
        self._timeouts = timeouts
        self._for_writes = for_writes
        super().__init__(pool_connections=2, pool_maxsize=_CONNECTIONS, max_retries=0)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        parts = urlsplit(request.url or "")
        if self._org.scheme == "http" and parts.netloc == self._org.netloc:
            parts = parts._replace(scheme="http")
            request.url = urlunsplit(parts)
        if parts.scheme == "http" and not _stays_here(parts.hostname or ""):
            raise requests.exceptions.InvalidURL("http is only for this machine", request=request)
        patience = timeout or (self._timeouts if request.method == "GET" else self._for_writes)
        return super().send(request, stream=stream, timeout=patience, verify=True, proxies={})


def _stays_here(host: str) -> bool:
    """Whether what is sent to `host` does not leave this machine; "localhost" only if that is where it leads."""
    if not is_loopback(host):
        return False
    try:
        return all(is_loopback(str(found[4][0])) for found in socket.getaddrinfo(host, None))
    except OSError:
        return True  # it leads nowhere, which connecting will say


_BEFORE_SENDING = (
    NewConnectionError,
    ConnectTimeoutError,
    ssl.SSLCertVerificationError,
    requests.exceptions.InvalidURL,
)


def never_left(problem: requests.RequestException) -> bool:
    """Whether a failed request certainly did not reach the org, so that nothing can have come of it."""
    return any(isinstance(cause, _BEFORE_SENDING) for cause in _causes(problem))


def why_unanswered(problem: requests.RequestException) -> str:
    """The cause of a failed request in a few words. Never the URL, whose query may hold personal data."""
    causes = _causes(problem)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its TLS certificate is not valid ({cause.verify_message})"
    if any(isinstance(cause, requests.ConnectTimeout) for cause in causes):
        return "it did not take the connection in time"
    if any(isinstance(cause, requests.Timeout | TimeoutError) for cause in causes):
        return "it did not answer in time"
    if any(isinstance(cause, requests.exceptions.SSLError | ssl.SSLError) for cause in causes):
        return "it does not speak TLS there"
    if isinstance(problem, requests.exceptions.JSONDecodeError):
        return "its answer was cut short or was not JSON"
    system = next((cause for cause in causes if isinstance(cause, OSError) and cause.strerror), None)
    return system.strerror.lower() if system and system.strerror else "the connection was closed"


def _causes(problem: BaseException) -> list[BaseException]:
    """`problem` and what it stands for: requests and urllib3 hide causes in `args` and `reason`."""
    found: list[BaseException] = []
    waiting: list[Any] = [problem]
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and not any(cause is each for each in found):
            found.append(cause)
            waiting += [getattr(cause, "reason", None), cause.__cause__, cause.__context__, *cause.args]
    return found
