"""`--where` of push and records (P1, B6): the same language as the filters of the settings."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from .conftest import Sfpush

CONTACTS = """\
First Name,Last Name,Company,# Employees,Country,Stage,Email,Apollo Contact Id
Ann,Lee,Acme,50,Germany,Hot,ann@acme.example,ann
Bob,Ray,Beta,20,Germany,Cold,bob@beta.example,bob
Cid,Fox,Gamma,90,France,Hot,cid@gamma.example,cid
"""
ACCOUNTS = "Company Name,Company Country,# Employees,Apollo Account Id\nAcme,Germany,50,a\nDelta,Spain,9,d\n"


@pytest.fixture
def loaded(sfpush: Sfpush, own_place: Path) -> Sfpush:
    (own_place / "contacts.csv").write_text(CONTACTS)
    (own_place / "accounts.csv").write_text(ACCOUNTS)
    (own_place / "sfpush.toml").write_text("[contacts]\npush = false\ncreate_as = 'lead'\n[accounts]\npush = false\n")
    assert sfpush("connect", "--practice").code == 0
    assert sfpush("import", "contacts.csv", "accounts.csv").code == 0
    assert sfpush("pull").code == 0
    return sfpush


def chosen(sfpush: Sfpush, where: str) -> list[str]:
    return [record["key"] for record in sfpush("--json", "records", "--where", where).data["records"]]


def test_B6_records_where(loaded: Sfpush) -> None:
    assert chosen(loaded, "country = 'GERMANY' and employees >= 50") == ["account:a", "contact:ann"]
    assert chosen(loaded, "country = 'Atlantis'") == []
    assert loaded("records", "accounts", "--where", "employees < 10").out.startswith("name")


def test_B6_accounts_are_meant_only_where_they_have_every_field(loaded: Sfpush) -> None:
    assert chosen(loaded, "email is null or first_name != 'Ann'") == ["contact:bob", "contact:cid"]


def test_P1_push_where_goes_whatever_the_settings_say(loaded: Sfpush) -> None:
    ran = loaded("--json", "push", "--where", "stage = 'hot' and country != 'France'", "--yes")
    assert ran.code == 0
    assert ran.data["results"]["created"] == 1
    plan = loaded("--json", "push", "--where", "employees > 15", "--dry-run").data
    assert {change["record"]: change["rule"] for change in plan["changes"]} == {
        "account:a": "manual",
        "contact:bob": "manual",
        "contact:cid": "manual",
    }
    nothing = loaded("--json", "push", "--where", "employees > 15000", "--yes")
    assert (nothing.code, nothing.data["results"]["created"]) == (0, 0)


@pytest.mark.parametrize(
    ("where", "code", "said"),
    [
        ("country = Germany", "filter-invalid", "Position 11: Germany is no value."),
        ("", "filter-invalid", "Position 1: the filter ends where the name of a field is expected."),
        ("contry = 'x'", "unknown-field", "No record of the store has the field contry. Did you mean country?"),
        ("1 = 1; drop table records", "filter-invalid", "Position 1: 1 stands where the name of a field is expected."),
        ("country = '\udcff'", "filter-invalid", "This is no text."),
    ],
)
def test_B6_what_is_no_filter_is_a_usage_error(loaded: Sfpush, where: str, code: str, said: str) -> None:
    for command in ("records", "push"):
        ran = loaded("--json", command, "--where", where)
        assert ran.code == 2
        (error,) = ran.envelope["errors"]
        assert error["code"] == code
        assert said in error["message"]
        assert error["hint"]


def test_P1_keys_from_standard_input(loaded: Sfpush, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("contact:ann\n# a comment\n\nbob@beta.example\n"))
    plan = loaded("--json", "push", "--from", "-", "--dry-run").data
    assert [change["record"] for change in plan["changes"]] == ["contact:ann", "contact:bob"]
