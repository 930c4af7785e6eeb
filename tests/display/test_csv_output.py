"""Tables for spreadsheets: nothing in them runs, numbers stay numbers."""

from __future__ import annotations

import csv
import io

import pytest

from sfpush.display.csv_output import PLAN_COLUMNS, cell, plan_rows, write_csv
from sfpush.model import Block, Create, FieldChange, Rule


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=cmd()", "'=cmd()"),
        ("+49 711", "'+49 711"),
        ("-1", "'-1"),
        ("@sum", "'@sum"),
        ("\t=x", "'\t'=x"),
        ("\r=x", "'\r'=x"),
        ("'=x", "''=x"),
        ("＝x", "'＝x"),
        ("a;=cmd|' /C calc'!A0;b", "a;'=cmd|' /C calc'!A0;b"),
        ("two\nlines\n-1", "two\nlines\n'-1"),
        ("it's 5; +1 more", "it's 5; +1 more"),
        ("plain", "plain"),
        ("a=b", "a=b"),
        (-5, -5),
        (2.5, 2.5),
        (None, ""),
        (True, "true"),
        (["=x"], "['=x']"),
    ],
)
def test_text_that_looks_like_a_formula_gets_an_apostrophe(value: object, written: object) -> None:
    assert cell(value) == written


def test_a_plan_is_one_line_a_field() -> None:
    create = Create(
        record="contact:1",
        name="=HYPERLINK()",
        sobject="Contact",
        rule=Rule.NEW,
        reason="New.",
        fields=(FieldChange("LastName", None, "Lee"), FieldChange("NumberOfEmployees", -1, 5)),
    )
    block = Block(record="contact:2", name="Z", sobject="Contact", rule=Rule.COMPANY_MISSING, reason="None.")
    file = io.StringIO()
    write_csv(file, PLAN_COLUMNS, plan_rows([create, block]))
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert [(row["record"], row["field"], row["before"], row["after"]) for row in rows] == [
        ("contact:1", "LastName", "", "Lee"),
        ("contact:1", "NumberOfEmployees", "-1", "5"),
        ("contact:2", "", "", ""),
    ]
    assert rows[0]["name"] == "'=HYPERLINK()"
