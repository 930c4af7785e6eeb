"""Validation rules: conditions that no saved row may meet, checked on the rows as written and before they are kept."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from sfpush.practice.fields import SObject
from sfpush.practice.incoming import Draft
from sfpush.practice.org import PracticeOrg
from sfpush.practice.soql.compile import compile_condition
from sfpush.practice.soql.parse import parse_condition


def check(org: PracticeOrg, db: sqlite3.Connection, sobject: SObject, drafts: Sequence[Draft]) -> None:
    """Refuse the drafts whose row, already in the table, meets a rule's condition."""
    by_id = {draft.row["Id"]: draft for draft in drafts}
    for rule in org.rules.validation_rules:
        if rule.sobject.lower() != sobject.name.lower():
            continue
        whole = org.catalogue.whole(sobject.name)
        condition = parse_condition(rule.when)
        sql, parameters = compile_condition(org.catalogue, whole, rule.when, condition, org.clock())
        rows = db.execute(
            f"{sql.partition(' ORDER BY ')[0]} AND t.Id IN (SELECT value FROM json_each(?))",
            (*parameters, json.dumps(list(by_id))),
        )
        for (record_id,) in rows:
            by_id[record_id].refuse(
                "FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, *([rule.field] if rule.field else [])
            )
