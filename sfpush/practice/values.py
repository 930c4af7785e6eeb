"""One value on its way into a row: read by its field's type, trimmed, measured; refused in Salesforce's words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sfpush.practice import ids
from sfpush.practice.fields import Field
from sfpush.practice.refusals import RowError

SqlValue = str | int | float | None

_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,}\Z"
)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?\Z")
_ZONE_WITHOUT_COLON = re.compile(r"([+-]\d\d)(\d\d)\Z")


class BadValue(ValueError):
    """This value can't be stored in this field; `error` is what the row's answer says."""

    def __init__(self, error: RowError) -> None:
        super().__init__(error.message)
        self.error = error


def read(field: Field, value: Any) -> SqlValue:
    """What is stored for a value that came in a request. BadValue if the field can't hold it.

    Texts lose outer blanks, an empty text is null, ids get 18 characters, times become UTC.
    """
    if value is None:
        return 0 if field.type == "boolean" else None
    return _READERS[field.type](field, value)


def _refuse(field: Field, code: str, message: str) -> BadValue:
    return BadValue(RowError(code, message, (field.name,)))


def _wrong_shape(kind: str, value: Any) -> BadValue:
    if isinstance(value, bool):
        shape = f"VALUE_{str(value).upper()} value {str(value).lower()}"
    elif isinstance(value, int | float):
        shape = f"VALUE_NUMBER_{'INT' if isinstance(value, int) else 'FLOAT'} value {value}"
    elif isinstance(value, str):
        shape = f"VALUE_STRING value {value}"
    else:
        shape = "START_OBJECT" if isinstance(value, dict) else "START_ARRAY"
    return BadValue(
        RowError(
            "JSON_PARSER_ERROR",
            f"Cannot deserialize instance of {kind} from {shape} or request may be missing a required field"
            " at [line:1, column:1]",
        )
    )


def _text(field: Field, value: Any) -> SqlValue:
    if not isinstance(value, str):
        raise _wrong_shape("string", value)
    value = value.strip()
    if len(value) > field.length:
        raise _refuse(
            field, "STRING_TOO_LONG", f"{field.label}: data value too large: {value} (max length={field.length})"
        )
    return value or None


def _email(field: Field, value: Any) -> SqlValue:
    text = _text(field, value)
    if text is not None and not _EMAIL.match(str(text)):
        raise _refuse(field, "INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}")
    return text


def _picklist(field: Field, value: Any) -> SqlValue:
    text = _text(field, value)
    if text is None or not field.restricted:
        return text
    for active in field.active_values:
        if active.lower() == str(text).lower():
            return active
    raise _bad_choice(field, text)


def _multipicklist(field: Field, value: Any) -> SqlValue:
    text = _text(field, value)
    if text is None:
        return None
    parts = [part.strip() for part in str(text).split(";") if part.strip()]
    for part in parts if field.restricted else ():
        if part.lower() not in {active.lower() for active in field.active_values}:
            raise _bad_choice(field, part)
    return ";".join(parts)


def _bad_choice(field: Field, value: Any) -> BadValue:
    return _refuse(
        field,
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        f"{field.label}: bad value for restricted picklist field: {value}",
    )


def _boolean(_field: Field, value: Any) -> SqlValue:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.strip().lower() in ("true", "false", "1", "0", ""):
        return int(value.strip().lower() in ("true", "1"))
    raise _wrong_shape("boolean", value)


def _integer(field: Field, value: Any) -> SqlValue:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _wrong_shape("int", value)
    if isinstance(value, str) and not value.strip():
        return None
    try:
        whole = int(value) if isinstance(value, int) else float(value)
    except ValueError:
        raise _wrong_shape("int", value) from None
    if not math.isfinite(whole) or whole != int(whole):
        raise _wrong_shape("int", value)
    if abs(whole) >= 10**field.precision:
        raise _out_of_range(field, value)
    return int(whole)


def _number(field: Field, value: Any) -> SqlValue:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _wrong_shape("double", value)
    if isinstance(value, str) and not value.strip():
        return None
    try:
        amount = float(value)
    except (ValueError, OverflowError):
        raise _wrong_shape("double", value) from None
    if not abs(amount) < 10 ** (field.precision - field.scale):
        raise _out_of_range(field, value)
    return round(amount, field.scale)


def _out_of_range(field: Field, value: Any) -> BadValue:
    return _refuse(
        field, "NUMBER_OUTSIDE_VALID_RANGE", f"{field.label}: value outside of valid range on numeric field: {value}"
    )


def _date(field: Field, value: Any) -> SqlValue:
    if value == "":
        return None
    found = _DATE.match(value) if isinstance(value, str) else None
    if found is None:
        raise _wrong_shape("date", value)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise _wrong_shape("date", value) from None
    if not 1700 <= day.year <= 4000:
        raise _refuse(field, "NUMBER_OUTSIDE_VALID_RANGE", f"{field.label}: invalid date: {value}")
    return day.isoformat()


def _datetime(_field: Field, value: Any) -> SqlValue:
    if value == "":
        return None
    moment = parsed_moment(value) if isinstance(value, str) else None
    if moment is None:
        raise _wrong_shape("datetime", value)
    return moment


def parsed_moment(text: str) -> str | None:
    """An ISO 8601 time with its zone (or a bare date), as stored: UTC to the second; None if it is something else."""
    if " " in text.strip():
        return None
    try:
        moment = datetime.fromisoformat(_ZONE_WITHOUT_COLON.sub(r"\1:\2", text.strip()))
    except ValueError:
        return None
    if moment.tzinfo is None:
        if len(text.strip()) > 10:
            return None
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _reference(field: Field, value: Any) -> SqlValue:
    if not isinstance(value, str):
        raise _wrong_shape("reference", value)
    if not value.strip():
        return None
    whole = ids.canonical(value.strip())
    if whole is None:
        raise _refuse(field, "MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}")
    return whole


_READERS: dict[str, Callable[[Field, Any], SqlValue]] = {
    "string": _text,
    "textarea": _text,
    "phone": _text,
    "url": _text,
    "combobox": _text,
    "encryptedstring": _text,
    "email": _email,
    "picklist": _picklist,
    "multipicklist": _multipicklist,
    "boolean": _boolean,
    "int": _integer,
    "double": _number,
    "currency": _number,
    "percent": _number,
    "date": _date,
    "datetime": _datetime,
    "reference": _reference,
    "id": _reference,
}
