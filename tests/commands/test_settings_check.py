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


CONTACTS = "First Name,Last Name,Country,Stage,ICP Fit,Email\nAnn,Lee,Germany,Interested,4,ann@acme.example\n"


def test_C3_a_stage_that_no_imported_record_has_is_a_warning_without_a_list(
    check: Check, connected: Sfpush, own_place: Path
) -> None:
    (own_place / "contacts.csv").write_text(CONTACTS)
    assert connected("import", "contacts.csv").code == 0
    data = check("[contacts]\nnew_records = 'stages'\nstages = ['Intersted', 'interested']\n")
    (warning,) = (one for one in data["warnings"] if "stages" in one)
    assert warning == (
        'sfpush.toml:3: contacts.stages[1]: No imported contact has the stage "Intersted". Did you mean "Interested"?'
    )


def test_F1_an_Apollo_field_that_nobody_knows_is_a_warning(check: Check, connected: Sfpush, own_place: Path) -> None:
    misspelt = '[contacts.fields]\n"Senority" = "Department"\n"ICP Fitt" = { to = "Description", write = "fill" }\n'
    assert not any("fields" in one for one in check(misspelt)["warnings"]), "without records nobody can say"
    (own_place / "contacts.csv").write_text(CONTACTS)
    assert connected("import", "contacts.csv").code == 0
    assert [one for one in check(misspelt)["warnings"] if "fields" in one] == [
        "sfpush.toml:2: contacts.fields.Senority: No contact of the store has the field senority."
        " Did you mean seniority?",
        'sfpush.toml:3: contacts.fields."ICP Fitt": No contact of the store has the field icp_fitt.'
        " Did you mean icp_fit?",
    ]
    right = '[contacts.fields]\n"Seniority" = "Department"\n"ICP *" = "Description"\n'
    assert not any("fields" in one for one in check(right)["warnings"])


def test_everything_is_told_at_once_also_where_the_file_itself_is_wrong(
    check: Check, connected: Sfpush, own_place: Path
) -> None:
    (own_place / "contacts.csv").write_text(CONTACTS)
    assert connected("import", "contacts.csv").code == 0
    data = check(
        "[push]\nenabled = 'yes'\n"
        "[contacts]\nsource_value = 3\nfilter = \"contry = 'x'\"\nnew_records = 'stages'\nstages = ['Intersted']\n"
        "[contacts.fields]\nTitle = 'Nope__c'\nSenority = 'Department'\n"
        "[leads]\nno_such_key = 1\n"
    )
    assert keys(data) == [
        (2, "push.enabled"),
        (4, "contacts.source_value"),
        (9, "contacts.fields.Title"),
        (12, "leads.no_such_key"),
    ]
    assert [one.split(": ")[:2] for one in data["warnings"]] == [
        ["sfpush.toml:5", "contacts.filter"],
        ["sfpush.toml:7", "contacts.stages[1]"],
        ["sfpush.toml:10", "contacts.fields.Senority"],
    ]


def test_what_is_said_of_a_default_points_at_no_other_line(check: Check) -> None:
    (warning,) = check("[push]\nenabled = true\n[contacts.fields]\nTitle = 'Title'\n")["warnings"]
    assert warning.startswith("sfpush.toml: contacts.source_value: ")
    (warning,) = check("[push]\nenabled = true\n[contacts]\npush = true\n")["warnings"]
    assert warning.startswith("sfpush.toml:3: contacts.source_value: ")


def test_B6_settings_set_says_what_the_records_have_against_the_value(connected: Sfpush, own_place: Path) -> None:
    (own_place / "contacts.csv").write_text(CONTACTS)
    assert connected("import", "contacts.csv").code == 0
    said = connected("settings", "set", "contacts.filter", "countri = 'x'")
    assert said.code == 0
    assert "No contact of the store has the field countri. Did you mean country?" in " ".join(said.out.split())
    assert connected("--json", "settings", "set", "contacts.push", "true").data["warnings"] == []
    assert "warning" not in connected("settings", "set", "contacts.filter", "country = 'x'").out.lower()


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
