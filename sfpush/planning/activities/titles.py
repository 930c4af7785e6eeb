"""Title templates (E4): compiled once a plan, rendered for each e-mail, task, call and meeting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sfpush.model import RecordType, Rule
from sfpush.planning.fitting import Misfit, shown
from sfpush.settings.activities import ActivitySettings
from sfpush.settings.titles import VARIABLES

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST_TITLE = 255
"""Of Subject, on Task and Event."""

EXAMPLE: Mapping[str, str] = {
    "arrow": "→",
    "direction": "outgoing",
    "subject": "Your trial",
    "title": "Your trial",
    "type": "call",
    "status": "completed",
    "outcome": "Interested",
    "duration": "3:25",
    "date": "2026-11-24",
    "user.name": "Sam Hill",
    "user.email": "sam@ours.example",
    "contact.name": "Ann Lee",
    "contact.first_name": "Ann",
    "contact.last_name": "Lee",
    "contact.title": "CTO",
    "contact.email": "ann@acme.example",
    "account.name": "Acme",
    "deal.name": "Acme 2027",
}
"""What `settings show` renders each template with."""

_Render = Callable[[Mapping[str, str]], str]


@dataclass(frozen=True)
class Titles:
    """The compiled templates, by the type of activity that they are for."""

    templates: Mapping[RecordType, _Render]

    @classmethod
    def of(cls, settings: ActivitySettings) -> Titles:
        """Compile the templates of the types that have one."""
        return cls(
            {
                RecordType.EMAIL: compiled(settings.emails.title_template),
                RecordType.TASK: compiled(settings.tasks.title_template),
                RecordType.CALL: compiled(settings.calls.title_template),
                RecordType.MEETING: compiled(settings.meetings.title_template),
            }
        )

    def render(self, record_type: RecordType, values: Mapping[str, str]) -> str | Misfit:
        """The title on one line, cut to 255 characters; a Misfit where the template fails on these values.

        `values` holds a text for some of `VARIABLES`; the others are empty.
        """
        title = _rendered(self.templates[record_type], values)
        if isinstance(title, Misfit):
            return title
        return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"


def compiled(template: str) -> _Render:
    """The function that renders a template that the settings have checked."""
    if "{" not in template:
        return lambda _values: template
    ready = _environment().from_string(template)
    return lambda values: ready.render(_nested(values))


def example_of(template: str) -> str:
    """What the template makes of the example, or why it fails on it."""
    title = _rendered(compiled(template), EXAMPLE)
    return title.message if isinstance(title, Misfit) else title


def _rendered(render: _Render, values: Mapping[str, str]) -> str | Misfit:
    """The title on one line."""
    from jinja2 import TemplateError

    try:
        return " ".join(render(values).split())
    except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError) as problem:
        # a filter or an operator that can't do with the value it met: the template's author wrote it
        return Misfit(Rule.BAD_VALUE, f"The title template fails on it: {shown(problem)}.")


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # slow to import; only plans with activities need it

    environment = ImmutableSandboxedEnvironment()
    environment.globals.clear()
    return environment


def _nested(values: Mapping[str, str]) -> Mapping[str, str | dict[str, str]]:
    """`contact.name` as `contact["name"]`, which is how Jinja reads it."""
    nested: dict[str, str | dict[str, str]] = {}
    for name in VARIABLES:
        owner, _, part = name.rpartition(".")
        if owner:
            under = nested.setdefault(owner, {})
            assert isinstance(under, dict)
            under[part] = values.get(name, "")
        else:
            nested[part] = values.get(name, "")
    return nested
