"""Completion: the shipped files are what Typer prints now, and they complete commands, options and subcommands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer._completion_shared import get_completion_script

from .conftest import Sfpush

FOLDER = Path(__file__).parents[2] / "completions"


@pytest.mark.parametrize(("shell", "name"), [("bash", "sfpush.bash"), ("zsh", "_sfpush"), ("fish", "sfpush.fish")])
def test_the_shipped_completions_are_what_typer_prints_now(shell: str, name: str) -> None:
    script = get_completion_script(prog_name="sfpush", complete_var="_SFPUSH_COMPLETE", shell=shell)
    assert (FOLDER / name).read_text() == script + "\n"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sfpush im", {"import"}),
        ("sfpush doc", {"doctor"}),
        ("sfpush settings s", {"show", "set", "schema"}),
        ("sfpush plan --off", {"--offline"}),
        ("sfpush plan sh", {"show"}),
        ("sfpush errors retry --co", {"--code"}),
        ("sfpush plan --object L", {"Lead"}),
    ],
)
def test_commands_options_and_values_are_completed(sfpush_process: Sfpush, typed: str, expected: set[str]) -> None:
    words = typed.split()
    ran = sfpush_process(
        env={
            **os.environ,
            "_SFPUSH_COMPLETE": "complete_bash",
            "COMP_WORDS": typed,
            "COMP_CWORD": str(len(words) - 1),
        }
    )
    assert expected <= set(ran.out.split())
    assert ran.err == ""
