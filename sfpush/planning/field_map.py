"""Which Apollo field goes into which Salesforce field, and how it is written (F1, F2, F3).

The default maps are ours; Apollo publishes none. `[contacts.fields]` and its kin add lines, change them or switch
them off. A default line whose field the org lacks or does not let us write is left out; a line the user wrote stays,
and blocks what it can't write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sfpush.apollo_fields import canonical
from sfpush.describe import Describe
from sfpush.model import RecordType
from sfpush.planning.activities.lines import ACTIVITY_DEFAULTS, RELATIONS
from sfpush.settings.record_types import AccountSettings, ContactSettings, DealSettings, LeadSettings
from sfpush.settings.schema import Settings
from sfpush.settings.values import FieldRule, Write

STAGE = "stage"
"""The Apollo side of a stage map's line: the value is looked up by the record's stage."""
STAGE_NAME = "StageName"
"""The field of an Opportunity that holds a deal's stage (D5)."""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One line of a map. `apollo` is a canonical name, or ends in `*` for a changing suffix (F1)."""

    apollo: str
    salesforce: str
    write: Write
    by_user: bool = False
    set_only: bool = False
    """Set, never cleared: only true is ever written (F1: opt-outs)."""
    values: Mapping[str, str] | None = None
    """A stage map's values by lower-cased stage; None for plain lines."""


@dataclass(frozen=True, slots=True)
class ObjectMap:
    """What is written to one sObject: its lines and the constants of a create."""

    sobject: str
    lines: tuple[FieldLine, ...]
    on_create: Mapping[str, str | int | float | bool]
    on_too_long: Literal["block", "truncate"]
    external_id_field: str
    source_field: str
    source_value: str


_Default = tuple[str, str, Write]

CONTACT_DEFAULTS: tuple[_Default, ...] = (
    ("first_name", "FirstName", "overwrite"),
    ("last_name", "LastName", "overwrite"),
    ("title", "Title", "overwrite"),
    ("email", "Email", "overwrite"),
    ("work_direct_phone", "Phone", "fill"),
    ("mobile_phone", "MobilePhone", "fill"),
    ("home_phone", "HomePhone", "fill"),
    ("other_phone", "OtherPhone", "fill"),
    ("city", "MailingCity", "overwrite"),
    ("state", "MailingState", "overwrite"),
    ("country", "MailingCountry", "overwrite"),
    ("email_unsubscribed", "HasOptedOutOfEmail", "overwrite"),
    ("do_not_call", "DoNotCall", "overwrite"),
)
LEAD_DEFAULTS: tuple[_Default, ...] = (
    ("first_name", "FirstName", "overwrite"),
    ("last_name", "LastName", "overwrite"),
    ("title", "Title", "overwrite"),
    ("organization_name", "Company", "overwrite"),
    ("email", "Email", "overwrite"),
    ("work_direct_phone", "Phone", "fill"),
    ("mobile_phone", "MobilePhone", "fill"),
    ("website", "Website", "fill"),
    ("industry", "Industry", "fill"),
    ("employees", "NumberOfEmployees", "overwrite"),
    ("annual_revenue", "AnnualRevenue", "overwrite"),
    ("city", "City", "overwrite"),
    ("state", "State", "overwrite"),
    ("country", "Country", "overwrite"),
    ("email_unsubscribed", "HasOptedOutOfEmail", "overwrite"),
    ("do_not_call", "DoNotCall", "overwrite"),
)
ACCOUNT_DEFAULTS: tuple[_Default, ...] = (
    ("name", "Name", "fill"),
    ("website", "Website", "fill"),
    ("phone", "Phone", "fill"),
    ("industry", "Industry", "fill"),
    ("employees", "NumberOfEmployees", "overwrite"),
    ("annual_revenue", "AnnualRevenue", "overwrite"),
    ("street", "BillingStreet", "overwrite"),
    ("city", "BillingCity", "overwrite"),
    ("state", "BillingState", "overwrite"),
    ("postal_code", "BillingPostalCode", "overwrite"),
    ("country", "BillingCountry", "overwrite"),
    ("short_description", "Description", "fill"),
)
DEAL_DEFAULTS: tuple[_Default, ...] = (
    ("name", "Name", "overwrite"),
    (STAGE, STAGE_NAME, "overwrite"),
    ("amount", "Amount", "overwrite"),
    ("currency_iso_code", "CurrencyIsoCode", "overwrite"),
    ("closed_date", "CloseDate", "overwrite"),
    ("next_step", "NextStep", "overwrite"),
    ("description", "Description", "overwrite"),
)
DEFAULTS: Mapping[str, tuple[_Default, ...]] = {
    "Contact": CONTACT_DEFAULTS,
    "Lead": LEAD_DEFAULTS,
    "Account": ACCOUNT_DEFAULTS,
    "Opportunity": DEAL_DEFAULTS,
    **ACTIVITY_DEFAULTS,
}
RECORD_TYPES: Mapping[str, RecordType] = {
    "Contact": RecordType.CONTACT,
    "Lead": RecordType.CONTACT,
    "Account": RecordType.ACCOUNT,
    "Opportunity": RecordType.DEAL,
    "Task": RecordType.TASK,
    "Event": RecordType.MEETING,
    "Note": RecordType.NOTE,
}
_FILLED = frozenset({"Phone", "MobilePhone", "HomePhone", "OtherPhone", "AssistantPhone", "Fax"})
_FILLED_ACCOUNT = frozenset({"Name", "Website"})
_SET_ONLY = frozenset({"email_unsubscribed", "do_not_call"})
_MATCHED_ON: Mapping[str, tuple[str, ...]] = {
    "Contact": ("Email", "AccountId", "Name"),
    "Lead": ("Email", "IsConverted", "ConvertedContactId", "ConvertedAccountId", "Company", "Name"),
    "Account": ("Name", "Website"),
    "Opportunity": ("Name", "AccountId"),
    "OpportunityStage": ("ApiName",),
    "OpportunityContactRole": ("OpportunityId", "ContactId"),
    "User": ("Email", "IsActive", "Name"),
    **RELATIONS,
}


