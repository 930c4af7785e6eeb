"""The contract's data shapes: what `--json` says of a plan, a change, an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sfpush.model import AnyChange
from sfpush.store.plans import PlanHead


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
        "warnings": head.warnings,
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
