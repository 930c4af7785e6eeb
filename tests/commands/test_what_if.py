"""B5: what would be different under other settings, and nothing remembered of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Sfpush

HEAD = "First Name,Last Name,Title,Company Name,Email,Email Status,Stage,Website,Apollo Contact Id\n"
PEOPLE = (
    "Ann,Lee,CEO,Initech,ann@initech.example,Verified,Interested,initech.example,a1\n"
    "Bob,Roy,CTO,Initech,bob@initech.example,Verified,Cold,initech.example,a2\n"
    "Zoe,,COO,Globex,zoe@globex.example,Verified,Cold,globex.example,a3\n"
)


@pytest.fixture(autouse=True)
def connected(sfpush: Sfpush, own_place: Path) -> Path:
    (own_place / "contacts.csv").write_text(HEAD + PEOPLE)
    assert sfpush("connect", "--practice").code == 0
    assert sfpush("import", "contacts.csv").code == 0
    return own_place


def decisions(ran_data: dict[str, list[dict[str, str]]]) -> dict[str, tuple[str, str]]:
    return {change["record"]: (change["action"], change["rule"]) for change in ran_data["changes"]}


def test_a_setting_is_tried_out_without_touching_the_file_or_what_is_known_of_a_record(
    sfpush: Sfpush, connected: Path
) -> None:
    sfpush("plan")
    (connected / "sfpush.toml").write_text("[contacts]\npush = true\n")
    ran = sfpush("--json", "plan", "--set", "contacts.new_records=stages", "--set", "contacts.stages=['Cold']")
    assert decisions(ran.data)["contact:a1"] == ("skip", "stage")
    assert (connected / "sfpush.toml").read_text() == "[contacts]\npush = true\n"
    (ann,) = sfpush("--json", "records", "--search", "ann").data["records"]
    assert (ann["last_action"], ann["last_rule"]) == ("create", "new")
    assert "settings set" in sfpush("plan", "--set", "contacts.push=false").err


def test_every_wrong_assignment_is_named_at_once(sfpush: Sfpush) -> None:
    ran = sfpush("--json", "plan", "--set", "contacts.push=maybe", "--set", "nonsense=1")
    assert ran.code == 3
    assert [error["message"].split(": ")[:2] for error in ran.envelope["errors"]] == [
        ["--set", "contacts.push"],
        ["--set", "nonsense"],
    ]


def test_only_what_differs_is_listed_record_by_record(sfpush: Sfpush, connected: Path) -> None:
    (connected / "other.toml").write_text('[contacts]\nnew_records = "stages"\nstages = ["Interested"]\n')
    data = sfpush("--json", "plan", "--compare", "other.toml").data
    assert data["compare"] == [
        {
            "record": "contact:a2",
            "from": {"action": "create", "rule": "new"},
            "to": {"action": "skip", "rule": "stage"},
        },
        {
            "record": "contact:a3",
            "from": {"action": "block", "rule": "required-missing"},
            "to": {"action": "skip", "rule": "stage"},
        },
    ]
    assert decisions(data)["contact:a2"] == ("create", "new")
    shown = sfpush("plan", "--compare", "other.toml", "--offline").out
    assert "2 decisions of 4 would be different." in shown
    assert "create Contact new → skip stage\n    contact:a2 · Not created: stage Cold is not in" in shown


def test_a_record_of_which_one_plan_says_nothing_has_no_action_there(sfpush: Sfpush, connected: Path) -> None:
    (connected / "leads.toml").write_text('[contacts]\ncreate_as = "lead"\n')
    compared = {one["record"]: one for one in sfpush("--json", "plan", "--compare", "leads.toml").data["compare"]}
    (account,) = (key for key in compared if key.startswith("account:"))
    assert compared[account]["to"] == {"action": None, "rule": None}
    assert compared["contact:a1"]["from"] == compared["contact:a1"]["to"] == {"action": "create", "rule": "new"}
    assert "contact:a3" not in compared  # as a Lead it lacks the same last name
    shown = sfpush("plan", "--compare", "leads.toml").out
    assert "create Lead new" in shown


def test_other_values_are_a_difference_too(sfpush: Sfpush, connected: Path) -> None:
    (connected / "other.toml").write_text("[contacts.fields]\ntitle = false\n")
    assert "the same, with another Title" in sfpush("plan", "--compare", "other.toml").out


def test_the_same_settings_make_no_difference(sfpush: Sfpush, connected: Path) -> None:
    (connected / "same.toml").write_text("")
    ran = sfpush("--json", "plan", "--compare", "same.toml")
    assert ran.data["compare"] == []
    assert "No difference" in sfpush("plan", "--compare", "same.toml").out


def test_settings_to_compare_with_must_be_there_and_sound(sfpush: Sfpush, connected: Path) -> None:
    (connected / "bad.toml").write_text("[contacts]\npush = 1\n")
    assert sfpush("--json", "plan", "--compare", "missing.toml").code == 2
    assert sfpush("--json", "plan", "--compare", "bad.toml").code == 3
