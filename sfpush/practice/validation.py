"""Validation rules: conditions that no saved row may meet, checked on the rows as written and before they are kept."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from sfpush.practice.catalogue import Catalogue
from sfpush.practice.fields import SObject
from sfpush.practice.incoming import Draft
from sfpush.practice.refusals import Refused
from sfpush.practice.rule_problems import condition_problem
from sfpush.practice.rules import Rules, RulesError, ValidationRule
from sfpush.practice.soql.compile import compile_condition
from sfpush.practice.soql.parse import parse_condition
from sfpush.practice.values import SqlValue


def check_conditions(rules: Rules, catalogue: Catalogue, now: datetime) -> None:
    """Try every rule's condition. RulesError names those that can't be used."""
    problems = []
    for place, rule in enumerate(rules.validation_rules):
        try:
            _compiled(rule, catalogue, now)
        except Refused as refused:
            problems.append(condition_problem(place, refused.message))
    if problems:
        raise RulesError(problems)


def check(
    db: sqlite3.Connection, rules: Rules, catalogue: Catalogue, sobject: SObject, drafts: Sequence[Draft], now: datetime
) -> None:
    """Refuse the drafts whose row, already in the table, meets a rule's condition."""
    by_id = {draft.row["Id"]: draft for draft in drafts}
    for rule in rules.validation_rules:
        if rule.sobject.lower() != sobject.name.lower():
            continue
        sql, parameters = _compiled(rule, catalogue, now)
        for (record_id,) in db.execute(sql, (*parameters, json.dumps(list(by_id)))).fetchall():
            names = [rule.field] if rule.field else []
            by_id[record_id].refuse("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, *names)


def _compiled(rule: ValidationRule, catalogue: Catalogue, now: datetime) -> tuple[str, list[SqlValue]]:
    condition = parse_condition(rule.when)
    return compile_condition(catalogue, catalogue.whole(rule.sobject), rule.when, condition, now)
