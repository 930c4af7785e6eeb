"""What an org says about itself: Organization, RecordType, LeadStatus, DuplicateRule. Read-only; the rows come with a
fresh org, or from its rules."""

from __future__ import annotations

from dataclasses import replace

from sfpush.practice.fields import (
    SObject,
    address,
    audit,
    checkbox,
    identity,
    integer,
    moment,
    own_name,
    phone,
    picklist,
    text,
)
from sfpush.practice.schema.lead import STATUSES

ORGANIZATION = SObject(
    "Organization", "Organization", "Organizations", "00D", createable=False, updateable=False, deletable=False,
    fields=(
        identity()[0],
        own_name(80, "Name"),
        text("Division", 80),
        *address(""),
        phone("Phone"),
        text("PrimaryContact", 80),
        text("DefaultLocaleSidKey", 40),
        text("TimeZoneSidKey", 40),
        text("LanguageLocaleKey", 40),
        text("NamespacePrefix", 15),
        text("InstanceName", 5),
        checkbox("IsSandbox"),
        checkbox("IsReadOnly"),
        moment("TrialExpirationDate"),
        picklist("OrganizationType", "Developer Edition", "Enterprise Edition"),
        integer("FiscalYearStartMonth"),
        *audit(),
    ),
)  # fmt: skip

RECORD_TYPE = SObject(
    "RecordType", "Record Type", "Record Types", "012", createable=False, updateable=False, deletable=False,
    fields=(
        identity()[0],
        own_name(80, "Name"),
        text("DeveloperName", 80, required=True, label="Record Type Name"),
        text("NamespacePrefix", 15),
        text("Description", 255),
        picklist("SobjectType", "Account", "Contact", "Lead", "Opportunity", "Campaign", "Task", "Event"),
        checkbox("IsActive", label="Active"),
        *audit(),
    ),
)  # fmt: skip

LEAD_STATUS = SObject(
    "LeadStatus", "Lead Status Value", "Lead Status Value", "01J", createable=False, updateable=False, deletable=False,
    fields=(
        identity()[0],
        text("MasterLabel", 255, required=True),
        replace(text("ApiName", 255, label="API Name"), name_field=True),
        integer("SortOrder"),
        checkbox("IsDefault", label="Default"),
        checkbox("IsConverted", label="Converted"),
        *audit(),
    ),
    rows=tuple(
        {"MasterLabel": status, "ApiName": status, "SortOrder": order, "IsDefault": order == 1,
         "IsConverted": status == "Closed - Converted"}
        for order, status in enumerate(STATUSES, start=1)
    ),
)  # fmt: skip

DUPLICATE_RULE = SObject(
    "DuplicateRule", "Duplicate Rule", "Duplicate Rules", "0Bm", createable=False, updateable=False, deletable=False,
    fields=(
        *identity(),
        picklist("SobjectType", "Account", "Contact", "Lead", length=40, label="Custom Object Definition ID"),
        picklist("SobjectSubtype", "None", "PersonAccount", label="Object Subtype"),
        text("DeveloperName", 80, required=True, label="Object Name"),
        picklist("Language", "en_US", "de", length=40, label="Master Language"),
        replace(text("MasterLabel", 80, required=True, label="Rule Name"), name_field=True),
        text("NamespacePrefix", 15),
        checkbox("IsActive", label="Active"),
        *audit(),
    ),
)  # fmt: skip
