"""A home, a practice org over HTTP, and the command line: what is secret and what is hostile passes all the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfpush.practice.serve import Serving
from tests.commands.conftest import own_place, sfpush, sfpush_process
from tests.practice.conftest import wire

__all__ = ["own_place", "sfpush", "sfpush_process", "wire"]


@pytest.fixture
def connected(practice_org: Serving, own_place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose org is the practice org that the environment names."""
    monkeypatch.setenv("SFPUSH_INSTANCE_URL", practice_org.url)
    monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", practice_org.access_token)
    return own_place
