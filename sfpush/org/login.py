"""Logging in: from what a connection knows, and its secrets, to an access token, and who that token is.

Token requests go to the address that was given, by ourselves: simple-salesforce can only log in at
`*.salesforce.com`, and drops the HTTP status. Its SOAP login is used for the legacy way.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import requests
import tenacity
from pydantic import SecretStr

from sfpush.errors import NotReady, UsageError
from sfpush.model import SalesforceId
from sfpush.org.address import instance_address
from sfpush.org.connection import Access, Identity, Login
from sfpush.org.failures import RefusedAnswer, calls_used_up, unreachable
from sfpush.org.faults import read_faults
from sfpush.org.http import OrgSession, why_unanswered
from sfpush.org.secrets import Secrets
from sfpush.settings.environment import for_children

CLIENT_SECRET = "client_secret"  # noqa: S105 - names of secrets, not secrets
ACCESS_TOKEN = "access_token"  # noqa: S105
PASSWORD = "password"  # noqa: S105
SECURITY_TOKEN = "security_token"  # noqa: S105

_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_JWT_SECONDS = 180
_NEWEST_SOAP = 64.0
"""API version 65 and later have no SOAP login."""
_LONGEST_REASON = 300
_LONGEST_WAIT = 30.0
"""Seconds that a login waits when it is asked to; beyond that somebody may rather come back later."""
_BACKOFF = tenacity.wait_random(0.1, 0.5)


def log_in(login: Login, secrets: Secrets, *, api_version: str, now: Callable[[], float] = time.time) -> Access:
    """A new access token for `login`. Raises NotReady with Salesforce's own words when the login is refused."""
    if login.way == "token":
        return Access(login.address, _secret(secrets, ACCESS_TOKEN))
    if login.way == "sf-alias":
        return _sf_access(login.alias)
    with OrgSession(login.address) as session:
        match login.way:
            case "client-credentials":
                form = {
                    "grant_type": "client_credentials",
                    "client_id": login.client_id,
                    "client_secret": _secret(secrets, CLIENT_SECRET).get_secret_value(),
                }
            case "jwt":
                form = {"grant_type": _JWT_BEARER, "assertion": _assertion(login, now())}
            case "password":
                return _soap_access(session, login, secrets, api_version)
            case _:
                raise NotReady("The practice org is not running.", code="not-connected")
        return _token_access(session, login.address, form)


def _secret(secrets: Secrets, name: str) -> SecretStr:
    if name not in secrets:
        raise NotReady(
            "The connection's secret is not the kind it needs.",
            hint="Connect again: sfpush connect …",
            code="not-connected",
        )
    return secrets[name]


def can_log_in_again(login: Login) -> bool:
    """Whether an expired session can be replaced without a person."""
    return login.way not in ("practice", "token")


def needs_secrets(login: Login) -> bool:
    """Whether this way of logging in rests on a secret that the home keeps."""
    return login.way in ("token", "client-credentials", "password")


