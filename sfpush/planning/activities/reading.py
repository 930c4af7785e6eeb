"""An activity's fields as values. JSON gives lists, objects and booleans where the own CSV gives text."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

_TRUE, _FALSE = frozenset({"true", "yes", "1", "t", "y"}), frozenset({"false", "no", "0", "f", "n"})
_BETWEEN = re.compile(r"[,;\n]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Fields = Mapping[str, Any]


def text(fields: Fields, *names: str) -> str:
    """The first of these fields that has text, stripped; "" if none has. A nested object's text is its name."""
    for name in names:
        if (value := fields.get(name)) is None:  # as most are: what is asked of each comes after
            continue
        if isinstance(value, dict):
            value = value.get("name")
        if isinstance(value, str | int | float) and not isinstance(value, bool) and (found := str(value).strip()):
            return found
    return ""


def truth(fields: Fields, *names: str) -> bool | None:
    """The first of these fields that says yes or no; None if none does."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, bool):
            return value
        word = str(value or "").strip().lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
    return None


def listed(fields: Fields, name: str) -> Iterator[Any]:
    """The elements of a list; text is cut at commas, semicolons and line ends."""
    value = fields.get(name)
    if value is None or value == "":
        return
    if isinstance(value, list):
        yield from value
    elif isinstance(value, dict):
        yield value
    else:
        yield from filter(None, (part.strip() for part in _BETWEEN.split(str(value))))


def ids(fields: Fields, *names: str) -> tuple[str, ...]:
    """The Apollo ids in these fields (`contact_id`, `contact_ids`, or objects that have an id), each once."""
    found: dict[str, None] = {}
    for name in names:
        for one in listed(fields, name):
            identity = one.get("id") if isinstance(one, dict) else one
            if identity not in (None, ""):
                found[str(identity).strip()] = None
    return tuple(found)


def moment(fields: Fields, *names: str) -> datetime.datetime | None:
    """The first of these fields that is a time, in UTC; one without a zone is UTC, as the API's are."""
    for name in names:
        if (found := _moment(text(fields, name))) is not None:
            return found
    return None


def only_date(value: str) -> datetime.date | None:
    """The date, where a text is a date and no more; None for anything else."""
    try:
        return datetime.date.fromisoformat(value) if _DATE.fullmatch(value) else None
    except ValueError:
        return None


def _moment(value: str) -> datetime.datetime | None:
    try:
        found = datetime.datetime.fromisoformat(value)
        if found.tzinfo is None:
            found = found.replace(tzinfo=datetime.UTC)
        return found.astimezone(datetime.UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None


def plain(html: str) -> str:
    """The text of an HTML body, a line for every block."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Text(HTMLParser):
    _BLOCKS = frozenset("p div br tr li ul ol table h1 h2 h3 h4 h5 h6 blockquote pre hr".split())
    _HIDDEN = frozenset({"style", "script", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in self._HIDDEN
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in self._HIDDEN))
        if tag in self._BLOCKS - {"br", "hr"}:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(" ".join(data.split("\n")))
