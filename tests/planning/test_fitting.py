"""Values fitted to the org's fields (F4), and when two values are the same to Salesforce (F2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.describe import FieldDescribe
from sfpush.model import Rule
from sfpush.planning.fitting import Misfit, Shortened, fitter, is_blank, same
from tests.planning.made import text_field

CHECKBOX = FieldDescribe("DoNotCall", "Do Not Call", "boolean")
WHOLE = FieldDescribe("NumberOfEmployees", "Employees", "int", digits=8)
MONEY = FieldDescribe("AnnualRevenue", "Annual Revenue", "currency", precision=10, scale=2)
DAY = FieldDescribe("Birthdate", "Birthdate", "date")
MOMENT = FieldDescribe("Seen__c", "Seen", "datetime")
RATING = FieldDescribe("Rating", "Rating", "picklist", 40, picklist=("Hot", "Warm"), restricted_picklist=True)
SOURCE = FieldDescribe("LeadSource", "Source", "picklist", 10, picklist=("Web",))
TAGS = FieldDescribe("Tags__c", "Tags", "multipicklist", 100, picklist=("Red", "Green"), restricted_picklist=True)
ALL = (
    CHECKBOX,
    WHOLE,
    MONEY,
    DAY,
    MOMENT,
    RATING,
    SOURCE,
    TAGS,
    text_field("Title", 20),
    text_field("E", type="email"),
)


def fit(field: FieldDescribe, value: Any, on_too_long: Literal["block", "truncate"] = "block") -> Any:
    return fitter(field, on_too_long)(value)


@pytest.mark.parametrize(
    ("field", "value", "fitted"),
    [
        (text_field("Title", 20), "  CEO ", "CEO"),
        (text_field("Title", 20), 12, "12"),
        (text_field("Title", 20), ["a", "b"], "a, b"),
        (text_field("Title", 20), True, "true"),
        (text_field("Title", 20), "  ", None),
        (CHECKBOX, "TRUE", True),
        (CHECKBOX, False, False),
        (CHECKBOX, "no", False),
        (CHECKBOX, "", None),
        (WHOLE, "1,200", 1200),
        (WHOLE, "10.0", 10),
        (WHOLE, 0, 0),
        (MONEY, "$1,234,567.5", 1234567.5),
        (MONEY, "€ 12", 12),
        (MONEY, 3.25, 3.25),
        (DAY, "2026-03-18T22:36:33+00:00", "2026-03-18"),
        (DAY, "03/18/2026", "2026-03-18"),
        (DAY, "18.03.2026", "2026-03-18"),
        (DAY, "Mar 18, 2026", "2026-03-18"),
        (MOMENT, "2026-03-18T22:36:33+02:00", "2026-03-18T20:36:33.000+0000"),
        (MOMENT, "2026-03-18", "2026-03-18T00:00:00.000+0000"),
        (RATING, "hot", "Hot"),
        (SOURCE, "web", "Web"),
        (SOURCE, "Apollo", "Apollo"),
        (TAGS, "green, RED; green", "Green;Red"),
        (TAGS, ["red"], "Red"),
        (TAGS, " ; ", None),
        (text_field("Email", type="email"), " Ann@acme.example ", "Ann@acme.example"),
    ],
)
def test_F4_what_fits(field: FieldDescribe, value: Any, fitted: Any) -> None:
    found = fit(field, value)
    assert found == fitted
    assert type(found) is type(fitted)


@pytest.mark.parametrize(
    ("field", "value", "rule", "words"),
    [
        (text_field("Title", 5), "Director", Rule.TOO_LONG, ("Title", "5", "Director", "8")),
        (text_field("Title"), {"a": 1}, Rule.BAD_VALUE, ("Title",)),
        (CHECKBOX, "maybe", Rule.BAD_VALUE, ("DoNotCall", "maybe")),
        (WHOLE, "many", Rule.BAD_VALUE, ("NumberOfEmployees", "many")),
        (WHOLE, "1.5", Rule.BAD_VALUE, ("whole", "1.5")),
        (WHOLE, "12,5", Rule.BAD_VALUE, ("12,5",)),
        (WHOLE, True, Rule.BAD_VALUE, ("NumberOfEmployees",)),
        (WHOLE, "123456789", Rule.TOO_LONG, ("8 digits", "123456789")),
        (MONEY, "1.234,5", Rule.BAD_VALUE, ("1.234,5",)),
        (MONEY, "NaN", Rule.BAD_VALUE, ("AnnualRevenue",)),
        (MONEY, "100000000", Rule.TOO_LONG, ("8 digits",)),
        (DAY, "soon", Rule.BAD_VALUE, ("Birthdate", "soon")),
        (DAY, "2026-02-30", Rule.BAD_VALUE, ("2026-02-30",)),
        (MOMENT, "noon", Rule.BAD_VALUE, ("Seen__c", "noon")),
        (RATING, "Cold", Rule.PICKLIST_VALUE, ("Rating", "Cold", "Hot, Warm")),
        (SOURCE, "Apollo and more", Rule.TOO_LONG, ("LeadSource", "10")),
        (TAGS, "Red;Blue", Rule.PICKLIST_VALUE, ("Tags__c", "Blue")),
        (text_field("Email", type="email"), "ann@acme", Rule.BAD_VALUE, ("Email", "ann@acme")),
        (text_field("Email", 12, type="email"), "ann@acme.example", Rule.TOO_LONG, ("Email", "12")),
    ],
)
def test_F4_what_does_not_fit_names_field_value_and_limit(
    field: FieldDescribe, value: Any, rule: Rule, words: tuple[str, ...]
) -> None:
    found = fit(field, value)
    assert isinstance(found, Misfit)
    assert found.rule is rule
    assert all(word in found.message for word in words), found.message


def test_F4_text_is_cut_where_the_settings_say_so_and_nothing_else() -> None:
    assert fit(text_field("Title", 5), "Chief executive", "truncate") == Shortened(
        "Chief", "Title was cut to 5 characters."
    )
    assert isinstance(fit(text_field("Email", 12, type="email"), "ann@acme.example", "truncate"), Misfit)
    assert isinstance(fit(SOURCE, "Apollo and more", "truncate"), Misfit)


@pytest.mark.parametrize(
    ("field", "one", "other", "alike"),
    [
        (text_field("Title"), "", None, True),
        (text_field("Title"), "CEO", "ceo", False),
        (text_field("Title"), "a\r\nb ", "a\nb", True),
        (text_field("E", type="email"), "Ann@X.example", "ann@x.example", True),
        (CHECKBOX, False, None, True),
        (CHECKBOX, True, False, False),
        (WHOLE, 0, None, False),
        (WHOLE, 12, 12.0, True),
        (MONEY, 1.005, "1.01", True),
        (MONEY, 1.001, 1.01, False),
        (MOMENT, "2026-03-18T22:36:33.000+0000", "2026-03-18T22:36:33Z", True),
        (TAGS, "Red;Green", "Green;Red", True),
        (None, "x", "x", True),
        (None, "x", "y", False),
    ],
)
def test_F2_when_two_values_are_the_same_to_salesforce(
    field: FieldDescribe | None, one: Any, other: Any, alike: bool
) -> None:
    assert same(field, one, other) is alike
    assert same(field, other, one) is alike


def test_F2_a_zero_is_no_blank() -> None:
    assert [value for value in (None, "", False, 0, 0.0, "0", "x", True) if is_blank(value)] == [None, "", False]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.integers().map(str) | st.dates().map(str) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=5,
)


@pytest.mark.parametrize("field", ALL, ids=lambda field: field.type)
@given(value=JSON_VALUES)
def test_F4_any_value_is_fitted_or_refused_and_a_fitted_one_fits_again(field: FieldDescribe, value: Any) -> None:
    for on_too_long in ("block", "truncate"):
        fitted = fitter(field, on_too_long)(value)
        if isinstance(fitted, Shortened):
            fitted = fitted.value
        if fitted is None or isinstance(fitted, Misfit):
            continue
        again = fitter(field, on_too_long)(fitted)
        assert same(field, again, fitted), (fitted, again)
        assert not isinstance(fitted, str) or not field.length or len(fitted) <= field.length


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-99999999, max_value=99999999))
def test_D5_amounts_are_never_rounded(amount: Decimal) -> None:
    fitted = fit(MONEY, f"{amount:,}")
    assert Decimal(str(fitted)) == amount


@pytest.mark.parametrize("text", ["1234567890123456.78", "0.1", "12.30", "-99999999999999.99", "100"])
def test_D5_an_amount_is_never_rounded(text: str) -> None:
    amount = FieldDescribe("Amount", "Amount", "currency", precision=18, scale=2)
    fitted = fit(amount, text)
    assert Decimal(repr(fitted) if isinstance(fitted, float) else str(fitted)) == Decimal(text)
    assert same(amount, fitted, float(text)), "the org's answer is a double"
