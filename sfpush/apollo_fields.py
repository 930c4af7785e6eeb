"""Apollo's field names: one canonical snake-case name for each field, however a CSV header or the API spells it (F1).

The API's JSON name where it has one, else the CSV header in snake case. Names that are not Apollo's (custom columns)
are put in snake case and kept. Sources: `notes` on Apollo's export headers and its REST specification.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sfpush.model import RecordType

PHONE_FIELDS = frozenset(
    {
        "work_direct_phone",
        "mobile_phone",
        "home_phone",
        "corporate_phone",
        "other_phone",
        "first_phone",
        "company_phone",
        "phone",
        "sanitized_phone",
    }
)
"""Fields that hold a telephone number; exports put a spreadsheet guard (`'+44…`) before them."""

STAGE_FIELD = "stage"
"""A stage's name (CSV) or Apollo id (API). The one field that is stored when it is empty: "" is No stage (I2)."""

_NOT_A_WORD = re.compile(r"[^\w*]+|_+")

_SHARED: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "apollo_id", "apollo_record_id"),
    "employees": ("employees", "estimated_num_employees", "num_employees", "number_of_employees", "employee_count"),
    "annual_revenue": ("annual_revenue", "organization_revenue"),
    "keywords": ("keywords",),
    "technologies": ("technologies", "technology_names"),
    "typed_custom_fields": ("typed_custom_fields",),
    "salesforce_id": ("salesforce_id",),
    "owner_id": ("owner_id",),
    "created_at": ("created_at",),
    "updated_at": ("updated_at", "last_updated_at"),
    "deleted": ("deleted",),
    "industry": ("industry",),
    "subsidiary_of_organization_id": ("subsidiary_of_organization_id",),
}

_CONTACT: Mapping[str, tuple[str, ...]] = {
    **_SHARED,
    "id": ("apollo_contact_id", "id", "apollo_id", "apollo_record_id"),
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "name": ("name", "full_name"),
    "title": ("title", "job_title"),
    "email": ("email", "email_address", "primary_email"),
    "email_status": ("email_true_status", "email_status", "primary_email_status"),
    "secondary_email": ("secondary_email",),
    "secondary_email_status": ("secondary_email_status",),
    "tertiary_email": ("tertiary_email",),
    "tertiary_email_status": ("tertiary_email_status",),
    "primary_email_source": ("primary_email_source", "email_source"),
    "primary_email_catch_all_status": ("primary_email_catch_all_status", "catch_all_status"),
    "primary_email_last_verified_at": ("primary_email_last_verified_at", "email_last_verified_at"),
    "work_direct_phone": ("work_direct_phone", "direct_phone"),
    "mobile_phone": ("mobile_phone",),
    "home_phone": ("home_phone",),
    "corporate_phone": ("corporate_phone",),
    "other_phone": ("other_phone",),
    "do_not_call": ("do_not_call", "call_opted_out"),
    "email_unsubscribed": ("email_unsubscribed",),
    "stage": ("stage", "contact_stage", "contact_stage_name", "contact_stage_id"),
    "owner_email": ("contact_owner", "owner_email"),
    "account_id": ("apollo_account_id", "account_id"),
    "organization_name": ("company_name", "company", "organization_name", "account_name"),
    "website": ("website", "website_url", "company_website"),
    "linkedin_url": ("person_linkedin_url", "linkedin_url"),
    "company_linkedin_url": ("company_linkedin_url",),
    "city": ("city",),
    "state": ("state",),
    "country": ("country",),
    "company_address": ("company_address",),
    "company_city": ("company_city",),
    "company_state": ("company_state",),
    "company_country": ("company_country",),
    "company_postal_code": ("company_postal_code",),
    "company_phone": ("company_phone",),
    "salesforce_lead_id": ("salesforce_lead_id",),
    "salesforce_contact_id": ("salesforce_contact_id",),
    "salesforce_account_id": ("salesforce_account_id",),
}

_ACCOUNT: Mapping[str, tuple[str, ...]] = {
    **_SHARED,
    "id": ("apollo_account_id", "id", "apollo_id", "apollo_record_id"),
    "name": ("company_name", "company", "name", "account_name", "organization_name"),
    "website": ("website", "website_url", "company_website"),
    "phone": ("company_phone", "phone"),
    "stage": ("account_stage", "stage", "account_stage_name", "account_stage_id"),
    "owner_email": ("account_owner", "owner_email"),
    "street": ("company_street", "street", "street_address"),
    "city": ("company_city", "city"),
    "state": ("company_state", "state"),
    "postal_code": ("company_postal_code", "postal_code"),
    "country": ("company_country", "country"),
    "linkedin_url": ("company_linkedin_url", "linkedin_url"),
    "salesforce_id": ("salesforce_id", "salesforce_account_id"),
    "short_description": ("short_description",),
    "founded_year": ("founded_year",),
}

_UNMAPPED = frozenset(
    """
    account_owner company_name_for_emails demoed departments email_bounced email_confidence email_open email_sent
    facebook_url last_contacted last_raised_at latest_funding latest_funding_amount lists naics_codes
    number_of_retail_locations primary_email_verification_source primary_intent_score primary_intent_topic
    qualify_account qualify_contact replied secondary_email_source secondary_email_verification_source
    secondary_intent_score secondary_intent_topic seniority seo_description sic_codes sub_departments subsidiary_of
    tertiary_email_source tertiary_email_verification_source total_funding twitter_url
    """.split()
)
"""Further columns of Apollo's exports, in snake case, which have one spelling and no meaning to sfpush."""

