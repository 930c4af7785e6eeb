"""The contract of every command line: exit codes, one JSON document, results and messages kept apart."""

from __future__ import annotations

import errno
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from sfpush import __version__, cli
from sfpush.commands.session import Session
from sfpush.errors import SettingsError
from sfpush.importer.kinds import KINDS, kind_named

from .conftest import HEAD, Sfpush


def test_version_is_shown_and_also_as_json(sfpush: Sfpush) -> None:
    assert sfpush("--version").out == f"{__version__}\n"
    ran = sfpush("--json", "--version")
    assert ran.envelope == {
        "sfpush": 1,
        "command": "version",
        "status": "ok",
        "data": {"version": __version__},
        "errors": [],
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json", "nonsense"],
        ["nonsense", "--json"],
        ["settings", "--json"],
        ["--json"],
        ["--json", "settings", "set", "one"],
        ["--json", "settings", "show", "--nonsense"],
        ["--json", "--config"],
        ["--json", "--config", "missing.toml", "settings", "show"],
    ],
)
def test_a_usage_error_is_exit_2_and_one_json_document(sfpush: Sfpush, arguments: list[str]) -> None:
    ran = sfpush(*arguments)
    assert ran.code == 2
    assert ran.envelope["status"] == "error"
    assert ran.envelope["data"] == {}
    (error,) = ran.envelope["errors"]
    assert error["message"]
    assert error["hint"]
    assert ran.err == ""


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["records", "--stage"], "records"),
        (["--quiet", "errors", "show"], "errors show"),
        (["settings", "shwo"], "settings"),
        (["plan", "--nonsense"], "plan"),
        (["nonsense"], ""),
    ],
)
def test_a_usage_error_names_the_command_as_far_as_it_was_typed_right(
    sfpush: Sfpush, arguments: list[str], command: str
) -> None:
    ran = sfpush("--json", *arguments)
    assert (ran.code, ran.envelope["command"]) == (2, command)
    assert ran.envelope["errors"][0]["hint"] == f"See: {f'sfpush {command}'.strip()} --help"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "--object", "Foo"], "Invalid value for '--object': 'Foo' is not one of 'account', 'contact',"),
        (["errors", "show", "zed@acme.example"], "Invalid value for 'ID': it should be a whole number."),
        (["history", "--limit", "0"], "Invalid value for '--limit': it should be greater than or equal to 1"),
    ],
)
def test_a_value_that_does_not_fit_is_told_in_plain_words(sfpush: Sfpush, arguments: list[str], said: str) -> None:
    assert sfpush("--json", *arguments).envelope["errors"][0]["message"].startswith(said)


@pytest.mark.parametrize(
    ("arguments", "usage"), [(["errors"], "errors"), (["errors", "list"], "errors list"), (["plan"], "plan")]
)
def test_the_usage_of_a_default_command_is_what_was_typed(sfpush: Sfpush, arguments: list[str], usage: str) -> None:
    assert sfpush(*arguments, "--help").out.startswith(f"Usage: sfpush {usage} [OPTIONS]\n")


def test_a_plan_file_that_is_missing_is_what_is_told_first(sfpush: Sfpush) -> None:
    ran = sfpush("--json", "push", "--plan", "missing.json")
    assert (ran.code, ran.envelope["errors"][0]["message"][:27]) == (2, "The plan file missing.json ")


def test_a_usage_error_says_what_and_where_to_look_on_standard_error(sfpush: Sfpush) -> None:
    ran = sfpush("settings", "shwo")
    assert ran.code == 2
    assert ran.out == ""
    assert "No such command 'shwo'" in ran.err
    assert "sfpush settings --help" in ran.err


def test_without_a_command_the_help_is_shown_and_it_is_exit_2(sfpush: Sfpush) -> None:
    ran = sfpush()
    assert ran.code == 2
    assert ran.out == ""
    assert "Usage: sfpush" in ran.err


def test_json_counts_before_and_after_the_command_but_not_behind_two_dashes(sfpush: Sfpush) -> None:
    assert sfpush("settings", "check", "--json").data["problems"] == []
    ran = sfpush("settings", "set", "--", "--json", "x")
    assert ran.code == 3
    assert ran.out == ""


def test_invalid_settings_are_exit_3_with_every_problem(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "sfpush.toml").write_text("[contacts]\npush = 1\ncreate_as = 'person'\n")
    ran = sfpush("--json", "settings", "show")
    assert ran.code == SettingsError.exit_code == 3
    assert [error["code"] for error in ran.envelope["errors"]] == ["settings-invalid"] * 2
    assert all(error["message"].startswith("sfpush.toml:") for error in ran.envelope["errors"])
    plain = sfpush("settings", "show")
    assert plain.err.count("sfpush.toml:") == 2
    assert plain.out == ""


def test_a_bug_is_one_line_exit_1_and_its_traceback_goes_into_a_private_file_without_secrets(
    sfpush: Sfpush, own_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", "s3cret-token")

    def broken(session: Session) -> None:
        raise RuntimeError("s3cret-token and 00D000000000001!AQ.abc in Bearer xyz-12345")

    monkeypatch.setattr(Session, "settings", property(broken))
    ran = sfpush("--json", "settings", "show")
    assert ran.code == 1
    assert [error["code"] for error in ran.envelope["errors"]] == ["bug"]
    (report,) = (own_place / "home" / "logs").iterdir()
    assert report.stat().st_mode & 0o777 == 0o600
    text = report.read_text()
    assert "RuntimeError" in text
    for secret in ("s3cret-token", "AQ.abc", "xyz-12345"):
        assert secret not in text
        assert secret not in ran.out


def test_a_bug_never_shows_a_traceback(sfpush: Sfpush, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "settings", property(lambda session: 1 / 0))
    ran = sfpush("settings", "show")
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert "ZeroDivisionError" in ran.err


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, EOFError, typer.Abort])
def test_an_interruption_is_exit_130(
    sfpush: Sfpush, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
) -> None:
    def interrupted(session: Session) -> None:
        raise interruption

    monkeypatch.setattr(Session, "settings", property(interrupted))
    ran = sfpush("--json", "settings", "show")
    assert ran.code == 130
    assert ran.envelope["errors"][0]["code"] == "interrupted"


