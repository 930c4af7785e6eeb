"""One run at a time in a home."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from sfpush.errors import AlreadyRunning
from sfpush.runs.lock import only_run

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def _hold(home: Path, pipe: Connection) -> None:
    with only_run(home, "sync", now=NOW):
        pipe.send("held")
        pipe.recv()


def test_a_second_run_is_told_who_holds_the_lock_and_gets_it_when_that_one_is_killed(tmp_path: Path) -> None:
    processes = multiprocessing.get_context("spawn")
    here, there = processes.Pipe()
    holder = processes.Process(target=_hold, args=(tmp_path, there))
    holder.start()
    try:
        assert here.recv() == "held"
        with pytest.raises(AlreadyRunning) as refused, only_run(tmp_path, "push", now=NOW):
            pass
        assert refused.value.exit_code == 8
        for word in ("sfpush sync", str(holder.pid), "2026-11-24T09:00"):
            assert word in refused.value.message
    finally:
        holder.kill()
        holder.join()
    with only_run(tmp_path, "push", now=NOW):
        pass


def test_the_lock_is_free_again_after_a_run_that_failed(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_run(tmp_path, "push", now=NOW):
        _ = 1 / 0
    with only_run(tmp_path, "push", now=NOW):
        pass
