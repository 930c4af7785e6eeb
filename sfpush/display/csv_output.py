"""Tables for spreadsheets. Text that a spreadsheet would run as a formula is defused with an apostrophe."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from sfpush.model import AnyChange

PLAN_COLUMNS = (
    "record", "name", "action", "sobject", "salesforce_id", "rule", "reason", "field", "before", "after",
)  # fmt: skip
RECORD_COLUMNS = (
    "key", "type", "name", "email", "stage", "synced", "salesforce_id", "sobject", "last_action", "last_rule",
    "last_reason",
)  # fmt: skip
_FORMULA = re.compile("(?:^|(?<=[;\t\r\n]))(?='*[=+\\-@\t\r\n＝＋－＠])")
"""Where a formula would begin: in front, and behind what ends a cell where a comma does not (`;` in half of Europe).
An apostrophe that stood there already gets another, so that taking one away gives back what was."""


def write_csv(file: TextIO, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """A head and one line a row; UTF-8 with a mark, which is what spreadsheets expect, is the caller's to choose."""
    writer = csv.writer(file, lineterminator="\r\n")
    names = tuple(columns)
    writer.writerow(map(cell, names))
    writer.writerows([cell(row.get(name)) for name in names] for row in rows)


def plan_rows(changes: Iterable[AnyChange]) -> Iterator[dict[str, Any]]:
    """One line a field, so that a plan can be filtered and sorted; a change without fields is one line."""
    for change in changes:
        line = {
            "record": change.record,
            "name": change.name,
            "action": change.action,
            "sobject": change.sobject,
            "salesforce_id": change.salesforce_id,
            "rule": change.rule.value,
            "reason": change.reason,
        }
        if not change.fields:
            yield line
        for one in change.fields:
            yield {**line, "field": one.field, "before": one.before, "after": one.after}


def cell(value: Any) -> Any:
    """A value as a cell: numbers as they are, text with an apostrophe wherever a formula would begin.

    `importer.columns` takes those apostrophes away again.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    return _FORMULA.sub("'", str(value))
