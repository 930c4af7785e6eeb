"""`[contacts]`, `[leads]`, `[accounts]`, `[deals]`: which records are pushed, as what, into which fields."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sfpush.filters.parse import parse
from sfpush.model import RecordType
from sfpush.settings.values import (
    FieldMap,
    NewRecords,
    OnCreate,
    OnTooLong,
    OptionalApiName,
    StageMap,
    Stages,
    Table,
    Texts,
)


def _filter(record_type: RecordType, text: str) -> str:
    if text.strip():
        parse(text, record_type)
    return text


ContactFilter = Annotated[str, AfterValidator(partial(_filter, RecordType.CONTACT))]
AccountFilter = Annotated[str, AfterValidator(partial(_filter, RecordType.ACCOUNT))]
"""A filter in the language of `sfpush.filters`; blank: none (B6)."""


class ContactSettings(Table):
    """`[contacts]`: people, whether they become Contacts or Leads (C1 to C11, S1 to S3, B6)."""

    push: bool = True
    create_as: Literal["contact", "lead"] = "contact"
    new_records: NewRecords = "all"
    stages: Stages = ()
    filter: ContactFilter = ""
    source_field: OptionalApiName = "LeadSource"
    source_value: str = "Apollo"
    push_unverified_emails: bool = False
    verified_statuses: Texts = ("Verified", "Likely to engage", "User Managed")
    on_ambiguous_match: Literal["block", "oldest"] = "block"
    on_ambiguous_account: Literal["random", "oldest", "block"] = "random"
    on_missing_account: Literal["create", "block"] = "create"
    on_too_long: OnTooLong = "block"
    deletion_sync: bool = False
    merge_sync: bool = False
    fields: FieldMap = Field(default_factory=dict)
    stage_map: StageMap = StageMap()
    on_create: OnCreate = Field(default_factory=dict)


class LeadSettings(Table):
    """`[leads]`: the fields of people that are Leads; all else about them is said in `[contacts]` (C4)."""

    fields: FieldMap = Field(default_factory=dict)
    stage_map: StageMap = StageMap()
    on_create: OnCreate = Field(default_factory=dict)


class AccountSettings(Table):
    """`[accounts]` (A1 to A3, S1 to S3, B6)."""

    push: bool = True
    new_records: NewRecords = "all"
    stages: Stages = ()
    filter: AccountFilter = ""
    source_field: OptionalApiName = ""
    source_value: str = "Apollo"
    on_ambiguous_match: Literal["block", "oldest"] = "block"
    on_too_long: OnTooLong = "block"
    deletion_sync: bool = False
    merge_sync: bool = False
    fields: FieldMap = Field(default_factory=dict)
    stage_map: StageMap = StageMap()
    on_create: OnCreate = Field(default_factory=dict)


class DealSettings(Table):
    """`[deals]` (D1 to D6)."""

    mode: Literal["off", "bidirectional", "pull", "push"] = "off"
    hide_pulled: bool = False
    on_too_long: OnTooLong = "block"
    fields: FieldMap = Field(default_factory=dict)
    stage_map: StageMap = StageMap()
    on_create: OnCreate = Field(default_factory=dict)
