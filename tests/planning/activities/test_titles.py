"""E4: titles are rendered from templates that the settings have checked."""

from __future__ import annotations

import pytest

from sfpush.model import RecordType
from sfpush.planning.activities.titles import EXAMPLE, LONGEST_TITLE, Titles, example_of
from sfpush.planning.fitting import Misfit
from sfpush.settings.activities import ActivitySettings, TaskSettings
from sfpush.settings.titles import DEFAULT_TITLES, VARIABLES


def _task_title(template: str, **values: str) -> str | Misfit:
    titles = Titles.of(ActivitySettings(tasks=TaskSettings(title_template=template)))
    return titles.render(RecordType.TASK, values)


def test_E4_every_variable_has_an_example() -> None:
    assert set(EXAMPLE) == set(VARIABLES)
    for name in VARIABLES:
        assert example_of(f"{{{{ {name} }}}}") == EXAMPLE[name]


def test_E4_the_default_titles() -> None:
    assert {name: example_of(template) for name, template in DEFAULT_TITLES.items()} == {
        "email": "[Apollo] [Email] [→] Your trial",
        "task": "[Apollo] Your trial",
        "call": "[Apollo] [Call] Ann Lee: Interested",
        "meeting": "Your trial",
    }


def test_E4_a_variable_without_a_value_is_empty() -> None:
    assert _task_title("[{{ contact.name }}] {{ title }}", title="Send it") == "[] Send it"


def test_E4_a_title_is_one_line_of_at_most_255_characters() -> None:
    assert _task_title("{{ title }}", title=" two\n lines ") == "two lines"
    longest = _task_title("{{ title }}", title="x" * 255)
    assert longest == "x" * 255
    cut = _task_title("{{ title }}", title="x" * 256)
    assert isinstance(cut, str)
    assert len(cut) == LONGEST_TITLE
    assert cut.endswith("…")


@pytest.mark.parametrize("template", ["{{ title|int / 0 }}", "{{ title + 1 }}", "{{ title|round }}"])
def test_E4_a_template_that_fails_on_a_value_is_told_not_raised(template: str) -> None:
    found = _task_title(template, title="a")
    assert isinstance(found, Misfit)
    assert "title template" in found.message
    assert "title template" in example_of(template)


def test_E4_html_in_a_title_stays_as_it_is() -> None:
    assert _task_title("{{ title }}", title="<b>R&D</b>") == "<b>R&D</b>"
