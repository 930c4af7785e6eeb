"""G7: `watch` pushes what an export brings as soon as the file is whole, and goes on."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import Sfpush

HEAD = "First Name,Last Name,Company Name,Email,Email Status,Website,Apollo Contact Id\n"
LINE = "Ann,Lee {n},Initech,ann{n}@initech.example,Verified,initech.example,a{n}\n"


@pytest.fixture(autouse=True)
def inbox(sfpush: Sfpush, own_place: Path) -> Path:
    sfpush("connect", "--practice")
    folder = own_place / "inbox"
    folder.mkdir()
    return folder


@contextlib.contextmanager
def watching(*options: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "sfpush", *options, "watch", "inbox"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.2)


def ended(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, str, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_exports_that_are_there_and_that_come_are_synced_one_document_in_all(sfpush: Sfpush, inbox: Path) -> None:
    def people() -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = sfpush("--json", "records", "contacts", "--synced", "yes").data["records"]
        return records

    (inbox / "first.csv").write_text(HEAD + LINE.format(n=1))
    with watching("--json") as process:
        until(lambda: len(people()) == 1)
        with (inbox / "second.csv").open("w") as growing:  # a file that is still being written is left alone
            growing.write(HEAD + LINE.format(n=2))
            growing.flush()
            time.sleep(0.3)
            growing.write(LINE.format(n=3))
        (inbox / "notes.txt").write_text("none of its business")
        until(lambda: len(people()) == 3)
        code, out, err = ended(process)
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert list(document) == ["sfpush", "command", "data", "status", "errors"]
    assert (document["command"], document["status"]) == ("watch", "ok")
    syncs = document["data"]["syncs"]
    assert sum(file["new"] for sync in syncs for file in sync["data"]["import"]["files"]) == 3
    assert len(syncs) >= 2
    assert {tuple(sync) for sync in syncs} == {("started_at", "status", "data", "errors")}


def test_a_bad_file_does_not_end_the_watch_and_counts_in_its_exit_code(inbox: Path) -> None:
    (inbox / "bad.csv").write_text("nonsense\n1\n")
    with watching() as process:
        assert process.stderr is not None
        assert "Watching inbox; Ctrl-C ends it." in process.stderr.readline()
        process.stderr.readline()
        assert process.stdout is not None
        assert any("API call" in line for line in process.stdout), "it ended before its first sync"
        code, _, err = ended(process, signal.SIGINT)
    assert code == 7
    assert err.startswith("Stop")
    assert "Traceback" not in err


@pytest.mark.parametrize("arguments", [["watch"], ["watch", "nowhere"]])
def test_a_folder_that_is_not_there_is_exit_2(sfpush: Sfpush, arguments: list[str]) -> None:
    ran = sfpush("--json", *arguments)
    assert (ran.code, ran.envelope["command"]) == (2, "watch")


def test_without_a_connection_or_with_wrong_settings_it_does_not_begin(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "sfpush.toml").write_text("[contacts]\npush = 1\n")
    assert sfpush("--json", "watch", "inbox").code == 3
    (own_place / "sfpush.toml").unlink()
    sfpush("disconnect", "--yes")
    assert sfpush("--json", "watch", "inbox").code == 5
