"""`schedule` prints an entry that runs this home's sync, quoted as the scheduler wants it."""

from __future__ import annotations

import plistlib
import re
import shlex
from pathlib import Path

import pytest

from .conftest import Sfpush


def test_a_cron_line_runs_sync_in_this_home_with_these_settings(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "sfpush.toml").write_text("")
    (own_place / "in box").mkdir()
    data = sfpush("--json", "schedule", "--every", "15m", "--as", "cron", "--inbox", "in box").data
    assert list(data) == ["as", "entry"]
    when, command = data["entry"].split("  ", 1)
    assert when == "*/15 * * * *"
    words = shlex.split(command)
    assert words[words.index("--home") + 1] == str(own_place / "home")
    assert words[words.index("--config") + 1] == str(own_place / "sfpush.toml")
    assert words[words.index("sync") : words.index(">>")] == ["sync", "--inbox", str(own_place / "in box")]


@pytest.mark.parametrize(
    ("every", "when"),
    [("1m", "* * * * *"), ("30m", "*/30 * * * *"), ("1h", "0 * * * *"), ("6H", "0 */6 * * *"), ("1d", "0 0 * * *")],
)
def test_cron_gets_parts_of_an_hour_and_of_a_day(sfpush: Sfpush, every: str, when: str) -> None:
    assert sfpush("schedule", "--every", every, "--as", "cron").out.startswith(f"{when}  ")


def test_systemd_gets_a_service_and_a_timer(sfpush: Sfpush) -> None:
    ran = sfpush("--home", "100%/$HOME", "schedule", "--every", "1h", "--as", "systemd")
    assert "OnUnitActiveSec=60min" in ran.out
    (run,) = re.findall(r"^ExecStart=(.*)$", ran.out, re.MULTILINE)
    assert '100%%/$$HOME"' in run
    assert "systemctl --user" in ran.err


def test_launchd_gets_a_property_list(sfpush: Sfpush) -> None:
    entry = sfpush("--json", "--home", "a & b", "schedule", "--every", "20m", "--as", "launchd").data["entry"]
    listed = plistlib.loads(entry.encode())
    assert listed["StartInterval"] == 1200
    assert any(word.endswith("a & b") for word in listed["ProgramArguments"])


def test_windows_gets_a_command(sfpush: Sfpush) -> None:
    entry = sfpush("--json", "schedule", "--every", "15m", "--as", "windows").data["entry"]
    assert entry.startswith("schtasks /Create /TN sfpush-sync /SC MINUTE /MO 15 /TR ")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--every", "soon"],
        ["--every", "0m"],
        ["--every", "7m", "--as", "cron"],
        ["--every", "5h", "--as", "cron"],
        ["--every", "2d", "--as", "windows"],
        ["--every", "15m", "--as", "at"],
    ],
)
def test_an_interval_that_can_not_be_kept_is_exit_2(sfpush: Sfpush, arguments: list[str]) -> None:
    assert sfpush("--json", "schedule", *arguments).code == 2
