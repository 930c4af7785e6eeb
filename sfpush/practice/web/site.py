"""The ASGI application: from bytes to a `Call`, to its endpoint, and back; with session, limits, sizes and faults."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from dataclasses import replace
from datetime import UTC
from email.utils import format_datetime
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sfpush.practice import faults, sessions
from sfpush.practice.faults import Fault, FaultKind
from sfpush.practice.locks import writing_as
from sfpush.practice.refusals import Refused
from sfpush.practice.web import collections, data, jobs, login, records, soap
from sfpush.practice.web.composite import Composites
from sfpush.practice.web.desk import Desk, Served
from sfpush.practice.web.routes import Answer, Call, Routes, refusal

LONGEST_HEAD = 16_384
"""Bytes that URI and headers may have together."""

LARGEST_BODY = 160_000_000
DAILY_LIMIT = Refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
CONCURRENT_LIMIT = Refused(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.")
UNAVAILABLE = b"<html><head><title>Service Unavailable</title></head><body>Server Unavailable</body></html>"

_BREAKS_LINE = {FaultKind.CLOSE_BEFORE_COMMIT, FaultKind.CLOSE_AFTER_COMMIT}
_SAYS_NOTHING = {FaultKind.SILENT_BEFORE_COMMIT, FaultKind.SILENT_AFTER_COMMIT}
_BEFORE_COMMIT = {FaultKind.CLOSE_BEFORE_COMMIT, FaultKind.SILENT_BEFORE_COMMIT}

routes = Routes()
for family in (login, soap, data, collections, jobs, records):
    routes.include(family.routes)
routes.add("POST", "/composite")(Composites(routes).run)


class Site:
    """The application of one org."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        fault: Fault | None = None
        self.desk.org.refresh()
        try:
            _check_head(request)
            call = await _call(request)
            fault = faults.strike(self.desk.org, call.method, _below_version(call.path))
            answer = await self._work(call, fault)
        except Refused as refused:
            answer = refusal(refused)
        except ClientDisconnect:
            return
        answer = replace(answer, headers={"Date": self._date(), **answer.headers})
        broken = fault is not None and fault.kind in _BREAKS_LINE | _SAYS_NOTHING
        self.desk.served.append(Served(request.method, scope["path"], 0 if broken else answer.status))
        if fault is None:
            await _reply(answer, scope, receive, send)
        else:
            await self._reply_faultily(fault, answer, scope, receive, send)

    def answer(self, call: Call) -> Answer:
        """Answer a request from outside: with a session, counted, and with the org's limit in the reply's head."""
        endpoint, parts = routes.find(call.method, call.path)
        whole = replace(call, parts=parts)
        if "version" not in parts:
            return endpoint(self.desk, whole)
        login.check_token(self.desk, whole)
        org = self.desk.org
        if sessions.calls_today(org) >= org.rules.org.daily_api_calls:
            raise DAILY_LIMIT
        sessions.count_call(org)
        try:
            answer = endpoint(self.desk, whole)
        except Refused as refused:
            answer = refusal(refused)
        usage = f"api-usage={sessions.calls_today(org)}/{org.rules.org.daily_api_calls}"
        return replace(answer, headers={**answer.headers, "Sforce-Limit-Info": usage})

    def _date(self) -> str:
        return format_datetime(self.desk.org.clock().astimezone(UTC), usegmt=True)

    async def _work(self, call: Call, fault: Fault | None) -> Answer:
        kind = None if fault is None else fault.kind
        if kind in _BEFORE_COMMIT:
            return Answer()
        if kind is FaultKind.UNAVAILABLE:
            return Answer(503, UNAVAILABLE, _retry_after(fault), "text/html;charset=UTF-8")
        if kind is FaultKind.DAILY_LIMIT:
            raise DAILY_LIMIT
        if kind is FaultKind.CONCURRENT_LIMIT:
            raise CONCURRENT_LIMIT
        if kind is FaultKind.SESSION_EXPIRED:
            sessions.expire_all(self.desk.org)
        self.desk.locked_every = fault.every if fault is not None and kind is FaultKind.ROW_LOCKED else 0
        writer = object()
        locks = self.desk.org.locks
        try:
            with writing_as(writer):
                answer = self.answer(call)
            if locks.held_by(writer):
                await self._wait(self.desk.org.rules.org.write_seconds)
        finally:
            locks.release(writer)
            self.desk.locked_every = 0
        return answer

    async def _reply_faultily(self, fault: Fault, answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind in _SAYS_NOTHING:
            await self._until_gone(receive)
        if fault.kind in _BREAKS_LINE | _SAYS_NOTHING:
            await self._cut(scope, receive)
            return
        if fault.kind is FaultKind.SLOW:
            await self._wait(fault.seconds)
        body = answer.encoded()
        if fault.kind is FaultKind.TRUNCATED:
            answer = replace(answer, body=body[: len(body) // 2])
        if fault.kind is FaultKind.CUT_OFF:
            head = [(b"content-type", answer.content_type.encode()), (b"content-length", str(len(body) + 1).encode())]
            await send({"type": "http.response.start", "status": answer.status, "headers": head})
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            await asyncio.sleep(0)
            await self._cut(scope, receive)
            return
        await _reply(answer, scope, receive, send)

    async def _cut(self, scope: Scope, receive: Receive) -> None:
        self.desk.lines.cut(scope["client"])
        while (await receive())["type"] != "http.disconnect":
            pass

    async def _until_gone(self, receive: Receive) -> None:
        gone = asyncio.ensure_future(receive())
        closing = asyncio.ensure_future(self.desk.closing.wait())
        await asyncio.wait({gone, closing}, return_when=asyncio.FIRST_COMPLETED)
        for task in (gone, closing):
            task.cancel()

    async def _wait(self, seconds: float) -> None:
        """Wait, but not beyond the server's end."""
        if seconds > 0:
            try:
                await asyncio.wait_for(self.desk.closing.wait(), seconds)
            except TimeoutError:
                return


async def _reply(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {**answer.headers}
    if answer.body is not None:
        headers["content-type"] = answer.content_type
    await Response(answer.encoded(), answer.status, headers)(scope, receive, send)


def _retry_after(fault: Fault | None) -> dict[str, str]:
    return {} if fault is None or fault.retry_after is None else {"Retry-After": str(fault.retry_after)}


def _below_version(path: str) -> str:
    """`/services/data/v62.0/limits` → `/limits`; other paths as they are."""
    if not path.startswith("/services/data/v"):
        return path
    return "/" + path.removeprefix("/services/data/").partition("/")[2]


def _check_head(request: Request) -> None:
    uri = len(request.scope["raw_path"]) + len(request.scope["query_string"])
    head = sum(len(name) + len(value) + 4 for name, value in request.scope["headers"])
    if uri > LONGEST_HEAD or (uri + head > LONGEST_HEAD and uri >= head):
        raise Refused(414, "URI_TOO_LONG", "URI Too Long")
    if uri + head > LONGEST_HEAD:
        raise Refused(431, "REQUEST_HEADER_FIELDS_TOO_LARGE", "Request Header Fields Too Large")


async def _call(request: Request) -> Call:
    method = request.method
    query = dict(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True))
    if method == "POST" and query.get("_HttpMethod", "").upper() in ("PATCH", "DELETE"):
        method = query["_HttpMethod"].upper()
    path = "/" + request.scope["raw_path"].decode("latin-1").split("?")[0].strip("/")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Call(method, path, query, headers, await _body(request, headers), base_url=_base_url(request))


async def _body(request: Request, headers: dict[str, str]) -> bytes:
    body = await request.body()
    if headers.get("content-encoding", "").lower() == "gzip":
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError, zlib.error) as error:
            raise Refused(400, "MALFORMED_REQUEST", f"The body is not gzip: {error}") from error
    if len(body) > LARGEST_BODY:
        raise Refused(413, "REQUEST_ENTITY_TOO_LARGE", "The request is too large")
    return body


def _base_url(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '127.0.0.1')}"
