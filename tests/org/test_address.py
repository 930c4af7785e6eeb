from __future__ import annotations

import pytest

from sfpush.errors import UsageError
from sfpush.org.address import instance_address


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("  https://Acme.my.Salesforce.com/ ", "https://acme.my.salesforce.com"),
        ("acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.com:443/lightning/page/home?x=1#y", "https://acme.my.salesforce.com"),
        ("http://127.0.0.1:8181/", "http://127.0.0.1:8181"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8181", "http://[::1]:8181"),
    ],
)
def test_an_address_has_one_spelling(written: str, meant: str) -> None:
    assert instance_address(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "http://acme.my.salesforce.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://10.0.0.1:8181",
        "ftp://acme.my.salesforce.com",
        "https://",
        "",
        "https://acme my",
        "https://[::1",
        "https://acme:99999",
        "https://acme.lightning.force.com",
    ],
)
def test_an_address_that_must_not_be_spoken_to_is_a_usage_error(written: str) -> None:
    with pytest.raises(UsageError) as refused:
        instance_address(written)
    assert refused.value.hint


def test_an_address_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(UsageError) as refused:
        instance_address("https://ann:s3cret@acme.my.salesforce.com")
    assert "s3cret" not in f"{refused.value.message}{refused.value.hint}"


def test_the_address_of_the_pages_leads_to_the_address_of_the_api() -> None:
    with pytest.raises(UsageError) as refused:
        instance_address("https://acme--dev.sandbox.lightning.force.com/one/one.app")
    assert "https://acme--dev.sandbox.my.salesforce.com" in refused.value.hint
