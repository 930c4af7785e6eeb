"""Where the settings file and the home are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sfpush.errors import UsageError
from sfpush.settings import paths


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    config = tmp_path / "platform" / "config.toml"
    config.parent.mkdir()
    monkeypatch.setattr(paths, "default_config", lambda: config)
    return config


def test_the_file_named_on_the_command_line_comes_first(tmp_path: Path, platform: Path) -> None:
    named, in_environment, local = (tmp_path / name for name in ("named.toml", "env.toml", "sfpush.toml"))
    env = {"SFPUSH_CONFIG": str(in_environment)}
    for file in (named, in_environment, local, platform):
        file.touch()
    assert paths.find_config(named, env, tmp_path) == named
    assert paths.find_config(None, env, tmp_path) == in_environment
    assert paths.find_config(None, {"SFPUSH_CONFIG": ""}, tmp_path) == local
    local.unlink()
    assert paths.find_config(None, {}, tmp_path) == platform
    platform.unlink()
    assert paths.find_config(None, {}, tmp_path) is None


@pytest.mark.parametrize(("explicit", "env"), [(Path("none.toml"), {}), (None, {"SFPUSH_CONFIG": "none.toml"})])
def test_a_file_that_was_named_and_is_not_there_is_an_error(explicit: Path | None, env: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"There is no settings file none\.toml"):
        paths.find_config(explicit, env, Path())


def test_the_users_folder_is_understood_in_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "my.toml").touch()
    assert paths.find_config(None, {"SFPUSH_CONFIG": "~/my.toml"}, Path()) == tmp_path / "my.toml"
    with pytest.raises(UsageError, match="no such user"):
        paths.find_config(Path("~nobody-of-that-name/x"), {}, Path())


def test_the_home_is_the_one_named_else_the_platforms(tmp_path: Path) -> None:
    assert paths.find_home(tmp_path, {"SFPUSH_HOME": "other"}) == tmp_path
    assert paths.find_home(None, {"SFPUSH_HOME": "other"}) == Path("other")
    assert paths.find_home(None, {}) == paths.default_home()


def test_finding_them_needs_no_pydantic() -> None:
    code = "import sys, sfpush.settings.paths; print('pydantic' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
