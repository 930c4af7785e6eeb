"""E4: title templates are checked when settings load."""

from __future__ import annotations

import pytest

from sfpush.settings.titles import DEFAULT_TITLES, VARIABLES, check_title


@pytest.mark.parametrize(
    "template",
    [
        *DEFAULT_TITLES.values(),
        *(f"{{{{ {name} }}}}" for name in VARIABLES),
        "no variable",
        "{{ subject | upper }} {% if contact.name %}with {{ contact.name }}{% endif %}",
        "{% set who = user.name %}{{ who }}",
        "{# a remark #}{{ title }}",
        "",
    ],
)
def test_E4_known_variables_are_taken(template: str) -> None:
    assert check_title(template) == template


@pytest.mark.parametrize(
    ("template", "named"),
    [
        ("{{ subjct }}", '"subjct"'),
        ("{{ contact.phone }}", '"contact.phone"'),
        ("{{ contact }}", '"contact"'),
        ("{{ contact['name'] }}", '"contact"'),
        ("{{ subject.upper() }}", '"subject.upper"'),
        ("{{ contact.name.__class__.__mro__ }}", '"….__class__"'),
        ("{{ range(10) }}", '"range"'),
        ("{{ self }}", '"self"'),
        ("{{ ''.__class__ }}", '"….__class__"'),
    ],
)
def test_E4_an_unknown_variable_is_an_error_that_lists_the_known_ones(template: str, named: str) -> None:
    with pytest.raises(ValueError, match="Known are: arrow, direction") as caught:
        check_title(template)
    assert named in str(caught.value)


@pytest.mark.parametrize("template", ["{{ title", "{% if %}", "{{ title | nonsense }}", "{{ }}", "{{ " + "(" * 5000])
def test_E4_what_jinja_cannot_read_is_an_error(template: str) -> None:
    with pytest.raises(ValueError, match="template"):
        check_title(template)


@pytest.mark.parametrize("template", ["{% include 'x' %}", "{% extends 'x' %}", "{% import 'x' as y %}"])
def test_E4_a_title_reads_no_other_files(template: str) -> None:
    with pytest.raises(ValueError, match="other templates"):
        check_title(template)