def test_a_reader_that_leaves_early_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sfpush", "settings", "schema"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(30) == 0


def test_a_process_keeps_results_and_messages_apart(sfpush_process: Sfpush, own_place: Path) -> None:
    ran = sfpush_process("init")
    assert ran.code == 0
    assert "sfpush.toml" in ran.out
    assert "sfpush settings check" in ran.err
    again = sfpush_process("--json", "init")
    assert again.code == 2
    assert again.err == ""
    assert json.loads(again.out)["errors"][0]["code"] == "settings-exist"


def test_quiet_leaves_only_the_result(sfpush: Sfpush) -> None:
    ran = sfpush("--quiet", "init")
    assert ran.out
    assert ran.err == ""


def test_help_imports_no_heavy_room() -> None:
    heavy = ("simple_salesforce", "jinja2", "keyring", "starlette", "rich", "pydantic", "sqlite3", "requests", "orjson")
    code = f"import sys, sfpush.cli; sfpush.cli.run(['--help']); print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_command_has_help_with_an_example(sfpush: Sfpush) -> None:
    def commands(command: object, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        below = getattr(command, "commands", None)
        inner = [leaf for name, one in (below or {}).items() for leaf in commands(one, (*path, name))]
        return [path, *inner] if path else inner

    for path in commands(typer.main.get_command(cli.app), ()):
        ran = sfpush(*path, "--help")
        assert ran.code == 0, path
        assert "Example" in ran.out, path
        assert "\x1b" not in ran.out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
def test_a_file_on_a_full_disk_is_exit_5_with_a_hint_that_fits(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "contacts.csv").write_text(HEAD + "Ann,Lee,,Acme,ann@acme.example,,,,,a1\n")
    assert sfpush("import", "contacts.csv").code == 0
    assert sfpush("connect", "--practice").code == 0
    for command in (("records", "--csv"), ("plan", "--csv"), ("plan", "--out")):
        ran = sfpush("--json", *command, "/dev/full")
        (error,) = ran.envelope["errors"]
        assert (ran.code, error["code"]) == (5, "disk-full")
        assert error["message"] == "/dev/full can't be written: No space left on device."
        assert "Free some space" in error["hint"]
    ran = sfpush("--json", "records", "--csv", "no/such/folder.csv")
    assert (ran.code, ran.envelope["errors"][0]["hint"]) == (2, "Name a file in a folder that exists.")


def test_a_full_disk_and_a_broken_store_are_told_without_a_traceback(
    sfpush: Sfpush, own_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(session: Session) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Session, "settings", property(full))
        ran = sfpush("--json", "settings", "show")
    assert (ran.code, ran.envelope["errors"][0]["code"]) == (5, "disk-full")
    assert sfpush("--json", "records").code == 0
    (own_place / "home" / "store.sqlite").write_bytes(b"nonsense" * 1000)
    ran = sfpush("--json", "records")
    assert (ran.code, ran.envelope["errors"][0]["code"]) == (5, "store-unusable")
    assert not (own_place / "home" / "logs").exists()


def test_import_help_names_every_type_and_no_other(sfpush: Sfpush) -> None:
    shown = sfpush("import", "--help").out
    listed = re.search(r"Types, for --type:\n(.+?)\n\n", shown, re.DOTALL)
    assert listed
    words = re.findall(r"[a-z_]+(?=,|\n| {2}|$)", listed[1].replace("the connected mailboxes", ""))
    assert {kind_named(word) for word in words} == set(KINDS)


def test_a_bare_list_of_emails_is_warned_of(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "mailboxes.csv").write_text("email\nsam@ours.example\n")
    assert "Warning: mailboxes.csv holds nothing but e-mail addresses" in sfpush("import", "mailboxes.csv").err
    assert "--type email_accounts" in " ".join(sfpush("--json", "import", "mailboxes.csv").err.split())
    assert sfpush("--json", "import", "mailboxes.csv", "--type", "email_accounts").err == ""


@pytest.mark.parametrize(
    "command", ["import contacts.csv", "errors", "history", "records", "status", "settings check", "doctor", "plan"]
)
def test_a_named_settings_file_that_is_not_there_stops_every_command(sfpush: Sfpush, command: str) -> None:
    ran = sfpush("--json", "--config", "nope.toml", *command.split())
    assert ran.code == 2
    assert ran.envelope["errors"][0]["message"] == "There is no settings file nope.toml (--config)."
    assert sfpush("--config", "nope.toml", *command.split(), "--help").code == 0


def test_a_home_that_is_a_file_is_told_as_such(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "file").write_text("")
    for home in ("file", "file/below"):
        for command in ("status", "records", "plan", "history"):
            ran = sfpush("--json", "--home", home, command)
            said = [(error["code"], error["message"]) for error in ran.envelope["errors"]]
            assert (ran.code, said) == (5, [("home-unusable", f"The home {home} is not a folder.")])