def identify(access: Access) -> Identity:
    """Whose token this is, in which org (G0). Raises NotReady if the org does not accept the token."""
    with OrgSession(access.instance_url) as session:
        answer = _answer(
            access.instance_url,
            lambda: session.get(
                f"{access.instance_url}/services/oauth2/userinfo",
                headers={"Authorization": f"Bearer {access.token.get_secret_value()}"},
            ),
        )
    try:
        return Identity(
            org_id=SalesforceId(answer["organization_id"]),
            instance_url=access.instance_url,
            username=answer["preferred_username"],
            user_id=SalesforceId(answer["user_id"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotReady(
            f"{access.instance_url} does not say who it is as a Salesforce org does.",
            hint="Check the address: it should be the org's My Domain, such as https://acme.my.salesforce.com.",
            code="login-refused",
        ) from None


def _token_access(session: OrgSession, login_url: str, form: Mapping[str, str]) -> Access:
    answer = _answer(login_url, lambda: session.post(f"{login_url}/services/oauth2/token", data=form))
    try:
        return Access(instance_address(answer["instance_url"]), SecretStr(answer["access_token"]))
    except (KeyError, TypeError, AttributeError, UsageError):
        raise NotReady(
            f"{login_url} accepted the login, but its answer names no org that can be used.", code="login-refused"
        ) from None


def _answer(address: str, ask: Callable[[], requests.Response]) -> Any:
    """The JSON of a login's answer. Asking again is harmless: a connection that breaks gets three tries, and so does an
    org that asks to come back in a moment."""
    patience = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type((requests.ConnectionError, requests.Timeout))
        | tenacity.retry_if_result(_comes_back_soon),
        wait=_wait,
        stop=tenacity.stop_after_attempt(3),
        retry_error_callback=_last_answer,
    )
    try:
        response = patience(ask)
        if response.status_code == 200:
            return response.json()
    except requests.RequestException as failure:
        why = why_unanswered(failure)
    except RecursionError:
        why = "its answer is nested too deeply"
    else:
        raise _refused(response)
    raise unreachable(address, why)  # outside the except: what requests raised holds the request and its secret


def _comes_back_soon(response: requests.Response) -> bool:
    refused = RefusedAnswer(response)
    return response.status_code != 200 and refused.passing and (refused.retry_after or 0) <= _LONGEST_WAIT


def _wait(state: tenacity.RetryCallState) -> float:
    assert state.outcome is not None
    asked_to = None if state.outcome.failed else RefusedAnswer(state.outcome.result()).retry_after
    return _BACKOFF(state) if asked_to is None else asked_to


def _last_answer(state: tenacity.RetryCallState) -> requests.Response:
    assert state.outcome is not None
    answer: requests.Response = state.outcome.result()
    return answer


def _refused(response: requests.Response) -> NotReady:
    fault = read_faults(response.status_code, response.content)[0]
    if fault.status >= 500 or fault.concurrent_limit:
        return NotReady(f"Salesforce takes no logins now: {fault.message}", hint="Try again later.", code="unavailable")
    if fault.daily_limit:
        return calls_used_up(fault)
    return login_refused(fault.code, fault.message)


def login_refused(code: str, message: str) -> NotReady:
    """The error for a login that Salesforce refuses, with a hint for the codes that say what is wrong."""
    words = f"{message} ({code})" if message else code
    return NotReady(
        f"Salesforce refused the login: {words[:_LONGEST_REASON]}",
        hint=_HINTS.get(code, "Check the user, the secret and the address, then: sfpush connect …"),
        code="login-refused",
    )


_HINTS = {
    "invalid_client_id": "The client id is not known there: check --client-id and --instance-url.",
    "invalid_client": "Check SFPUSH_CLIENT_SECRET: it must be the secret that belongs to --client-id.",
    "invalid_grant": "Check that the app allows this flow, and for client credentials that it has a Run As user.",
    "unsupported_grant_type": "Client credentials work only at the org's My Domain address.",
    "invalid_app_access": "The user has not been given the app: assign it by profile or permission set.",
    "INVALID_LOGIN": "Check the user name, SFPUSH_PASSWORD and SFPUSH_SECURITY_TOKEN; a sandbox needs --instance-url.",
    "INVALID_SESSION_ID": "Get a new access token; they expire.",
    "Bad_OAuth_Token": "Get a new access token; they expire.",
}


def _assertion(login: Login, now: float) -> str:
    import jwt

    claims = {
        "iss": login.client_id,
        "sub": login.username,
        "aud": login.address,
        "exp": int(now) + _JWT_SECONDS,
    }
    try:
        return jwt.encode(claims, Path(login.key_file).read_bytes(), algorithm="RS256")
    except OSError as problem:
        reason = problem.strerror or "it can't be read"
    except (ValueError, TypeError, jwt.PyJWTError):
        reason = "it is not a private RSA key in PEM form"
    raise NotReady(
        f"The key file {login.key_file} can't be used: {reason}.", hint="Check --jwt-key.", code="login-refused"
    )


def _soap_access(session: OrgSession, login: Login, secrets: Secrets, api_version: str) -> Access:
    from xml.parsers.expat import ExpatError

    from simple_salesforce.exceptions import SalesforceAuthenticationFailed
    from simple_salesforce.login import SalesforceLogin

    unreadable = "its answer is not what Salesforce answers to a login"
    try:
        token, host = SalesforceLogin(
            username=login.username,
            password=_secret(secrets, PASSWORD).get_secret_value(),
            security_token=_secret(secrets, SECURITY_TOKEN).get_secret_value(),
            sf_version=f"{min(float(api_version), _NEWEST_SOAP):.1f}",
            scratch_url=login.address,
            session=session,
        )
    except SalesforceAuthenticationFailed as failure:
        code, message = str(failure.code), failure.auth_message
    except requests.RequestException as failure:
        raise unreachable(login.address, why_unanswered(failure)) from None
    except (ExpatError, UnicodeDecodeError):  # a page of whatever stands in between; or a bomb, which expat refuses
        raise unreachable(login.address, unreadable) from None
    else:
        scheme = login.address.partition("://")[0]
        return Access(instance_address(f"{scheme}://{host}"), SecretStr(token))
    raise login_refused(code.removeprefix("sf:"), message.removeprefix(f"{code}: "))


def _sf_access(alias: str) -> Access:
    """The access of an org that the `sf` command line is logged into."""
    org = _sf("org", "display", "--target-org", alias)
    token = str(org.get("accessToken") or "")
    if "!" not in token:  # since May 2026 `org display` hides it
        token = str(_sf("org", "auth", "show-access-token", "--target-org", alias, "--no-prompt").get("accessToken"))
    return Access(instance_address(str(org.get("instanceUrl"))), SecretStr(token))


def _sf(*arguments: str) -> Mapping[str, Any]:
    command = shutil.which("sf")
    if command is None:
        raise NotReady(
            "The sf command line is not on the PATH.", hint="Install it, or connect another way.", code="login-refused"
        )
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the alias is one argument
            [command, *arguments, "--json"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=for_children(os.environ),
        )
        answer = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        answer = {}
    if isinstance(answer, dict) and isinstance(answer.get("result"), dict):
        return dict(answer["result"])
    words = answer.get("message") if isinstance(answer, dict) else None
    raise NotReady(
        f"The sf command line gives no access: {words or 'its answer could not be read'}",
        hint="Log in with: sf org login web --alias …",
        code="login-refused",
    )
