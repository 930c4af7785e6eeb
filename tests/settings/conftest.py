"""What the settings tests share: settings written to a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write `sfpush.toml` into the current folder, so that messages name it by that."""
    monkeypatch.chdir(tmp_path)

    def write_settings(text: str) -> Path:
        path = Path("sfpush.toml")
        path.write_bytes(dedent(text).encode())
        return path

    return write_settings
