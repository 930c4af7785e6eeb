"""What the org refuses: a whole request (`Refused`) or one row of it (`RowError`), in Salesforce's codes and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row was not saved. `duplicates` is a duplicate rule's match list, shown by the single-record endpoint."""

    code: str
    message: str
    fields: tuple[str, ...] = ()
    duplicates: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of one row: saved when `errors` is empty. `created` says which way an upsert went."""

    id: str | None
    errors: tuple[RowError, ...] = ()
    created: bool = False

    @property
    def success(self) -> bool:
        return not self.errors


class Refused(Exception):
    """The whole request is refused with this HTTP status."""

    def __init__(self, status: int, code: str, message: str, *, fields: tuple[str, ...] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields


STATUS_OF_ROW_ERROR = {
    "ENTITY_IS_DELETED": 404,
    "NOT_FOUND": 404,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
}


def row_status(error: RowError) -> int:
    """The HTTP status a row's error gets on the single-record endpoints: 400 but for a few."""
    return STATUS_OF_ROW_ERROR.get(error.code, 400)


def not_found(message: str = "The requested resource does not exist") -> Refused:
    return Refused(404, "NOT_FOUND", message)


def malformed_id(text: str) -> RowError:
    return RowError("MALFORMED_ID", f"malformed id {text}", ("Id",))


def lock_refused(record_id: str) -> RowError:
    """The verdict on a row whose account, or which itself, another writer holds."""
    message = f"unable to obtain exclusive access to this record or 1 records: {record_id[:15]}"
    return RowError("UNABLE_TO_LOCK_ROW", message)
