"""What records are compared by: addresses, domains, company names (M1, M3, M5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.model import Record, RecordType
from sfpush.planning.keys import (
    RecordKey,
    company_domain,
    company_key,
    contact_emails,
    domain_key,
    email_key,
    record_keys,
)


@pytest.mark.parametrize(
    "website",
    [
        "acme.example",
        "http://acme.example",
        "HTTPS://WWW.Acme.Example/about?a=b#c",
        "www.acme.example.",
        "//acme.example",
        "https://user:secret@shop.acme.example:8443/x",
        "  acme.example/  ",
        "de.www.acme.example",
    ],
)
def test_M3_scheme_www_port_path_and_case_do_not_count(website: str) -> None:
    assert domain_key(website) == "acme.example"


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("www.acme.co.uk", "acme.co.uk"),
        ("shop.acme.com.au", "acme.com.au"),
        ("acme.github.io", "acme.github.io"),
        ("https://bücher.example", "xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_M3_the_registrable_domain_is_the_company(website: str, domain: str) -> None:
    assert domain_key(website) == domain


@pytest.mark.parametrize(
    "website", [None, "", "  ", "localhost", "n/a", "-", "http://", "10.0.0.1", "http://[::1]/", "co.uk", "Gmail.com"]
)
def test_M3_what_is_no_company_domain(website: str | None) -> None:
    assert domain_key(website) is None


def test_M3_free_mail_domains_of_the_settings_are_nobodys() -> None:
    assert company_domain("www.postbox.example", frozenset({"postbox.example"})) is None
    assert company_domain("www.postbox.example", frozenset()) == "postbox.example"


@pytest.mark.parametrize(
    "name",
    [
        "Acme",
        "ACME, Inc.",
        "acme inc",
        "Acme Corporation",
        "Acme Co., Ltd.",
        "ACME GmbH & Co. KG",
        "Acmé S.r.l.",
        "Acme Pty Ltd",
        "  acme   llc ",
        "Acme A/S",
        "“Acme” plc",
    ],
)
def test_M3_case_accents_punctuation_and_legal_forms_do_not_count(name: str) -> None:
    assert company_key(name) == "acme"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme", "Acme Italy"),
        ("Acme Inc Holdings", "Acme Holdings"),
        ("AG", "SA"),
        ("Limited", "Inc"),
        ("株式会社日立", "株式会社東芝"),
        ("A1", "A 1"),
    ],
)
def test_M3_what_makes_two_names(one: str, other: str) -> None:
    assert company_key(one) != company_key(other)


def test_M5_the_apostrophe_of_o_brien_does_not_count() -> None:
    assert company_key("O'Brien & Sons") == company_key("O’Brien and Sons Ltd") == company_key("OBRIEN AND SONS")


@pytest.mark.parametrize("text", [None, "", "n/a", "ann@", "@acme.example", "a@b@c", "ann lee@x.example", "a@x, b@x"])
def test_M1_what_is_no_address(text: str | None) -> None:
    assert email_key(text) is None


def test_M1_addresses_once_each_the_primary_first() -> None:
    fields = {
        "email": " Ann@Acme.example ",
        "secondary_email": "ann@acme.example",
        "tertiary_email": "n/a",
        "other_emails": ["A.Lee@acme.example", "ann@acme.example"],
    }
    assert contact_emails(fields) == ("ann@acme.example", "a.lee@acme.example")


def test_M1_an_additional_address_never_ranks_as_primary() -> None:
    record = Record("contact:1", RecordType.CONTACT, "Ann", {"email": "n/a", "secondary_email": "ann@acme.example"})
    assert record_keys(record) == (RecordKey("email", 1, "ann@acme.example"),)


@given(st.text())
def test_any_text_has_a_key_and_a_key_is_its_own(text: str) -> None:
    name = company_key(text)
    assert company_key(name) == name
    domain = domain_key(text)
    assert domain is None or domain_key(domain) == domain
    address = email_key(text)
    assert address is None or email_key(address) == address
