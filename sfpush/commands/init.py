"""`sfpush init`: a commented settings file to start from."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sfpush.commands.session import Session
from sfpush.display.result import Result
from sfpush.errors import NotReady, UsageError


def init(
    context: typer.Context,
    practice: Annotated[bool, typer.Option("--practice", help="Settings that suit the practice org.")] = False,
) -> Result:
    """Write a settings file with every setting explained.

    It is never written over an existing one. The file is ./sfpush.toml, or the one that --config or SFPUSH_CONFIG
    names. If the connected org has the field AccountSource, new accounts get their source in it.

    \b
    Examples:
      sfpush init
      sfpush --config team.toml init
    """
    from sfpush.display.settings_view import show_written
    from sfpush.settings.paths import LOCAL_CONFIG
    from sfpush.settings.sample import init_text

    session = Session.of(context)
    file = session.config_named or Path(LOCAL_CONFIG)
    _refuse_existing(file)
    account_source = _has_account_source(session)
    _write_new(file, init_text(practice=practice, account_source=account_source))
    return Result(
        "init",
        {"file": str(file)},
        view=partial(show_written, file, account_source=account_source),
        next_step="Check it after changes with: sfpush settings check",
    )


def _has_account_source(session: Session) -> bool:
    """Whether the org, if this home is connected to one that can be reached, has a field for it (A2)."""
    from sfpush.settings.load import load

    session.settings = load(None)  # there is no file yet
    try:
        if session.known_org is None:
            return False
        field = session.org.describe("Account").field("AccountSource")
    except NotReady:
        return False
    return field is not None and field.createable


def _refuse_existing(file: Path) -> None:
    if file.exists() or file.is_symlink():
        raise UsageError(
            f"There is already a settings file {file}; it is left as it is.",
            hint="Change it with `sfpush settings set`, or name another file with --config.",
            code="settings-exist",
        )


def _write_new(file: Path, text: str) -> None:
    from sfpush.commands.disk import written

    with written(file, hint="Name another with --config."):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as new:
                new.write(text)
        except FileExistsError:
            _refuse_existing(file)
