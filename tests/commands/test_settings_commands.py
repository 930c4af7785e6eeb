"""`settings` and `init`: what they print, keep and refuse."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from .conftest import Sfpush


def test_init_writes_a_file_that_settings_check_accepts(sfpush: Sfpush, own_place: Path) -> None:
    assert sfpush("--json", "init").data == {"file": "sfpush.toml"}
    assert tomllib.loads((own_place / "sfpush.toml").read_text())["contacts"]["push"] is True
    checked = sfpush("--json", "settings", "check")
    assert checked.code == 0
    assert checked.data == {
        "problems": [],
        "warnings": ["What needs the org was not checked. Not connected to a Salesforce org."],
        "not_in_effect": [],
    }


def test_init_never_overwrites(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "mine.toml").write_text("# mine\n")
    assert sfpush("--config", "mine.toml", "init").code == 2
    assert (own_place / "mine.toml").read_text() == "# mine\n"


def test_settings_check_lists_every_problem_with_its_line(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "sfpush.toml").write_text("[contacts]\npush = 1\n\n[push]\nmax_deletes = -4\n")
    ran = sfpush("--json", "settings", "check")
    assert ran.code == 3
    assert [(problem["line"], problem["key"]) for problem in ran.data["problems"]] == [
        (2, "contacts.push"),
        (5, "push.max_deletes"),
    ]
    assert "2 problems in sfpush.toml" in sfpush("settings", "check").out


def test_settings_show_names_the_origin_of_each_value(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "sfpush.toml").write_text("[contacts]\ncreate_as = 'lead'\n")
    shown = sfpush("--json", "settings", "show").data["settings"]
    assert shown["contacts.create_as"] == {"value": "lead", "origin": "sfpush.toml:2"}
    assert shown["contacts.push"] == {"value": True, "origin": "default"}
    assert list(sfpush("--json", "settings", "show", "--changed").data["settings"]) == ["contacts.create_as"]


def test_settings_set_keeps_comments_and_refuses_what_is_wrong(sfpush: Sfpush, own_place: Path) -> None:
    file = own_place / "sfpush.toml"
    file.write_text("[contacts]\n# ours\ncreate_as = 'contact'\n")
    assert sfpush("settings", "set", "contacts.create_as", "lead").code == 0
    assert "# ours" in file.read_text()
    assert sfpush("settings", "set", "contacts.create_as", "person").code == 3
    assert tomllib.loads(file.read_text())["contacts"]["create_as"] == "lead"


def test_settings_set_makes_the_file_that_is_named(sfpush: Sfpush, own_place: Path) -> None:
    assert sfpush("--config", "new.toml", "settings", "set", "push.enabled", "false").code == 0
    assert tomllib.loads((own_place / "new.toml").read_text()) == {"push": {"enabled": False}}


def test_settings_schema_is_a_file_for_editors(sfpush: Sfpush) -> None:
    assert json.loads(sfpush("settings", "schema").out)["title"] == "Settings of sfpush"
    assert "schema" in sfpush("--json", "settings", "schema").data
