"""What Salesforce says when it says no, and what that means for whoever asked.

Shapes and messages: Salesforce's REST guide and captured replies. One reader for all of them, because the same
no comes as an array with `errorCode`, as a Collections row with `statusCode`, as an OAuth object with `error`, or
as a page of HTML from whatever stands in front of the org. Messages echo values, so they are shown and stored, but
never logged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sfpush.model import Rejected, SalesforceId

_NAMED_RECORD = re.compile(r"record with id: ([A-Za-z0-9]{18}|[A-Za-z0-9]{15})\b")
_LONE_WORD = re.compile(rb"[A-Za-z_]{1,60}")
"""`Bad_OAuth_Token`: the OAuth endpoints sometimes answer with the bare code."""
_DUPLICATE_KEYS = ("duplicateResut", "duplicateResult")
"""REST misspells it; SOAP, and REST by some accounts, does not."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of an answer. `status` is the HTTP status it came with (200 for a row of Collections)."""

    status: int
    code: str
    message: str
    fields: tuple[str, ...] = ()
    matches: tuple[SalesforceId, ...] = ()

    @property
    def session_expired(self) -> bool:
        """The access token is no good (any more); nothing was carried out."""
        return self.status == 401

    @property
    def concurrent_limit(self) -> bool:
        """Too many calls at this moment; nothing was carried out, and waiting helps."""
        return self.status == 429 or (self.code == "REQUEST_LIMIT_EXCEEDED" and "concurrent" in self.message.lower())

    @property
    def daily_limit(self) -> bool:
        """No calls are left in these 24 hours; nothing was carried out, and only time helps (G5)."""
        return self.code == "REQUEST_LIMIT_EXCEEDED" and not self.concurrent_limit

    @property
    def unavailable(self) -> bool:
        """The org itself says that it takes no requests now. A bare 502–504 is only what a machine in front says."""
        return self.status == 503 and self.code == "SERVER_UNAVAILABLE"


def read_faults(status: int, body: bytes) -> tuple[Fault, ...]:
    """The errors in a refusing answer's body; always at least one. Never raises, whatever the body holds."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        word = _LONE_WORD.fullmatch(body.strip())
        return (replace(_bare(status), code=word.group().decode()) if word else _bare(status),)
    if isinstance(answer, Mapping) and "error" in answer:
        return (Fault(status, _text(answer["error"]), _text(answer.get("error_description"))),)
    errors = answer if isinstance(answer, list) else [answer]
    faults = tuple(_fault(status, error) for error in errors if isinstance(error, Mapping))
    return faults or (_bare(status),)


def read_rejection(errors: object) -> Rejected:
    """The errors of one row that Collections refused, as one outcome: the first code, all messages and fields."""
    listed = errors if isinstance(errors, list) else []
    faults = [_fault(200, error) for error in listed if isinstance(error, Mapping)] or [_bare(200)]
    return rejection(faults)


def rejection(faults: Sequence[Fault]) -> Rejected:
    """`faults` of one row as its outcome."""
    return Rejected(
        code=faults[0].code,
        message="; ".join(dict.fromkeys(fault.message for fault in faults)),
        fields=tuple(dict.fromkeys(field for fault in faults for field in fault.fields)),
        matches=tuple(dict.fromkeys(match for fault in faults for match in fault.matches)),
    )


def _fault(status: int, error: Mapping[str, Any]) -> Fault:
    message = _text(error.get("message"))
    fields = error.get("fields")
    return Fault(
        status=status,
        code=_text(error.get("errorCode") or error.get("statusCode")) or _bare(status).code,
        message=message,
        fields=tuple(map(_text, fields)) if isinstance(fields, list) else (),
        matches=(*_duplicates(error), *named_records(message)),
    )


def _duplicates(error: Mapping[str, Any]) -> tuple[SalesforceId, ...]:
    """The existing records that a duplicate rule found, wherever Salesforce put them."""
    result: Mapping[str, Any] = next((error[key] for key in _DUPLICATE_KEYS if isinstance(error.get(key), Mapping)), {})
    records = [
        match.get("record")
        for found in _mappings(result.get("matchResults"))
        for match in _mappings(found.get("matchRecords"))
    ]
    return tuple(_ids(record.get("Id") for record in records if isinstance(record, Mapping)))


def named_records(message: str) -> tuple[SalesforceId, ...]:
    """The records that a message of DUPLICATE_VALUE names."""
    return tuple(_ids(_NAMED_RECORD.findall(message)))


def _ids(texts: Any) -> list[SalesforceId]:
    ids = []
    for text in texts:
        try:
            ids.append(SalesforceId(_text(text)))
        except ValueError:
            continue  # a match that can't be named helps nobody; the message still says what is wrong
    return list(dict.fromkeys(ids))


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _bare(status: int) -> Fault:
    """What a status says when the body says nothing that can be read."""
    return Fault(status, f"HTTP_{status}", f"The answer was HTTP {status} without a reason.")


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
