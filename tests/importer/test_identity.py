"""Record keys: the Apollo id, else a stable one of the row's own making (CONTRACT, Record keys)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.importer.identity import identify
from sfpush.importer.parsed import RowProblem
from sfpush.model import RecordType

CONTACT, ACCOUNT, DEAL = RecordType.CONTACT, RecordType.ACCOUNT, RecordType.DEAL


def test_the_apollo_id_is_the_key() -> None:
    assert identify(CONTACT, {"id": "5f00"}) == ("contact:5f00", "5f00")


def test_without_an_id_the_email_decides_however_it_is_written() -> None:
    key, apollo_id = identify(CONTACT, {"email": "Ann.Lee@Acme.example", "last_name": "Lee"})
    assert re.fullmatch(r"contact:email-ann-lee-[0-9a-f]{12}", key)
    assert apollo_id is None
    assert identify(CONTACT, {"email": "ann.lee@acme.example", "last_name": "Married"})[0] == key


def test_without_an_email_name_and_company_decide() -> None:
    ann = {"first_name": "Ann", "last_name": "Lee", "organization_name": "Acme"}
    key, _ = identify(CONTACT, ann)
    assert re.fullmatch(r"contact:name-ann-lee-[0-9a-f]{12}", key)
    assert identify(CONTACT, {**ann, "first_name": "ANN", "organization_name": "acme "})[0] == key
    assert identify(CONTACT, {**ann, "organization_name": "Other"})[0] != key
    assert identify(CONTACT, {"name": "Ann Lee", "organization_name": "Acme"})[0] == key


def test_what_is_no_email_address_identifies_nobody() -> None:
    with pytest.raises(RowProblem, match="no Apollo id, no e-mail"):
        identify(CONTACT, {"email": "n/a"})


def test_an_account_is_known_by_name_and_domain() -> None:
    key, _ = identify(ACCOUNT, {"name": "Acme", "website": "https://www.acme.example/about"})
    assert identify(ACCOUNT, {"name": "ACME", "website": "acme.example"})[0] == key
    assert identify(ACCOUNT, {"name": "Acme", "website": "acme.test"})[0] != key
    assert identify(ACCOUNT, {"website": "acme.example"})[0].startswith("account:domain-acme-example-")


@pytest.mark.parametrize(
    "record_type", [record_type for record_type in RecordType if record_type not in (CONTACT, ACCOUNT, DEAL)]
)
def test_an_activity_needs_its_id(record_type: RecordType) -> None:
    with pytest.raises(RowProblem) as problem:
        identify(record_type, {"subject": "Hello", "name": "x", "email": "ann@acme.example"})
    assert problem.value.reason == "no-identity"


@pytest.mark.parametrize("text", ["5.9E+23", "a b", "\x1b[31m", "x" * 81, "contact:5f"])
def test_an_id_that_no_apollo_id_can_be_is_refused(text: str) -> None:
    with pytest.raises(RowProblem) as problem:
        identify(CONTACT, {"id": text, "email": "ann@acme.example"})
    assert problem.value.reason == "bad-id"
    assert problem.value.message.isprintable()


def test_a_made_key_comes_back_as_itself_and_is_no_apollo_id() -> None:
    key, _ = identify(CONTACT, {"email": "ann@acme.example"})
    assert identify(CONTACT, {"id": key.partition(":")[2], "email": "new@acme.example"}) == (key, None)


@given(
    st.fixed_dictionaries(
        {}, optional={name: st.text() for name in ("email", "first_name", "last_name", "name", "organization_name")}
    )
)
def test_a_made_key_is_printable_and_never_an_apollo_id(fields: dict[str, str]) -> None:
    try:
        key, apollo_id = identify(CONTACT, fields)
    except RowProblem:
        return
    assert apollo_id is None
    assert re.fullmatch(r"contact:(?:email|name)-[a-z0-9-]*-[0-9a-f]{12}", key)