_OTHER: Mapping[str, tuple[str, ...]] = {"id": ("id", "apollo_id", "apollo_record_id")}

_DEAL: Mapping[str, tuple[str, ...]] = {
    **_OTHER,
    "name": ("name", "deal_name", "opportunity_name"),
    "amount": ("amount",),
    "closed_date": ("closed_date", "close_date"),
    "stage": ("stage", "deal_stage"),
    "account_id": ("account_id", "apollo_account_id"),
    "account_name": ("account_name", "company", "company_name"),
    "owner_id": ("owner_id",),
    "owner_email": ("owner_email", "deal_owner"),
    "next_step": ("next_step",),
    "description": ("description",),
    "currency_iso_code": ("currency_iso_code", "currency_code"),
    "salesforce_id": ("salesforce_id",),
    "salesforce_owner_id": ("salesforce_owner_id",),
    "crm_id": ("crm_id",),
    "crm_owner_id": ("crm_owner_id",),
    "opportunity_contact_roles": ("opportunity_contact_roles", "contact_roles"),
    "typed_custom_fields": ("typed_custom_fields",),
    "created_at": ("created_at",),
    "updated_at": ("updated_at", "last_updated_at"),
    "deleted": ("deleted",),
}

FALLBACKS: Mapping[RecordType, tuple[tuple[str, tuple[str, ...]], ...]] = {
    RecordType.ACCOUNT: (
        ("website", ("primary_domain", "domain")),
        ("street", ("company_address", "raw_address")),
        ("phone", ("sanitized_phone",)),
    ),
    RecordType.DEAL: (
        (STAGE_FIELD, ("opportunity_stage_id", "stage_name")),
        ("closed_date", ("actual_close_date",)),
        ("currency_iso_code", ("currency.iso_code",)),
        ("account_id", ("account.id",)),
        ("account_name", ("account.name",)),
        ("website", ("account.website_url", "account.primary_domain", "account.domain")),
    ),
}
"""Fields that are filled from the first of these others that has a value, where they have none themselves.

A dot leads into an object inside the record.
"""


def spellings(record_type: RecordType) -> Mapping[str, tuple[str, ...]]:
    """Canonical name to every spelling of it in snake case, the one that counts first where a file has several."""
    match record_type:
        case RecordType.CONTACT:
            return _CONTACT
        case RecordType.ACCOUNT:
            return _ACCOUNT
        case RecordType.DEAL:
            return _DEAL
        case _:
            return _OTHER


@lru_cache(maxsize=len(RecordType))
def known_names(record_type: RecordType) -> frozenset[str]:
    """Every name in snake case by which Apollo's exports and API call a field of such a record."""
    others = frozenset(name for _, names in FALLBACKS.get(record_type, ()) for name in names if "." not in name)
    return others.union(_UNMAPPED, *spellings(record_type).values())


def _by_spelling(names: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    return {spelling: canonical_name for canonical_name, all_of in names.items() for spelling in all_of}


_CANONICAL: Mapping[RecordType, Mapping[str, str]] = {
    record_type: _by_spelling(spellings(record_type)) for record_type in RecordType
}


@lru_cache(maxsize=4096)
def snake_case(name: str) -> str:
    """`# Employees` → employees, `Subsidiary of (Organization ID)` → subsidiary_of_organization_id.

    A `*` stays, so a pattern of the field map ("ICP Fit *" → icp_fit_*) compares with fnmatch.
    """
    return _NOT_A_WORD.sub("_", name.strip().lower()).strip("_")


@lru_cache(maxsize=8192)
def canonical(name: str, record_type: RecordType) -> str:
    """The canonical name of a CSV header or JSON name, compared without case and outer blanks.

    Unknown names come back in snake case; a name without a letter or digit comes back empty.
    """
    name = snake_case(name)
    return _CANONICAL[record_type].get(name, name)


def is_apollo_id(text: str) -> bool:
    """Whether a text looks like one of Apollo's ids: 24 hex digits."""
    return len(text) == 24 and all(letter in "0123456789abcdef" for letter in text)


def display_name(record_type: RecordType, fields: Mapping[str, Any]) -> str:
    """What a record is called in tables and plans; "" if nothing in it serves as a name."""
    match record_type:
        case RecordType.CONTACT:
            full_name = f"{fields.get('first_name', '')} {fields.get('last_name', '')}".strip()
            names: tuple[Any, ...] = (full_name, fields.get("name"), fields.get("email"))
        case RecordType.ACCOUNT | RecordType.DEAL:
            names = (fields.get("name"), fields.get("website"))
        case RecordType.NOTE:
            names = (fields.get("title"), str(fields.get("content") or "").strip().partition("\n")[0][:80])
        case _:
            names = tuple(fields.get(name) for name in ("subject", "title", "topic", "name", "type"))
    for name in names:
        if name and isinstance(name, str):
            return name
    return ""
