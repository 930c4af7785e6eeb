"""Fitting an Apollo value to a Salesforce field: type, length, picklist, writeability (F4).

Fitted values are what JSON carries to the org and what the snapshot holds, so that the two can be compared.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Literal

from sfpush.describe import FieldDescribe
from sfpush.model import Rule

_SHOWN = 60
_TRUE, _FALSE = frozenset({"true", "yes", "1", "on"}), frozenset({"false", "no", "0", "off"})
_EMAIL = re.compile(r"[^@\s<>,;:\"\\]+@[^@\s<>,;:\"\\]+\.[^@\s<>,;:\"\\.]+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_LARGEST_KEPT = Decimal(10) ** 18
_NUMBER_TYPES = frozenset({"int", "long", "double", "currency", "percent"})
_DATE_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%b %d, %Y", "%d %b %Y")


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a value can't be written: a block's rule, and a sentence naming field, value and limit."""

    rule: Rule
    message: str


@dataclass(frozen=True, slots=True)
class Shortened:
    """A text that was cut to the field's length, with a sentence saying so (`on_too_long = "truncate"`)."""

    value: str
    note: str


Fit = Callable[[Any], Any]
"""Turns an Apollo value into a fitted value, None for a blank one, a Misfit or a Shortened."""


def fitter(field: FieldDescribe, on_too_long: Literal["block", "truncate"]) -> Fit:
    """The function that fits values to this field; chosen once, used for every record."""
    if field.type == "boolean":
        return lambda value: _fit_boolean(field, value)
    if field.type in _NUMBER_TYPES:
        return lambda value: _fit_number(field, value)
    if field.type == "date":
        return lambda value: _fit_date(field, value)
    if field.type == "datetime":
        return lambda value: _fit_datetime(field, value)
    if field.type == "multipicklist":
        return lambda value: _fit_multipicklist(field, value)
    if field.type in ("picklist", "combobox") and (field.picklist or field.restricted_picklist):
        spellings = {value.lower(): value for value in field.picklist}
        return lambda value: _fit_picklist(field, spellings, value)
    if field.type == "email":
        return lambda value: _fit_email(field, value)
    return _text_fitter(field, on_too_long)


def same(field: FieldDescribe | None, one: Any, other: Any) -> bool:
    """Whether two values of this field are the same to Salesforce; blanks are all the same."""
    if one == other:
        return True
    if is_blank(one) or is_blank(other):
        return is_blank(one) and is_blank(other)
    if field is not None:
        if field.type in _NUMBER_TYPES:
            kept, there = _kept(field, one), _kept(field, other)
            return kept == there or (kept is not None and there is not None and float(kept) == float(there))
        if field.type == "datetime":
            return _instant(str(one)) == _instant(str(other))
        if field.type == "email":
            return str(one).lower() == str(other).lower()
        if field.type in ("reference", "id"):
            return _id(str(one)) == _id(str(other))
        if field.type == "multipicklist":
            return set(str(one).split(";")) == set(str(other).split(";"))
    return _lines(str(one)) == _lines(str(other))


def is_blank(value: Any) -> bool:
    """Whether a field with this value is empty; an unchecked checkbox is, a zero is not."""
    return value is None or value is False or value == ""


def _kept(field: FieldDescribe, value: Any) -> Decimal | None:
    """The number as Salesforce keeps it: it rounds to the field's decimal places."""
    number = decimal_of(value)
    if number is None or field.type in ("int", "long") or abs(number) >= _LARGEST_KEPT:
        return number
    return number.quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP)


def _id(text: str) -> str:
    """What tells an Id, whichever of its two lengths it has (M5)."""
    return text[:15] if len(text) == 18 else text


def _lines(text: str) -> str:
    return text.strip().replace("\r\n", "\n")


def shown(value: Any) -> str:
    """A value as a reason shows it: short, on one line."""
    text = " ".join(str(value).split())
    return f'"{text[:_SHOWN]}…"' if len(text) > _SHOWN else f'"{text}"'


