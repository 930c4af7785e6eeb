"""Where sfpush keeps its things. Light on purpose: every command asks this first."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_config_path, user_data_path

from sfpush.errors import UsageError

CONFIG_VARIABLE = "SFPUSH_CONFIG"
HOME_VARIABLE = "SFPUSH_HOME"
LOCAL_CONFIG = "sfpush.toml"


def default_home() -> Path:
    """The platform's data folder for sfpush: store, connection, logs and lock, unless another home is named."""
    return user_data_path("sfpush", appauthor=False)


def default_config() -> Path:
    """The settings file in the platform's config folder, whether it exists or not."""
    return user_config_path("sfpush", appauthor=False) / "config.toml"


def find_home(explicit: Path | None, env: Mapping[str, str]) -> Path:
    """The home to use: the one given, else `SFPUSH_HOME`, else the platform's."""
    named = explicit or _from_environment(env, HOME_VARIABLE)
    return _expanded(named) if named else default_home()


def find_config(explicit: Path | None, env: Mapping[str, str], cwd: Path) -> Path | None:
    """The settings file to use; None means there is none and the defaults hold.

    The one given, else `SFPUSH_CONFIG`, else `sfpush.toml` in `cwd` (pass `Path()` for short names in messages),
    else the platform's. Raises UsageError if a file was named and is not there: the defaults are not what was
    asked for.
    """
    named = explicit or _from_environment(env, CONFIG_VARIABLE)
    if named:
        named = _expanded(named)
        if not _exists(named):
            source = "--config" if explicit else CONFIG_VARIABLE
            raise UsageError(
                f"There is no settings file {named} ({source}).",
                hint=f"Check the name, or write a new file with: sfpush --config {shlex.quote(str(named))} init",
            )
        return named
    return next((place for place in (cwd / LOCAL_CONFIG, default_config()) if _exists(place)), None)


def _from_environment(env: Mapping[str, str], variable: str) -> Path | None:
    return Path(env[variable]) if env.get(variable) else None


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        raise UsageError(f"There is no such user: {path}.", hint="Write the path out in full.") from None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # there may be one that can't be seen; reading it will say why
        return True
