"""Flat, canonical fields to what the store takes: pure, one row at a time, the same for CSV and JSON."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sfpush.apollo_fields import FALLBACKS, STAGE_FIELD
from sfpush.importer.identity import identify
from sfpush.importer.kinds import MAILBOXES, Kind
from sfpush.importer.parsed import ListEntry, RowProblem, shown
from sfpush.model import ParsedRecord, RecordType

_TRUE = frozenset({"true", "t", "yes", "y", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "0"})


def record_parser(record_type: RecordType, source: str) -> Callable[[dict[str, Any], Collection[str]], ParsedRecord]:
    """What makes records of this type of a source's rows: of the non-empty fields, taken over, and the given ones.

    It raises RowProblem when they do not tell which record it is, or whether it was deleted.
    """
    fallbacks = FALLBACKS.get(record_type, ())

    def parse(fields: dict[str, Any], given: Collection[str]) -> ParsedRecord:
        for target, others in fallbacks:
            if target not in fields:
                for other in others:
                    if (value := _value_at(fields, other)) is not None:
                        fields[target] = value
                        break
        if STAGE_FIELD in given and STAGE_FIELD not in fields:
            fields[STAGE_FIELD] = ""
        deleted = is_true("deleted", fields.pop("deleted")) if "deleted" in fields else False
        updated_at = fields.get("updated_at")
        key, apollo_id = identify(record_type, fields)
        if apollo_id is None:
            fields.pop("id", None)  # a key that was made up here and came back in a table is no value of Apollo's
        return ParsedRecord(
            key, record_type, fields, given, apollo_id, utc(updated_at) if updated_at else None, deleted, source
        )

    return parse


def with_fallbacks(record_type: RecordType, given: Collection[str]) -> frozenset[str]:
    """`given`, and the fields that one of them can fill."""
    return frozenset(given).union(
        target
        for target, others in FALLBACKS.get(record_type, ())
        if any(other.partition(".")[0] in given for other in others)
    )


def _value_at(fields: Mapping[str, Any], name: str) -> Any:
    """The field of this name; of a dotted one, what is inside. None for a blank."""
    if "." not in name:
        return fields.get(name)
    outer, inner = name.split(".")
    inside = fields.get(outer)
    value = inside.get(inner) if isinstance(inside, dict) else None
    return (value.strip() if isinstance(value, str) else value) or None


def list_entry(kind: Kind, body: Mapping[str, Any]) -> ListEntry:
    """An entry of one of Apollo's own lists. A mailbox is known by its address, all others by their id.

    Raises RowProblem when that is missing.
    """
    email = _text(body.get("email"))
    if kind is MAILBOXES:
        entry_id, name = email.lower(), email
    else:
        entry_id = _text(body.get("id"))
        name = next((text for text in map(_text, (body.get("name"), body.get("display_name"), email)) if text), "")
    if not entry_id:
        raise RowProblem("no-identity", f"The {kind.singular} has no {'e-mail' if kind is MAILBOXES else 'id'}.")
    return ListEntry(kind.name, entry_id, name, body)


def is_true(name: str, value: Any) -> bool:
    """A checkbox as CSV or JSON spells it; raises RowProblem for anything that is neither yes nor no."""
    if isinstance(value, bool):
        return value
    word = _text(value).lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise RowProblem("bad-value", f"{name} is {shown(str(value))}; it must be true or false.")


def utc(value: Any) -> str | None:
    """A time as ISO-8601 UTC to the microsecond, so that texts compare as times; None for what is no time.

    A time without a zone is UTC, as the API's are.
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment.year >= 1000 else None


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()
