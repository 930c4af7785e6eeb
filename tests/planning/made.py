"""Small made-up records, org rows, describes and contexts for the pure room's tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sfpush.describe import Describe, FieldDescribe
from sfpush.model import OrgRow, Record, RecordType, SalesforceId
from sfpush.planning.context import Context
from sfpush.planning.subjects import Candidate, Level, Subject
from sfpush.settings.schema import Settings

_TEXTS = ("FirstName", "Title", "Department", "MailingCity", "MailingState", "MailingCountry", "LeadSource")
_PHONES = ("Phone", "MobilePhone", "HomePhone", "OtherPhone")


def row_id(number: int, prefix: str = "003") -> SalesforceId:
    return SalesforceId(f"{prefix}000000000{number:03}")


def contact(key: str = "contact:1", **fields: Any) -> Record:
    return Record(key, RecordType.CONTACT, str(fields.get("last_name", "Lee")), fields, apollo_id=key.partition(":")[2])


def account(key: str = "account:1", **fields: Any) -> Record:
    return Record(key, RecordType.ACCOUNT, str(fields.get("name", "")), fields, apollo_id=key.partition(":")[2])


def row(number: int, sobject: str = "Contact", *, deleted: bool = False, **fields: Any) -> OrgRow:
    """An org row; a higher number is a younger row."""
    prefix = {"Contact": "003", "Lead": "00Q", "Account": "001"}[sobject]
    created = f"2026-01-01T00:00:{number:02}.000+0000"
    return OrgRow(sobject, row_id(number, prefix), fields, created=created, deleted=deleted)


def at(level: Level, *rows: OrgRow) -> tuple[Candidate, ...]:
    return tuple(Candidate(level, one) for one in rows)


def subject(record: Record, candidates: Sequence[Candidate] = (), **facts: Any) -> Subject:
    return Subject(record, candidates=tuple(candidates), **facts)


def text_field(name: str, length: int = 80, **facts: Any) -> FieldDescribe:
    return FieldDescribe(name, name, facts.pop("type", "string"), length=length, **facts)


def describe(sobject: str, *more: FieldDescribe, **facts: Any) -> Describe:
    fields = [text_field(name, 40) for name in (*_TEXTS, *_PHONES)]
    fields += [
        text_field("Email", type="email"),
        FieldDescribe("DoNotCall", "Do Not Call", "boolean", nillable=False, defaulted_on_create=True),
        FieldDescribe("OwnerId", "Owner", "reference", nillable=False, defaulted_on_create=True),
    ]
    match sobject:
        case "Account":
            fields += [text_field("Name", 255, nillable=False), text_field("Website", 255)]
        case "Lead":
            fields += [text_field("LastName", nillable=False), text_field("Company", 255, nillable=False)]
        case _:
            fields += [text_field("LastName", nillable=False), FieldDescribe("AccountId", "Account", "reference")]
    return Describe(sobject, {one.name: one for one in (*fields, *more)}, **facts)


def context(settings: Settings | None = None, **facts: Any) -> Context:
    describes = {sobject: describe(sobject) for sobject in ("Account", "Contact", "Lead")}
    return Context(settings or Settings(), {**describes, **facts.pop("describes", {})}, **facts)


def settings(**tables: Any) -> Settings:
    """Settings as a TOML file would give them."""
    return Settings.model_validate(tables)
