"""The field map as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from sfpush.display.console import safe
from sfpush.display.plan_view import value_text
from sfpush.display.table import plain_table

_WIDE = 100


def show_fields(rows: Sequence[Mapping[str, Any]], console: Console) -> None:
    """One table an object: from, to, how, what the org says, a sample."""
    for sobject, lines in groupby(rows, key=lambda row: row["object"]):
        console.print(Text(sobject, "bold"))
        wide = console.width >= _WIDE
        table = plain_table("Apollo", "Salesforce", "write", "in the org", *(["sample"] if wide else []))
        for line in lines:
            sample = [Text(value_text(line["sample"]), "dim")] if wide else []
            table.add_row(safe(line["apollo"]), safe(line["salesforce"]), line["write"], _in_org(line), *sample)
        console.print(table)
        console.print()
    if any(row["in_org"] is None for row in rows):
        console.print(Text("Whether the org has these fields is known once it has been read: sfpush pull", "dim"))


def _in_org(line: Mapping[str, Any]) -> Text:
    if line["in_org"] is None:
        return Text("–", "dim")
    if not line["in_org"]:
        return Text("missing", "red")
    return Text("yes", "green") if line["writeable"] else Text("read-only", "yellow")
