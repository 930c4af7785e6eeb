"""`sfpush doctor`: whether everything is as it should be, and what to do where it is not."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import typer

from sfpush.commands.session import Session, now
from sfpush.display.result import DONE, REJECTED, Result


def doctor(context: typer.Context) -> Result:
    """Check everything that a push rests on, and say what to do where something is off.

    This machine (settings, home, lock), the connection (login, clock, API calls, gates), and the org: permissions,
    mapped and required fields, picklists, external ids, duplicate rules, Person Accounts, state and country picklists,
    owners. Nothing is written. Exit code 7 says that something must be mended; warnings alone are no failure.

    \b
    Examples:
      sfpush doctor
      sfpush --json doctor
    """
    from sfpush.display.doctor_view import show_checks
    from sfpush.planning.doctor.diagnose import diagnose
    from sfpush.runs.doctor import Ways, look_around
    from sfpush.settings.load import check
    from sfpush.settings.paths import find_home

    session = Session.of(context)
    ways = Ways(lambda: session.store, lambda: session.org, session.env, now)
    home = find_home(session.home_given, session.env)  # unlike session.home, also one that no command works in
    checks = diagnose(look_around(home, check(session.config_file), ways))
    failed = any(one.state == "failure" for one in checks)
    return Result(
        "doctor",
        {"checks": [asdict(one) for one in checks]},
        view=partial(show_checks, checks),
        exit_code=REJECTED if failed else DONE,
    )
