"""Company names, domains and phones made comparable, for the duplicate rules."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LEGAL_FORMS = frozenset(
    {
        "inc",
        "incorporated",
        "llc",
        "ltd",
        "limited",
        "corp",
        "corporation",
        "co",
        "company",
        "gmbh",
        "ag",
        "plc",
        "sa",
        "bv",
        "ab",
    }
)
_NOT_WORD = re.compile(r"[\W_]+")
_NOT_DIGIT = re.compile(r"\D+")


def name_key(name: str | None) -> str | None:
    """`Acme, Inc.` → `acme`: lower case, no punctuation, no legal form at the end."""
    words = _NOT_WORD.sub(" ", (name or "").replace(".", "").lower()).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return " ".join(words) or None


def domain_key(website: str | None) -> str | None:
    """`https://www.Acme.com/about` → `acme.com`."""
    if not website:
        return None
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return None
    return host.removeprefix("www.") or None


def phone_key(phone: str | None) -> str | None:
    """The last eight digits: what remains the same with and without a country's prefix."""
    return _NOT_DIGIT.sub("", phone or "")[-8:] or None
