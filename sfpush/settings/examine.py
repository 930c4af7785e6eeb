"""Everything there is to say about a document: the settings it makes, or all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from sfpush.settings.assignment import without
from sfpush.settings.combinations import doubtful, impossible
from sfpush.settings.document import Document, says
from sfpush.settings.effective import leaves
from sfpush.settings.keys import KeyPath, dotted
from sfpush.settings.problems import Finding, Problem, findings
from sfpush.settings.schema import Settings


@dataclass(frozen=True, slots=True)
class Examined:
    """The settings, None exactly when the document itself has problems; problems and warnings in the order of the file.

    `origins` maps every dotted key of `effective(settings)` to `default`, `file:line` or `--set`. `sound` are the
    settings with the default in place of each key in `wrong`; None where the text is no TOML, so that nobody knows
    what else stands there.
    """

    settings: Settings | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    document: Document = field(default_factory=Document, repr=False)
    sound: Settings | None = None
    wrong: frozenset[KeyPath] = frozenset()

    def with_findings(self, problems: Iterable[Finding] = (), warnings: Iterable[Finding] = ()) -> Examined:
        """The same with what others have found in the sound settings, each at its line.

        What they say of a default that only stands in for a wrong value is left out.
        """
        return replace(
            self,
            problems=_in_order((*self.problems, *self._placed(problems))),
            warnings=_in_order((*self.warnings, *self._placed(warnings))),
        )

    def _placed(self, found: Iterable[Finding]) -> tuple[Problem, ...]:
        own = [each for each in found if not any(_overlap(each.path, path) for path in self.wrong)]
        return _placed(own, self.document)


def examine(document: Document) -> Examined:
    """Whether a document makes settings; every problem of it at once."""
    settings, found = _validated(document.values)
    wrong = frozenset(finding.path for finding in found)
    if settings is not None:
        found = (*found, *impossible(settings, wrong))
    problems = (*document.problems, *_placed(found, document))
    if problems or settings is None:
        sound = None if document.problems else settings
        paths = frozenset(finding.path for finding in found)
        return Examined(None, _in_order(problems), document=document, sound=sound, wrong=paths)
    warnings = _in_order(_placed(doubtful(settings), document))
    return Examined(settings, (), warnings, dict(_origins(settings, document)), document, settings)


def _validated(values: Mapping[str, Any]) -> tuple[Settings | None, tuple[Finding, ...]]:
    """The settings that the sound part of the values makes, and what is wrong with the rest.

    What is wrong is taken out and the rest looked at again, so that checks over several keys, which pydantic runs
    only on sound tables, are not hidden by an unrelated mistake.
    """
    found: list[Finding] = []
    while True:
        try:
            return Settings.model_validate(values), tuple(found)
        except ValidationError as error:
            details = error.errors(include_url=False)
        new = [finding for finding in findings(details) if finding not in found]
        if not new:
            return None, tuple(found)
        found.extend(new)
        for finding in new:
            values = without(values, _removable(finding.path, values))


def _removable(path: KeyPath, values: Mapping[str, Any]) -> KeyPath:
    """The key to take out: a list goes whole, and where a key is missing, what lacks it."""
    end = next((place for place, part in enumerate(path) if isinstance(part, int)), len(path))
    return path[:end] if says(values, path[:end]) else path[: end - 1]


def _placed(found: Iterable[Finding], document: Document) -> tuple[Problem, ...]:
    return tuple(Problem(*document.place(each.path), dotted(each.path), each.sentence) for each in found)


def _overlap(one: KeyPath, other: KeyPath) -> bool:
    """Whether one of the two lies within the other."""
    return all(mine == theirs for mine, theirs in zip(one, other, strict=False))


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.line, problem.key)))


def _origins(settings: Settings, document: Document) -> Iterator[tuple[str, str]]:
    for path, _ in leaves(settings):
        file, line = document.place(path)
        place = f"{file}:{line}" if line else file
        yield dotted(path), place if says(document.values, path) else "default"
