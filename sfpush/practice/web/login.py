"""Logging in: the OAuth token endpoint, and who is logged in."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from sfpush.practice import sessions
from sfpush.practice.refusals import Refused
from sfpush.practice.web.desk import Desk
from sfpush.practice.web.routes import Answer, Call, Routes

routes = Routes()
Form = Mapping[str, str]


class _LoginRefused(Exception):
    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.answer = Answer(status, {"error": error, "error_description": description})


@routes.add("POST", "//services/oauth2/token")
def token(desk: Desk, call: Call) -> Answer:
    form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
    grant = _GRANTS.get(form.get("grant_type", ""), _unknown_grant)
    try:
        grant(desk, call, form)
    except _LoginRefused as refused:
        return refused.answer
    identity = desk.org.identity
    issued_at = str(int(desk.org.clock().timestamp() * 1000))
    identity_url = f"{call.base_url}/id/{identity.org_id}/{identity.user_id}"
    signature = hmac.digest(identity.client_secret.encode(), (identity_url + issued_at).encode(), hashlib.sha256)
    return Answer(
        body={
            "access_token": sessions.open_session(desk.org),
            "signature": base64.b64encode(signature).decode(),
            "scope": "api id",
            "instance_url": call.base_url,
            "id": identity_url,
            "token_type": "Bearer",
            "issued_at": issued_at,
        }
    )


@routes.add("GET POST", "//services/oauth2/userinfo")
def userinfo(desk: Desk, call: Call) -> Answer:
    check_token(desk, call)
    identity = desk.org.identity
    return Answer(
        body={
            "sub": f"{call.base_url}/id/{identity.org_id}/{identity.user_id}",
            "user_id": identity.user_id,
            "organization_id": identity.org_id,
            "preferred_username": identity.username,
            "nickname": "integration",
            "name": "Integration User",
            "email": identity.username,
            "email_verified": True,
            "given_name": "Integration",
            "family_name": "User",
            "zoneinfo": "UTC",
            "user_type": "STANDARD",
            "active": True,
            "language": "en_US",
            "locale": "en_US",
            "urls": _urls(call, identity.org_id),
        }
    )


@routes.add("GET POST", "//id/{org_id}/{user_id}")
def who(desk: Desk, call: Call) -> Answer:
    check_token(desk, call)
    identity = desk.org.identity
    if (call.parts["org_id"][:15], call.parts["user_id"][:15]) != (identity.org_id[:15], identity.user_id[:15]):
        raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
    return Answer(
        body={
            "id": f"{call.base_url}/id/{identity.org_id}/{identity.user_id}",
            "asserted_user": True,
            "user_id": identity.user_id,
            "organization_id": identity.org_id,
            "username": identity.username,
            "nick_name": "integration",
            "display_name": "Integration User",
            "email": identity.username,
            "email_verified": True,
            "first_name": "Integration",
            "last_name": "User",
            "timezone": "UTC",
            "active": True,
            "user_type": "STANDARD",
            "language": "en_US",
            "locale": "en_US",
            "urls": _urls(call, identity.org_id),
        }
    )


@routes.add("POST", "//services/oauth2/revoke")
def revoke(desk: Desk, call: Call) -> Answer:
    form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
    with desk.org.writing() as db:
        db.execute("DELETE FROM session WHERE token = ?", (form.get("token") or call.query.get("token") or "",))
    return Answer()


def check_token(desk: Desk, call: Call) -> None:
    """Refused 401 INVALID_SESSION_ID unless the call carries an open session's token."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in ("bearer", "oauth"):
        given = call.query.get("oauth_token", "")
    if not sessions.is_open(desk.org, given.strip()):
        raise Refused(401, "INVALID_SESSION_ID", "Session expired or invalid")


def _unknown_grant(_desk: Desk, _call: Call, _form: Form) -> None:
    raise _LoginRefused("unsupported_grant_type", "grant type not supported")


def _client_credentials(desk: Desk, call: Call, form: Form) -> None:
    _check_client(desk, call, form)


def _password(desk: Desk, call: Call, form: Form) -> None:
    _check_client(desk, call, form)
    identity = desk.org.identity
    given = form.get("password", "")
    if form.get("username") != identity.username or not secrets.compare_digest(
        given.encode(), (identity.password + identity.security_token).encode()
    ):
        raise _LoginRefused("invalid_grant", "authentication failure")


def _jwt_bearer(desk: Desk, call: Call, form: Form) -> None:
    import jwt

    identity = desk.org.identity
    key = sessions.trusted_key(desk.org)
    try:
        claims: dict[str, Any] = jwt.decode(form.get("assertion", ""), options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise _LoginRefused("invalid_grant", "invalid assertion") from None
    if claims.get("iss") != identity.client_id or key is None:
        raise _LoginRefused("invalid_client_id", "client identifier invalid")
    try:
        jwt.decode(form["assertion"], key, algorithms=["RS256"], options={"verify_aud": False})
    except jwt.ExpiredSignatureError:
        raise _LoginRefused("invalid_grant", "expired authorization code") from None
    except jwt.InvalidTokenError:
        raise _LoginRefused("invalid_grant", "invalid assertion") from None
    audience = str(claims.get("aud", "")).rstrip("/")
    if audience != call.base_url and not audience.endswith(".salesforce.com"):
        raise _LoginRefused("invalid_grant", "audience is invalid")
    if claims.get("sub") != identity.username:
        raise _LoginRefused("invalid_grant", "user hasn't approved this consumer")


def _check_client(desk: Desk, call: Call, form: Form) -> None:
    client_id, client_secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, basic = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic" and not client_id:
        try:
            client_id, _, client_secret = base64.b64decode(basic).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            client_id = ""
    if client_id != desk.org.identity.client_id:
        raise _LoginRefused("invalid_client_id", "client identifier invalid")
    if not secrets.compare_digest(client_secret.encode(), desk.org.identity.client_secret.encode()):
        raise _LoginRefused("invalid_client", "invalid client credentials", 401)


def _urls(call: Call, org_id: str) -> dict[str, str]:
    data = f"{call.base_url}/services/data/v{{version}}/"
    return {
        "enterprise": f"{call.base_url}/services/Soap/c/{{version}}/{org_id[:15]}",
        "partner": f"{call.base_url}/services/Soap/u/{{version}}/{org_id[:15]}",
        "rest": data,
        "sobjects": data + "sobjects/",
        "query": data + "query/",
        "recent": data + "recent/",
        "custom_domain": call.base_url,
    }


_GRANTS: dict[str, Callable[[Desk, Call, Form], None]] = {
    "client_credentials": _client_credentials,
    "password": _password,
    "urn:ietf:params:oauth:grant-type:jwt-bearer": _jwt_bearer,
}
