"""What a literal means for the field it is compared with: strings unescaped, ids completed, date words as times."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from sfpush.practice import ids
from sfpush.practice.fields import ID_TYPES, NUMBER_TYPES, Field
from sfpush.practice.refusals import Refused
from sfpush.practice.soql import tree
from sfpush.practice.values import SqlValue, parsed_moment

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\", "N": "\n", "R": "\r",
          "T": "\t", "B": "\b", "F": "\f"}  # fmt: skip
_COUNTED = re.compile(r"(LAST|NEXT)_N_(DAYS|WEEKS|MONTHS|YEARS):(\d+)\Z", re.IGNORECASE)


def unescaped(value: tree.Value, *, pattern: bool = False) -> str:
    r"""The text of a quoted string. In a LIKE `pattern`, `\%`, `\_` and `\\` stay escaped, for SQL's own escaping."""

    def meaning(found: re.Match[str]) -> str:
        escape = found[1]
        if len(escape) == 5:
            return chr(int(escape[1:], 16))
        if escape in "%_":
            return "\\" + escape if pattern else escape
        if escape == "\\" and pattern:
            return "\\\\"
        if escape not in _PLAIN:
            raise Refused(
                400,
                "MALFORMED_QUERY",
                f"Invalid string literal {value.text}. Illegal character sequence '\\{escape}' in string literal.",
            )
        return _PLAIN[escape]

    return _ESCAPE.sub(meaning, value.text[1:-1])


def stored(field: Field, value: tree.Value, now: datetime) -> SqlValue:
    """The literal as the field's column holds it; a date word stands for the beginning of its range."""
    if value.kind == "null":
        return None
    if field.type == "boolean":
        if value.kind != "boolean":
            raise _not_of_type(field, value, "boolean")
        return int(value.text.lower() == "true")
    if field.type in NUMBER_TYPES:
        if value.kind != "number":
            raise _not_of_type(field, value, "double" if field.type != "int" else "int")
        return float(value.text)
    if field.type in ("date", "datetime"):
        return _stored_time(field, value, now)
    if value.kind != "string":
        raise Refused(
            400,
            "INVALID_FIELD",
            f"value of filter criterion for field '{field.name}' must be of type {field.type} and should be enclosed "
            "in quotes",
        )
    text = unescaped(value)
    if field.type in ID_TYPES and text:
        whole = ids.canonical(text)
        if whole is None:
            raise Refused(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}")
        return whole
    return text.strip() or None


def date_range(value: tree.Value, now: datetime) -> tuple[date, date]:
    """The first day of a date word's range and the first day after it; weeks begin on Sunday, as in the US locale."""
    today = now.astimezone(UTC).date()
    counted = _COUNTED.match(value.text)
    if counted:
        return _counted_range(counted[1].upper(), counted[2].upper(), int(counted[3]), today)
    word = value.text.upper()
    day = timedelta(days=1)
    if word in ("TODAY", "YESTERDAY", "TOMORROW"):
        start = today + {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}[word] * day
        return start, start + day
    side, _, unit = word.partition("_")
    steps = {"LAST": -1, "THIS": 0, "NEXT": 1}.get(side)
    if steps is not None and unit in ("WEEK", "MONTH", "YEAR", "QUARTER"):
        return _shifted(today, unit, steps), _shifted(today, unit, steps + 1)
    if word == "LAST_90_DAYS":
        return today - 90 * day, today + day
    if word == "NEXT_90_DAYS":
        return today + day, today + 91 * day
    raise Refused(400, "MALFORMED_QUERY", f"unexpected token: '{value.text}'")


def _counted_range(side: str, unit: str, count: int, today: date) -> tuple[date, date]:
    if unit == "DAYS":
        day = timedelta(days=1)
        return (today - count * day, today + day) if side == "LAST" else (today + day, today + (count + 1) * day)
    single = unit.removesuffix("S")
    if side == "LAST":
        return _shifted(today, single, -count), _shifted(today, single, 0)
    return _shifted(today, single, 1), _shifted(today, single, count + 1)


def _shifted(today: date, unit: str, steps: int) -> date:
    """The first day of the unit that lies `steps` units from today's."""
    if unit == "WEEK":
        return today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=steps)
    months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[unit]
    first = (today.month - 1) // months * months
    whole = today.year * 12 + first + steps * months
    return date(whole // 12, whole % 12 + 1, 1)


def _stored_time(field: Field, value: tree.Value, now: datetime) -> str:
    if value.kind == "date_literal":
        day = date_range(value, now)[0].isoformat()
        return day if field.type == "date" else f"{day}T00:00:00.000+0000"
    if field.type == "date" and value.kind == "date":
        return value.text
    moment = parsed_moment(value.text) if field.type == "datetime" and value.kind == "datetime" else None
    if moment is None:
        raise _not_of_type(field, value, "dateTime" if field.type == "datetime" else "date")
    return moment


def _not_of_type(field: Field, value: tree.Value, kind: str) -> Refused:
    quotes = " and should not be enclosed in quotes" if value.kind == "string" else ""
    return Refused(
        400, "INVALID_FIELD", f"value of filter criterion for field '{field.name}' must be of type {kind}{quotes}"
    )
