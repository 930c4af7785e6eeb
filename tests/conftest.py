"""Fixtures that every room's tests may use: a practice org, and one that answers over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving, serving

# Before anything asks for one: otherwise the first backend that any test module defines would be everybody's keyring.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

hypothesis.settings.register_profile("sfpush", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("sfpush")


@pytest.fixture
def practice_rules() -> Rules | None:
    """The org's rules; a test module overrides this fixture to have others than a fresh org's."""
    return None


@pytest.fixture
def practice_org(tmp_path: Path, practice_rules: Rules | None) -> Iterator[Serving]:
    """A fresh practice org, answering on a free loopback port."""
    org = PracticeOrg(tmp_path / "practice.db", practice_rules)
    with serving(org) as server:
        yield server
    org.close()
