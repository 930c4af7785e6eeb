"""`[notify]`: others are told of a run that went wrong, by a real command, and of every run by figures."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from sfpush.commands import notify
from sfpush.commands.session import Session

from .conftest import HEAD, PHONE_RULE, Sfpush
from .test_watch import ended, until, watching

GOOD = "Ann,Lee,CEO,Initech,ann@initech.example,Verified,Interested,initech.example,+1 555 0100,a1\n"
BAD = "Bob,Roy,CTO,Initech,bob@initech.example,Verified,Interested,initech.example,0711 5,a2\n"
TELL = """
import json, os, pathlib, sys
text = sys.stdin.read()
secrets = sorted(name for name in os.environ if name.startswith("SFPUSH_"))
told = {"document": json.loads(text), "text": text, "secrets": secrets, "words": sys.argv[1:]}
with pathlib.Path("told.jsonl").open("a") as file:
    file.write(json.dumps(told) + "\\n")
"""
Told = Callable[[], list[dict[str, Any]]]


def settings(place: Path, command: str, more: str = "") -> None:
    (place / "sfpush.toml").write_text(
        f'[push]\nsettle_seconds = 0\n[notify]\ncommand = {json.dumps(command)}\nmetrics_file = "sfpush.prom"\n{more}'
    )


@pytest.fixture(autouse=True)
def ready(sfpush: Sfpush, own_place: Path) -> Path:
    """A connected home with a good and a bad contact, and a command that notes what it is told."""
    (own_place / "contacts.csv").write_text(HEAD + GOOD + BAD)
    (own_place / "rules.toml").write_text(PHONE_RULE)
    (own_place / "tell.py").write_text(TELL)
    settings(own_place, f"{sys.executable} tell.py 'two words' $HOME ; ls")
    sfpush("practice", "reset", "--rules", "rules.toml")
    sfpush("connect", "--practice")
    sfpush("import", "contacts.csv")
    sfpush("plan")
    return own_place


@pytest.fixture
def told(ready: Path) -> Told:
    def read() -> list[dict[str, Any]]:
        file = ready / "told.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    return read


@pytest.fixture
def metrics(ready: Path) -> Callable[[], dict[str, float]]:
    """The figures by name and last label, read by the format's own parser; the same labels on each."""

    def read() -> dict[str, float]:
        found: dict[str, float] = {}
        for family in text_string_to_metric_families((ready / "sfpush.prom").read_text()):
            for sample in family.samples:
                assert sample.labels["home"] == str(ready / "home")
                own = [value for name, value in sample.labels.items() if name not in ("home", "org")]
                found[" ".join([sample.name.removeprefix("sfpush_"), *own])] = sample.value
        return found

    return read


