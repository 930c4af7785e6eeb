"""This side: the settings file, the home and its files, the store, the lock."""

from __future__ import annotations

from collections.abc import Iterator

from sfpush.planning.doctor.checks import Check, failure, ok, warning
from sfpush.planning.doctor.facts import Home, Machine
from sfpush.settings.examine import Examined
from sfpush.settings.problems import Problem

_LITTLE_SPACE = 200 * 1024 * 1024
_MEGABYTE = 1024 * 1024
_OTHERS = 0o077


def check_machine(examined: Examined, machine: Machine) -> Iterator[Check]:
    """Everything that can be said without an org."""
    yield from _settings(examined, machine)
    yield from _home(machine.home)
    if machine.store is not None:
        yield failure("store", machine.store.message, machine.store.fix)
    elif machine.home.exists:
        yield ok("store", "The local store opens.")
    if machine.at_work is not None:
        message = f"Another run is at work: {machine.at_work}."
        yield warning("lock", message, "Wait for it to end. If it should not be running, stop that process.")
    else:
        yield ok("lock", "No other run is at work in this home.")


def _settings(examined: Examined, machine: Machine) -> Iterator[Check]:
    for problem in examined.problems:
        yield failure("settings", problem.message, _mend(problem))
    warned = examined.with_findings(warnings=machine.unknown).warnings if examined.settings is not None else ()
    for problem in warned:
        yield warning("settings", problem.message, _mend(problem))
    if not examined.problems and not warned:
        name = examined.document.name
        yield ok("settings", f"{name} is sound." if name else "There is no settings file; the defaults hold.")


def _mend(problem: Problem) -> str:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    return f"Mend {problem.key} ({place})." if problem.key else f"Mend {place}."


def _home(home: Home) -> Iterator[Check]:
    name = "home"
    checks = [failure(name, home.trouble.message, home.trouble.fix)] if home.trouble else []
    if not home.writable:
        message = f"{home.path} can't be written by this user."
        fix = f"Give it to the user who runs sfpush (chown, chmod 700 {home.path}), or name another with --home."
        checks.append(failure(name, message, fix))
    elif home.free_bytes < _LITTLE_SPACE:
        left = f"{home.free_bytes // _MEGABYTE:,} MB"
        message = f"The disk of {home.path} has {left} left, and a push that can't note what it does stops."
        checks.append(warning(name, message, "Make room on that disk, or name a home elsewhere with --home."))
    if home.secret_mode is not None and home.secret_mode & _OTHERS:
        message = f"The connection's secret in {home.path} can be read by other users (mode {home.secret_mode:04o})."
        fix = f"chmod 600 {home.path}/secrets.json; if others use this machine, get a new secret as well."
        checks.append(failure(name, message, fix))
    if home.exists:
        fine = f"{home.path} can be written, and what is in it is closed to others."
    else:
        fine = f"{home.path} is made when it is first needed."
    yield from checks or [ok(name, fine)]
