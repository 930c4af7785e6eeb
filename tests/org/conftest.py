from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from sfpush.org.connection import Access
from sfpush.org.http import OrgSession
from sfpush.org.transport import Transport


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

    def make(url: str, *, sleeps: list[float] | None = None, read_seconds: float = 5.0, **options: object) -> Transport:
        waited = [] if sleeps is None else sleeps
        made = Transport(
            Access(url, SecretStr("00D000000000001!token")),
            OrgSession(url, timeouts=(2.0, read_seconds)),
            api_version="62.0",
            sleep=waited.append,
            **options,
        )
        opened.append(made)
        return made

    yield make
    for each in opened:
        each.close()
