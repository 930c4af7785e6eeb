from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from sfpush.org.connected import Org
from sfpush.org.connection import Access
from sfpush.org.http import OrgSession
from sfpush.org.opening import open_org
from sfpush.org.transport import Transport
from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving, serving
from sfpush.settings.schema import Settings


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    """The null keyring says yes and keeps nothing, so secrets go to the file."""
    import keyring
    from keyring.backends.null import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def transport() -> Iterator[Callable[..., Transport]]:
    """Opens transports to a URL, without real waiting; `sleeps` collects what they would have waited."""
    opened: list[Transport] = []

    def make(
        url: str,
        *,
        sleeps: list[float] | None = None,
        read_seconds: float = 5.0,
        write_seconds: float | None = None,
        **options: object,
    ) -> Transport:
        waited = [] if sleeps is None else sleeps
        made = Transport(
            Access(url, SecretStr("00D000000000001!token")),
            OrgSession(url, timeouts=(2.0, read_seconds), write_seconds=write_seconds),
            api_version="62.0",
            sleep=waited.append,
            **options,
        )
        opened.append(made)
        return made

    yield make
    for each in opened:
        each.close()


RULES = {
    "fields": [
        {
            "sobject": sobject,
            "name": "Apollo_Id__c",
            "type": "string",
            "length": 50,
            "external_id": True,
            "unique": True,
        }
        for sobject in ("Contact", "Lead", "Account")
    ]
}


@pytest.fixture
def serving_org(tmp_path: Path) -> Iterator[Serving]:
    """A practice org of its own for the test, answering over HTTP."""
    practice = PracticeOrg(tmp_path / "org.sqlite", Rules.from_mapping(RULES))
    try:
        with serving(practice) as served:
            yield served
    finally:
        practice.close()


@pytest.fixture
def org(serving_org: Serving, tmp_path: Path) -> Iterator[Org]:
    """The product's way into that practice org."""
    access = Access(serving_org.url, SecretStr(serving_org.access_token))
    with open_org(tmp_path / "home", Settings(), {}, practice=access) as opened:
        yield opened