def test_a_rejection_is_told_with_the_document_of_json_and_without_a_shell(
    sfpush: Sfpush, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SFPUSH_PASSWORD", "s3cret")
    monkeypatch.setenv("SFPUSH_CLIENT_SECRET", "s3cret")
    ran = sfpush("--json", "sync")
    assert (ran.code, ran.err) == (7, "")
    (one,) = told()
    assert one["text"] == ran.out
    assert one["words"] == ["two words", "$HOME", ";", "ls"]
    assert one["secrets"] == ["SFPUSH_HOME"]


def test_a_run_without_trouble_and_a_dry_run_are_not_told(sfpush: Sfpush, told: Told) -> None:
    assert sfpush("push", "a1", "--yes").code == 0
    assert sfpush("push", "a2", "--dry-run").code == 0
    assert sfpush("push", "nobody", "--yes").code == 2
    assert sfpush("push").code == 2
    assert sfpush("push", "a2").code == 2, "there is nobody to ask"
    assert sfpush("sync", "--nonsense").code == 2
    assert sfpush("plan").code == 0
    assert told() == []


@pytest.mark.parametrize(
    ("arguments", "code", "command"),
    [
        ("push a2 --yes", 7, "push"),
        ("sync", 7, "sync"),
        ("sync --inbox nowhere", 2, "sync"),
        ("push --plan nowhere.json --yes", 2, "push"),
        ("undo 1999 --yes", 2, "undo"),
    ],
)
def test_each_run_that_went_wrong_is_told(sfpush: Sfpush, told: Told, arguments: str, code: int, command: str) -> None:
    assert sfpush(*arguments.split()).code == code
    (one,) = told()
    assert one["document"]["command"] == command
    assert list(one["document"]) == ["sfpush", "command", "status", "data", "errors"]


def test_a_retry_that_is_rejected_again_is_told(sfpush: Sfpush, told: Told) -> None:
    sfpush("sync")
    assert sfpush("errors", "retry", "--all", "--yes").code == 7
    assert [one["document"]["command"] for one in told()] == ["sync", "errors retry"]


def test_a_run_that_could_not_begin_is_told(sfpush: Sfpush, ready: Path, told: Told) -> None:
    sfpush("disconnect", "--yes")
    ran = sfpush("--json", "sync")
    assert ran.code == 5
    (one,) = told()
    assert one["text"] == ran.out
    assert one["document"]["errors"][0]["code"] == "not-connected"


def test_a_refused_login_is_told(
    sfpush: Sfpush, ready: Path, told: Told, metrics: Callable[[], dict[str, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SFPUSH_INSTANCE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", "s3cret-token")
    assert sfpush("sync").code == 5
    (one,) = told()
    assert "s3cret-token" not in one["text"]
    assert "SFPUSH_ACCESS_TOKEN" not in one["secrets"]
    figures = metrics()
    assert figures["last_run_exit_code"] == 5
    assert "rejected_open" not in figures
    assert not any(name.startswith("last_run_records") for name in figures)


def test_wrong_settings_are_told_if_notify_itself_can_be_read(sfpush: Sfpush, ready: Path, told: Told) -> None:
    settings(ready, f"{sys.executable} tell.py", "[contacts]\npush = 1\nbroken\n")
    assert sfpush("sync").code == 3
    (one,) = told()
    assert {error["code"] for error in one["document"]["errors"]} == {"settings-invalid"}


def test_a_bug_is_told(sfpush: Sfpush, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "settings", property(lambda session: 1 / 0))
    assert sfpush("sync").code == 1
    assert [one["document"]["errors"][0]["code"] for one in told()] == ["bug"]


def test_a_run_that_another_one_keeps_out_is_not_told_and_leaves_the_figures_alone(
    sfpush: Sfpush, ready: Path, told: Told
) -> None:
    from datetime import UTC, datetime

    from sfpush.runs.lock import only_run

    (ready / "sfpush.prom").write_text("the other one's")
    with only_run(ready / "home", "sync", now=datetime.now(UTC)):
        assert sfpush("sync").code == 8
    assert told() == []
    assert (ready / "sfpush.prom").read_text() == "the other one's"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-program", "No such file"),
        (f"{sys.executable} -c 'import sys; sys.exit(\"no \\x1b[31mmail\")'", "exit code 1: no mail"),
        (".", "denied"),
        ("   ", ""),
    ],
)
def test_a_command_that_fails_is_a_warning_and_changes_nothing(
    sfpush: Sfpush, ready: Path, command: str, said: str
) -> None:
    settings(ready, command)
    ran = sfpush("--json", "--quiet", "sync")
    assert ran.code == 7
    assert ran.envelope["status"] == "partial"
    assert said in ran.err
    assert ran.err.startswith("Warning: notify.command: ") == bool(said)
    assert "\x1b" not in ran.err


def test_a_command_that_takes_too_long_is_stopped_with_what_it_started(
    sfpush: Sfpush, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "COMMAND_SECONDS", 0.5)
    settings(ready, "sh -c 'sleep 600 & echo $! > pid; wait'")
    ran = sfpush("sync")
    assert ran.code == 7
    assert "was stopped" in ran.err
    child = int((ready / "pid").read_text())

    def gone() -> bool:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        return True

    deadline = time.monotonic() + 30
    while not gone() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert gone()


def test_a_quote_that_is_not_closed_is_a_mistake_in_the_settings(sfpush: Sfpush, ready: Path) -> None:
    settings(ready, "mail -s 'open")
    (problem,) = sfpush("--json", "settings", "check").data["problems"]
    assert (problem["key"], problem["line"]) == ("notify.command", 4)


def test_figures_are_written_after_each_run(
    sfpush: Sfpush, ready: Path, metrics: Callable[[], dict[str, float]]
) -> None:
    sfpush("push", "a1", "--yes")
    first = metrics()
    assert (first["last_run_exit_code"], first["last_run_records created"], first["rejected_open"]) == (0, 2, 0)
    assert first["runs_total done"] == 1
    assert stat.S_IMODE((ready / "sfpush.prom").stat().st_mode) == 0o644
    sfpush("sync")
    second = metrics()
    assert (second["last_run_exit_code"], second["last_run_records rejected"], second["rejected_open"]) == (7, 1, 1)
    assert (second["records_total created"], second["records_total rejected"]) == (2, 1)
    assert second["last_success_timestamp_seconds"] >= first["last_success_timestamp_seconds"]
    assert second["api_calls_remaining"] < first["api_calls_remaining"]
    assert all(second[name] >= first[name] for name in first if "_total" in name), "a counter never falls"


def test_figures_of_a_failed_run_keep_when_one_last_went_through(
    sfpush: Sfpush, ready: Path, metrics: Callable[[], dict[str, float]]
) -> None:
    sfpush("sync")
    before = metrics()
    sfpush("practice", "fault", "unavailable", "--times", "50")
    assert sfpush("sync").code == 5
    after = metrics()
    assert after["last_run_exit_code"] == 5
    assert after["rejected_open"] == 1
    assert after["last_success_timestamp_seconds"] == before["last_success_timestamp_seconds"]


def test_figures_that_can_not_be_written_are_a_warning(sfpush: Sfpush, ready: Path) -> None:
    (ready / "sfpush.toml").write_text('[notify]\nmetrics_file = "nowhere/x.prom"\n')
    ran = sfpush("--json", "sync")
    assert (ran.code, ran.envelope["status"]) == (7, "partial")
    assert ran.err.startswith("Warning: notify.metrics_file: No such file or directory.")


def test_watch_tells_of_each_sync_that_went_wrong(ready: Path, told: Told) -> None:
    (ready / "inbox").mkdir()
    (ready / "inbox" / "first.csv").write_text(HEAD + BAD)
    with watching("--json") as process:
        until(lambda: len(told()) == 1)
        code, out, _err = ended(process)
    assert code == 7
    (one,) = told()
    assert one["document"]["command"] == "sync"
    assert one["document"]["data"] == json.loads(out)["data"]["syncs"][0]["data"]
    assert (ready / "sfpush.prom").exists()
    assert os.access(ready / "sfpush.prom", os.R_OK)
