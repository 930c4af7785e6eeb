"""The one JSON document of `--json`, written as it comes: a plan of a million changes passes in constant memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

import orjson

from sfpush.display.result import ErrorLine, Result, status_of

ENVELOPE_VERSION = 1
_ACTED_ON = re.compile("[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
"""What terminals act on beyond the control characters that JSON escapes anyway: 8-bit escapes, changes of direction."""


def write_result(stream: TextIO, result: Result) -> None:
    """A result in its envelope, and a newline."""
    _write_envelope(stream, result.command, result.exit_code, result.data, result.errors)


def write_failure(stream: TextIO, command: str, exit_code: int, errors: tuple[ErrorLine, ...]) -> None:
    """The envelope of a command that ended, or never began, with an error."""
    _write_envelope(stream, command, exit_code, {}, errors)


def write_object(stream: TextIO, members: Mapping[str, Any]) -> None:
    """A JSON object; a member that is an iterator is written as a list, one element at a time."""
    opening = "{"
    for name, value in members.items():
        stream.write(f"{opening}{_text(name)}:")
        _write_value(stream, value)
        opening = ","
    stream.write("{}" if opening == "{" else "}")


class GrowingDocument:
    """The envelope of a command that goes on until it is stopped: a list that grows, its status known at its end."""

    def __init__(self, stream: TextIO, command: str, member: str) -> None:
        self._stream, self._between = stream, ""
        stream.write(f'{{"sfpush":{ENVELOPE_VERSION},"command":{_text(command)},"data":{{{_text(member)}:[\n')
        stream.flush()

    def add(self, element: Any) -> None:
        """Write one more element at once."""
        self._stream.write(f"{self._between}{_text(element)}")
        self._stream.flush()
        self._between = ",\n"

    def end(self, exit_code: int, errors: tuple[ErrorLine, ...] = ()) -> None:
        """Complete the document."""
        self._stream.write(f']}},"status":{_text(status_of(exit_code))},"errors":{_text(errors)}}}\n')
        self._stream.flush()


def _write_envelope(
    stream: TextIO, command: str, exit_code: int, data: Mapping[str, Any], errors: tuple[ErrorLine, ...]
) -> None:
    head = _text({"sfpush": ENVELOPE_VERSION, "command": command, "status": status_of(exit_code)})
    stream.write(f'{head[:-1]},"data":')
    write_object(stream, data)
    stream.write(f',"errors":{_text(errors)}}}\n')


def _write_value(stream: TextIO, value: Any) -> None:
    if not isinstance(value, Iterator):
        stream.write(_text(value))
        return
    opening = "["
    for element in value:
        stream.write(f"{opening}{_text(element)}")
        opening = ",\n"
    stream.write("[]" if opening == "[" else "]")


def _text(value: Any) -> str:
    try:
        return _ACTED_ON.sub(_escaped, orjson.dumps(value, default=str).decode())
    except TypeError:  # half a surrogate pair, as in a file name that is not UTF-8: escaped instead
        return json.dumps(value, default=_plain)


def _escaped(found: re.Match[str]) -> str:
    """The same text to whoever parses it: only these characters, which stand in texts alone, are matched."""
    return f"\\u{ord(found.group()):04x}"


def _plain(value: Any) -> Any:
    return (
        {"code": value.code, "message": value.message, "hint": value.hint}
        if isinstance(value, ErrorLine)
        else str(value)
    )
