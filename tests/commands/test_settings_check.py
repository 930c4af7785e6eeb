"""`settings check` against the org, the records and Apollo's lists: found before anything is planned."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Sfpush

Check = Callable[[str], dict[str, Any]]


@pytest.fixture
def connected(sfpush: Sfpush) -> Sfpush:
    assert sfpush("connect", "--practice").code == 0
    return sfpush


@pytest.fixture
def check(connected: Sfpush, own_place: Path) -> Check:
    """What `settings check` finds in these settings: key to message, problems and warnings together."""

    def call(settings: str) -> dict[str, Any]:
        (own_place / "sfpush.toml").write_text(settings, "utf-8")
        ran = connected("--json", "settings", "check")
        assert ran.code == (3 if ran.data["problems"] else 0)
        return ran.data

    return call


def keys(data: dict[str, Any]) -> list[tuple[int, str]]:
    return [(problem["line"], problem["key"]) for problem in data["problems"]]


def test_F4_fields_that_are_not_there_or_not_writeable_are_problems(check: Check) -> None:
    data = check(
        '[contacts.fields]\n"Job Title" = "Titel"\nSeniority = "CreatedDate"\nCity = { to = "No", write = "never" }\n'
    )
    assert keys(data) == [(2, 'contacts.fields."Job Title"'), (3, "contacts.fields.Seniority")]
    assert "Contact has no field Titel" in data["problems"][0]["message"]
    assert "can't be written" in data["problems"][1]["message"]


def test_F1_two_Apollo_fields_on_one_Salesforce_field_are_a_problem(check: Check) -> None:
    data = check('[accounts.fields]\nKeywords = "Site"\nTechnologies = "site"\n')
    assert keys(data) == [(3, "accounts.fields.Technologies")]
    assert "keywords and technologies both go into Site" in data["problems"][0]["message"]


def test_C10_a_new_source_in_an_open_picklist_is_a_warning_with_the_active_values(check: Check) -> None:
    data = check("")
    assert data["problems"] == []
    (warning,) = data["warnings"]
    assert "LeadSource" in warning
    assert "Partner Referral" in warning
    assert check("[contacts]\nsource_value = 'Web'\n")["warnings"] == []
    assert check("[contacts]\ncreate_as = 'lead'\nsource_value = 'web'\n")["warnings"] == []


def test_M7_an_external_id_must_be_one_and_unique(check: Check) -> None:
    data = check("[salesforce.external_ids]\ncontact = 'Apollo_Contact_Id__c'\nlead = 'Title'\n")
    assert keys(data) == [(2, "salesforce.external_ids.contact"), (3, "salesforce.external_ids.lead")]
    assert "not marked as External ID and not unique" in data["problems"][1]["message"]


def test_F3_F6_stage_values_and_constants_are_held_against_the_picklist(check: Check) -> None:
    data = check(
        "[leads.stage_map]\nfield = 'Status'\nvalues = { Cold = 'Nowhere' }\n"
        "[accounts.on_create]\nNumberOfEmployees = 'many'\nNope__c = 1\n"
    )
    found = [key for _line, key in keys(data)]
    assert "accounts.on_create.NumberOfEmployees" in found
    assert "accounts.on_create.Nope__c" in found
    assert any("leads.stage_map.values.Cold" in text for text in (*found, *data["warnings"]))


def test_B6_a_filter_for_fields_that_nobody_has_is_a_warning(check: Check, connected: Sfpush, own_place: Path) -> None:
    assert not any("filter" in warning for warning in check("[contacts]\nfilter = \"contry = 'x'\"\n")["warnings"])
    (own_place / "contacts.csv").write_text("First Name,Last Name,Country,Email\nAnn,Lee,Germany,ann@acme.example\n")
    assert connected("import", "contacts.csv").code == 0
    (warning,) = (one for one in check("[contacts]\nfilter = \"contry = 'x'\"\n")["warnings"] if "filter" in one)
    assert (
        warning == "sfpush.toml:2: contacts.filter: No contact of the store has the field contry. Did you mean country?"
    )
    assert not any("filter" in one for one in check("[contacts]\nfilter = \"country = 'x'\"\n")["warnings"])


def test_B6_a_filter_that_is_none_is_exit_3_with_line_and_position(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "sfpush.toml").write_text("[contacts]\nfilter = \"country = Germany\"\n[accounts]\nfilter = 'x >'\n")
    for command in (("settings", "check"), ("settings", "show"), ("plan",)):
        ran = sfpush("--json", *command)
        assert ran.code == 3
        assert [error["message"][:60] for error in ran.envelope["errors"]] == [
            "sfpush.toml:2: contacts.filter: Position 11: Germany is no v",
            "sfpush.toml:4: accounts.filter: Position 4: the filter ends ",
        ]


def test_C3_stages_that_Apollo_does_not_have_are_warnings(check: Check, connected: Sfpush, own_place: Path) -> None:
    stages = {"contact_stages": [{"id": "6095a710bd01d100a506d4ac", "name": "Cold"}]}
    (own_place / "stages.json").write_text(json.dumps(stages))
    assert connected("import", "stages.json").code == 0
    data = check("[contacts]\nnew_records = 'stages'\nstages = ['Clod', 'cold', 'No stage']\n")
    (warning,) = (one for one in data["warnings"] if "stages" in one)
    assert 'no contact stage "Clod". Did you mean "Cold"?' in warning


def test_C9_owners_who_are_nobody_in_salesforce_are_a_warning(check: Check, connected: Sfpush, own_place: Path) -> None:
    (own_place / "contacts.csv").write_text(
        "Last Name,Email,Contact Owner\nLee,ann@acme.example,nobody@sfpush.example\n"
    )
    assert connected("import", "contacts.csv").code == 0
    assert not any("nobody@" in one for one in check("")["warnings"])
    assert connected("pull").code == 0
    assert any("nobody@sfpush.example" in one for one in check("")["warnings"])
    assert not any("nobody@" in one for one in check("[owners]\nmap = false\n")["warnings"])


def test_an_unreachable_org_is_said_and_no_problem(sfpush: Sfpush, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFPUSH_INSTANCE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", "token")
    ran = sfpush("--json", "settings", "check")
    assert (ran.code, ran.data["problems"]) == (0, [])
    assert "What needs the org was not checked." in ran.data["warnings"][0]
    assert "What needs the org was not checked." in sfpush("settings", "check").out
