"""The embedded practice org: served on a free loopback port for the length of a command, its data in the home."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sfpush.errors import NotReady
from sfpush.org.connection import Access
from sfpush.settings.private import make_home

FILE_NAME = "practice-org.sqlite"


@contextlib.contextmanager
def serving_embedded(home: Path) -> Iterator[Access]:
    """Run the home's practice org and give the way in. Raises NotReady where its extra is not installed."""
    from pydantic import SecretStr

    try:
        from sfpush.practice.org import PracticeOrg
        from sfpush.practice.serve import serving
    except ModuleNotFoundError as missing:
        raise practice_missing(missing) from None
    make_home(home)
    with (
        contextlib.closing(PracticeOrg(home / FILE_NAME)) as org,
        serving(org) as served,
    ):
        yield Access(served.url, SecretStr(served.access_token))


def practice_missing(missing: ModuleNotFoundError) -> NotReady:
    """What to say where the practice org's own libraries are not installed."""
    return NotReady(
        f"The practice org needs {missing.name}, which is not installed.",
        hint="Install it with: pip install 'sfpush[practice]'",
        code="practice-not-installed",
    )
