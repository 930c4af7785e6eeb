"""Telling others of a run that is over (`[notify]`): figures always, a command when something went wrong.

Whatever happens here is a warning on standard error: the run, its exit code and its data are what they were.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from sfpush.commands.session import Session
from sfpush.display.result import DONE, ErrorLine, Result
from sfpush.errors import AlreadyRunning, SfpushError

if TYPE_CHECKING:
    from sfpush.settings.schema import NotifySettings

COMMAND_SECONDS = 60
"""How long the command may take."""

_METRICS_MODE = 0o644
"""Whoever collects the figures is another user, and nobody's data is in them."""
_MOST_SAID = 1000


def tell_others(session: Session, result: Result, began: datetime, *, told_before: bool = False) -> None:
    """Tell of a run that began then and ended now, as the settings say.

    Nothing is told where another run held the lock (exit 8): that one tells of itself. `told_before`: the command has
    been run with this already.
    """
    if result.exit_code == AlreadyRunning.exit_code:
        return
    notify = _settings(session)
    if notify.metrics_file:
        with _warned(session, "notify.metrics_file"):
            _write_metrics(session, result, began, notify.metrics_file)
    if notify.command.strip() and result.exit_code != DONE and not told_before:
        with _warned(session, "notify.command"):
            _run_command(session, result, notify.command)


def failed(command: str, exit_code: int, errors: tuple[ErrorLine, ...]) -> Result:
    """What is told of a command that ended, or never began, with an error."""
    return Result(command, {}, view=lambda console: None, exit_code=exit_code, errors=errors)


def _settings(session: Session) -> NotifySettings:
    """What is to be told, also where the other settings are wrong."""
    from sfpush.settings.load import load_notify

    try:
        return load_notify(session.config_file)
    except SfpushError:  # there is no such file: the run has said so
        return load_notify(None)


@contextlib.contextmanager
def _warned(session: Session, key: str) -> Iterator[None]:
    from sfpush.display.failure_view import show_warning

    try:
        yield
    except (OSError, ValueError, SfpushError, sqlite3.Error) as problem:
        said = getattr(problem, "strerror", None) or str(problem)
        show_warning(session.err, f"{key}: {said}{'' if said.endswith('.') else '.'} The run itself is not affected.")


def _write_metrics(session: Session, result: Result, began: datetime, name: str) -> None:
    from sfpush.commands.run_metrics import families_of
    from sfpush.display.metrics import write_metrics
    from sfpush.settings.whole_file import whole_file

    path = Path(os.path.expanduser(name))  # noqa: PTH111  Path.expanduser raises for a user that is unknown
    base = session.config_file.parent if session.config_file else Path()
    families = families_of(session, result, began)
    with whole_file(base / path, mode=_METRICS_MODE) as file:
        write_metrics(file, families)


def _run_command(session: Session, result: Result, command: str) -> None:
    """Run the command, without a shell, with the result's JSON document on standard input; it has a minute.

    Raises OSError if it can't be started, ValueError if it fails or takes too long.
    """
    from sfpush.display.json_output import write_result
    from sfpush.settings.environment import for_children

    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as document,
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints,
    ):
        write_result(document, result)
        document.seek(0)
        code = _ended(shlex.split(command), document, complaints, for_children(session.env))
        if code:
            complaints.seek(0)
            said = " ".join(complaints.read(_MOST_SAID).split())
            # the program alone: an address that it calls is often a secret
            raise ValueError(f"{shlex.split(command)[0]!r} ended with exit code {code}{f': {said}' if said else '.'}")


def _ended(words: list[str], document: IO[str], complaints: IO[str], env: dict[str, str]) -> int:
    with subprocess.Popen(  # noqa: S603  no shell, and the words are the user's own settings
        words, stdin=document, stdout=subprocess.DEVNULL, stderr=complaints, env=env, start_new_session=True
    ) as process:
        try:
            return process.wait(COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            _kill(process)
            raise ValueError(f"{words[0]!r} took longer than {COMMAND_SECONDS} seconds and was stopped.") from None
        except KeyboardInterrupt:
            _kill(process)
            raise ValueError(f"{words[0]!r} was interrupted.") from None


def _kill(process: subprocess.Popen[bytes]) -> None:
    """With whatever it has started, where there are process groups."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
