"""Filters asked of records (B6): SQL says what a plain reading of the rule says, and can do nothing else."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.filters.expression import And, Compare, Expression, IsBlank, Like, Not, OneOf, Or
from sfpush.filters.parse import parse
from sfpush.model import ParsedRecord, RecordType
from sfpush.planning.custom_fields import CustomFields
from sfpush.store import records
from sfpush.store.database import open_store
from sfpush.store.filters import Vocabulary, filtering, unseen_names
from tests.filters.expressions import EXPRESSIONS, TEXTS

COLD = "6095a710bd01d100a506d4ac"
BUDGET = "6095a710bd01d100a506d4b0"
VOCABULARY = Vocabulary(
    {RecordType.CONTACT: {COLD: "Cold"}},
    CustomFields.of(
        [
            {
                "id": BUDGET,
                "name": "Budget",
                "modality": "contact",
                "picklist_values": [{"id": "b1", "name": "Large"}, {"id": "b2", "name": "50"}],
            }
        ]
    ),
)
Store = sqlite3.Connection


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(open_store(tmp_path_factory.mktemp("home"))) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        yield connection


def keep(store: Store, *all_fields: Mapping[str, Any]) -> list[str]:
    store.execute("DELETE FROM records")
    store.execute("DELETE FROM record_keys")
    keys = [f"contact:{number}" for number in range(len(all_fields))]
    found = [
        ParsedRecord(key, RecordType.CONTACT, fields, set(fields)) for key, fields in zip(keys, all_fields, strict=True)
    ]
    records.upsert(store, found, now="2026-11-24T09:00:00.000000Z")
    return keys


def passes(store: Store, filter_text: str | Expression, **fields: Any) -> bool:
    expression = parse(filter_text, RecordType.CONTACT) if isinstance(filter_text, str) else filter_text
    keys = keep(store, fields)
    with filtering(store, expression, RecordType.CONTACT, VOCABULARY) as asked:
        passing = asked.passing(keys)
        assert list(asked.all_passing()) == sorted(passing)
    return bool(passing)


def test_B6_text_compares_without_case_and_outer_blanks(store: Store) -> None:
    assert passes(store, "country = ' germany '", country="GERMANY ")
    assert passes(store, "city in ('köln', 'Bonn')", city="KÖLN")
    assert passes(store, "city = 'STRASSE'", city="Straße")
    assert not passes(store, "country = 'Germany'", country="German")


def test_B6_numbers_compare_as_numbers_also_from_text(store: Store) -> None:
    for employees in (120, 120.0, "120", "1,200", "$1,200.50"):
        assert passes(store, "employees >= 50", employees=employees)
    assert passes(store, "employees = 120", employees="120.0")
    assert not passes(store, "employees > 50", employees="9")
    assert not passes(store, "employees > 50", employees="many")
    assert passes(store, "employees = '120'", employees=120)


def test_B6_true_and_false_are_checkboxes_however_they_are_spelt(store: Store) -> None:
    for yes in (True, "TRUE", "yes", "1", 1):
        assert passes(store, "do_not_call = true", do_not_call=yes)
        assert passes(store, "do_not_call != false", do_not_call=yes)
    assert passes(store, "do_not_call = false", do_not_call="no")
    assert not passes(store, "do_not_call = false", do_not_call="maybe")


def test_B6_a_blank_is_not_equal_to_like_or_less_than_anything(store: Store) -> None:
    for blank in ({}, {"city": "  "}, {"city": None}):
        for holds in ("city is null", "city = ''", "city != 'Bonn'", "city not in ('Bonn', 5)", "city not like '%'"):
            assert passes(store, holds, **blank), holds
        for fails in ("city is not null", "city = 'Bonn'", "city < 'Z'", "city < 5", "city = false", "city like '%'"):
            assert not passes(store, fails, **blank), fails


def test_B6_like_knows_percent_underscore_and_backslash(store: Store) -> None:
    assert passes(store, "title like '%vp%sales'", title="Senior VP, Global Sales")
    assert passes(store, "title like 'ÉT_DES'", title="études")
    assert passes(store, r"title like '100\%'", title="100%")
    assert not passes(store, r"title like '100\%'", title="1000")
    assert not passes(store, "title like 'a.c'", title="abc")
    assert passes(store, "title like 'a%c'", title="a\nc")


def test_B6_a_pattern_of_many_parts_takes_no_time(store: Store) -> None:
    assert not passes(store, f"title like '{'%a' * 200}b'", title="a" * 5000)


def test_B6_stage_goes_by_name_also_where_the_record_holds_an_id(store: Store) -> None:
    assert passes(store, "stage = 'cold'", stage=COLD)
    assert passes(store, "stage = 'Cold'", stage="Cold")
    assert not passes(store, f"stage = '{COLD}'", stage=COLD)
    assert passes(store, "stage = 'No stage' and stage is null", stage="")
    assert not passes(store, "stage = 'No stage'")


def test_B6_custom_fields_go_by_name_and_their_picklist_values_too(store: Store) -> None:
    assert passes(store, "budget = 'large'", typed_custom_fields={BUDGET: "b1"})
    assert passes(store, "budget > 20", typed_custom_fields={BUDGET: "b2"})
    assert passes(store, "budget = 'Large, 50'", typed_custom_fields={BUDGET: ["b1", "b2"]})
    assert passes(store, "budget = 'small'", budget="Small", typed_custom_fields={BUDGET: "b1"})


def test_B6_a_pattern_is_the_last_column_that_begins_so(store: Store) -> None:
    assert passes(store, "\"ICP Fit *\" = 'A'", icp_fit_9="B", icp_fit_10="A", icp="C")
    assert passes(store, "bud* = 'Large'", typed_custom_fields={BUDGET: "b1"})


def test_B6_a_definition_with_a_strange_id_is_no_way_into_the_query(store: Store) -> None:
    strange = CustomFields.of([{"id": 'x") or 1 --"', "name": "Odd", "modality": "contact"}])
    with filtering(store, IsBlank("odd"), RecordType.CONTACT, Vocabulary({}, strange)) as asked:
        assert asked.passing(keep(store, {"first_name": "Ann"}))


def test_B6_the_connection_of_a_filter_sees_records_and_nothing_else(store: Store) -> None:
    with filtering(store, IsBlank("city"), RecordType.CONTACT, VOCABULARY) as asked:
        reader = asked._reader
        for forbidden in (
            "SELECT key FROM links",
            "SELECT name FROM records",
            "SELECT load_extension('x')",
            "DELETE FROM records",
            "PRAGMA table_info(records)",
            "ATTACH ':memory:' AS other",
        ):
            with pytest.raises(sqlite3.DatabaseError):
                reader.execute(forbidden)


def test_B6_names_that_no_record_has_are_told(store: Store) -> None:
    keep(store, {"country": "Germany", "icp_fit_1": "A"})
    expression = parse(
        "contry = 'x' and country = 'x' and budget = 1 and stage = 'x' and icp_* = 'A'", RecordType.CONTACT
    )
    assert unseen_names(store, expression, RecordType.CONTACT, VOCABULARY) == ("contry",)


SCALARS = (
    TEXTS
    | st.sampled_from(["", " ", "120", "1,200", "yes", "FALSE", "b1", "Germany"])
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(-1e9, 1e9)
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "country": SCALARS | st.lists(TEXTS, min_size=1, max_size=2),
        "employees": SCALARS,
        "do_not_call": SCALARS,
        "stage": st.sampled_from(["", "Cold", COLD]) | TEXTS,
        "icp_fit_1": SCALARS,
        "icp_fit_2": SCALARS,
        "größe": SCALARS,
        "budget": SCALARS,
        "typed_custom_fields": st.fixed_dictionaries({}, optional={BUDGET: SCALARS | st.just(["b1", "x"])}),
    },
)


@given(EXPRESSIONS, st.lists(FIELDS, min_size=1, max_size=4))
def test_B6_SQL_agrees_with_a_plain_reading_of_the_rule(
    store: Store, expression: Expression, all_fields: list[dict[str, Any]]
) -> None:
    keys = keep(store, *all_fields)
    with filtering(store, expression, RecordType.CONTACT, VOCABULARY) as asked:
        passing = asked.passing(keys)
    plain = {
        key
        for key, fields in zip(keys, all_fields, strict=True)
        if holds(expression, orjson.loads(orjson.dumps(fields)))
    }
    assert passing == plain


def holds(expression: Expression, fields: dict[str, Any]) -> bool:
    """The rule restated over a record's fields."""
    match expression:
        case Compare(name, "=", value):
            return equal(read(name, fields), value)
        case Compare(name, operator, value):
            mine: Any = as_number(read(name, fields)) if not isinstance(value, str) else as_text(read(name, fields))
            other = value.strip().casefold() if isinstance(value, str) else value
            if mine in (None, ""):
                return False
            return {"<": mine < other, "<=": mine <= other, ">": mine > other, ">=": mine >= other}[operator]
        case OneOf(name, values):
            return any(equal(read(name, fields), value) for value in values)
        case Like(name, pattern):
            mine = as_text(read(name, fields))
            return bool(mine) and matches(mine, pattern.casefold())
        case IsBlank(name):
            return as_text(read(name, fields)) == "" or (name == "stage" and not str(fields.get("stage", "")).strip())
        case Not(inner):
            return not holds(inner, fields)
        case And(parts):
            return all(holds(part, fields) for part in parts)
        case Or(parts):
            return any(holds(part, fields) for part in parts)


