"""The envelope: its keys and words, lists written as they come, text that no encoder likes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from sfpush.display.json_output import write_failure, write_object, write_result
from sfpush.display.result import ErrorLine, Result


def written(result: Result) -> dict[str, Any]:
    stream = io.StringIO()
    write_result(stream, result)
    assert stream.getvalue().endswith("}\n")
    document: dict[str, Any] = json.loads(stream.getvalue())
    return document


@pytest.mark.parametrize(
    ("code", "status"),
    [(0, "ok"), (10, "ok"), (7, "partial"), (1, "error"), (2, "error"), (5, "error"), (6, "error"), (130, "error")],
)
def test_status_follows_the_exit_code(code: int, status: str) -> None:
    assert written(Result("plan", {}, lambda out: None, exit_code=code))["status"] == status


def test_the_envelope_has_these_keys_in_this_order() -> None:
    document = written(Result("plan", {"a": 1}, lambda out: None, errors=(ErrorLine("code", "message", "hint"),)))
    assert list(document) == ["sfpush", "command", "status", "data", "errors"]
    assert document["sfpush"] == 1
    assert document["errors"] == [{"code": "code", "message": "message", "hint": "hint"}]


def test_a_failure_has_the_same_envelope() -> None:
    stream = io.StringIO()
    write_failure(stream, "sync", 5, (ErrorLine("not-ready", "No.", "Wait."),))
    assert json.loads(stream.getvalue()) == {
        "sfpush": 1,
        "command": "sync",
        "status": "error",
        "data": {},
        "errors": [{"code": "not-ready", "message": "No.", "hint": "Wait."}],
    }


def test_a_list_is_written_as_it_comes() -> None:
    stream = io.StringIO()
    seen: list[int] = []

    def stream_of() -> Iterator[int]:
        for number in range(3):
            seen.append(len(stream.getvalue()))
            yield number

    write_object(stream, {"before": 1, "numbers": stream_of(), "none": iter(()), "after": [1]})
    assert json.loads(stream.getvalue()) == {"before": 1, "numbers": [0, 1, 2], "none": [], "after": [1]}
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("text", ["half \ud800 pair", "\x00", "\u2028", "\x1b[31m", "Zoë", '"', "\\"])
def test_any_text_comes_through(text: str) -> None:
    assert written(Result("x", {"text": text, "list": iter([text])}, lambda out: None))["data"] == {
        "text": text,
        "list": [text],
    }


def test_half_a_surrogate_pair_in_an_error_comes_through() -> None:
    stream = io.StringIO()
    write_failure(stream, "x", 2, (ErrorLine("usage", "no file \udcff", ""),))
    assert json.loads(stream.getvalue())["errors"][0]["message"] == "no file \udcff"
