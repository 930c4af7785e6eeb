"""Stored plans: a head with the facts of the whole, and one row a record, written and read as streams."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import orjson

from sfpush.errors import UsageError
from sfpush.model import CHANGE_BY_ACTION, WAITS, AnyChange, FieldChange, Rule, SalesforceId
from sfpush.planning.gates import Gate
from sfpush.store.database import in_chunks, marks, writing

BESIDES = "('CampaignMember', 'EventRelation', 'OpportunityContactRole')"
"""What a record has in a plan besides the decision on itself: membership, guests of a meeting, contacts of a deal."""
_RECORD_TYPE = (
    # what joins two records has the key of one of them, and is counted apart from it
    "CASE sobject WHEN 'CampaignMember' THEN 'campaign-member' WHEN 'EventRelation' THEN 'participant'"
    " WHEN 'OpportunityContactRole' THEN 'contact-role' ELSE substr(key, 1, instr(key, ':') - 1) END"
)
_WAITS = tuple(sorted(WAITS))
_PLACES = {"account": 2, "contact": 3, "deal": 5}
_DELETE, _MERGE, _MEMBER, _ACTIVITY = 0, 1, 4, 6
_COLUMNS = "key, name, action, sobject, sf_id, rule, reason, detail"
_ORDERS = {
    "contract": "place, key",
    "batches": "place, sobject, action, near, key",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records a plan is about: all, or those with these keys; `sobject` narrows it to Account or people."""

    keys: frozenset[str] | None = None
    sobject: str | None = None


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class PlanHead:
    """A plan without its changes. `summary` counts by record type and action; calls are API calls.

    `recovered` are sentences on what had become of earlier runs, found before the plan was made (B3).
    """

    plan: int
    plan_id: str
    created_at: str
    org_id: str
    instance_url: str
    mode: str
    settings_fingerprint: str = ""
    scope: Scope = EVERYTHING
    gates: tuple[Gate, ...] = ()
    summary: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    estimated_calls: int = 0
    remaining_calls: int | None = None
    warnings: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """A change with what it rests on: the record's version and the org row's SystemModstamp; `near` is its account."""

    change: AnyChange
    record_version: int
    modstamp: str | None = None
    near: str | None = None


