"""F1: one canonical name for each Apollo field, however it is spelt."""

from __future__ import annotations

import csv
from fnmatch import fnmatch
from pathlib import Path

import pytest

from sfpush.apollo_fields import canonical, display_name, snake_case, spellings
from sfpush.model import RecordType

EXPORTS = Path(__file__).parent / "importer" / "exports"
CONTACT, ACCOUNT = RecordType.CONTACT, RecordType.ACCOUNT


@pytest.mark.parametrize(
    ("spelling", "record_type", "name"),
    [
        ("Company", CONTACT, "organization_name"),
        ("Company Name", CONTACT, "organization_name"),
        ("organization_name", CONTACT, "organization_name"),
        ("Company Name", ACCOUNT, "name"),
        ("name", ACCOUNT, "name"),
        ("# Employees", CONTACT, "employees"),
        ("estimated_num_employees", ACCOUNT, "employees"),
        ("Contact Owner", CONTACT, "owner_email"),
        ("Account Owner", ACCOUNT, "owner_email"),
        ("Account Owner", CONTACT, "account_owner"),
        ("Apollo Contact Id", CONTACT, "id"),
        ("Apollo Record Id", ACCOUNT, "id"),
        ("Apollo Account Id", CONTACT, "account_id"),
        ("Apollo Account Id", ACCOUNT, "id"),
        ("Stage", CONTACT, "stage"),
        ("contact_stage_id", CONTACT, "stage"),
        ("Account Stage", ACCOUNT, "stage"),
        ("account_stage_id", ACCOUNT, "stage"),
        ("Person Linkedin Url", CONTACT, "linkedin_url"),
        ("Company Linkedin Url", CONTACT, "company_linkedin_url"),
        ("Company Linkedin Url", ACCOUNT, "linkedin_url"),
        ("email_true_status", CONTACT, "email_status"),
        ("call_opted_out", CONTACT, "do_not_call"),
        ("direct_phone", CONTACT, "work_direct_phone"),
        ("Catch-all Status", CONTACT, "primary_email_catch_all_status"),
        ("Primary Email Catch-all Status", CONTACT, "primary_email_catch_all_status"),
        ("Email Last Verified At", CONTACT, "primary_email_last_verified_at"),
        ("Seo Description", CONTACT, "seo_description"),
        ("SEO Description", CONTACT, "seo_description"),
        ("Company Street", ACCOUNT, "street"),
        ("street_address", ACCOUNT, "street"),
        ("Company Phone", CONTACT, "company_phone"),
        ("Company Phone", ACCOUNT, "phone"),
        ("Subsidiary of (Organization ID)", CONTACT, "subsidiary_of_organization_id"),
        ("Property & News Summary 2331", CONTACT, "property_news_summary_2331"),
        ("  FIRST name ", CONTACT, "first_name"),
        ("###", CONTACT, ""),
    ],
)
def test_F1_every_spelling_has_one_canonical_name(spelling: str, record_type: RecordType, name: str) -> None:
    assert canonical(spelling, record_type) == name


def test_F1_a_canonical_name_is_its_own_canonical_name() -> None:
    for record_type in RecordType:
        for name in spellings(record_type):
            # `name` of a contact is a person's; the others stand for themselves.
            assert canonical(name, record_type) in (name, *spellings(record_type))


def test_F1_a_pattern_matches_the_changing_suffix_that_apollo_appends() -> None:
    assert fnmatch(canonical("ICP Fit 8478 0723201923", CONTACT), snake_case("ICP Fit *"))
    assert not fnmatch(canonical("ICP Fitness", CONTACT), snake_case("ICP Fit *"))


@pytest.mark.parametrize("path", sorted(EXPORTS.glob("*.csv")), ids=lambda path: path.stem)
def test_F1_no_two_columns_of_an_export_are_mistaken_for_each_other(path: Path) -> None:
    record_type = ACCOUNT if path.stem.startswith("account") else CONTACT
    header = next(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    names = [canonical(cell, record_type) for cell in header]
    twice = {name for name in names if names.count(name) > 1}
    assert twice <= {"id"}, "only the contact's own id has two columns"


@pytest.mark.parametrize(
    ("record_type", "fields", "name"),
    [
        (CONTACT, {"first_name": "Ann", "last_name": "Lee", "name": "Old Name"}, "Ann Lee"),
        (CONTACT, {"last_name": "Lee"}, "Lee"),
        (CONTACT, {"name": "Ann Lee"}, "Ann Lee"),
        (CONTACT, {"email": "ann@acme.example"}, "ann@acme.example"),
        (ACCOUNT, {"website": "acme.example"}, "acme.example"),
        (RecordType.NOTE, {"content": "\nCall back\nand more"}, "Call back"),
        (RecordType.EMAIL, {"subject": "Hello"}, "Hello"),
        (RecordType.CALL, {}, ""),
    ],
)
def test_a_record_is_called_by_what_names_it(record_type: RecordType, fields: dict[str, str], name: str) -> None:
    assert display_name(record_type, fields) == name
