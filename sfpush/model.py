"""The words everything else is said in: record keys, Salesforce ids, records, org rows, links, changes, outcomes.

Plain frozen values without behaviour beyond their own consistency. Nothing here knows about files, SQLite,
HTTP or the clock.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

_SUFFIX_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_ID_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


class RecordType(StrEnum):
    """What an Apollo record is; also the first word of its key."""

    CONTACT = "contact"
    ACCOUNT = "account"
    DEAL = "deal"
    EMAIL = "email"
    NOTE = "note"
    TASK = "task"
    CALL = "call"
    MEETING = "meeting"
    CONVERSATION = "conversation"


class SalesforceId(str):
    """A Salesforce record Id in its 18-character form; the 15-character form of the same id is equal to it (M5).

    Raises ValueError for text that is not an id of either length.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> SalesforceId:
        text = text.strip()
        if len(text) not in (15, 18) or not _ID_LETTERS.issuperset(text):
            raise ValueError(f"{text!r} is not a Salesforce Id: 15 or 18 letters and digits")
        return super().__new__(cls, text[:15] + _suffix(text[:15]))

    @classmethod
    def trusted(cls, text: str) -> SalesforceId:
        """An id that already is in its 18-character form, as the store keeps it."""
        return super().__new__(cls, text)


def typed(key: str) -> str:
    """A record's key as one types it in a shell: quoted where it holds a company's name."""
    return shlex.quote(key)


def _suffix(fifteen: str) -> str:
    return "".join(
        _SUFFIX_LETTERS[sum(1 << n for n, letter in enumerate(fifteen[start : start + 5]) if "A" <= letter <= "Z")]
        for start in (0, 5, 10)
    )


@dataclass(frozen=True, slots=True)
class Record:
    """One Apollo record as stored.

    `fields` maps canonical Apollo field names (`sfpush.apollo_fields`) to values as the export gave them: text
    from CSV, JSON values from JSON. Empty cells are left out, except `stage`: absent means never seen (I2), ""
    means No stage.
    """

    key: str
    type: RecordType
    name: str
    fields: Mapping[str, Any]
    apollo_id: str | None = None
    version: int = 0
    deleted: bool = False


class ParsedRecord(NamedTuple):
    """What one row of an export, or one row pulled from the org, says about a record (I1).

    `fields` holds the values that are not empty (and `stage` "" for No stage). `given` names every field the row had
    a place for: one of them that is not in `fields` was empty, and empties what is stored. Fields not in `given` keep
    their stored value. `updated_at` is ISO-8601 UTC to the microsecond, so that texts compare as times (I3).
    """

    key: str
    type: RecordType
    fields: Mapping[str, Any]
    given: Collection[str]
    apollo_id: str | None = None
    updated_at: str | None = None
    deleted: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class OrgRow:
    """One row of the org as the snapshot last saw it; `fields` holds only what is mapped or matched on."""

    sobject: str
    id: SalesforceId
    fields: Mapping[str, Any]
    created: str = ""
    modstamp: str = ""
    deleted: bool = False
    master_id: SalesforceId | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """The org record that a record is tied to, and the values last pushed to it (F2 `overwrite` rests on them)."""

    key: str
    sobject: str
    id: SalesforceId
    pushed: Mapping[str, Any] = field(default_factory=dict)


