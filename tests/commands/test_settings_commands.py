"""`settings` and `init`: what they print, keep and refuse."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

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


def test_settings_show_changed_leaves_out_what_a_file_only_repeats(sfpush: Sfpush) -> None:
    sfpush("init")
    assert sfpush("settings", "show", "--changed").out == "Every setting has its default.\n"
    sfpush("settings", "set", "contacts.fields.title", "JobTitle__c")
    assert list(sfpush("--json", "settings", "show", "--changed").data["settings"]) == ["contacts.fields.title"]


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


def test_A2_init_writes_the_source_of_accounts_where_the_connected_org_has_a_field_for_it(
    sfpush: Sfpush, own_place: Path
) -> None:
    sfpush("--config", "before.toml", "init")
    sfpush("connect", "--practice")
    ran = sfpush("--config", "after.toml", "init")
    assert "AccountSource" in ran.out
    fields = [tomllib.loads((own_place / f"{name}.toml").read_text())["accounts"] for name in ("before", "after")]
    assert [each["source_field"] for each in fields] == ["", "AccountSource"]


def test_A2_init_does_without_the_org_where_it_has_no_such_field_or_is_out_of_reach(
    sfpush: Sfpush, own_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_place / "rules.toml").write_text('[user]\nhidden = ["Account.AccountSource"]\n')
    sfpush("practice", "reset", "--rules", "rules.toml")
    sfpush("connect", "--practice")
    assert sfpush("--config", "hidden.toml", "init").code == 0
    monkeypatch.setenv("SFPUSH_INSTANCE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", "00D000000000001!token")
    assert sfpush("--config", "away.toml", "init").code == 0
    for name in ("hidden", "away"):
        assert tomllib.loads((own_place / f"{name}.toml").read_text())["accounts"]["source_field"] == ""
