"""Composite: up to 25 requests in one, later ones using what earlier ones answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from sfpush.practice.refusals import Refused
from sfpush.practice.web.desk import Desk
from sfpush.practice.web.routes import Answer, Call, Routes, refusal

MOST_SUBREQUESTS = 25
MOST_OF_MANY_ROWS = 5
"""Subrequests that are queries or collections."""

_REFERENCE = re.compile(r"@\{([A-Za-z][A-Za-z0-9_]*)((?:\.[A-Za-z0-9_]+|\[\d+\])*)\}")
_STEP = re.compile(r"\.([A-Za-z0-9_]+)|\[(\d+)\]")
_MANY_ROWS = re.compile(r"/services/data/v[\d.]+/(query|queryAll|composite/sobjects)\b")
_HALTED = Refused(
    400,
    "PROCESSING_HALTED",
    "The transaction was rolled back since another operation in the same transaction failed.",
)


class Composites:
    """Runs the parts of a composite request against a table of routes."""

    def __init__(self, table: Routes) -> None:
        self._table = table

    def run(self, desk: Desk, call: Call) -> Answer:
        """Answer `POST /composite`: 200 with an answer for each part, whatever became of them."""
        body = call.json_object()
        parts = _checked(body.get("compositeRequest"))
        whole = body.get("allOrNone") is True
        answers: list[dict[str, Any]] = []
        failed = False
        with desk.org.writing() as db:
            db.execute("SAVEPOINT composite")
            for part in parts:
                answer = refusal(_HALTED) if failed and whole else self._part(desk, call, part, answers, whole=whole)
                failed = failed or _has_failed(answer, whole=whole)
                answers.append(_shown(part, answer))
            if failed and whole:
                db.execute("ROLLBACK TO composite")
                answers = [
                    each if each["httpStatusCode"] >= 400 else _shown(part, refusal(_HALTED))
                    for part, each in zip(parts, answers, strict=True)
                ]
            db.execute("RELEASE composite")
        return Answer(body={"compositeResponse": answers})

    def _part(
        self, desk: Desk, call: Call, part: Mapping[str, Any], answers: list[dict[str, Any]], *, whole: bool
    ) -> Answer:
        earlier = {each["referenceId"]: each["body"] for each in answers if each["httpStatusCode"] < 400}
        try:
            url = urlsplit(str(_filled(part["url"], earlier)))
            body = _filled(part.get("body"), earlier)
            if whole and isinstance(body, dict) and "/composite/sobjects" in url.path:
                body = {**body, "allOrNone": True}
            method = str(part["method"]).upper()
            endpoint, pieces = self._table.find(method, url.path.rstrip("/"))
            headers = {name.lower(): str(value) for name, value in (part.get("httpHeaders") or {}).items()}
            query = dict(parse_qsl(url.query, keep_blank_values=True))
            inner = Call(method, url.path, query, headers, orjson.dumps(body), pieces, call.base_url)
            return endpoint(desk, inner)
        except Refused as refused:
            return refusal(refused)


def _checked(parts: Any) -> list[dict[str, Any]]:
    if not isinstance(parts, list) or not parts:
        raise Refused(400, "JSON_PARSER_ERROR", "compositeRequest must be an array of subrequests")
    if len(parts) > MOST_SUBREQUESTS:
        raise Refused(400, "LIMIT_EXCEEDED", f"at most {MOST_SUBREQUESTS} subrequests are allowed")
    for part in parts:
        if not isinstance(part, dict) or not {"method", "url", "referenceId"} <= part.keys():
            raise Refused(400, "JSON_PARSER_ERROR", "each subrequest needs method, url and referenceId")
        path = str(part["url"])
        if not path.startswith("/services/data/v") or path.partition("?")[0].rstrip("/").endswith("/composite"):
            raise Refused(400, "INVALID_INPUT", f"not allowed as a subrequest: {path}")
    names = [part["referenceId"] for part in parts]
    if len(set(names)) < len(names):
        raise Refused(400, "INVALID_INPUT", "each referenceId may be used only once")
    if sum(bool(_MANY_ROWS.match(str(part["url"]))) for part in parts) > MOST_OF_MANY_ROWS:
        raise Refused(400, "LIMIT_EXCEEDED", f"at most {MOST_OF_MANY_ROWS} queries and collections are allowed")
    return parts


def _filled(given: Any, earlier: Mapping[str, Any]) -> Any:
    """The same with every `@{reference.path}` replaced by what it stands for."""
    if isinstance(given, dict):
        return {name: _filled(value, earlier) for name, value in given.items()}
    if isinstance(given, list):
        return [_filled(each, earlier) for each in given]
    return _REFERENCE.sub(lambda found: str(_looked_up(found, earlier)), given) if isinstance(given, str) else given


def _looked_up(found: re.Match[str], earlier: Mapping[str, Any]) -> Any:
    value: Any = earlier.get(found[1])
    for name, index in _STEP.findall(found[2]):
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and index and int(index) < len(value):
            value = value[int(index)]
        else:
            value = None
    if value is None:
        message = f"Invalid reference specified. No value for {found[0][2:-1]} found in {found[1]}."
        raise Refused(400, "PROCESSING_HALTED", message)
    return value


def _has_failed(answer: Answer, *, whole: bool) -> bool:
    if answer.status >= 400:
        return True
    rows = answer.body if isinstance(answer.body, list) else []
    return whole and any(isinstance(row, dict) and row.get("success") is False for row in rows)


def _shown(part: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    return {
        "body": answer.body,
        "httpHeaders": dict(answer.headers),
        "httpStatusCode": answer.status,
        "referenceId": part["referenceId"],
    }
