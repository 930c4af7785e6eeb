from __future__ import annotations

import json
import os
import stat
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from sfpush.errors import NotReady
from sfpush.model import Batch, Row, Verb, Written
from sfpush.org.connection import Access, Login, load_connection
from sfpush.org.login import identify, log_in
from sfpush.org.opening import connect, disconnect, open_org
from sfpush.practice import sessions
from sfpush.practice.serve import Serving
from sfpush.settings.schema import Settings
from tests.org.scripted import ORG_ID, USER_ID, WHO, Answer, refusal, scripted

SECRET = "s3cret-of-the-app"
TOKEN = "00D000000000001!AQ.t0ken"
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def token_answer(url: str) -> Answer:
    return Answer(200, {"access_token": TOKEN, "instance_url": url, "token_type": "Bearer"})


def client(url: str) -> Login:
    return Login("client-credentials", url, client_id="3MVG9")


def secrets(**named: str) -> Mapping[str, SecretStr]:
    return {name: SecretStr(secret) for name, secret in named.items()}


def everything_said(problem: BaseException) -> str:
    """All that a log, a traceback or a careless `repr` could show of an error and of all it came from."""
    said = "".join(traceback.format_exception(problem))
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [problem]
    while waiting:
        each = waiting.pop()
        if each is None or each in seen:
            continue
        seen.append(each)
        said += f"{each!s}{each!r}{each.args!r}{vars(each)!r}"
        waiting += [each.__cause__, each.__context__]
    return said


def test_client_credentials_are_sent_in_the_body_to_the_address_given() -> None:
    with scripted(Answer()) as org:
        org.answers[:] = [token_answer(org.url)]
        access = log_in(client(org.url), secrets(client_secret=SECRET), api_version="62.0")
    assert access == Access(org.url, SecretStr(TOKEN))
    [asked] = org.asked
    assert asked.path == "/services/oauth2/token"
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["3MVG9"],
        "client_secret": [SECRET],
    }


def test_a_login_whose_answer_is_lost_is_asked_again() -> None:
    with scripted(Answer(closed=True)) as org:
        org.answers.append(token_answer(org.url))
        log_in(client(org.url), secrets(client_secret=SECRET), api_version="62.0")
    assert len(org.asked) == 2


REFUSED = Answer(401, {"error": "invalid_client", "error_description": "invalid client credentials"})


@pytest.mark.parametrize(
    "trouble",
    [
        REFUSED,
        Answer(400, {"error": "invalid_client"}),
        Answer(200, b"<html>"),
        Answer(200, b"[]"),
        Answer(200, {"access_token": TOKEN, "instance_url": "http://evil.example"}),
        Answer(200, {"access_token": 7}),
        Answer(503, b"<html>"),
        Answer(302, b"", {"Location": "https://elsewhere.example"}),
        Answer(closed=True),
    ],
)
def test_no_secret_is_in_any_error(trouble: Answer) -> None:
    with scripted(trouble) as org, pytest.raises(NotReady) as stopped:
        log_in(client(org.url), secrets(client_secret=SECRET), api_version="62.0")
    assert stopped.value.exit_code == 5
    said = everything_said(stopped.value)
    assert SECRET not in said
    assert TOKEN not in said


BUSY = [{"errorCode": "SERVER_UNAVAILABLE", "message": "Back in a moment"}]


def test_a_login_waits_a_moment_for_an_org_that_asks_for_it() -> None:
    with scripted(Answer()) as org:
        org.answers[:] = [Answer(503, BUSY, {"Retry-After": "0"})] * 2 + [token_answer(org.url)]
        assert log_in(client(org.url), secrets(client_secret=SECRET), api_version="62.0").instance_url == org.url
        org.answers[:] = [Answer(503, BUSY, {"Retry-After": "3600"}), token_answer(org.url)]
        with pytest.raises(NotReady, match="takes no logins now"):
            log_in(client(org.url), secrets(client_secret=SECRET), api_version="62.0")
        assert len(org.answers) == 1, "nobody waits for an hour"