class Rule(StrEnum):
    """Rule codes: what users see as `rule` on every change (CONTRACT, Rule codes)."""

    NEW = "new"
    ACCOUNT_FOR_CONTACT = "account-for-contact"
    PERSON_FOR_ACTIVITY = "person-for-activity"
    MANUAL = "manual"
    CAMPAIGN_MEMBER = "campaign-member"
    UNDO = "undo"
    CHANGED = "changed"
    CONVERTED_LEAD = "converted-lead"
    MATCHED = "matched"
    UNCHANGED = "unchanged"
    PUSH_OFF = "push-off"
    STAGE = "stage"
    NO_STAGE = "no-stage"
    FILTER = "filter"
    CLASS_OFF = "class-off"
    EXCLUDED = "excluded"
    NO_MATCH_IN_SALESFORCE = "no-match-in-salesforce"
    NOT_COMPLETED = "not-completed"
    COMPANY_MISSING = "company-missing"
    REQUIRED_MISSING = "required-missing"
    AMBIGUOUS_MATCH = "ambiguous-match"
    AMBIGUOUS_ACCOUNT = "ambiguous-account"
    ACCOUNT_MISSING = "account-missing"
    DUPLICATE_IN_IMPORT = "duplicate-in-import"
    LINKED_DELETED = "linked-deleted"
    LINKED_MERGED = "linked-merged"
    HAS_CHILDREN = "has-children"
    PICKLIST_VALUE = "picklist-value"
    TOO_LONG = "too-long"
    NOT_WRITEABLE = "not-writeable"
    BAD_VALUE = "bad-value"
    UNCLEAR_CREATE = "unclear-create"
    CHANGED_SINCE = "changed-since"
    WAITS_FOR_ACCOUNT = "waits-for-account"
    WAITS_FOR_PERSON = "waits-for-person"
    WAITS_FOR_DEAL = "waits-for-deal"
    RETRIES_USED_UP = "retries-used-up"
    DELETED_IN_APOLLO = "deleted-in-apollo"
    DELETED_IN_SALESFORCE = "deleted-in-salesforce"
    MERGED_IN_SALESFORCE = "merged-in-salesforce"
    SALESFORCE_CHANGED = "salesforce-changed"
    SALESFORCE_WINS = "salesforce-wins"
    NEW_IN_SALESFORCE = "new-in-salesforce"


WAITS = frozenset({Rule.WAITS_FOR_ACCOUNT, Rule.WAITS_FOR_PERSON, Rule.WAITS_FOR_DEAL})
"""Blocks that end by themselves when another record has gone: they are counted as waiting."""


class FieldChange(NamedTuple):
    """One field of a change. `after` of a lookup is a Salesforce Id, or the key of a record the same plan creates."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a plan says of one record: one of the subclasses below; `rule` and `reason` say why, in one sentence."""

    action: ClassVar[str]

    record: str
    name: str
    sobject: str
    rule: Rule
    reason: str
    salesforce_id: SalesforceId | None = None
    needs: tuple[str, ...] = ()
    candidates: tuple[SalesforceId, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    pushed: Mapping[str, Any] = field(default_factory=dict)
    """The mapped values as Apollo has them now: what the link remembers once this change has been carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Change):
    """Make a new org record."""

    action: ClassVar[str] = "create"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Change):
    """Write `fields` to the org record `salesforce_id`, and link it if it was not linked."""

    action: ClassVar[str] = "update"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTo(Change):
    """Keep the link to `salesforce_id`; nothing needs writing."""

    action: ClassVar[str] = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged(Change):
    """Linked, and nothing to write; `pushed` is still remembered."""

    action: ClassVar[str] = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip(Change):
    """A setting says no."""

    action: ClassVar[str] = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Change):
    """It can't be done as it stands; a person must decide or mend something."""

    action: ClassVar[str] = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Change):
    """Delete in the org (rule deleted-in-apollo, undo) or in the store (deleted-in-salesforce)."""

    action: ClassVar[str] = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Change):
    """Merge the record of a merged org row into the record of the surviving row."""

    action: ClassVar[str] = "merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull(Change):
    """The org's values go into the store."""

    action: ClassVar[str] = "pull"


AnyChange = Create | Update | LinkTo | Unchanged | Skip | Block | Delete | Merge | Pull
CHANGE_KINDS: tuple[type[AnyChange], ...] = (
    Create,
    Update,
    LinkTo,
    Unchanged,
    Skip,
    Block,
    Delete,
    Merge,
    Pull,
)
CHANGE_BY_ACTION: Mapping[str, type[AnyChange]] = {kind.action: kind for kind in CHANGE_KINDS}
WRITING_ACTIONS = ("create", "update", "delete")
"""Actions that send something to the org."""


class Verb(StrEnum):
    """How a row is written to the org."""

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a batch: the record it is for, the org Id (update, delete), and the values sent, by field API name."""

    key: str
    values: Mapping[str, Any]
    id: SalesforceId | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one sObject and verb that travel in one request; at most 200 for Collections."""

    sobject: str
    verb: Verb
    rows: tuple[Row, ...]
    external_id_field: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The org took the row."""

    id: SalesforceId
    created: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """The org refused the row, with its own code and message."""

    code: str
    message: str
    fields: tuple[str, ...] = ()
    matches: tuple[SalesforceId, ...] = ()
    """Existing records the org names (DUPLICATES_DETECTED, DUPLICATE_VALUE)."""


Outcome = Written | Rejected