def object_map(sobject: str, settings: Settings, describe: Describe | None) -> ObjectMap:
    """The map of one sObject under these settings. Without a describe, every default line stands."""
    if sobject in ACTIVITY_DEFAULTS:
        return _activity_map(sobject, settings, describe)
    table = _table(sobject, settings)
    shared = settings.contacts if isinstance(table, LeadSettings) else table
    source = ("", "") if isinstance(shared, DealSettings) else (shared.source_field, shared.source_value)
    return ObjectMap(
        sobject=sobject,
        lines=(*_lines(sobject, table, describe), *_stage_lines(table, describe)),
        on_create=table.on_create,
        on_too_long=shared.on_too_long,
        external_id_field=_spelling(describe, getattr(settings.salesforce.external_ids, sobject.lower())),
        source_field=source[0],
        source_value=source[1],
    )


def _activity_map(sobject: str, settings: Settings, describe: Describe | None) -> ObjectMap:
    """Activities have no table of their own: the default lines stand, and what is too long is cut (E5)."""
    return ObjectMap(
        sobject=sobject,
        lines=tuple(FieldLine(*line) for line in ACTIVITY_DEFAULTS[sobject] if _writes(describe, line[1])),
        on_create={},
        on_too_long="truncate",
        external_id_field=_spelling(describe, getattr(settings.salesforce.external_ids, sobject.lower(), "")),
        source_field="",
        source_value="",
    )


def snapshot_fields(mapped: ObjectMap | None, sobject: str, describe: Describe) -> tuple[str, ...]:
    """The fields a snapshot of this sObject holds: what is matched on and what is mapped, as the org spells them."""
    wanted = [*_MATCHED_ON[sobject]]
    if mapped is not None:
        wanted += [line.salesforce for line in mapped.lines]
        wanted += [mapped.external_id_field] if mapped.external_id_field else []
    found = (describe.field(name) for name in wanted)
    return tuple(dict.fromkeys(field.name for field in found if field is not None))


def maps_stage_name(table: DealSettings) -> bool:
    """Whether the stage map of deals says what goes into StageName: it does so unless it names another field (D5)."""
    return table.stage_map.field.lower() in ("", STAGE_NAME.lower())


_Table = ContactSettings | LeadSettings | AccountSettings | DealSettings


def _table(sobject: str, settings: Settings) -> _Table:
    tables: Mapping[str, _Table] = {
        "Contact": settings.contacts,
        "Lead": settings.leads,
        "Account": settings.accounts,
        "Opportunity": settings.deals,
    }
    return tables[sobject]


def _lines(sobject: str, table: _Table, describe: Describe | None) -> tuple[FieldLine, ...]:
    record_type = RECORD_TYPES[sobject]
    own = {canonical(name, record_type): rule for name, rule in table.fields.items()}
    taken = {rule.to.lower() for rule in own.values() if rule is not None}
    own_stage = isinstance(table, DealSettings) and maps_stage_name(table)
    stage_field = "" if own_stage else table.stage_map.field.lower()
    defaults = (
        FieldLine(
            apollo,
            field,
            table.stage_map.write if own_stage and apollo == STAGE else write,
            set_only=apollo in _SET_ONLY,
        )
        for apollo, field, write in DEFAULTS[sobject]
        if apollo not in own
        and field.lower() not in taken
        and field.lower() != stage_field
        and _writes(describe, field)
    )
    by_user = (
        FieldLine(
            apollo,
            _spelling(describe, rule.to),
            _write(sobject, rule),
            by_user=True,
            set_only=apollo in _SET_ONLY,
        )
        for apollo, rule in own.items()
        if rule is not None
    )
    return (*defaults, *by_user)


def _write(sobject: str, rule: FieldRule) -> Write:
    if only_filled(sobject, rule.to) and rule.write != "never":
        return "fill"
    return rule.write or default_write(sobject, rule.to)


def only_filled(sobject: str, field: str) -> bool:
    """Whether a line fills this field at most: none moves a row to another owner (C9) or a Contact to another account
    (C6)."""
    return field.lower() == "ownerid" or (sobject == "Contact" and field.lower() == "accountid")


def default_write(sobject: str, field: str) -> Write:
    """The writing rule of a line that names none: phones, Account.Name and Website are filled (F2)."""
    if field in _FILLED or (sobject == "Account" and field in _FILLED_ACCOUNT):
        return "fill"
    return "overwrite"


def _stage_lines(table: _Table, describe: Describe | None) -> tuple[FieldLine, ...]:
    stage_map = table.stage_map
    if not stage_map.field or (isinstance(table, DealSettings) and maps_stage_name(table)):
        return ()
    values = {stage.strip().lower(): value for stage, value in stage_map.values.items()}
    field = _spelling(describe, stage_map.field)
    return (FieldLine(STAGE, field, stage_map.write, by_user=True, values=values),)


def _writes(describe: Describe | None, name: str) -> bool:
    if describe is None:
        return True
    field = describe.field(name)
    return field is not None and (field.createable or field.updateable)


def _spelling(describe: Describe | None, name: str) -> str:
    field = describe.field(name) if describe else None
    return field.name if field else name
