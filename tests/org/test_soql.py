from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.org import soql

_UNESCAPED = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "\\": "\\", "'": "'", '"': '"'}


def read_back(literal: str) -> str:
    """What SOQL's own rules for quoted strings make of a literal; fails on anything that would end it early."""
    assert literal[0] == literal[-1] == "'"
    text = literal[1:-1]
    assert re.fullmatch(r"""(?:[^'"\\\x00-\x1f]|\\(?:[nrtf\\'"]|u[0-9a-f]{4}))*""", text), text
    return re.sub(
        r"\\(?:u([0-9a-f]{4})|(.))",
        lambda found: chr(int(found[1], 16)) if found[1] else _UNESCAPED[found[2]],
        text,
    )


@given(st.text(st.characters(codec=None, categories=None)))
def test_M5_every_text_is_quoted_so_that_it_comes_back(text: str) -> None:
    literal = soql.quote(text)
    assert read_back(literal) == text
    quote_plus(literal)  # no half of a surrogate pair, which a URL can't carry


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("O'Brien", r"'O\'Brien'"),
        ("a\\", r"'a\\'"),
        ("line\nline", r"'line\nline'"),
        ("' OR Name != '", r"'\' OR Name != \''"),
        ("Zoë 🦊", "'Zoë 🦊'"),
        ("\x00\x1b[31m", r"'\u0000\u001b[31m'"),
        ("", "''"),
    ],
)
def test_M5_quoting(text: str, literal: str) -> None:
    assert soql.quote(text) == literal


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (Decimal("1E+3"), "1000"),
        (Decimal("12345678901234567.89"), "12345678901234567.89"),
        (0.1, "0.1"),
        (date(2026, 11, 24), "2026-11-24"),
        (datetime(2026, 11, 24, 8, 0, 0, 1999, UTC), "2026-11-24T08:00:00.001Z"),
        (datetime(2026, 11, 24, 8, tzinfo=timezone(timedelta(hours=2))), "2026-11-24T06:00:00.000Z"),
    ],
)
def test_literals_are_written_by_type(value: soql.Value, literal: str) -> None:
    assert soql.literal(value) == literal


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), datetime(2026, 1, 1)])
def test_values_that_soql_can_not_write_are_refused(value: soql.Value) -> None:
    with pytest.raises(ValueError):
        soql.literal(value)


def test_a_whole_query() -> None:
    query = soql.select(
        ("Id", "Account.Name"),
        "Contact",
        where=[soql.compare("IsDeleted", "=", False), soql.member("Email", ["a@x.example", "b@x.example"])],
        order_by=("SystemModstamp", "Id"),
        limit=10,
    )
    assert query == (
        "SELECT Id, Account.Name FROM Contact WHERE IsDeleted = false AND Email IN ('a@x.example','b@x.example')"
        " ORDER BY SystemModstamp, Id LIMIT 10"
    )
    assert soql.count("Lead", where=[soql.compare("IsConverted", "=", False)]) == (
        "SELECT COUNT() FROM Lead WHERE IsConverted = false"
    )


@pytest.mark.parametrize("name", ["Name, Id", "Name FROM User--", "", "1st", "Näme", "A..B", "Id\n"])
def test_a_name_that_is_no_api_name_never_gets_into_a_query(name: str) -> None:
    with pytest.raises(ValueError):
        soql.select([name], "Contact")
    with pytest.raises(ValueError):
        soql.select(["Id"], name)
    with pytest.raises(ValueError):
        soql.compare(name, "=", 1)
    with pytest.raises(ValueError):
        soql.member(name, [1])
    with pytest.raises(ValueError):
        soql.select(["Id"], "Contact", order_by=[name])


def test_conditions_that_are_no_soql_are_refused() -> None:
    with pytest.raises(ValueError):
        soql.member("Id", [])
    with pytest.raises(ValueError):
        soql.compare("Id", "= null OR Id !=", None)


@given(st.lists(st.text(max_size=40)), st.integers(50, 600))
def test_chunks_keep_every_value_in_order_and_within_the_budget(values: list[str], budget: int) -> None:
    chunks = list(soql.in_chunks(values, budget))
    assert [value for chunk in chunks for value in chunk] == list(dict.fromkeys(values))
    for chunk in chunks:
        assert chunk
        assert len(chunk) == 1 or len(quote_plus(soql.member("F", chunk))) <= budget + len("F+IN+%28%29")


def test_a_thousand_ids_fit_in_three_queries_that_salesforce_takes() -> None:
    ids = [f"003000000{number:06d}AAA" for number in range(1000)]
    chunks = list(soql.in_chunks(ids))
    assert len(chunks) == 3
    query = soql.select(["Id", "SystemModstamp"], "Contact", where=[soql.member("Id", chunks[0])])
    assert len(quote_plus(query)) < 14_000
