"""Record ids: 15 case-sensitive characters, and 3 more that make them safe where case is lost."""

from __future__ import annotations

import re
from functools import lru_cache

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SUFFIX_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?\Z")
_ID_LENGTH = 15


def suffix(id15: str) -> str:
    """The 3 characters that encode which of the 15 are upper case (one letter for each 5, lowest bit first)."""
    return _letter(id15[:5]) + _letter(id15[5:10]) + _letter(id15[10:])


@lru_cache(maxsize=4096)
def _letter(chunk: str) -> str:
    return SUFFIX_ALPHABET[sum(1 << bit for bit, char in enumerate(chunk) if char.isupper())]


def make(prefix: str, pod: str, number: int) -> str:
    """The 18-character id of row `number` of the sObject with this key `prefix` in the org with this `pod`."""
    digits = []
    while number:
        number, digit = divmod(number, 62)
        digits.append(DIGITS[digit])
    id15 = prefix + pod + "".join(reversed(digits)).rjust(_ID_LENGTH - len(prefix) - len(pod), "0")
    return id15 + suffix(id15)


def canonical(text: str) -> str | None:
    """The 18-character form of a 15- or 18-character id, its case restored; None if it is not an id at all."""
    if not _SHAPE.match(text):
        return None
    if len(text) == 15:
        return text + suffix(text)
    id15 = _restored_case(text)
    return None if id15 is None else id15 + text[15:].upper()


def _restored_case(id18: str) -> str | None:
    chars = []
    for chunk in range(3):
        bits = SUFFIX_ALPHABET.find(id18[15 + chunk].upper())
        if bits < 0:
            return None
        for bit in range(5):
            char = id18[chunk * 5 + bit]
            chars.append(char.upper() if bits >> bit & 1 else char.lower())
    return "".join(chars)
