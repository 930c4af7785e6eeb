"""How one value of a record reads as text, as a number, as true or false: what filters compare (B6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from sfpush.planning.fitting import decimal_of, plain_text, truth_of

_LARGEST_INTEGER = 2**63
_PATTERN_SIGN = re.compile(r"\\(.)|([%_])|(.)", re.DOTALL)
_AS_IT_IS: Mapping[str, str] = {}


class Cell(NamedTuple):
    """A JSON value as SQLite gives it: its JSON type (None: absent), and text, a number, or a list as JSON."""

    kind: str | None
    value: Any


def text(cell: Cell, spelt: Mapping[str, str] = _AS_IT_IS) -> str:
    """The value as text, without case and outer blanks; "" for a blank. `spelt` says what ids stand for."""
    return _plain(cell, spelt).casefold()


def number(cell: Cell, spelt: Mapping[str, str] = _AS_IT_IS) -> int | float | None:
    """The value as a number, also from text ("1,200"); None where it is none."""
    if cell.kind in ("integer", "real"):
        found: int | float = cell.value
        return found
    value = decimal_of(_plain(cell, spelt)) if cell.kind == "text" else None
    if value is None:
        return None
    if abs(value) < _LARGEST_INTEGER and value == value.to_integral_value():
        return int(value)
    return float(value)


def truth(cell: Cell, spelt: Mapping[str, str] = _AS_IT_IS) -> bool | None:
    """The value as a checkbox ("Yes", 1, true); None where it is none."""
    return truth_of(_plain(cell, spelt))


def like(plain: str, pattern: str) -> bool:
    """Whether a text, as `text` gives it, is like a pattern: `%` any text, `_` any letter. A blank is like nothing."""
    return bool(plain) and _pattern(pattern)(plain) is not None


def _plain(cell: Cell, spelt: Mapping[str, str]) -> str:
    kind, value = cell
    if kind == "text":
        plain = str(value).strip()
        return spelt.get(plain, plain)
    if kind in ("true", "false"):
        return kind
    if kind == "array":
        return ", ".join(filter(None, (_element(one, spelt) for one in orjson.loads(value))))
    if kind == "real" and value.is_integer():
        return str(int(value))
    return plain_text(value)


def _element(value: Any, spelt: Mapping[str, str]) -> str:
    plain = plain_text(value)
    return spelt.get(plain, plain)


@lru_cache(maxsize=512)
def _pattern(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """What stands between two `%` is looked for once and for all (an atomic group), so that no pattern takes long."""
    parts = [""]
    for escaped, sign, letter in _PATTERN_SIGN.findall(pattern.casefold()):
        if sign == "%":
            parts.append("")
        else:
            parts[-1] += "." if sign else re.escape(escaped or letter)
    first, *middle = parts
    last = f".*{middle.pop()}" if middle else ""
    sought = "".join(f"(?>.*?{part})" for part in middle if part)
    return re.compile(f"{first}{sought}{last}", re.DOTALL).fullmatch
