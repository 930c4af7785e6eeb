"""No secret in anything that is shown, logged, stored or handed on, whatever goes right or wrong."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from sfpush.commands.bug_report import without_secrets, write_bug_report
from sfpush.errors import NotReady
from sfpush.org.connection import Login
from sfpush.org.login import log_in
from sfpush.practice import faults, sessions
from sfpush.practice.faults import Fault, FaultKind
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving
from sfpush.settings.environment import SECRET_VARIABLES, for_children
from tests.certificates import self_signed
from tests.commands.conftest import Ran, Sfpush
from tests.org.scripted import Answer, scripted

EXPORT = "First Name,Last Name,Email,Company\nAnn,Lee,ann@acme.example,Acme\nBo,,bo@acme.example,Acme\n"
KEPT_IN = "secrets.json"
REFUSED, MESSAGE = "Refusedson", "Refusedson may not be called so."


@pytest.fixture
def practice_rules() -> Rules:
    when = f"LastName = '{REFUSED}'"
    return Rules.from_mapping({"validation_rules": [{"sobject": "Contact", "when": when, "message": MESSAGE}]})


def of(served: Serving) -> dict[str, str]:
    secrets = {"token": served.access_token, "client secret": served.client_secret, "password": served.password}
    return secrets | {"session": served.access_token.partition("!")[2]}


def found_in(folder: Path, secrets: dict[str, str]) -> set[tuple[str, str]]:
    """Which secret is in which file, however deep below the folder; the file that keeps them is not counted."""
    return {
        (name, path.name)
        for path in folder.rglob("*")
        if path.is_file() and path.name not in (KEPT_IN, "practice.db", "practice.db-wal")
        for name, secret in secrets.items()
        if secret.encode() in path.read_bytes()
    }


def use(sfpush: Sfpush, folder: Path, served: Serving) -> str:
    """Everything that a home is used for, with failures; all that was said meanwhile."""
    (folder / "contacts.csv").write_text(EXPORT)
    said: list[Ran] = []
    for armed, command in (
        (None, ("import", "contacts.csv")),
        (None, ("-v", "enable")),
        (FaultKind.UNAVAILABLE, ("-v", "plan", "--out", "plan.json", "--csv", "plan.csv")),
        (FaultKind.TRUNCATED, ("-v", "pull")),
        (None, ("-v", "sync")),
        (FaultKind.DAILY_LIMIT, ("--json", "pull")),
        (None, ("--json", "-v", "push", "ann@acme.example", "--yes")),
        (None, ("history",)),
        (None, ("--json", "status")),
        (None, ("--json", "settings", "show")),
        (None, ("errors", "export", "errors.csv")),
        (None, ("records", "show", "ann@acme.example")),
        (FaultKind.CLOSE_AFTER_COMMIT, ("-v", "sync")),
        (FaultKind.SESSION_EXPIRED, ("-v", "pull")),
    ):
        if armed is not None:
            faults.arm(served.org, Fault(armed))
        said.append(sfpush(*command))
        faults.disarm(served.org)
    assert {ran.code for ran in said} <= {0, 5}, said
    return "".join(ran.out + ran.err for ran in said)


@pytest.mark.parametrize("way", ["token", "stdin", "client-credentials", "password", "jwt", "environment"])
def test_no_secret_is_in_any_output_or_file(
    sfpush: Sfpush,
    practice_org: Serving,
    own_place: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    secrets = of(practice_org)
    arguments = ["--instance-url", practice_org.url]
    match way:
        case "token" | "environment":
            monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", practice_org.access_token)
        case "stdin":
            monkeypatch.setattr(sys, "stdin", io.StringIO(practice_org.access_token + "\n"))
            arguments += ["--access-token", "-"]
        case "client-credentials":
            monkeypatch.setenv("SFPUSH_CLIENT_SECRET", practice_org.client_secret)
            arguments += ["--client-id", practice_org.client_id]
        case "password":
            monkeypatch.setenv("SFPUSH_PASSWORD", practice_org.password)
            arguments += ["--username", practice_org.username]
        case "jwt":
            folder = tmp_path_factory.mktemp("key")  # not in the home, whose owner it is not
            certificate, key = self_signed(folder)
            sessions.trust_certificate(practice_org.org, certificate.read_text())
            secrets["key"] = key.read_text().splitlines()[5]
            arguments += ["--username", practice_org.username, "--client-id", practice_org.client_id]
            arguments += ["--jwt-key", str(key)]
    if way == "environment":
        monkeypatch.setenv("SFPUSH_INSTANCE_URL", practice_org.url)
        said = ""
    else:
        ran = sfpush("-v", "connect", *arguments)
        assert ran.code == 0, ran
        said = ran.out + ran.err
        for variable in SECRET_VARIABLES:
            monkeypatch.delenv(variable, raising=False)
    said += use(sfpush, own_place, practice_org)
    assert "/services/data/v62.0/queryAll: 200" in said, "the log was looked at too"
    assert {name for name, secret in secrets.items() if secret in said} == set()
    assert found_in(own_place, secrets) == set()


def test_people_are_in_no_log_that_v_shows(sfpush: Sfpush, connected: Path) -> None:
    (connected / "contacts.csv").write_text(EXPORT)
    said = [
        sfpush(*command).err for command in (("-v", "import", "contacts.csv"), ("-v", "pull"), ("-v", "--json", "sync"))
    ]
    assert "/services/data/v62.0/" in "".join(said)
    for name in ("ann", "Lee", "Acme", "acme"):
        assert name not in "".join(said)


def test_what_salesforce_says_of_a_record_is_stored_and_not_logged(
    sfpush: Sfpush, connected: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Salesforce's own validation rules may quote what they refuse."""
    (connected / "contacts.csv").write_text(EXPORT.replace("Lee", REFUSED))
    sfpush("import", "contacts.csv")
    caplog.set_level(logging.DEBUG)
    assert sfpush("-v", "--json", "sync").code == 7
    assert MESSAGE in sfpush("errors").out
    assert "composite/sobjects: 200" in caplog.text
    assert MESSAGE not in caplog.text
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" not in caplog.text


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for sf is a shell script")
def test_the_sf_command_line_sees_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = tmp_path / "sf"
    stand_in.write_text(
        f'#!/bin/sh\nenv > {tmp_path}/seen; echo "$@" >> {tmp_path}/seen\n'
        """echo '{"result": {"instanceUrl": "https://acme.my.salesforce.com", "accessToken": "00D!from-sf"}}'\n"""
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    for number, variable in enumerate(SECRET_VARIABLES):
        monkeypatch.setenv(variable, f"s3cret-{number}")
    log_in(Login("sf-alias", alias="acme"), {}, api_version="62.0")
    seen = (tmp_path / "seen").read_text()
    assert "org display --target-org acme --json" in seen
    assert "s3cret" not in seen
    assert "PATH=" in seen


def test_every_secret_that_is_read_from_the_environment_is_kept_from_children() -> None:
    from sfpush.commands import login
    from sfpush.org import connection

    read = {
        value for module in (login, connection) for name, value in vars(module).items() if name.endswith("_VARIABLE")
    }
    assert read - {connection.URL_VARIABLE} == set(SECRET_VARIABLES)
    assert for_children({**dict.fromkeys(SECRET_VARIABLES, "x"), "HOME": "/h"}) == {"HOME": "/h"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["connect", "--instance-url", "00D000000000001!AQ.s3cret", "--client-id", "x"],
        ["connect", "--instance-url", "x y z-s3cret", "--client-id", "x"],
        ["connect", "--instance-url", "https://ann:s3cret@acme.example", "--client-id", "x"],
        ["connect", "--instance-url", "https://acme.example", "--access-token", "00D000000000001!AQ.s3cret"],
        ["connect", "00D000000000001!AQ.s3cret"],
        ["connect", "--username", "x", "--client-id", "x", "--jwt-key", "00D000000000001!AQ.s3cret"],
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(sfpush: Sfpush, own_place: Path, arguments: list[str]) -> None:
    for options in ((), ("--json",)):
        ran = sfpush(*options, *arguments)
        assert ran.code == 2
        assert "s3cret" not in ran.out + ran.err


def test_a_token_in_place_of_the_address_is_not_repeated(sfpush: Sfpush, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFPUSH_INSTANCE_URL", "a-s3cret-of-no-known-shape!")
    monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", "https://acme.my.salesforce.com")
    ran = sfpush("plan")
    assert ran.code == 2
    assert "s3cret" not in ran.err


SHAPES = {
    "a token": "00D000000000001!AQ.abc_def",
    "a token in a URL": "sid=00D000000000001%21AQ.abc_def&x",
    "an assertion": "assertion=eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhYmNfZGVmIn0.abc_def",
    "a header": "{'Authorization': 'Bearer abc_def'}",
    "a key": "-----BEGIN PRIVATE KEY-----\nabc_def\n-----END PRIVATE KEY-----",
    "one of the environment": "password is abc_def.",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_whatever_looks_like_a_secret_is_blacked_out(tmp_path: Path, shape: str) -> None:
    env = {"SFPUSH_PASSWORD": "abc_def"} if shape.startswith("one") else {}
    assert "abc_def" not in without_secrets(SHAPES[shape], env)
    report = write_bug_report(tmp_path, RuntimeError(SHAPES[shape]), env, name="bug")
    assert "abc_def" not in report.read_text()


def test_a_bug_report_names_nobody(tmp_path: Path) -> None:
    problem = RuntimeError("url: /query?q=Email+IN+('ann.lee%2Bx%40acme.example') for ann.lee+x@acme.example")
    text = write_bug_report(tmp_path, problem, {}, name="bug").read_text()
    assert "RuntimeError" in text
    assert "ann" not in text
    assert "acme" not in text


ENTITIES = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10 if n else 'aaaaaaaaaa'}'>" for n in range(12))
BOMB = f"<!DOCTYPE x [{ENTITIES}]><x>&e11;</x>".encode()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html>a page of the hotel"),
        Answer(200, b"\xff\xfe\x00"),
        Answer(500, b"\xff\xfe<"),
        Answer(200, BOMB),
    ],
)
def test_an_answer_to_a_password_that_is_no_answer_is_told_without_it(answer: Answer) -> None:
    secrets = {"password": SecretStr("hunter2-word"), "security_token": SecretStr("")}
    with scripted(answer) as org, pytest.raises(NotReady) as stopped:
        log_in(Login("password", org.url, username="ann@acme.example"), secrets, api_version="62.0")
    assert "hunter2-word" not in f"{stopped.value!r}{stopped.value.__cause__!r}{stopped.value.__context__!r}"


def test_the_only_output_with_secrets_is_that_of_practice_serve(practice_org: Serving) -> None:
    assert set(json.loads(json.dumps(practice_org.as_mapping()))) >= {"access_token", "client_secret", "password"}
    assert not any(secret in repr(practice_org) for secret in of(practice_org).values())
