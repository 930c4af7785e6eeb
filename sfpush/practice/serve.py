"""Serving an org over HTTP on the loopback interface: inside this process for a while, or standing."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType

import uvicorn

from sfpush.practice import sessions
from sfpush.practice.org import PracticeOrg
from sfpush.practice.web.desk import Desk, Served
from sfpush.practice.web.site import Site

LOOPBACK = "127.0.0.1"
_HEAD_BYTES = 1 << 20
_STOP_SECONDS = 5.0
_SIGNAL_SECONDS = 1.0
"""Windows looks for Ctrl-C only between waits."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that is answering now, and every way to log in to it. `repr` shows no secret."""

    url: str
    username: str
    org: PracticeOrg = field(repr=False)
    access_token: str = field(repr=False)
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    password: str = field(repr=False)
    """Password and security token in one, as API logins send them."""
    requests: deque[Served] = field(repr=False)
    """Every request that came so far, oldest first."""

    def as_mapping(self) -> dict[str, str]:
        """What `practice serve --json` prints."""
        return {
            "url": self.url,
            "access_token": self.access_token,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "username": self.username,
            "password": self.password,
        }


class _Server(uvicorn.Server):
    """uvicorn, but stopping at once: its own loop looks only ten times a second, its own goodbye sleeps."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(_config(desk))
        self._desk = desk
        self.ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            self.ready.set()  # whoever waits for a server that failed must not wait for ever

    async def main_loop(self) -> None:
        self._stop, self._loop = asyncio.Event(), asyncio.get_running_loop()
        runner = asyncio.create_task(self._desk.runner.run())
        self.ready.set()
        while not self._stop.is_set():
            await self.on_tick(0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), timeout=1.0)
        self._desk.closing.set()
        await runner

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        tasks = set(self.server_state.tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_STOP_SECONDS)
            for task in late:
                task.cancel()
        await asyncio.sleep(0)

    def stop(self) -> None:
        """Stop from any thread: answers under way are finished."""
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)


@contextlib.contextmanager
def serving(org: PracticeOrg, host: str = LOOPBACK, port: int = 0) -> Iterator[Serving]:
    """Serve `org` from a thread of this process until the block ends; port 0 is any free one. OSError: it is taken."""
    with _listening(host, port) as listener:
        desk = Desk(org)
        server = _Server(desk)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="practice-org", daemon=True)
        thread.start()
        server.ready.wait()
        try:
            yield _described(desk, listener)
        finally:
            server.stop()
            thread.join()


def serve_forever(org: PracticeOrg, host: str = LOOPBACK, port: int = 0, *, ready: Callable[[Serving], None]) -> None:
    """Serve `org` until SIGINT or SIGTERM, from the main thread. `ready` is called once, when requests are answered."""
    asked_to_stop = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        with serving(org, host, port) as server:
            ready(server)
            while not asked_to_stop.wait(_SIGNAL_SECONDS):
                pass
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _config(desk: Desk) -> uvicorn.Config:
    return uvicorn.Config(
        Site(desk),
        http=desk.lines.protocol(),
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,  # the org's own clock says what time it is
        timeout_keep_alive=60,
        h11_max_incomplete_event_size=_HEAD_BYTES,
    )


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    # asyncio turns Nagle's delay off only for sockets that say they are TCP
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
        yield listener


def _described(desk: Desk, listener: socket.socket) -> Serving:
    host, port = listener.getsockname()[:2]
    org, identity = desk.org, desk.org.identity
    return Serving(
        url=f"http://{host}:{port}",
        username=identity.username,
        org=org,
        access_token=sessions.standing_token(org),
        client_id=identity.client_id,
        client_secret=identity.client_secret,
        password=identity.password + identity.security_token,
        requests=desk.served,
    )
