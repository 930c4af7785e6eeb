"""The server as a process of its own: what it leaves behind when it is stopped or killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from sfpush.practice.org import PracticeOrg
from sfpush.practice.query import Queries
from sfpush.practice.serve import serving

PROGRAM = """
import json, pathlib, sys
from sfpush.practice.org import PracticeOrg
from sfpush.practice.serve import serve_forever
org = PracticeOrg(pathlib.Path(sys.argv[1]))
serve_forever(org, ready=lambda server: print(json.dumps(server.as_mapping()), flush=True))
print("stopped", flush=True)
"""


@contextmanager
def process(path: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)], stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        try:
            yield started, json.loads(started.stdout.readline())
        finally:
            started.kill()


def add(server: dict[str, str], name: str) -> int:
    headers = {"Authorization": f"Bearer {server['access_token']}"}
    url = f"{server['url']}/services/data/v62.0/sobjects/Account"
    return requests.post(url, json={"Name": name}, headers=headers, timeout=10).status_code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with process(tmp_path / "org.db") as (started, server):
        assert set(server) == {"url", "access_token", "client_id", "client_secret", "username", "password"}
        assert add(server, "A") == 201
        started.send_signal(number)
        assert started.stdout is not None
        assert started.stdout.read().strip() == "stopped"
        assert started.wait(10) == 0


def test_a_killed_server_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    with process(tmp_path / "org.db") as (started, server):
        for number in range(5):
            assert add(server, f"A{number}") == 201
        started.kill()
    org = PracticeOrg(tmp_path / "org.db")
    assert Queries(org).run("SELECT COUNT() FROM Account", version="v62.0").total == 5
    with serving(org) as again:
        assert again.access_token == server["access_token"]
    org.close()


def test_a_taken_port_is_an_os_error(tmp_path: Path) -> None:
    org = PracticeOrg(tmp_path / "org.db")
    with serving(org) as server:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), serving(org, port=port):
            pass
    org.close()