def read(name: str, fields: dict[str, Any]) -> Any:
    if name == "icp_fit_*":
        return next((fields[one] for one in reversed(fields) if one.startswith("icp_fit_")), None)
    value = fields.get(name)
    if name == "stage" and value is not None:
        return {"": "No stage", COLD: "Cold"}.get(value.strip(), value)
    if name == "budget":
        value = fields.get("typed_custom_fields", {}).get(BUDGET) if value is None else value
        spelt = {"b1": "Large", "b2": "50"}
        if isinstance(value, list):
            return [spelt.get(one, one) for one in value]
        return spelt.get(value.strip(), value) if isinstance(value, str) else value
    return value


def as_text(value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(one.strip() for one in value)
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return "" if value is None else str(value).strip().casefold()


def as_number(value: Any) -> Any:
    if value is None or isinstance(value, bool | list):
        return None
    if isinstance(value, int | float):
        return value
    try:
        number = Decimal(value.strip().replace(",", "").replace("\xa0", "").lstrip("$€£"))
    except InvalidOperation:
        return None
    return float(number) if number.is_finite() else None


def equal(mine: Any, value: Any) -> bool:
    if isinstance(value, bool):
        return as_text(mine) in (("true", "yes", "1", "on") if value else ("false", "no", "0", "off"))
    if isinstance(value, str):
        return as_text(mine) == value.strip().casefold()
    return as_number(mine) == value


def matches(text: str, pattern: str) -> bool:
    escaped = re.findall(r"\\(.)|([%_])|(.)", pattern, re.DOTALL)
    plain = "".join(
        {"%": ".*", "_": "."}[sign] if sign else re.escape(quoted or letter) for quoted, sign, letter in escaped
    )
    return re.fullmatch(plain, text, re.DOTALL) is not None
