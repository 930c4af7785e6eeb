"""Settings file → `Loaded`, or every problem at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from sfpush.errors import SettingsError
from sfpush.settings.assignment import as_toml, split, value_of, with_value
from sfpush.settings.document import SET, Document, read
from sfpush.settings.examine import Examined, examine
from sfpush.settings.keys import quote
from sfpush.settings.problems import Problem
from sfpush.settings.schema import NotifySettings, Settings


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings that hold, and where each value comes from.

    `origins` maps every dotted key of `effective(settings)` to `default`, `file:line` or `--set`; `warnings` are
    lines like those of a problem; `document` is what was written, for `overlay` to lay more over it.
    """

    settings: Settings
    path: Path | None
    origins: Mapping[str, str]
    warnings: tuple[str, ...]
    document: Document = field(repr=False)


def check(path: Path | None) -> Examined:
    """All problems and warnings of a settings file as values (`settings check`); never raises for its content."""
    return examine(read(path) if path else Document())


def load(path: Path | None) -> Loaded:
    """The settings of a file; of None, the defaults.

    Raises SettingsError with all problems: unreadable, not TOML, unknown key, wrong type, out of range, impossible
    combination.
    """
    return _loaded(path, read(path) if path else Document())


def load_notify(path: Path | None) -> NotifySettings:
    """`[notify]` alone, also of a file in which something else is wrong: its owner is to hear of that too.

    Never raises; where the table itself is wrong, nobody is told anything.
    """
    try:
        return NotifySettings.model_validate(read(path).values.get("notify", {}) if path else {})
    except ValidationError:
        return NotifySettings()


def overlay(loaded: Loaded, assignments: Sequence[str]) -> Loaded:
    """Settings with `KEY=VALUE` laid over them (`plan --set`).

    The value is TOML; what is not TOML, or stands for a key that holds text, is taken as the text it is. Raises
    SettingsError with all problems.
    """
    values, overlaid = loaded.document.values, set(loaded.document.overlaid)
    problems: list[Problem] = []
    for assignment in assignments:
        try:
            path, text = split(assignment)
            values = with_value(values, path, value_of(as_toml(path, text)))
        except ValueError as error:
            problems.append(Problem(SET, 0, quote(assignment), str(error)))
        else:
            overlaid.add(path)
    document = replace(loaded.document, values=values, overlaid=frozenset(overlaid), problems=tuple(problems))
    return _loaded(loaded.path, document)


def refusal(problems: Sequence[Problem], hint: str) -> SettingsError:
    """The error that carries these problems."""
    count = "There is a problem" if len(problems) == 1 else f"There are {len(problems)} problems"
    return SettingsError(f"{count} in the settings.", hint=hint, problems=tuple(str(problem) for problem in problems))


def _loaded(path: Path | None, document: Document) -> Loaded:
    examined = examine(document)
    if examined.settings is None:
        mend = f"Mend {path}" if any(problem.file != SET for problem in examined.problems) else f"Mend {SET}"
        raise refusal(examined.problems, f"{mend}; every key is explained in what sfpush init writes.")
    warnings = tuple(str(warning) for warning in examined.warnings)
    return Loaded(examined.settings, path, examined.origins, warnings, document)
