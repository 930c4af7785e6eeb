from __future__ import annotations

from pathlib import Path

import pytest
import requests

from sfpush.practice import sessions
from sfpush.practice.org import PracticeOrg
from sfpush.practice.serve import Serving
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
