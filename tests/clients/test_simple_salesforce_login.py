"""simple-salesforce logs in to the practice org in every way it knows, and says what it says of Salesforce."""

from __future__ import annotations

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceExpiredSession

from sfpush.practice import sessions
from sfpush.practice.serve import Serving
from tests.certificates import certificate_pem, new_key, private_pem


def org_of(client: Salesforce) -> str:
    return str(client.query("SELECT Id FROM Organization")["records"][0]["Id"])


@pytest.mark.parametrize("version", ["31.0", "47.0", "50.0", "59.0", "62.0", "67.0"])
def test_an_access_token(practice_org: Serving, session: requests.Session, version: str) -> None:
    client = Salesforce(
        instance_url=practice_org.url, session_id=practice_org.access_token, session=session, version=version
    )
    assert org_of(client) == practice_org.org.identity.org_id


def test_a_token_that_is_none(practice_org: Serving, session: requests.Session) -> None:
    client = Salesforce(instance_url=practice_org.url, session_id="00D000000000001!no", session=session)
    with pytest.raises(SalesforceExpiredSession) as refused:
        org_of(client)
    assert refused.value.content == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_client_credentials(practice_org: Serving, session: requests.Session) -> None:
    client = Salesforce(
        consumer_key=practice_org.client_id,
        consumer_secret=practice_org.client_secret,
        domain="acme.my",
        session=session,
    )
    assert org_of(client) == practice_org.org.identity.org_id


def test_client_credentials_that_are_wrong(practice_org: Serving, session: requests.Session) -> None:
    with pytest.raises(SalesforceAuthenticationFailed, match=r"\(code: invalid_client\): invalid client credentials"):
        Salesforce(consumer_key=practice_org.client_id, consumer_secret="no", domain="acme.my", session=session)


def test_a_session_that_ended_is_opened_anew(practice_org: Serving, session: requests.Session) -> None:
    client = Salesforce(
        consumer_key=practice_org.client_id,
        consumer_secret=practice_org.client_secret,
        domain="acme.my",
        session=session,
    )
    before = client.session_id
    sessions.expire_all(practice_org.org)
    assert org_of(client) == practice_org.org.identity.org_id
    assert client.session_id != before


def test_a_password_by_soap(practice_org: Serving, session: requests.Session) -> None:
    client = Salesforce(
        username=practice_org.username, password=practice_org.password, security_token="", session=session
    )
    assert org_of(client) == practice_org.org.identity.org_id


def test_a_wrong_password_by_soap(practice_org: Serving, session: requests.Session) -> None:
    with pytest.raises(SalesforceAuthenticationFailed, match=r"\(code: INVALID_LOGIN\): Invalid username, password"):
        Salesforce(username=practice_org.username, password="<&>", security_token="", session=session)


def test_soap_login_is_gone_from_api_65(practice_org: Serving, session: requests.Session) -> None:
    with pytest.raises(SalesforceAuthenticationFailed, match=r"not available in API version 65\.0"):
        Salesforce(
            username=practice_org.username,
            password=practice_org.password,
            security_token="",
            session=session,
            version="65.0",
        )


def test_a_password_by_oauth(practice_org: Serving, session: requests.Session) -> None:
    client = Salesforce(
        username=practice_org.username,
        password=practice_org.password,
        consumer_key=practice_org.client_id,
        consumer_secret=practice_org.client_secret,
        session=session,
    )
    assert org_of(client) == practice_org.org.identity.org_id


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return new_key()


def test_a_jwt(practice_org: Serving, session: requests.Session, key: rsa.RSAPrivateKey) -> None:
    sessions.trust_certificate(practice_org.org, certificate_pem(key))
    client = Salesforce(
        username=practice_org.username,
        consumer_key=practice_org.client_id,
        privatekey=private_pem(key),
        session=session,
    )
    assert org_of(client) == practice_org.org.identity.org_id


def test_a_jwt_of_another_key(practice_org: Serving, session: requests.Session, key: rsa.RSAPrivateKey) -> None:
    sessions.trust_certificate(practice_org.org, certificate_pem(key))
    other = new_key()
    with pytest.raises(SalesforceAuthenticationFailed, match=r"\(code: invalid_grant\): invalid assertion"):
        Salesforce(
            username=practice_org.username,
            consumer_key=practice_org.client_id,
            privatekey=private_pem(other),
            session=session,
        )


def test_a_jwt_for_somebody_who_has_not_approved(
    practice_org: Serving, session: requests.Session, key: rsa.RSAPrivateKey
) -> None:
    sessions.trust_certificate(practice_org.org, certificate_pem(key))
    with (
        pytest.warns(UserWarning, match="self-authorize"),
        pytest.raises(SalesforceAuthenticationFailed, match="user hasn't approved this consumer"),
    ):
        Salesforce(
            username="nobody@acme.example",
            consumer_key=practice_org.client_id,
            privatekey=private_pem(key),
            session=session,
        )
