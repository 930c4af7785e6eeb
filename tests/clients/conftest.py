"""A practice org for clients that nobody here wrote, and simple-salesforce logged in to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from simple_salesforce import Salesforce

from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving
from tests.clients.loopback import session_to

RULES = "\n".join(
    f'[[fields]]\nsobject = "{sobject}"\nname = "Apollo_Id__c"\nlength = 50\nexternal_id = true\nunique = true'
    for sobject in ("Account", "Contact", "Lead")
)


@pytest.fixture
def practice_rules() -> Rules:
    return Rules.parse(RULES)


@pytest.fixture
def session(practice_org: Serving) -> Iterator[requests.Session]:
    """Where simple-salesforce sends what it means for salesforce.com."""
    with session_to(practice_org.url) as opened:
        yield opened


@pytest.fixture
def client(practice_org: Serving, session: requests.Session) -> Salesforce:
    """simple-salesforce of the version it asks for by itself, with an access token."""
    return Salesforce(instance_url=practice_org.url, session_id=practice_org.access_token, session=session)