def test_a_refused_login_says_salesforces_words_and_what_to_do() -> None:
    with scripted(REFUSED) as org, pytest.raises(NotReady) as stopped:
        log_in(client(org.url), secrets(client_secret=SECRET), api_version="62.0")
    assert "invalid client credentials (invalid_client)" in stopped.value.message
    assert "SFPUSH_CLIENT_SECRET" in stopped.value.hint
    assert stopped.value.code == "login-refused"


def test_jwt_is_signed_with_the_key_and_made_out_to_the_address(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "key.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    with scripted(Answer()) as org:
        org.answers[:] = [token_answer(org.url)]
        login = Login("jwt", org.url, client_id="3MVG9", username="ann@acme.example", key_file=str(file))
        log_in(login, {}, api_version="62.0", now=NOW.timestamp)
    form = parse_qs(org.asked[0].body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    claims = jwt.decode(
        form["assertion"][0], key.public_key(), algorithms=["RS256"], audience=org.url, options={"verify_exp": False}
    )
    assert claims == {"iss": "3MVG9", "sub": "ann@acme.example", "aud": org.url, "exp": int(NOW.timestamp()) + 180}


@pytest.mark.parametrize("content", [None, b"", b"not a key", b"\xff\xfe"])
def test_a_key_that_is_none_is_an_error_not_a_traceback(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "key.pem"
    if content is not None:
        file.write_bytes(content)
    login = Login("jwt", "https://login.salesforce.com", client_id="x", username="y", key_file=str(file))
    with pytest.raises(NotReady, match=r"key\.pem"):
        log_in(login, {}, api_version="62.0")


def soap(body: str, status: int = 200) -> Answer:
    return Answer(
        status,
        f"<soapenv:Envelope xmlns:soapenv='s' xmlns:sf='f'>{body}</soapenv:Envelope>".encode(),
        {"Content-Type": "text/xml"},
    )


def test_the_legacy_way_logs_in_by_soap() -> None:
    with scripted(Answer()) as org:
        host = org.url.removeprefix("http://")
        org.answers[:] = [
            soap(f"<serverUrl>http://{host}/services/Soap/u/62.0/{ORG_ID}</serverUrl><sessionId>{TOKEN}</sessionId>")
        ]
        login = Login("password", org.url, username="ann@acme.example")
        access = log_in(login, secrets(password="p<&>w", security_token="tok"), api_version="66.0")
    assert access == Access(org.url, SecretStr(TOKEN))
    assert org.asked[0].path == "/services/Soap/u/64.0"
    assert b"<n1:password>p&lt;&amp;&gt;wtok</n1:password>" in org.asked[0].body


@pytest.mark.parametrize(
    "trouble",
    [
        soap(
            "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>"
            "<sf:exceptionMessage>INVALID_LOGIN: Invalid username, password, security token</sf:exceptionMessage>",
            500,
        ),
        Answer(500, b"<html><p>no</html>"),
        Answer(closed=True),
    ],
)
def test_no_password_is_in_any_error(trouble: Answer) -> None:
    with scripted(trouble) as org, pytest.raises(NotReady) as stopped:
        log_in(
            Login("password", org.url, username="ann@acme.example"),
            secrets(password="hunter2-word", security_token="t0k-sec"),
            api_version="62.0",
        )
    said = everything_said(stopped.value)
    assert "hunter2-word" not in said
    assert "t0k-sec" not in said


def test_identify_says_which_org_and_user_in_18_characters() -> None:
    with scripted(
        Answer(200, {"organization_id": ORG_ID[:15], "user_id": USER_ID, "preferred_username": "ann@acme.example"})
    ) as org:
        identity = identify(Access(org.url, SecretStr(TOKEN)))
    assert (identity.org_id, identity.user_id, identity.username) == (ORG_ID, USER_ID, "ann@acme.example")
    assert org.asked[0].path == "/services/oauth2/userinfo"


@pytest.mark.parametrize(
    "trouble",
    [Answer(403, b"Bad_OAuth_Token"), Answer(200, {}), Answer(200, {"organization_id": "7"}), Answer(200, b"7")],
)
def test_a_token_that_is_none_is_refused_without_repeating_it(trouble: Answer) -> None:
    with scripted(trouble) as org, pytest.raises(NotReady) as stopped:
        identify(Access(org.url, SecretStr(TOKEN)))
    assert stopped.value.code == "login-refused"
    assert TOKEN not in everything_said(stopped.value)


def test_connect_keeps_the_connection_and_the_secret_apart(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with scripted(Answer()) as org:
        org.answers[:] = [token_answer(org.url), WHO]
        stored = connect(home, client(org.url), secrets(client_secret=SECRET), Settings(), now=lambda: NOW)
    assert stored.identity.org_id == ORG_ID
    assert stored.connected_at == "2026-11-24T08:00:00Z"
    assert stored.has_setup_window
    assert load_connection(home) == stored
    assert SECRET not in (home / "connection.json").read_text()
    assert json.loads((home / "secrets.json").read_text()) == {"client_secret": SECRET}
    if os.name == "posix":
        assert stat.S_IMODE((home / "secrets.json").stat().st_mode) == 0o600
        assert stat.S_IMODE((home / "connection.json").stat().st_mode) == 0o600
        assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_refused_connect_leaves_the_home_as_it_was(tmp_path: Path) -> None:
    with scripted(WHO) as org:
        before = connect(tmp_path, Login("token", org.url), secrets(access_token=TOKEN), Settings())
    with scripted(REFUSED) as org, pytest.raises(NotReady):
        connect(tmp_path, client(org.url), secrets(client_secret=SECRET), Settings())
    assert load_connection(tmp_path) == before
    assert SECRET not in (tmp_path / "secrets.json").read_text()


def test_a_practice_org_is_remembered_by_its_id_alone(tmp_path: Path) -> None:
    with scripted(WHO) as org:
        stored = connect(tmp_path, Login("practice"), {}, Settings(), practice=Access(org.url, SecretStr(TOKEN)))
    assert stored.identity.org_id == ORG_ID
    assert stored.identity.instance_url == ""
    assert not stored.has_setup_window
    assert not (tmp_path / "secrets.json").exists()


def test_G1_a_home_without_a_connection_says_how_to_connect(tmp_path: Path) -> None:
    with pytest.raises(NotReady) as stopped:
        open_org(tmp_path, Settings(), {})
    assert stopped.value.code == "not-connected"
    assert "sfpush connect" in stopped.value.hint


def test_open_org_logs_in_from_what_is_stored(tmp_path: Path) -> None:
    with scripted(Answer()) as org:
        org.answers[:] = [token_answer(org.url), WHO]
        connect(tmp_path, client(org.url), secrets(client_secret=SECRET), Settings())
        org.answers[:] = [token_answer(org.url), WHO]
        with open_org(tmp_path, Settings(), {}) as opened:
            assert opened.identity.username == "ann@acme.example"
            assert SECRET not in repr(opened)


def test_the_environment_wins_over_a_stored_connection(tmp_path: Path) -> None:
    with scripted(WHO) as stored_org, scripted(WHO) as other:
        connect(tmp_path, Login("token", stored_org.url), secrets(access_token=TOKEN), Settings())
        environ = {"SFPUSH_INSTANCE_URL": other.url + "/", "SFPUSH_ACCESS_TOKEN": "00D!env"}
        open_org(tmp_path, Settings(), environ).close()
        assert other.asked[0].headers["Authorization"] == "Bearer 00D!env"


def test_G0_an_address_that_leads_to_another_org_now_is_refused(tmp_path: Path) -> None:
    with scripted(WHO) as org:
        connect(tmp_path, Login("token", org.url), secrets(access_token=TOKEN), Settings())
        org.answers[:] = [
            Answer(200, {"organization_id": "00D000000000002EAA", "user_id": USER_ID, "preferred_username": "x"})
        ]
        with pytest.raises(NotReady) as stopped:
            open_org(tmp_path, Settings(), {})
    assert stopped.value.code == "other-org"


def test_a_stored_token_that_expired_says_to_connect_again(tmp_path: Path) -> None:
    with scripted(WHO) as org:
        connect(tmp_path, Login("token", org.url), secrets(access_token=TOKEN), Settings())
        org.answers[:] = [refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")]
        with pytest.raises(NotReady) as stopped:
            open_org(tmp_path, Settings(), {})
    assert stopped.value.code == "login-refused"


def test_disconnect_forgets_connection_and_secret(tmp_path: Path) -> None:
    with scripted(WHO) as org:
        connect(tmp_path, Login("token", org.url), secrets(access_token=TOKEN), Settings())
    assert disconnect(tmp_path)
    assert not any(tmp_path.iterdir())
    assert not disconnect(tmp_path)


def test_client_credentials_of_a_practice_org_and_a_session_that_expires(tmp_path: Path, serving_org: Serving) -> None:
    login = Login("client-credentials", serving_org.url, client_id=serving_org.client_id)
    stored = connect(tmp_path, login, secrets(client_secret=serving_org.client_secret), Settings())
    assert stored.identity.username == serving_org.username
    with open_org(tmp_path, Settings(), {}) as opened:
        assert opened.count("Contact") == 0
        sessions.expire_all(serving_org.org)
        [outcome] = opened.write(Batch("Contact", Verb.CREATE, (Row("contact:1", {"LastName": "Lee"}),)))
        assert isinstance(outcome, Written)
        assert opened.count("Contact") == 1


def test_a_wrong_secret_is_refused_by_a_practice_org(tmp_path: Path, serving_org: Serving) -> None:
    login = Login("client-credentials", serving_org.url, client_id=serving_org.client_id)
    with pytest.raises(NotReady) as stopped:
        connect(tmp_path, login, secrets(client_secret=SECRET), Settings())
    assert stopped.value.code == "login-refused"
    assert "invalid" in stopped.value.message
    assert SECRET not in everything_said(stopped.value)
    assert not any(tmp_path.glob("*.json"))


def test_a_wrong_token_is_refused_by_a_practice_org(tmp_path: Path, serving_org: Serving) -> None:
    environ = {"SFPUSH_INSTANCE_URL": serving_org.url, "SFPUSH_ACCESS_TOKEN": TOKEN}
    with pytest.raises(NotReady) as stopped:
        open_org(tmp_path, Settings(), environ)
    assert stopped.value.code == "login-refused"
    assert TOKEN not in everything_said(stopped.value)


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for sf is a shell script")
def test_an_alias_of_the_sf_command_line_is_asked_for_its_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = tmp_path / "sf"
    stand_in.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        '"org display --target-org acme --json")\n'
        """  echo '{"result": {"instanceUrl": "https://acme.my.salesforce.com", "accessToken": "[REDACTED]"}}';;\n"""
        '"org auth show-access-token --target-org acme --no-prompt --json")\n'
        """  echo '{"result": {"accessToken": "00D!from-sf"}}';;\n"""
        "*)\n"
        """  echo '{"message": "No authorization information found for other."}'; exit 1;;\n"""
        "esac\n"
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    access = log_in(Login("sf-alias", alias="acme"), {}, api_version="62.0")
    assert access == Access("https://acme.my.salesforce.com", SecretStr("00D!from-sf"))
    with pytest.raises(NotReady, match="No authorization information found"):
        log_in(Login("sf-alias", alias="other"), {}, api_version="62.0")
