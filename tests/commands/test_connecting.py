"""`connect` and its ways in: G1, G4, and no secret in any argument, output or file that others can read."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sfpush.practice import faults
from sfpush.practice.faults import Fault, FaultKind
from sfpush.practice.serve import Serving

from .conftest import Ran, Sfpush


def assert_no_secret(ran: Ran, served: Serving) -> None:
    for secret in (served.access_token, served.client_secret, served.password):
        assert secret not in ran.out
        assert secret not in ran.err


def test_a_token_from_the_environment(sfpush: Sfpush, practice_org: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", practice_org.access_token)
    ran = sfpush("--json", "connect", "--instance-url", practice_org.url)
    monkeypatch.delenv("SFPUSH_ACCESS_TOKEN")
    assert ran.code == 0
    assert ran.data["way"] == "token"
    assert ran.data["org"]["instance_url"] == practice_org.url
    assert_no_secret(ran, practice_org)
    assert sfpush("status").code == 0


def test_a_token_from_standard_input(sfpush: Sfpush, practice_org: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{practice_org.access_token}\n"))
    ran = sfpush("connect", "--instance-url", practice_org.url, "--access-token", "-")
    assert ran.code == 0
    assert_no_secret(ran, practice_org)


def test_client_credentials_and_the_setup_window(
    sfpush: Sfpush, practice_org: Serving, monkeypatch: pytest.MonkeyPatch, own_place: Path
) -> None:
    monkeypatch.setenv("SFPUSH_CLIENT_SECRET", practice_org.client_secret)
    ran = sfpush("--json", "connect", "--instance-url", practice_org.url, "--client-id", practice_org.client_id)
    monkeypatch.delenv("SFPUSH_CLIENT_SECRET")
    assert ran.data["way"] == "client-credentials"
    assert ran.data["window_ends_at"] is not None
    assert_no_secret(ran, practice_org)
    assert (own_place / "home" / "secrets.json").stat().st_mode & 0o777 == 0o600

    assert [gate["gate"] for gate in sfpush("--json", "plan").data["gates"]] == ["setup-window"]
    for command in ("pull", "sync"):
        held = sfpush("--json", command)
        assert (held.code, held.envelope["errors"][0]["code"]) == (5, "setup-window")
    assert sfpush("--json", "enable").data["window_ended"] is True
    assert sfpush("pull").code == 0
    assert sfpush("sync").code == 0


def test_the_environment_stands_in_for_a_connection_and_has_no_window(
    sfpush: Sfpush, practice_org: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SFPUSH_INSTANCE_URL", practice_org.url)
    monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", practice_org.access_token)
    ran = sfpush("--json", "plan")
    assert ran.code == 0
    assert ran.data["gates"] == []
    assert ran.data["org"]["instance_url"] == practice_org.url
    assert sfpush("sync").code == 0


def test_the_environment_wins_over_a_stored_connection(
    sfpush: Sfpush, practice_org: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = sfpush("--json", "connect", "--practice").data["org"]["id"]
    monkeypatch.setenv("SFPUSH_INSTANCE_URL", practice_org.url)
    monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", practice_org.access_token)
    assert sfpush("--json", "plan").data["org"]["id"] != stored


def test_a_refused_login_is_exit_5_and_keeps_the_home_as_it_was(
    sfpush: Sfpush, practice_org: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = sfpush("--json", "connect", "--practice").data["org"]["id"]
    monkeypatch.setenv("SFPUSH_CLIENT_SECRET", "wrong-secret")
    ran = sfpush("--json", "connect", "--instance-url", practice_org.url, "--client-id", practice_org.client_id)
    assert (ran.code, ran.envelope["errors"][0]["code"]) == (5, "login-refused")
    assert "wrong-secret" not in ran.out
    assert sfpush("--json", "status").data["org"]["id"] == stored


def test_G5_a_login_that_meets_the_daily_limit_says_so(
    sfpush: Sfpush, practice_org: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SFPUSH_CLIENT_SECRET", practice_org.client_secret)
    way = ("connect", "--instance-url", practice_org.url, "--client-id", practice_org.client_id)
    assert sfpush(*way).code == 0
    faults.arm(practice_org.org, Fault(FaultKind.DAILY_LIMIT))
    ran = sfpush("--json", "plan")
    assert (ran.code, ran.envelope["errors"][0]["code"]) == (5, "daily-limit")
    assert sfpush("plan").code == 0


def test_an_org_out_of_reach_is_exit_5(sfpush: Sfpush, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFPUSH_INSTANCE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", "00D000000000001!token")
    ran = sfpush("--json", "plan")
    assert ran.code == 5
    assert "127.0.0.1" in ran.envelope["errors"][0]["message"]
    assert "token" not in ran.envelope["errors"][0]["message"].lower()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--practice", "--username", "x"],
        ["--instance-url", "http://acme.example", "--access-token", "-"],
        ["--instance-url", "acme.example", "--access-token", "s3cret"],
        ["--instance-url", "acme.example"],
        ["--instance-url", "acme.example", "--client-id", "x"],
        ["--username", "x"],
        ["--jwt-key", "key.pem"],
        ["--jwt-key", "missing.pem", "--username", "x", "--client-id", "y"],
        ["--sf-alias", "x", "--client-id", "y"],
    ],
)
def test_what_is_missing_or_does_not_go_together_is_exit_2(
    sfpush: Sfpush, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    ran = sfpush("--json", "connect", *arguments)
    assert ran.code == 2
    assert "s3cret" not in ran.out


def test_the_practice_extra_missing_says_how_to_install_it(sfpush: Sfpush, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sfpush.practice.serve", None)
    ran = sfpush("--json", "connect", "--practice")
    assert ran.code == 5
    assert "pip install 'sfpush[practice]'" in ran.envelope["errors"][0]["hint"]


@pytest.mark.parametrize(("answer", "code", "connected"), [("n", 130, True), ("y", 0, False)])
def test_a_person_at_a_terminal_is_asked(
    sfpush: Sfpush, own_place: Path, answer: str, code: int, connected: bool
) -> None:
    sfpush("connect", "--practice")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "sfpush", "disconnect"], stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        said = read_until(ours, b"[y/N]")
        os.write(ours, f"{answer}\n".encode())
        read_until(ours, b"\xff", quiet_end=True)
        assert process.wait(30) == code
    os.close(ours)
    assert b"Disconnect from org" in said
    assert json.loads(sfpush("--json", "status").out)["data"]["connected"] is connected


def read_until(terminal: int, mark: bytes, *, quiet_end: bool = False) -> bytes:
    said = b""
    deadline = time.monotonic() + 30
    while mark not in said and time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 1)
        try:
            chunk = os.read(terminal, 1024) if ready else b""
        except OSError:  # Linux says so when the other side has closed
            break
        said += chunk
        if quiet_end and ready and not chunk:
            break
    return said
