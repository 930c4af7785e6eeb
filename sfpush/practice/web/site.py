"""The ASGI application: from bytes to a `Call`, to its endpoint, and back; session, limits and sizes are checked."""

from __future__ import annotations

import gzip
import zlib
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sfpush.practice import sessions
from sfpush.practice.refusals import Refused
from sfpush.practice.web import collections, data, login, records
from sfpush.practice.web.desk import Desk
from sfpush.practice.web.routes import Answer, Call, Routes, refusal

LONGEST_HEAD = 16_384
"""Bytes that URI and headers may have together."""

LARGEST_BODY = 160_000_000

routes = Routes()
for family in (login, data, collections, records):
    routes.include(family.routes)


class Site:
    """The application of one org."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            return
        headers = {**answer.headers}
        if answer.body is not None:
            headers["content-type"] = answer.content_type
        await Response(answer.encoded(), answer.status, headers)(scope, receive, send)

    async def _answer(self, request: Request) -> Answer:
        try:
            _check_head(request)
            return self.answer(await _call(request))
        except Refused as refused:
            return refusal(refused)

    def answer(self, call: Call) -> Answer:
        """Answer a request from outside: with a session, counted, and with the org's limit in the reply's head."""
        endpoint, parts = routes.find(call.method, call.path)
        whole = Call(call.method, call.path, call.query, call.headers, call.body, parts, call.base_url)
        if "version" not in parts:
            return endpoint(self.desk, whole)
        login.check_token(self.desk, whole)
        org = self.desk.org
        if sessions.calls_today(org) >= org.rules.org.daily_api_calls:
            raise Refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        sessions.count_call(org)
        try:
            answer = endpoint(self.desk, whole)
        except Refused as refused:
            answer = refusal(refused)
        usage = f"api-usage={sessions.calls_today(org)}/{org.rules.org.daily_api_calls}"
        return Answer(answer.status, answer.body, {**answer.headers, "Sforce-Limit-Info": usage}, answer.content_type)


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
    path = request.scope["raw_path"].decode("latin-1").split("?")[0].rstrip("/")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Call(method, path or "/", query, headers, await _body(request, headers), base_url=_base_url(request))


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
