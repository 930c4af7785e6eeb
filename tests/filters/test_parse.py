"""The filter language (B6): what is read, what is refused, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.filters.expression import And, Compare, Expression, IsBlank, Like, Not, OneOf, Or, names, written
from sfpush.filters.parse import FilterError, parse
from sfpush.model import RecordType

from .expressions import EXPRESSIONS


def contacts(text: str) -> Expression:
    return parse(text, RecordType.CONTACT)


def test_B6_reads_the_filter_of_the_specification() -> None:
    assert contacts("country = 'Germany' and employees >= 50") == And(
        (Compare("country", "=", "Germany"), Compare("employees", ">=", 50))
    )


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("city = 'Köln'", Compare("city", "=", "Köln")),
        ('city = "O\'Brien ""Bob"""', Compare("city", "=", 'O\'Brien "Bob"')),
        ("city = 'O''Brien'", Compare("city", "=", "O'Brien")),
        ("employees < -1.5e3", Compare("employees", "<", -1500.0)),
        ("employees = .5", Compare("employees", "=", 0.5)),
        ("do_not_call = TRUE", Compare("do_not_call", "=", True)),
        ("city != 'Bonn'", Not(Compare("city", "=", "Bonn"))),
        ("city <> 'Bonn'", Not(Compare("city", "=", "Bonn"))),
        ("city IN ('Bonn', 5, false)", OneOf("city", ("Bonn", 5, False))),
        ("city not in ('Bonn')", Not(OneOf("city", ("Bonn",)))),
        ("title like '%VP\\%'", Like("title", "%VP\\%")),
        ("title Not Like 'a_c'", Not(Like("title", "a_c"))),
        ("title is null", IsBlank("title")),
        ("title is not null", Not(IsBlank("title"))),
        ("title = ''", IsBlank("title")),
        ("title != '  '", Not(IsBlank("title"))),
    ],
)
def test_B6_conditions(text: str, expression: Expression) -> None:
    assert contacts(text) == expression


def test_B6_not_binds_closest_then_and_then_or() -> None:
    a, b, c, d = (Compare(name, "=", 1) for name in "abcd")
    assert contacts("a = 1 or b = 1 and not c = 1 and d = 1") == Or((a, And((b, Not(c), d))))
    assert contacts("(a = 1 or b = 1) and not (c = 1 or d = 1)") == And((Or((a, b)), Not(Or((c, d)))))


def test_B6_names_are_apollo_fields_however_the_export_spells_them() -> None:
    assert names(contacts('"# Employees" > 5 and estimated_num_employees < 9')) == ("employees",)
    assert names(contacts("company = 'Acme' and contact_stage = 'Cold'")) == ("organization_name", "stage")
    assert names(parse("company = 'Acme'", RecordType.ACCOUNT)) == ("name",)
    assert names(contacts("\"ICP Fit *\" = 'A' and icp_fit_* = 'B' and \"And\" is null")) == ("icp_fit_*", "and")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Position 1: the filter ends where the name of a field is expected."),
        ("country = Germany", "Position 11: Germany is no value. Put text in quotes: 'Germany'."),
        ("country == 'x'", "Position 10: = stands where a value is expected."),
        ("country", "Position 8: the filter ends where a comparison is expected."),
        ("Company Name = 'x'", "a name with blanks stands in double quotes."),
        ("'country' = 'x'", "Position 1: 'country' stands where the name of a field is expected."),
        ("country = 'x", "Position 11: The text 'x has no closing quote. Close it."),
        ("(country = 'x'", "Position 15: the filter ends where a closing parenthesis is expected."),
        ("country = 'x' or", "Position 17: the filter ends where the name of a field is expected."),
        ("country = 'x' employees = 1", "Write and or or between two conditions."),
        ("country = null", "Write `is null` or `is not null`."),
        ("country is 'x'", "Position 12: 'x' stands where null is expected."),
        ("country in 'x'", "Position 12: 'x' stands where a list is expected."),
        ("country in ()", "Position 13: ) stands where a value is expected."),
        ("country in ('a' 'b')", "Position 17: 'b' stands where a comma or a closing parenthesis is expected."),
        ("country in ('a', '')", "Position 18: An empty text can't stand in a list."),
        ("country like 5", "Position 14: 5 stands where text in quotes is expected."),
        ("country not = 'x'", "Position 13: = stands where in or like is expected."),
        ("employees > '50'", "Write numbers without quotes."),
        ("employees > ''", "Nothing is more or less than an empty text."),
        ("do_not_call > true", "true is neither more nor less than anything."),
        ("employees = 50k", "Position 13: 50k is not a number."),
        ("employees = 1e999", "Position 13: 1e999 is too large a number."),
        ("employees = 1; drop table records", "Position 14: ; has no meaning here."),
        ('"#" = 1', 'Position 1: "#" can\'t be the name of a field.'),
        ("not " * 40 + "a = 1", "nested more than 30 deep"),
        ("(" * 5000 + "a = 1" + ")" * 5000, "nested more than 30 deep"),
        (" or ".join(["a = 1"] * 201), "A filter takes 200 conditions."),
        ("a = '" + "x" * 100_000 + "'", "more than 100,000"),
    ],
)
def test_B6_says_where_a_filter_is_wrong_and_what_was_expected(text: str, said: str) -> None:
    with pytest.raises(FilterError) as refused:
        contacts(text)
    assert said in str(refused.value)


@given(EXPRESSIONS)
def test_B6_a_filter_written_down_is_read_as_the_same_filter(expression: Expression) -> None:
    assert contacts(written(expression)) == expression


@given(st.text() | st.lists(st.sampled_from("a = < 'x' 5 and or not in like is null ( ) , true".split())).map(" ".join))
def test_B6_any_text_is_a_filter_or_a_clean_error(text: str) -> None:
    try:
        expression = contacts(text)
    except FilterError as refused:
        assert str(refused).startswith("Position ")
    else:
        assert contacts(written(expression)) == expression
