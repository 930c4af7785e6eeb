"""Any filter: hypothesis strategies for expressions."""

from __future__ import annotations

from hypothesis import strategies as st

from sfpush.filters.expression import And, Compare, Expression, IsBlank, Like, Not, OneOf, Or

NAMES = st.sampled_from(
    ["country", "employees", "do_not_call", "stage", "icp_fit_*", "budget", "größe", "2nd_phone", "and"]
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=8).filter(str.strip)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9).map(lambda number: number + 0.0)
VALUES = TEXTS | NUMBERS | st.booleans()
ORDERED = TEXTS.filter(lambda text: not any(letter.isdigit() for letter in text)) | NUMBERS
CONDITIONS = (
    st.builds(Compare, NAMES, st.just("="), VALUES)
    | st.builds(Compare, NAMES, st.sampled_from(["<", "<=", ">", ">="]), ORDERED)
    | st.builds(OneOf, NAMES, st.lists(VALUES, min_size=1, max_size=4).map(tuple))
    | st.builds(Like, NAMES, TEXTS | st.text("ab%_\\", max_size=6))
    | st.builds(IsBlank, NAMES)
)


def _around(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.builds(Not, inner) | st.builds(And, several) | st.builds(Or, several)


EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(CONDITIONS, _around, max_leaves=6)
