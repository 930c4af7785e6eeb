from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
import requests

from sfpush.practice import sessions
from sfpush.practice.org import PracticeOrg
from sfpush.practice.serve import Serving
from tests.certificates import certificate_pem, new_key, private_pem
from tests.practice.conftest import Wire, error_of


def token(server: Serving, **form: str) -> requests.Response:
    return requests.post(f"{server.url}/services/oauth2/token", data=form, timeout=10)


def test_client_credentials_give_a_token_that_works(practice_org: Serving) -> None:
    answer = token(
        practice_org,
        grant_type="client_credentials",
        client_id=practice_org.client_id,
        client_secret=practice_org.client_secret,
    )
    assert answer.status_code == 200
    body = answer.json()
    org_id = practice_org.org.identity.org_id
    assert body["access_token"].startswith(org_id[:15] + "!")
    assert body["instance_url"] == practice_org.url
    assert body["id"] == f"{practice_org.url}/id/{org_id}/{practice_org.org.identity.user_id}"
    assert body["token_type"] == "Bearer"
    assert body["issued_at"].isdigit()
    assert "expires_in" not in body
    for scheme in ("Bearer", "OAuth"):
        headers = {"Authorization": f"{scheme} {body['access_token']}"}
        assert requests.get(f"{practice_org.url}/services/data/v62.0/limits", headers=headers, timeout=10).ok


def test_client_credentials_may_come_as_basic_authentication(practice_org: Serving) -> None:
    answer = requests.post(
        f"{practice_org.url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(practice_org.client_id, practice_org.client_secret),
        timeout=10,
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "client_credentials", "client_id": "no", "client_secret": "no"}, 400, "invalid_client_id"),
        ({"grant_type": "client_credentials", "client_id": "ID", "client_secret": "no"}, 401, "invalid_client"),
        (
            {"grant_type": "password", "client_id": "ID", "client_secret": "SECRET", "username": "x", "password": "y"},
            400,
            "invalid_grant",
        ),
        ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type"),
        ({}, 400, "unsupported_grant_type"),
    ],
)
def test_a_refused_login_answers_an_object_not_an_array(
    practice_org: Serving, form: dict[str, str], status: int, error: str
) -> None:
    stand_ins = {"ID": practice_org.client_id, "SECRET": practice_org.client_secret}
    answer = token(practice_org, **{name: stand_ins.get(value, value) for name, value in form.items()})
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]


def test_password_and_security_token_log_in(practice_org: Serving) -> None:
    answer = token(
        practice_org,
        grant_type="password",
        client_id=practice_org.client_id,
        client_secret=practice_org.client_secret,
        username=practice_org.username,
        password=practice_org.password,
    )
    assert answer.status_code == 200


def test_a_wrong_token_is_an_expired_session(wire: Wire) -> None:
    answer = wire.get("/limits", headers={"Authorization": "Bearer 00Dxx0000000000!nonsense"})
    assert error_of(answer) == (401, "INVALID_SESSION_ID", "Session expired or invalid")
    assert error_of(requests.get(wire.url("/limits"), timeout=10))[0] == 401


def test_expired_sessions_need_a_new_login(wire: Wire) -> None:
    sessions.expire_all(wire.server.org)
    assert error_of(wire.get("/limits"))[1] == "INVALID_SESSION_ID"
    wire.session.headers["Authorization"] = f"Bearer {sessions.open_session(wire.server.org)}"
    assert wire.get("/limits").ok


def test_who_is_logged_in(wire: Wire) -> None:
    identity = wire.server.org.identity
    info = wire.get("/services/oauth2/userinfo").json()
    assert (info["user_id"], info["organization_id"]) == (identity.user_id, identity.org_id)
    assert info["preferred_username"] == wire.server.username
    by_url = requests.get(
        f"{wire.server.url}/id/{identity.org_id}/{identity.user_id}?format=json&oauth_token={wire.server.access_token}",
        timeout=10,
    )
    assert by_url.json()["username"] == wire.server.username
    assert wire.get(f"/sobjects/User/{identity.user_id}").json()["Username"] == wire.server.username


