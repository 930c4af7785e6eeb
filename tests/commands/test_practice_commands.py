"""`practice`: the standing org, and what people do in it; and the demo on an embedded one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from sfpush.practice.faults import FaultKind
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


def test_reset_keeps_the_rules_unless_others_are_given_and_a_served_org_goes_on(
    sfpush: Sfpush, own_place: Path, practice_org: Serving
) -> None:
    (own_place / "rules.toml").write_text('[user]\nno_access = ["Lead"]\n')
    (own_place / "none.toml").write_text("")
    sfpush("practice", "reset", "--rules", "rules.toml")
    sfpush("connect", "--practice")
    assert "Lead" not in sfpush("--json", "pull").data["read"]
    sfpush("practice", "reset")
    sfpush("connect", "--practice")
    assert "Lead" not in sfpush("--json", "pull").data["read"]
    sfpush("practice", "reset", "--rules", "none.toml")
    sfpush("connect", "--practice")
    assert "Lead" in sfpush("--json", "pull").data["read"]

    reset = sfpush("--json", "practice", "reset", "--data", str(practice_org.org.path)).data["org"]
    with urllib.request.urlopen(f"{practice_org.url}/services/data") as answer:
        assert answer.status == 200
    assert practice_org.org.identity.org_id == reset


def test_a_fault_is_armed_strikes_once_and_is_spent(sfpush: Sfpush) -> None:
    sfpush("connect", "--practice")
    ran = sfpush("--json", "practice", "fault", "daily-limit", "--path", "/query*")
    assert [fault["kind"] for fault in ran.data["armed"]] == ["daily-limit"]
    assert sfpush("practice", "fault").out.split()[4:6] == ["daily-limit", "*"]
    assert sfpush("--json", "pull").envelope["errors"][0]["code"] == "daily-limit"
    assert sfpush("--json", "practice", "fault").data == {"armed": []}
    assert sfpush("pull").code == 0


def test_faults_can_be_forgotten_and_unknown_ones_are_exit_2(sfpush: Sfpush) -> None:
    sfpush("practice", "fault", "slow", "--nth", "2", "--times", "3")
    assert "3 requests, after 1 other" in sfpush("practice", "fault").out
    assert sfpush("practice", "fault", "--clear").out == "No fault is armed.\n"
    ran = sfpush("--json", "practice", "fault", "earthquake")
    assert (ran.code, "close-after-commit" in ran.envelope["errors"][0]["hint"]) == (2, True)


def test_the_help_explains_every_kind_of_fault(sfpush: Sfpush) -> None:
    explained = sfpush("practice", "fault", "--help").out
    assert all(kind.value in explained for kind in FaultKind)


def test_serve_accepts_the_certificate_of_a_jwt_key(sfpush: Sfpush, own_place: Path) -> None:
    key, certificate = signing_key(own_place)
    with subprocess.Popen(
        [sys.executable, "-m", "sfpush", "--json", "practice", "serve", "--jwt-cert", str(certificate)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        served = json.loads(process.stdout.readline())
        ways = ("--username", served["username"], "--client-id", served["client_id"], "--jwt-key", str(key))
        ran = sfpush("--json", "connect", "--instance-url", served["url"], *ways)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert (ran.code, ran.data.get("way"), process.returncode) == (0, "jwt", 0)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_certificate_that_is_none_is_exit_2(sfpush: Sfpush, own_place: Path, content: str | None) -> None:
    if content:
        (own_place / "cert.pem").write_text(content)
    assert sfpush("practice", "serve", "--jwt-cert", "cert.pem").code == 2


def signing_key(folder: Path) -> tuple[Path, Path]:
    """A new private key and its certificate, as files."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sfpush")])
    today = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
    built = built.serial_number(1).not_valid_before(today).not_valid_after(today + timedelta(days=1))
    key, certificate = folder / "key.pem", folder / "cert.pem"
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate.write_bytes(built.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return key, certificate


def test_G0_a_home_that_is_connected_to_its_practice_org_is_connected_to_the_new_one_after_reset(
    sfpush: Sfpush, own_place: Path
) -> None:
    sfpush("practice", "reset")
    assert sfpush("--json", "status").data["connected"] is False, "a reset connects no home that was not"
    sfpush("connect", "--practice")
    old = sfpush("--json", "status").data["org"]["id"]
    new = sfpush("--json", "practice", "reset").data["org"]
    ran = sfpush("--json", "status")
    assert (ran.code, ran.data["connected"], ran.data["org"]["id"]) == (0, True, new)
    assert new != old
    sfpush("practice", "reset", "--data", str(own_place / "another.sqlite"))
    assert sfpush("--json", "status").data["org"]["id"] == new
    (own_place / "sfpush.toml").write_text("[push]\nenabled = 3\n")
    assert sfpush("practice", "reset").code == 3
    (own_place / "sfpush.toml").unlink()
    assert sfpush("--json", "status").data["org"]["id"] == new, "nothing is gone when it can't be connected again"


def test_rules_that_can_not_be_used_are_exit_2(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "rules.toml").write_text("[nonsense]\n")
    assert sfpush("practice", "reset", "--rules", "rules.toml").code == 2
    assert sfpush("practice", "reset", "--rules", "missing.toml").code == 2


def test_every_problem_of_a_rules_file_is_told_by_its_key(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "rules.toml").write_text(
        "fields = 3\n[[validation_rules]]\nsobject = 'Contact'\nwehn = 'x'\n[duplicate_rules]\nLead = 'maybe'\n"
        "[user]\nhidden = 'Contact.Phone'\n[org]\nsoap_login = 'perhaps'\ndaily_api_calls = -1\nnope = 1\n"
    )
    ran = sfpush("--json", "practice", "reset", "--rules", "rules.toml")
    assert ran.code == 2
    said = [error["message"] for error in ran.envelope["errors"]]
    assert said == [
        'rules.toml: fields: 3 can\'t stand here. Write a list, such as ["one", "two"].',
        "rules.toml: validation_rules.0.when: The key is missing. Add it.",
        "rules.toml: validation_rules.0.message: The key is missing. Add it.",
        "rules.toml: validation_rules.0.wehn: There is no such key. Did you mean when?",
        "rules.toml: duplicate_rules.Lead: 'maybe' is not allowed here. Write one of alert, block, off.",
        'rules.toml: user.hidden: \'Contact.Phone\' can\'t stand here. Write a list, such as ["one", "two"].',
        "rules.toml: org.daily_api_calls: -1 is too low. Write 0 or more.",
        "rules.toml: org.soap_login: 'perhaps' can't stand here. Write true or false, without quotes.",
        said[-1],
    ]
    assert said[-1].startswith("rules.toml: org.nope: There is no such key. Take it out. Known here: daily_api_calls, ")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("when = 'x'", "when: Column 2: unexpected token: <EOF>. Write a SOQL condition, such as"),
        ("when = 'Nope = 1'", "when: Column 1: No such column 'Nope' on entity 'Contact'"),
    ],
)
def test_a_condition_that_is_none_is_told_and_not_kept(
    sfpush: Sfpush, own_place: Path, text: str, problem: str
) -> None:
    (own_place / "rules.toml").write_text(f"[[validation_rules]]\nsobject = 'Contact'\nmessage = 'No.'\n{text}\n")
    ran = sfpush("--json", "practice", "reset", "--rules", "rules.toml")
    assert ran.code == 2
    (error,) = ran.envelope["errors"]
    assert error["message"].startswith(f"rules.toml: validation_rules.0.{problem}")
    assert "README" in error["hint"]
    assert sfpush("practice", "reset").code == 0


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
