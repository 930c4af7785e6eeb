"""`sfpush schedule`: a ready entry for cron and its like."""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sfpush.commands.session import Session
from sfpush.display.result import Result
from sfpush.errors import UsageError

_MINUTES = {"m": 1, "h": 60, "d": 1440}


class Scheduler(StrEnum):
    """The schedulers that there are entries for."""

    CRON = "cron"
    SYSTEMD = "systemd"
    LAUNCHD = "launchd"
    WINDOWS = "windows"


_HOW = {
    Scheduler.CRON: "Add the line with: crontab -e",
    Scheduler.SYSTEMD: "Save both files, then: systemctl --user enable --now sfpush-sync.timer",
    Scheduler.LAUNCHD: "Save it as ~/Library/LaunchAgents/sfpush.sync.plist, then: launchctl load -w that file",
    Scheduler.WINDOWS: "Run it in a command prompt.",
}


def schedule(
    context: typer.Context,
    *,
    every: Annotated[str, typer.Option(metavar="TIME", help="How often: 15m, 1h, 1d.")],
    scheduler: Annotated[
        Scheduler | None, typer.Option("--as", help="For which scheduler. Default: this machine's usual one.")
    ] = None,
    inbox: Annotated[Path | None, typer.Option(metavar="DIR", help="Import the exports in this folder first.")] = None,
) -> Result:
    """Print a ready entry that runs `sfpush sync` regularly. Nothing is installed.

    It holds this program's place, the home and the settings in use, so it runs as the same user from anywhere.

    \b
    Examples:
      sfpush schedule --every 15m
      sfpush schedule --every 1h --as systemd --inbox /data/apollo
    """
    from sfpush.display.schedule_entry import cron_entry, launchd_entry, systemd_entry, windows_entry

    session = Session.of(context)
    minutes = _minutes(every)
    chosen = scheduler or _usual()
    command = [*_program(), *_options(session), "sync", *(["--inbox", str(inbox.resolve())] if inbox else [])]
    log = session.home.resolve() / "sync.log"
    if not "".join(command).isprintable():  # a line break in it would begin an entry of its own
        raise UsageError(
            "A path with control characters can't stand in a scheduler's entry.", hint="Rename the folder."
        )
    try:
        match chosen:
            case Scheduler.CRON:
                entry = cron_entry(command, minutes, log)
            case Scheduler.SYSTEMD:
                entry = systemd_entry(command, minutes)
            case Scheduler.LAUNCHD:
                entry = launchd_entry(command, minutes, log)
            case Scheduler.WINDOWS:
                entry = windows_entry(command, minutes)
    except ValueError as problem:
        raise UsageError(f"--every {every} can't be kept: {problem}.", hint="Choose another interval.") from None
    return Result(
        "schedule",
        {"as": chosen.value, "entry": entry},
        view=lambda console: console.print(entry, end="", soft_wrap=True),
        next_step=_HOW[chosen],
    )


def _minutes(every: str) -> int:
    found = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", every.strip().lower())
    if found is None:
        raise UsageError(f"{every!r} is no interval.", hint="Write minutes, hours or days: 15m, 1h, 1d.")
    return int(found[1]) * _MINUTES[found[2]]


def _usual() -> Scheduler:
    return {"darwin": Scheduler.LAUNCHD, "win32": Scheduler.WINDOWS}.get(sys.platform, Scheduler.CRON)


def _program() -> list[str]:
    started = Path(sys.argv[0])
    if started.stem == "sfpush" and started.exists():
        return [str(started.resolve())]
    return [sys.executable, "-m", "sfpush"]


def _options(session: Session) -> list[str]:
    file = session.config_file
    settings = ["--config", str(file.resolve())] if file else []
    return ["--home", str(session.home.resolve()), *settings, "--json"]