def begin_plan(connection: sqlite3.Connection, org: int, head: PlanHead) -> int:
    """Open an empty, incomplete plan and return its number; in the caller's transaction."""
    cursor = connection.execute(
        "INSERT INTO plans (plan_id, org, mode, created_at, settings_fingerprint, head) VALUES (?, ?, ?, ?, ?, '{}')",
        (head.plan_id, org, head.mode, head.created_at, head.settings_fingerprint),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def add_changes(connection: sqlite3.Connection, plan: int, decided: Iterable[Decided]) -> None:
    """Write decisions; a later one for the same record replaces an earlier. In the caller's transaction."""
    connection.executemany(
        "INSERT OR REPLACE INTO changes"
        " (plan, place, key, name, action, sobject, sf_id, rule, reason, near, detail, record_version, modstamp)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_to_row(plan, one) for one in decided),
    )


def finish_plan(connection: sqlite3.Connection, head: PlanHead) -> PlanHead:
    """Count the summary, write the head, mark the plan complete; in the caller's transaction."""
    summary: dict[str, dict[str, int]] = {}
    counted = _counted(
        connection,
        f"SELECT {_RECORD_TYPE}, action FROM changes WHERE plan = ?",
        head.plan,
    )
    for (record_type, action), count in counted.items():
        summary.setdefault(record_type, {})[action] = count
    keys = None if head.scope.keys is None else sorted(head.scope.keys)
    facts = {**asdict(head), "summary": summary, "scope": {"keys": keys, "sobject": head.scope.sobject}}
    connection.execute(
        "UPDATE plans SET head = ?, complete = 1 WHERE plan = ?", (orjson.dumps(facts).decode(), head.plan)
    )
    return _head(facts)


def keep_inwards(connection: sqlite3.Connection, plan: int) -> None:
    """Take all out of a plan but what comes from the org into the store."""
    with writing(connection):
        connection.execute(
            "DELETE FROM changes WHERE plan = ? AND action NOT IN ('pull', 'merge') AND rule <> ?",
            (plan, Rule.DELETED_IN_SALESFORCE.value),
        )


def plan_head(connection: sqlite3.Connection, plan_id: str) -> PlanHead:
    """The head of a complete plan. Raises UsageError when this home has no such plan."""
    row = connection.execute("SELECT head FROM plans WHERE plan_id = ? AND complete", (plan_id,)).fetchone()
    if row is None:
        raise UsageError(
            f"There is no plan {plan_id} in this home.",
            hint="Plans belong to the home that made them; make a new one with `sfpush plan`.",
            code="unknown-plan",
        )
    return _head(orjson.loads(row[0]))


def plan_number(connection: sqlite3.Connection, plan_id: str | None) -> int | None:
    """The number of the plan with this id; None when it is no longer kept."""
    row = connection.execute("SELECT plan FROM plans WHERE plan_id = ?", (plan_id,)).fetchone()
    return None if row is None else int(row[0])


def changes(
    connection: sqlite3.Connection,
    plan: int,
    *,
    actions: Sequence[str] | None = None,
    sobject: str | None = None,
    keys: Sequence[str] | None = None,
    waiting: bool | None = None,
    order: Literal["contract", "batches"] = "contract",
) -> Iterator[AnyChange]:
    """The plan's changes, streamed: in the contract's order, or side by side as batches want them.

    `waiting` True: only blocks that end by themselves; False: all but those.
    """
    where, values = ["plan = ?"], [plan, *(actions or ()), *((sobject,) if sobject else ()), *(keys or ())]
    if actions is not None:
        where.append(f"action IN ({marks(actions)})")
    if sobject is not None:
        where.append("sobject = ?")
    if keys is not None:
        where.append(f"key IN ({marks(keys)})")
    if waiting is not None:
        where.append(f"rule {'' if waiting else 'NOT '}IN ({marks(_WAITS)})")
        values += _WAITS
    for row in connection.execute(
        f"SELECT {_COLUMNS} FROM changes WHERE {' AND '.join(where)} ORDER BY {_ORDERS[order]}", values
    ):
        yield _from_row(row)


def tally(connection: sqlite3.Connection, plan: int) -> Mapping[tuple[str, str, str], int]:
    """How many changes the plan holds of each action, sObject and rule."""
    return _counted(connection, "SELECT action, sobject, rule FROM changes WHERE plan = ?", plan)


def waiting(connection: sqlite3.Connection, plan: int) -> Mapping[str, int]:
    """How many of the plan's blocks end by themselves, by record type as in its summary."""
    rows = connection.execute(
        f"SELECT {_RECORD_TYPE}, count(*) FROM changes WHERE plan = ? AND rule IN ({marks(_WAITS)}) GROUP BY 1",
        (plan, *_WAITS),
    )
    return dict(rows.fetchall())


def count_creates_for(connection: sqlite3.Connection, plan: int, words: str) -> int:
    """How many of the plan's creates have these words in their reason."""
    return int(
        connection.execute(
            "SELECT count(*) FROM changes WHERE plan = ? AND action = 'create' AND instr(reason, ?)", (plan, words)
        ).fetchone()[0]
    )


def _counted(connection: sqlite3.Connection, query: str, plan: int) -> dict[Any, int]:
    """How often each row of a query comes, in order; SQLite would sort all of them in memory to count them."""
    return dict(sorted(Counter(connection.execute(query, (plan,))).items()))


def changes_near(
    connection: sqlite3.Connection, plan: int, *, action: str, sobject: str
) -> Iterator[tuple[AnyChange, str | None]]:
    """The plan's changes of one action and sObject, streamed, each with its account; those of one account together."""
    for *row, near in connection.execute(
        f"SELECT {_COLUMNS}, near FROM changes WHERE plan = ? AND action = ? AND sobject = ? ORDER BY near, key",
        (plan, action, sobject),
    ):
        yield _from_row(row), near


def last_plan(connection: sqlite3.Connection, org: int) -> int | None:
    """The number of the org's latest complete plan that is still kept."""
    (plan,) = connection.execute("SELECT MAX(plan) FROM plans WHERE org = ? AND complete", (org,)).fetchone()
    return None if plan is None else int(plan)


def changes_of(connection: sqlite3.Connection, plan: int, keys: Sequence[str]) -> Mapping[str, AnyChange]:
    """What the plan so far says of these records themselves, by key."""
    found: dict[str, AnyChange] = {}
    for chunk in in_chunks(keys):
        for row in connection.execute(
            # without the hint SQLite reads the whole plan for every chunk
            f"SELECT {_COLUMNS} FROM changes INDEXED BY changes_by_key WHERE key IN ({marks(chunk)}) AND plan = ?"
            f" AND sobject NOT IN {BESIDES}",
            (*chunk, plan),
        ):
            found[row[0]] = _from_row(row)
    return found


def differences(connection: sqlite3.Connection, plan: int, other: int) -> Iterator[str]:
    """Records of the plan on which another plan decides differently, or whose record or org row is another version."""
    for (key,) in connection.execute(
        "SELECT a.key FROM changes a LEFT JOIN changes b ON b.plan = ? AND b.place = a.place AND b.key = a.key"
        " WHERE a.plan = ? AND (b.action, b.rule, b.sf_id, b.detail, b.record_version, b.modstamp)"
        " IS NOT (a.action, a.rule, a.sf_id, a.detail, a.record_version, a.modstamp) ORDER BY a.place, a.key",
        (other, plan),
    ):
        yield key


def drop_plan(connection: sqlite3.Connection, plan: int) -> None:
    """Forget a plan."""
    with writing(connection):
        connection.execute("DELETE FROM plans WHERE plan = ?", (plan,))


def remember_decisions(connection: sqlite3.Connection, org: int, head: PlanHead) -> None:
    """Keep this plan's decisions as the last word on each of its records; in the caller's transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO decisions"
        " (org, key, action, rule, reason, decided_at, record_version, modstamp, settings_fingerprint)"
        " SELECT ?, key, action, rule, reason, ?, record_version, modstamp, ? FROM changes"
        f" WHERE plan = ? AND sobject NOT IN {BESIDES}",
        (org, head.created_at, head.settings_fingerprint, head.plan),
    )


def mark_saved(connection: sqlite3.Connection, plan: int) -> None:
    """Keep a plan that was written to a file, so that it can be pushed later."""
    with writing(connection):
        connection.execute("UPDATE plans SET saved = 1 WHERE plan = ?", (plan,))


def drop_old_plans(connection: sqlite3.Connection, *, left_over: str, kept: str) -> None:
    """Forget plans that nobody can ask for any more.

    Those that were neither saved nor carried out (or never finished) go when they are older than `left_over`, the rest
    when they are older than `kept`. Of a plan that was carried out, what it left alone goes with the left-overs: the
    last word on each record is in `decisions`. Times are ISO-8601 UTC text.
    """
    with writing(connection):
        connection.execute(
            "DELETE FROM plans WHERE created_at < ? OR (created_at < ? AND NOT saved"
            " AND plan_id NOT IN (SELECT plan_id FROM runs WHERE plan_id IS NOT NULL))",
            (kept, left_over),
        )
        connection.execute(
            "DELETE FROM changes WHERE action IN ('unchanged', 'skip') AND plan IN"
            " (SELECT plan FROM plans WHERE created_at < ? AND NOT saved)",
            (left_over,),
        )


def _place(change: AnyChange) -> int:
    if change.action == "delete":
        return _DELETE
    if change.action == "merge":
        return _MERGE
    if change.sobject == "CampaignMember":
        return _MEMBER
    return _PLACES.get(change.record.partition(":")[0], _ACTIVITY)


def _to_row(plan: int, decided: Decided) -> tuple[Any, ...]:
    change = decided.change
    detail: dict[str, Any] = {}
    if change.fields:
        detail["fields"] = list(map(tuple, change.fields))
    if change.needs:
        detail["needs"] = change.needs
    if change.candidates:
        detail["candidates"] = change.candidates
    if change.pushed and change.action != "create":
        detail["pushed"] = change.pushed
    return (
        plan,
        _place(change),
        change.record,
        change.name,
        change.action,
        change.sobject,
        change.salesforce_id,
        change.rule.value,
        change.reason,
        decided.near,
        orjson.dumps(detail).decode(),
        decided.record_version,
        decided.modstamp,
    )


def _from_row(row: Sequence[Any]) -> AnyChange:
    key, name, action, sobject, sf_id, rule, reason, detail = row
    parts = orjson.loads(detail)
    fields = tuple(FieldChange(*one) for one in parts.get("fields", ()))
    pushed = {one.field: one.after for one in fields} if action == "create" else parts.get("pushed", {})
    return CHANGE_BY_ACTION[action](
        record=key,
        name=name,
        sobject=sobject,
        rule=Rule(rule),
        reason=reason,
        salesforce_id=SalesforceId.trusted(sf_id) if sf_id else None,
        needs=tuple(parts.get("needs", ())),
        candidates=tuple(map(SalesforceId.trusted, parts.get("candidates", ()))),
        fields=fields,
        pushed=pushed,
    )


def _head(facts: Mapping[str, Any]) -> PlanHead:
    return PlanHead(
        **{
            **facts,
            "scope": Scope(
                None if facts["scope"]["keys"] is None else frozenset(facts["scope"]["keys"]), facts["scope"]["sobject"]
            ),
            "gates": tuple(Gate(**gate) for gate in facts["gates"]),
            "warnings": tuple(facts["warnings"]),
            "recovered": tuple(facts["recovered"]),
        }
    )
