"""How the decisions of one plan differ from those of another on the same records (B5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from sfpush.store.plans import BESIDES


@dataclass(frozen=True, slots=True)
class Decision:
    """What a plan says of a record, as far as it is compared, and the reason for it, which is not.

    `fields` maps each field that it writes to its value.
    """

    action: str
    rule: str
    sobject: str
    reason: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One record on which two plans disagree; a plan that says nothing of it has None."""

    record: str
    name: str
    ours: Decision | None
    theirs: Decision | None


_COMPARED = (
    "place, key, name, action, rule, sobject, reason, "
    # what is left as it is only differs in the reason for it
    + ", ".join(
        f"CASE WHEN action NOT IN ('skip', 'block', 'unchanged') THEN {what} END AS {name}"
        for what, name in (
            ("sobject", "to_sobject"),
            ("sf_id", "to_row"),
            ("json_extract(detail, '$.fields')", "written"),
        )
    )
)
_PAIRS = f"""
WITH ours AS (SELECT {_COMPARED} FROM changes WHERE plan = :ours AND sobject NOT IN {BESIDES}),
theirs AS (SELECT {_COMPARED} FROM changes WHERE plan = :theirs AND sobject NOT IN {BESIDES}),
pairs AS (
    SELECT a.place, a.key, a.name, a.action, a.rule, a.sobject, a.reason, a.written,
        b.action AS action_b, b.rule AS rule_b, b.sobject AS sobject_b, b.reason AS reason_b, b.written AS written_b
    FROM ours a LEFT JOIN theirs b ON b.key = a.key
    WHERE (b.action, b.rule, b.to_sobject, b.to_row, b.written)
        IS NOT (a.action, a.rule, a.to_sobject, a.to_row, a.written)
    UNION ALL
    SELECT b.place, b.key, b.name, NULL, NULL, NULL, NULL, NULL, b.action, b.rule, b.sobject, b.reason, b.written
    FROM theirs b WHERE NOT EXISTS (SELECT 1 FROM ours a WHERE a.key = b.key)
)
"""


def compare(connection: sqlite3.Connection, ours: int, theirs: int) -> Iterator[Difference]:
    """The records on which the plans disagree in action, rule, sObject, org row or values, in the contract's order."""
    for key, name, *columns in connection.execute(
        f"{_PAIRS} SELECT key, name, action, rule, sobject, reason, written,"
        " action_b, rule_b, sobject_b, reason_b, written_b FROM pairs ORDER BY place, key",
        {"ours": ours, "theirs": theirs},
    ):
        yield Difference(key, name, _decision(*columns[:5]), _decision(*columns[5:]))


def _decision(action: str | None, rule: str, sobject: str, reason: str, written: str | None) -> Decision | None:
    if action is None:
        return None
    fields = {field: after for field, _, after in orjson.loads(written)} if written else {}
    return Decision(action, rule, sobject, reason, fields)
