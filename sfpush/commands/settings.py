"""`sfpush settings`: look at the settings, check them, change one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sfpush.commands.grouping import add, group
from sfpush.commands.session import Session
from sfpush.display.result import ErrorLine, Result
from sfpush.errors import NotReady, SettingsError

if TYPE_CHECKING:
    from sfpush.planning.map_check import Found
    from sfpush.settings.examine import Examined
    from sfpush.settings.load import Loaded
    from sfpush.settings.problems import Finding, Problem
    from sfpush.settings.schema import Settings

app = group("""Check, show and change the settings.

\b
Examples:
  sfpush settings check
  sfpush settings set contacts.create_as lead
""")


def check(context: typer.Context) -> Result:
    """Check the settings: every problem at once, with its line.

    The file by itself; then, where there is a connection, field maps, picklist values and external ids against the
    org; filters, stages and owners against what was imported. What can't be checked now is said and no problem.

    \b
    Example:
      sfpush settings check
    """
    from sfpush.display.settings_view import show_check
    from sfpush.settings.load import check as check_file

    session = Session.of(context)
    file = session.config_file
    examined = check_file(file)
    skipped: tuple[str, ...] = ()
    if examined.sound is not None:
        examined, skipped = _checked_around(session, examined, examined.sound)
    return Result(
        "settings check",
        {
            "problems": [
                {"file": problem.file, "line": problem.line, "key": problem.key, "message": problem.message}
                for problem in examined.problems
            ],
            "warnings": [*map(str, examined.warnings), *skipped],
            "not_in_effect": [],  # every setting there is acts
        },
        view=partial(show_check, examined, skipped, file),
        exit_code=SettingsError.exit_code if examined.problems else 0,
        errors=tuple(ErrorLine(SettingsError.default_code, str(problem)) for problem in examined.problems),
    )


def _checked_around(session: Session, examined: Examined, settings: Settings) -> tuple[Examined, tuple[str, ...]]:
    """The sound settings checked against what they are about, and what of that could not be done now."""
    from sfpush.runs.settings_check import check_against_org, check_against_store, check_owners_known
    from sfpush.settings.load import Loaded

    session.settings = Loaded(settings, session.config_file, {}, (), examined.document)
    found: list[Found] = []
    warnings: list[Finding] = []
    skipped: tuple[str, ...] = ()
    try:
        org = session.connected_org.org
        found = list(check_against_org(session.org, settings))
        warnings += check_owners_known(session.store, org, settings)
    except NotReady as problem:
        skipped = (f"What needs the org was not checked. {problem.message}",)
    if _has_store(session):
        warnings += check_against_store(session.store, settings)
    problems = [one.finding for one in found if one.weight == "problem"]
    warnings += [one.finding for one in found if one.weight == "warning"]
    return examined.with_findings(problems, warnings), skipped


def _has_store(session: Session) -> bool:
    from sfpush.store.database import FILE_NAME

    return (session.home / FILE_NAME).exists()


def show(
    context: typer.Context,
    changed: Annotated[bool, typer.Option("--changed", help="Only what differs from the defaults.")] = False,
) -> Result:
    """Show every setting that holds now, and where it comes from.

    A title template is shown with an example of what it makes.

    \b
    Examples:
      sfpush settings show
      sfpush settings show --changed
    """
    from sfpush.display.settings_view import show_settings
    from sfpush.planning.activities.titles import example_of
    from sfpush.settings.effective import effective, not_default

    loaded = Session.of(context).settings
    others = not_default(loaded.settings)
    rows = {
        key: {"value": value, "origin": loaded.origins[key]}
        for key, value in effective(loaded.settings).items()
        if not changed or key in others
    }
    for key, row in rows.items():
        if key.endswith(".title_template"):
            row["example"] = example_of(row["value"])
    return Result("settings show", {"settings": rows}, view=partial(show_settings, rows, others))


def set_(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The setting, with dots.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The new value, as TOML; plain text needs no quotes.")],
) -> Result:
    """Change one setting in the file, keeping its comments.

    The file is replaced only if all of its settings are then right. If there is none yet, it is made.

    \b
    Examples:
      sfpush settings set contacts.create_as lead
      sfpush settings set contacts.stages '["Interested", "No stage"]'
    """
    from sfpush.display.settings_view import show_set
    from sfpush.settings.edit import set_value
    from sfpush.settings.effective import effective, not_default
    from sfpush.settings.paths import LOCAL_CONFIG

    session = Session.of(context)
    loaded = set_value(session.config_named or session.config_file or Path(LOCAL_CONFIG), key, value)
    doubts = _doubts_of(session, loaded, key)
    rows = {
        name: {"value": shown, "origin": loaded.origins[name]}
        for name, shown in effective(loaded.settings).items()
        if name == key or name.startswith(f"{key}.")
    }
    return Result(
        "settings set",
        {"settings": rows, "warnings": [str(doubt) for doubt in doubts]},
        view=partial(show_set, rows, not_default(loaded.settings), doubts),
    )


def _doubts_of(session: Session, loaded: Loaded, key: str) -> tuple[Problem, ...]:
    """What the imported records and lists say against the key that was set."""
    from sfpush.runs.settings_check import check_against_store
    from sfpush.settings.assignment import key_path
    from sfpush.settings.examine import Examined

    if not _has_store(session):
        return ()
    path = key_path(key)
    found = (one for one in check_against_store(session.store, loaded.settings) if one.path[: len(path)] == path)
    return Examined(loaded.settings, (), document=loaded.document).with_findings(warnings=found).warnings


def schema(context: typer.Context) -> Result:
    """Print the JSON Schema of the settings file, for editors.

    \b
    Example:
      sfpush settings schema > sfpush.schema.json
    """
    from sfpush.display.settings_view import show_schema
    from sfpush.settings.sample import json_schema

    described = json_schema()
    return Result("settings schema", {"schema": described}, view=partial(show_schema, described))


add(app, check, "check")
add(app, show, "show")
add(app, set_, "set")
add(app, schema, "schema")
