"""`sfpush init`: a commented settings file to start from."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sfpush.commands.session import Session
from sfpush.display.result import Result
from sfpush.errors import UsageError


def init(
    context: typer.Context,
    practice: Annotated[bool, typer.Option("--practice", help="Settings that suit the practice org.")] = False,
) -> Result:
    """Write a settings file with every setting explained.

    It is never written over an existing one. The file is ./sfpush.toml, or the one that --config or SFPUSH_CONFIG
    names.

    \b
    Examples:
      sfpush init
      sfpush --config team.toml init
    """
    from sfpush.display.settings_view import show_written
    from sfpush.settings.paths import LOCAL_CONFIG
    from sfpush.settings.sample import init_text

    file = Session.of(context).config_named or Path(LOCAL_CONFIG)
    _write_new(file, init_text(practice=practice))
    return Result(
        "init",
        {"file": str(file)},
        view=partial(show_written, file),
        next_step="Check it after changes with: sfpush settings check",
    )


def _write_new(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        raise UsageError(
            f"There is already a settings file {file}; it is left as it is.",
            hint="Change it with `sfpush settings set`, or name another file with --config.",
            code="settings-exist",
        ) from None
    except OSError as problem:
        raise UsageError(
            f"The settings file {file} can't be written: {problem.strerror}.", hint="Name another with --config."
        ) from None
