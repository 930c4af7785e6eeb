"""`practice`: the standing org, and what people do in it; and the demo on an embedded one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from sfpush.practice.serve import Serving

from .conftest import Sfpush


def test_serve_prints_one_line_of_json_and_answers_until_it_is_stopped(own_place: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sfpush", "--json", "practice", "serve", "--data", "org.sqlite"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        served = json.loads(process.stdout.readline())
        assert set(served) == {"url", "access_token", "client_id", "client_secret", "username", "password"}
        request = urllib.request.Request(
            f"{served['url']}/services/oauth2/userinfo",
            headers={"Authorization": f"Bearer {served['access_token']}"},
        )
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)["preferred_username"] == served["username"]
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=30)
        assert (rest, errors, process.returncode) == ("", "", 0)


def test_a_port_in_use_is_exit_2(sfpush: Sfpush, practice_org: Serving) -> None:
    port = practice_org.url.rpartition(":")[2]
    ran = sfpush("--json", "practice", "serve", "--port", port)
    assert ran.code == 2
    assert port in ran.envelope["errors"][0]["message"]


def test_people_convert_edit_merge_and_delete(sfpush: Sfpush, own_place: Path) -> None:
    sfpush("connect", "--practice")
    assert sfpush("practice", "seed").code == 0
    sfpush("pull")
    assert sfpush("--json", "pull", "--full").data["read"] == {"User": 4, "Account": 8, "Contact": 12, "Lead": 6}
    for row in (["convert", "00Q"], ["edit", "003", "Title=x"], ["merge", "003", "003"], ["delete", "003"]):
        ran = sfpush("--json", "practice", *row)
        assert (ran.code, ran.envelope["errors"][0]["code"]) == (2, "org-refused")
    assert sfpush("practice", "edit", "003", "Title").code == 2


def test_seed_adds_as_many_plain_rows_as_asked(sfpush: Sfpush) -> None:
    sfpush("connect", "--practice")
    assert sfpush("practice", "seed", "--accounts", "3", "--contacts", "50", "--leads", "2").code == 0
    assert sfpush("--json", "pull").data["read"] == {"User": 1, "Account": 3, "Contact": 50, "Lead": 2}


def test_reset_makes_another_org(sfpush: Sfpush) -> None:
    before = sfpush("--json", "connect", "--practice").data["org"]["id"]
    assert sfpush("--json", "practice", "reset").data["org"] != before


def test_rules_that_can_not_be_used_are_exit_2(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "rules.toml").write_text("[nonsense]\n")
    assert sfpush("practice", "reset", "--rules", "rules.toml").code == 2
    assert sfpush("practice", "reset", "--rules", "missing.toml").code == 2


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The demo, told once, as JSON."""
    home = tmp_path_factory.mktemp("outside")
    done = subprocess.run(
        [sys.executable, "-m", "sfpush", "--json", "--home", str(home), "demo"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert list(home.iterdir()) == []
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_the_demo_tells_the_whole_story(told: dict[str, Any]) -> None:
    steps = [(step["command"], step["exit_code"], step["data"]) for step in told["data"]["steps"]]
    assert [(command, code) for command, code, _ in steps] == [
        ("sfpush connect --practice", 0),
        ("sfpush import contacts.csv", 0),
        ("sfpush plan", 0),
        ("sfpush sync", 7),
        ("sfpush errors", 0),
        ("sfpush plan", 0),
        ("sfpush import contacts-mended.csv", 0),
        ("sfpush sync", 0),
        ("sfpush plan", 0),
    ]
    data = [each for *_, each in steps]
    assert {reject["code"] for reject in data[3]["rejects"]} == {
        "DUPLICATES_DETECTED",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    }
    rejected = {reject["record"] for reject in data[3]["rejects"]}
    assert {change["record"] for change in data[5]["changes"]} == rejected
    assert data[8]["changes"] == []
    assert data[8]["summary"] == {"contact": {"unchanged": 12}}


def test_the_demo_leaves_everything_in_the_folder_that_is_named(sfpush: Sfpush, own_place: Path) -> None:
    ran = sfpush("demo", "--keep", "play")
    assert ran.code == 0
    assert "Nothing to do" in ran.out
    assert sorted(path.name for path in (own_place / "play").iterdir()) == [
        "contacts-mended.csv",
        "contacts.csv",
        "home",
        "sfpush.toml",
    ]
    assert sfpush("--home", "play/home", "--json", "status").data["counts"]["synced"] == 15
    assert sfpush("demo", "--keep", "play").code == 2
