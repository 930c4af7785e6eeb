"""The contract's data shapes: what `--json` says of a plan, a change, an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sfpush.model import AnyChange, Verb
from sfpush.push.hints import hint_for
from sfpush.store.error_log import LoggedError
from sfpush.store.journal import LocalChange, SentRow
from sfpush.store.plans import PlanHead
from sfpush.store.record_list import ListedRecord
from sfpush.store.runs import Run


def plan_shape(head: PlanHead, changes: Iterator[AnyChange]) -> Mapping[str, Any]:
    """A plan, its changes streamed."""
    return {
        "plan_id": head.plan_id,
        "created_at": head.created_at,
        "org": {"id": head.org_id, "instance_url": head.instance_url},
        "mode": head.mode,
        "gates": [{"gate": gate.gate, "until": gate.until, "message": gate.message} for gate in head.gates],
        "summary": head.summary,
        "api_calls": {"estimated": head.estimated_calls, "remaining": head.remaining_calls},
        "warnings": (*head.recovered, *head.warnings),
        "changes": map(change_shape, changes),
    }


def change_shape(change: AnyChange) -> dict[str, Any]:
    """One decision."""
    return {
        "record": change.record,
        "name": change.name,
        "action": change.action,
        "sobject": change.sobject,
        "salesforce_id": change.salesforce_id,
        "rule": change.rule.value,
        "reason": change.reason,
        "needs": change.needs,
        "candidates": change.candidates,
        "fields": [{"field": one.field, "before": one.before, "after": one.after} for one in change.fields],
    }


def record_shape(record: ListedRecord) -> dict[str, Any]:
    """One line of `records`."""
    return {
        "key": record.key,
        "type": record.type.value,
        "name": record.name,
        "email": record.email,
        "stage": record.stage,
        "synced": record.synced,
        "salesforce_id": record.salesforce_id,
        "sobject": record.sobject,
        "last_action": record.last_action,
        "last_rule": record.last_rule,
        "last_reason": record.last_reason,
    }


def error_shape(error: LoggedError) -> dict[str, Any]:
    """One entry of the error log, with what to mend."""
    return {
        "id": error.id,
        "record": error.record,
        "sobject": error.sobject,
        "operation": error.operation,
        "code": error.code,
        "message": error.message,
        "fields": error.fields,
        "attempts": error.attempts,
        "first_at": error.first_at,
        "last_at": error.last_at,
        "hint": hint_for(error.code),
        "state": error.state,
    }


def run_shape(run: Run) -> dict[str, Any]:
    """One line of `history`."""
    facts = asdict(run)
    return {
        "run": run.run_id,
        **{
            name: facts[name]
            for name in ("command", "mode", "started_at", "ended_at", "status", "results", "api_calls")
        },
    }


def local_shape(change: LocalChange) -> dict[str, Any]:
    """One record that a run deleted or merged in the store, as its org record was."""
    return {
        "record": change.record,
        "action": change.action,
        "sobject": change.sobject,
        "salesforce_id": change.id,
        "merged_into": change.merged_into,
        "fields": change.fields,
    }


def sent_shape(sobject: str, verb: Verb, row: SentRow, outcome: str | None) -> dict[str, Any]:
    """One row that a run sent; without an outcome nobody knows what the org did with it."""
    return {
        "record": row.key,
        "sobject": sobject,
        "operation": verb.value,
        "salesforce_id": row.id,
        "outcome": outcome,
        "sent": row.sent,
    }
