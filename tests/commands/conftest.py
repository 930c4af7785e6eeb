"""Running commands in-process, each in a home and folder of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sfpush.cli import run

VARIABLES = (
    "SFPUSH_CONFIG",
    "SFPUSH_INSTANCE_URL",
    "SFPUSH_ACCESS_TOKEN",
    "SFPUSH_CLIENT_SECRET",
    "SFPUSH_PASSWORD",
    "SFPUSH_SECURITY_TOKEN",
    "NO_COLOR",
    "COLUMNS",
)

HEAD = "First Name,Last Name,Title,Company Name,Email,Email Status,Stage,Website,Work Direct Phone,Apollo Contact Id\n"
"""A header of Apollo's contact export, cut down."""

PHONE_RULE = """
[[validation_rules]]
sobject = "Contact"
when = "Phone LIKE '0%'"
message = "Write the country code."
field = "Phone"
"""
"""A rule of the practice org that refuses a phone number without its country code."""


@dataclass(frozen=True)
class Ran:
    """What a command left behind: its exit code, its results and its messages."""

    code: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        document: dict[str, Any] = json.loads(self.out)
        return document

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.envelope["data"]
        return data


Sfpush = Callable[..., Ran]


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, a home below it, and nothing of the user's."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("SFPUSH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def sfpush(capsys: pytest.CaptureFixture[str]) -> Sfpush:
    """Run a command line in this process."""

    def call(*arguments: str) -> Ran:
        capsys.readouterr()
        code = run(arguments)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call


@pytest.fixture
def sfpush_process() -> Sfpush:
    """Run a command line in a process of its own, for what only shows there."""

    def call(*arguments: str, **settings: Any) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "sfpush", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
            **settings,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return call