def test_each_org_is_another_org_and_stays_the_same(tmp_path: Path) -> None:
    one, two = PracticeOrg(tmp_path / "one.db"), PracticeOrg(tmp_path / "two.db")
    assert one.identity.org_id != two.identity.org_id
    assert one.identity.username != two.identity.username
    assert one.identity.client_secret != two.identity.client_secret
    first = one.identity
    one.close()
    again = PracticeOrg(tmp_path / "one.db")
    assert again.identity == first
    again.close()
    two.close()
    assert (tmp_path / "one.db").stat().st_mode & 0o777 == 0o600


def test_no_secret_shows_in_a_repr(practice_org: Serving) -> None:
    shown = repr(practice_org) + repr(practice_org.org.identity)
    for secret in (practice_org.access_token, practice_org.client_secret, practice_org.password):
        assert secret not in shown


def soap(server: Serving, version: str, username: str, password: str) -> requests.Response:
    body = f"""<?xml version="1.0" encoding="utf-8"?>
        <env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>
        <n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>{username}</n1:username>
        <n1:password>{password}</n1:password></n1:login></env:Body></env:Envelope>"""
    headers = {"SOAPAction": "login", "Content-Type": "text/xml"}
    return requests.post(f"{server.url}/services/Soap/u/{version}", data=body, headers=headers, timeout=10)


def test_soap_login_before_api_65(practice_org: Serving) -> None:
    answer = soap(practice_org, "59.0", practice_org.username, practice_org.password)
    assert answer.status_code == 200
    session_id = answer.text.partition("<sessionId>")[2].partition("</sessionId>")[0]
    headers = {"Authorization": f"Bearer {session_id}"}
    assert requests.get(f"{practice_org.url}/services/data/v59.0/limits", headers=headers, timeout=10).ok
    wrong = soap(practice_org, "59.0", practice_org.username, "no")
    assert wrong.status_code == 500
    assert "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>" in wrong.text
    gone = soap(practice_org, "65.0", practice_org.username, practice_org.password)
    assert (gone.status_code, "INVALID_OPERATION" in gone.text) == (500, True)


@pytest.mark.parametrize("body", ["", "<a/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "no xml"])
def test_soap_refuses_what_is_no_request(practice_org: Serving, body: str) -> None:
    answer = requests.post(f"{practice_org.url}/services/Soap/u/59.0", data=body, timeout=10)
    assert (answer.status_code, "XML_PARSER_ERROR" in answer.text) == (500, True)


@pytest.fixture(scope="module")
def key_and_certificate() -> tuple[str, str]:
    key = new_key()
    return private_pem(key), certificate_pem(key)


def test_a_jwt_signed_with_the_trusted_key_logs_in(practice_org: Serving, key_and_certificate: tuple[str, str]) -> None:
    key, certificate = key_and_certificate
    soon = datetime.now(UTC) + timedelta(minutes=2)
    claims = {"iss": practice_org.client_id, "sub": practice_org.username, "aud": practice_org.url, "exp": soon}

    def login(**changes: object) -> requests.Response:
        assertion = jwt.encode({**claims, **changes}, key, algorithm="RS256")
        return token(practice_org, grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer", assertion=assertion)

    assert login().json()["error"] == "invalid_client_id"
    sessions.trust_certificate(practice_org.org, certificate)
    assert login().status_code == 200
    assert login(aud="https://login.salesforce.com").status_code == 200
    assert login(sub="nobody@x.example").json()["error_description"] == "user hasn't approved this consumer"
    assert login(aud="https://elsewhere.example").json()["error_description"] == "audience is invalid"
    assert login(iss="x").json()["error"] == "invalid_client_id"
    assert login(exp=datetime.now(UTC) - timedelta(minutes=9)).json()["error"] == "invalid_grant"
    forged = jwt.encode(claims, "k" * 32, algorithm="HS256")
    refused = token(practice_org, grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer", assertion=forged)
    assert refused.json()["error_description"] == "invalid assertion"
    with pytest.raises(ValueError, match="PEM"):
        sessions.trust_certificate(practice_org.org, "no certificate")
