"""A request and its answer as plain values, and the table of what answers which path.

Endpoints are plain functions of a `Desk` and a `Call`, so that Composite can run them as subrequests without HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import orjson
from starlette.routing import compile_path

from sfpush.practice.refusals import Refused, not_found

if TYPE_CHECKING:
    from sfpush.practice.web.desk import Desk

OLDEST_VERSION, NEWEST_VERSION = 31, 67


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `parts` are the named pieces of its path, `headers` have lower-case names."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    parts: Mapping[str, str] = field(default_factory=dict)
    base_url: str = ""

    @property
    def version(self) -> str:
        """`v62.0`, from the path."""
        return self.parts["version"]

    @property
    def version_number(self) -> int:
        return int(self.version[1:].partition(".")[0])

    def json(self) -> Any:
        """The body as JSON; Refused JSON_PARSER_ERROR if it isn't."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise Refused(
                400, "JSON_PARSER_ERROR", f"{error.msg} at [line:{error.lineno}, column:{error.colno}]"
            ) from error

    def json_object(self) -> dict[str, Any]:
        found = self.json()
        if not isinstance(found, dict):
            raise Refused(400, "JSON_PARSER_ERROR", "The HTTP entity body is required to be a JSON object")
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply: `body` goes out as JSON, unless it is bytes, which go as they are with `content_type`."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json;charset=UTF-8"

    def encoded(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else orjson.dumps(self.body)


def refusal(refused: Refused) -> Answer:
    """A refused request: an array with one error, as all of REST but the login answers."""
    error: dict[str, Any] = {"message": refused.message, "errorCode": refused.code}
    if refused.fields is not None:
        error["fields"] = list(refused.fields)
    return Answer(refused.status, [error])


Endpoint = Callable[["Desk", Call], Answer]


class Routes:
    """Which function answers which method and path; the first that fits does."""

    def __init__(self) -> None:
        self._table: list[tuple[Any, str, Endpoint]] = []

    def add(self, methods: str, path: str) -> Callable[[Endpoint], Endpoint]:
        """Decorator: `@routes.add("GET POST", "/sobjects/{sobject}")`; paths are below `/services/data/vN` unless
        they begin with `//`.
        """
        whole = path[1:] if path.startswith("//") else "/services/data/{version}" + path
        pattern, _, _ = compile_path(whole)

        def keep(endpoint: Endpoint) -> Endpoint:
            self._table.extend((pattern, method, endpoint) for method in methods.split())
            return endpoint

        return keep

    def include(self, other: Routes) -> None:
        self._table.extend(other._table)

    def find(self, method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
        """The endpoint and the named pieces of the path. Refused 404 or 405 where there is none."""
        allowed = False
        for pattern, known, endpoint in self._table:
            found = pattern.match(path)
            if found is None:
                continue
            if known != method:
                allowed = True
                continue
            parts = {name: unquote(value) for name, value in found.groupdict().items()}
            _check_version(parts.get("version"))
            return endpoint, parts
        if allowed:
            raise Refused(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed.")
        raise not_found()


def _check_version(version: str | None) -> None:
    if version is None:
        return
    number, _, minor = version.removeprefix("v").partition(".")
    if not (
        version.startswith("v")
        and number.isdigit()
        and minor == "0"
        and OLDEST_VERSION <= int(number) <= NEWEST_VERSION
    ):
        raise not_found()
