"""README is what users and CI hold on to: what can be checked in it is checked."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from sfpush import errors
from sfpush.model import Rule
from sfpush.settings.shape import all_keys, all_tables

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def command_after(marker: str) -> str:
    found = re.search(rf"<!-- {marker} -->\n```sh\n(.+?)\n```", README, re.DOTALL)
    assert found, f"README has no {marker}"
    return found.group(1)


def test_every_exit_code_of_the_error_tree_is_explained():
    rows = set(map(int, re.findall(r"^\| (\d+) \|", README, re.MULTILINE)))
    raised = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")}
    assert raised <= rows
    assert {0, 10} <= rows


SETTING = re.compile(r"`\[?((?:push|contacts|leads|accounts|deals|activities|owners|mailboxes|salesforce)\.[\w.]+)\]?`")
SHELL = re.compile(r"`[^`\n]+`|```sh\n.+?```", re.DOTALL)


@pytest.mark.parametrize("key", sorted(set(SETTING.findall(README))))
def test_every_setting_it_names_exists(key: str):
    assert tuple(key.split(".")) in {*all_keys(), *all_tables()}


def test_every_rule_of_the_settings_table_exists():
    rows = [line for line in README.splitlines() if line.startswith("| ") and line.count(" | ") == 3]
    named = {code for line in rows for code in re.findall(r"`([a-z-]+)`", line.rsplit(" | ", 1)[-1])}
    assert named
    assert named <= {rule.value for rule in Rule}


def test_every_setting_that_apollo_has_is_in_the_table():
    named = set(SETTING.findall(README))
    ruling = [key for key in all_keys() if key[0] in ("contacts", "leads", "accounts", "deals", "activities", "owners")]
    assert [key for key in ruling if not {".".join(key), ".".join(key[:2])} & named] == []


def test_every_command_there_is_is_named():
    from typer.main import get_command

    from sfpush.cli import app

    words = set(re.findall(r"[a-z]+", " ".join(SHELL.findall(README))))
    assert set(get_command(app).commands) - words == set()


CHANGING = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d UTC|\d{8}-\d{6}-[0-9a-f]{4}|\b00\w{16}\b|[\d,]+ left today|\d+ API calls?"
)


LEFT_OUT = "\n…\n"
"""Where README leaves lines of a command's output out."""


def test_the_transcript_is_what_the_commands_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    from sfpush.cli import run

    shutil.copytree(ROOT / "tests" / "readme", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SFPUSH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "110")
    for words in ("practice reset --rules practice-org.toml", "connect --practice", "import contacts.csv"):
        assert run(words.split()) == 0
    transcripts = re.findall(r"```console\n(.+?)\n```", README, re.DOTALL)
    for told in "\n".join(transcripts).removeprefix("$ sfpush ").split("\n$ sfpush "):
        command, _, shown = told.partition("\n")
        capsys.readouterr()
        run(command.split())
        said = CHANGING.sub("…", capsys.readouterr().out.strip())
        pieces = [re.escape(CHANGING.sub("…", piece)) for piece in shown.strip().split(LEFT_OUT)]
        assert re.fullmatch("\n.+\n".join(pieces), said, re.DOTALL), command


def test_the_rules_file_it_shows_makes_a_practice_org(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from sfpush.cli import run
    from sfpush.practice.rules import Rules

    shown = re.search(r"<!-- practice-rules -->\n```toml\n(.+?)```", README, re.DOTALL)
    assert shown
    (tmp_path / "rules.toml").write_text(shown[1])
    monkeypatch.setenv("SFPUSH_HOME", str(tmp_path / "home"))
    assert run(["practice", "reset", "--rules", str(tmp_path / "rules.toml")]) == 0
    assert all(name in shown[1] for name in ("Apollo_Id__c", *Rules.model_fields) if name != "sobjects")


def test_every_command_it_names_exists():
    from typer.main import get_command

    from sfpush.cli import app

    named = set(re.findall(r"sfpush (?:--\w+ )*([a-z]+)\b", " ".join(SHELL.findall(README))))
    assert named
    assert named <= set(get_command(app).commands)


def test_the_demo_command_and_the_test_command_set_up_everything_themselves():
    assert command_after("demo-command").endswith(".venv/bin/sfpush demo")
    assert "pytest" in command_after("test-command")
    assert all("-m venv" in command_after(name) for name in ("demo-command", "test-command"))


def test_the_changelog_knows_this_version():
    import sfpush

    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in changelog or f"## [{sfpush.__version__}]" in changelog
