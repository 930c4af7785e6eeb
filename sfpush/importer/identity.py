"""Which record a row is: the key from its Apollo id, else one made from its e-mail, else from its name and company.

A made key is stable, so the same row comes back to the same record; it never looks like an Apollo id (24 hex digits)
because it starts with a word. Who arrives with an Apollo id as well has two keys: that they are one record is found
where rows enter the store (`store.twins`), which knows who is there already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sfpush.importer.parsed import RowProblem, shown
from sfpush.model import RecordType

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_MADE_ID = re.compile(r"(?:email|name|domain)-[a-z0-9-]*-[0-9a-f]{12}")
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:www\.)?([^/:?#\s]+)")
_SLUG_GAPS = re.compile(r"[^a-z0-9]+")
_LONGEST_SLUG = 24


def identify(record_type: RecordType, fields: Mapping[str, Any]) -> tuple[str, str | None]:
    """The record key, and the Apollo id if there is one.

    Raises RowProblem `bad-id` for an id that no Apollo id can be, `no-identity` where nothing tells who it is.
    """
    given = fields.get("id")
    if given:
        if not isinstance(given, str) or not _ID.fullmatch(given):
            raise RowProblem("bad-id", f"{shown(str(given))} can't be an Apollo id; a spreadsheet may have changed it.")
        return f"{record_type}:{given}", None if given[0] in "end" and _MADE_ID.fullmatch(given) else given
    match record_type:
        case RecordType.CONTACT:
            made = _person(fields)
        case RecordType.ACCOUNT:
            made = _company(fields)
        case RecordType.DEAL:
            made = _made("name", fields.get("name"), fields.get("account_id") or fields.get("account_name"))
        case _:
            made = None
    if made is None:
        raise RowProblem("no-identity", _WHAT_IS_MISSING.get(record_type, "The row has no id."))
    return f"{record_type}:{made}", None


_WHAT_IS_MISSING = {
    RecordType.CONTACT: "The row has no Apollo id, no e-mail address and no name.",
    RecordType.ACCOUNT: "The row has no Apollo id, no company name and no website.",
    RecordType.DEAL: "The row has no id and no name.",
}


def _person(fields: Mapping[str, Any]) -> str | None:
    email = fields.get("email")
    if email and _EMAIL.fullmatch(email):
        address = email.lower()
        return _made("email", address, slug=address.partition("@")[0])
    name = " ".join(part for part in (fields.get("first_name"), fields.get("last_name")) if part)
    return _made("name", name or fields.get("name"), fields.get("organization_name"))


def _company(fields: Mapping[str, Any]) -> str | None:
    website = fields.get("website")
    host = _HOST.match(website.lower()) if website else None
    domain = host.group(1) if host else None
    # Both, where there are both: two domains are two companies (M3), and so are two names on one domain.
    return _made("name", fields.get("name"), domain) or _made("domain", domain)


def _made(word: str, text: str | None, more: str | None = None, *, slug: str | None = None) -> str | None:
    plain = " ".join((text or "").casefold().split())
    if not plain:
        return None
    rest = " ".join((more or "").casefold().split())
    digest = sha256(f"{plain}\n{rest}".encode()).hexdigest()[:12]
    readable = _SLUG_GAPS.sub("-", slug or plain)[:_LONGEST_SLUG].strip("-")
    return f"{word}-{readable}-{digest}" if readable else f"{word}--{digest}"
