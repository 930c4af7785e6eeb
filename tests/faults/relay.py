"""An HTTP relay before an org, that can strike at any request: before the org sees it, or after it has answered."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Moment = Literal["before", "after"]

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})


@dataclass
class Relay:
    """Counts requests; `strike` is asked at both moments of each and says whether the connection is to be cut."""

    upstream: str
    strike: Callable[[int, Moment], bool]
    url: str = ""
    requests: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, request: str) -> int:
        """The number of this request, from 0."""
        with self._lock:
            self.requests.append(request)
            return len(self.requests) - 1


@contextlib.contextmanager
def relaying(upstream: str, strike: Callable[[int, Moment], bool]) -> Iterator[Relay]:
    """Relay to `upstream` on a free loopback port while the block runs."""
    relay = Relay(upstream, strike)
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"relay": relay}))
    relay.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield relay
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed leaves a broken pipe behind: that is what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    relay: Relay

    def _relay(self) -> None:
        number = self.relay.count(f"{self.command} {self.path.partition('?')[0]}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.relay.strike(number, "before"):
            self._cut()
            return
        address = urlsplit(self.relay.upstream)
        with contextlib.closing(http.client.HTTPConnection(address.hostname or "", address.port)) as upstream:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            upstream.request(self.command, self.path, body or None, headers)
            answer = upstream.getresponse()
            content = answer.read()
        if self.relay.strike(number, "after"):
            self._cut()
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP | {"date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _relay  # noqa: N815 - the names BaseHTTPRequestHandler looks for

    def _cut(self) -> None:
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - BaseHTTPRequestHandler's own name
        """Nothing is logged."""