def plain_text(value: Any) -> str:
    """A JSON value as text: lists joined by commas, true and false spelled out, blanks stripped."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(filter(None, map(plain_text, value)))
    return str(value)


def _text_fitter(field: FieldDescribe, on_too_long: str) -> Fit:
    """Most values are texts that fit: what is asked of each of them is asked here, in as few steps as can be."""
    limit = field.length or sys.maxsize

    def fit(value: Any) -> Any:
        text = value.strip() if isinstance(value, str) else plain_text(value)
        if len(text) > limit or isinstance(value, dict):
            return _unfit_text(field, on_too_long, value, text)
        return text or None

    return fit


def _unfit_text(field: FieldDescribe, on_too_long: str, value: Any, text: str) -> Misfit | Shortened:
    if isinstance(value, dict):
        return Misfit(Rule.BAD_VALUE, f"{field.name} takes one text, not a value made of several ({shown(value)}).")
    if on_too_long == "truncate":
        return Shortened(text[: field.length].rstrip(), f"{field.name} was cut to {field.length} characters.")
    return Misfit(
        Rule.TOO_LONG,
        f"{field.name} takes {field.length} characters; {shown(text)} has {len(text)}.",
    )


def _fit_email(field: FieldDescribe, value: Any) -> Any:
    text = plain_text(value)
    if not text:
        return None
    if not _EMAIL.fullmatch(text):
        return Misfit(Rule.BAD_VALUE, f"{field.name}: {shown(text)} is not an e-mail address.")
    if field.length and len(text) > field.length:
        return Misfit(Rule.TOO_LONG, f"{field.name} takes {field.length} characters; {shown(text)} has {len(text)}.")
    return text


def _fit_picklist(field: FieldDescribe, spellings: dict[str, str], value: Any) -> Any:
    text = plain_text(value)
    if not text:
        return None
    spelled = spellings.get(text.lower())
    if spelled is not None:
        return spelled
    if field.restricted_picklist:
        return Misfit(
            Rule.PICKLIST_VALUE,
            f"{field.name} has no active value {shown(text)}; it takes {some_of(field.picklist)}.",
        )
    return _text_fitter(field, "block")(text)


def _fit_multipicklist(field: FieldDescribe, value: Any) -> Any:
    parts = value if isinstance(value, list) else re.split(r"[;,]", plain_text(value))
    texts = [text for part in parts if (text := plain_text(part))]
    if not texts:
        return None
    spellings = {one.lower(): one for one in field.picklist}
    unknown = [text for text in texts if text.lower() not in spellings]
    if unknown and field.restricted_picklist:
        return Misfit(
            Rule.PICKLIST_VALUE,
            f"{field.name} has no active value {shown(unknown[0])}; it takes {some_of(field.picklist)}.",
        )
    return ";".join(dict.fromkeys(spellings.get(text.lower(), text) for text in texts))


def _fit_boolean(field: FieldDescribe, value: Any) -> Any:
    truth = truth_of(value)
    if truth is None and plain_text(value):
        return Misfit(Rule.BAD_VALUE, f"{field.name} takes true or false, not {shown(value)}.")
    return truth


def truth_of(value: Any) -> bool | None:
    """The checkbox that an Apollo value is; None if it is none."""
    text = plain_text(value).lower()
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def _fit_number(field: FieldDescribe, value: Any) -> Any:
    if value is None or value == "":
        return None
    number = decimal_of(value)
    if number is None:
        return Misfit(Rule.BAD_VALUE, f"{field.name} takes a number, not {shown(value)}.")
    if field.type in ("int", "long"):
        if number != number.to_integral_value():
            return Misfit(Rule.BAD_VALUE, f"{field.name} takes a whole number, not {shown(value)}.")
        digits = field.digits
    else:
        digits = field.precision - field.scale
    if digits and abs(number) >= Decimal(10) ** digits:
        return Misfit(Rule.TOO_LONG, f"{field.name} takes {digits} digits; {shown(value)} has more.")
    return _exact(number)


def _exact(number: Decimal) -> int | float | str:
    """The number as JSON carries it without loss; text, which Salesforce reads too, where a float would round (D5)."""
    if number == number.to_integral_value():
        return int(number)
    nearest = float(number)
    return nearest if Decimal(repr(nearest)) == number else f"{number:f}"


def decimal_of(value: Any) -> Decimal | None:
    """The number that an Apollo value is, thousands separators and currency sign apart; None if it is none.

    A comma that does not stand before three digits separates no thousands: "12,5" is no number rather than 125.
    """
    if isinstance(value, bool):
        return None
    text = str(value).replace("\N{NO-BREAK SPACE}", "").strip().lstrip("$€£").strip()
    if "," in text:
        if not _THOUSANDS.fullmatch(text):
            return None
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _fit_date(field: FieldDescribe, value: Any) -> Any:
    text = plain_text(value)
    if not text:
        return None
    if (instant := _instant(text)) is not None:
        return text[:10] if text[:10] == instant.date().isoformat() else instant.date().isoformat()
    for pattern in _DATE_FORMATS:
        try:
            return datetime.datetime.strptime(text, pattern).date().isoformat()
        except ValueError:
            continue
    return Misfit(Rule.BAD_VALUE, f"{field.name} takes a date, not {shown(text)}.")


def _fit_datetime(field: FieldDescribe, value: Any) -> Any:
    text = plain_text(value)
    if not text:
        return None
    instant = _instant(text)
    if instant is None:
        return Misfit(Rule.BAD_VALUE, f"{field.name} takes a date and time, not {shown(text)}.")
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _instant(text: str) -> datetime.datetime | None:
    try:
        instant = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=datetime.UTC)
    return instant.astimezone(datetime.UTC).replace(microsecond=0)


def some_of(values: tuple[str, ...], limit: int = 6) -> str:
    """The first values of a picklist, and how many more there are."""
    more = f" and {len(values) - limit} more" if len(values) > limit else ""
    return ", ".join(values[:limit]) + more if values else "no values"
