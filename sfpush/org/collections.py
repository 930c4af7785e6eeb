"""Writing up to 200 rows in one call: sObject Collections, each result tied to its row by index and count (B3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sfpush.errors import AnswerLost, RequestRefused
from sfpush.model import Batch, Outcome, Rejected, Row, SalesforceId, Verb, Written
from sfpush.org.faults import read_rejection
from sfpush.org.transport import Transport

MOST_ROWS = 200


def write_batch(transport: Transport, batch: Batch, headers: Mapping[str, str]) -> tuple[Outcome, ...]:
    """Write the rows of `batch` in one call, each for itself; the outcomes in the order of the rows.

    An answer that can't be tied to the rows is no answer: AnswerLost. A refusal of the whole request (a field the
    sObject lacks) rejects every row; nothing was written then. Only an update is repeated by itself, and deleting
    is not: the second answer would say that there was nothing to delete.
    """
    if not 0 < len(batch.rows) <= MOST_ROWS:
        raise ValueError(f"a call takes 1 to {MOST_ROWS} rows, not {len(batch.rows)}")
    try:
        results = _send(transport, batch, headers)
    except RequestRefused as refused:
        return (Rejected(code=refused.salesforce_code, message=refused.message),) * len(batch.rows)
    return _outcomes(batch, results)


def _send(transport: Transport, batch: Batch, headers: Mapping[str, str]) -> Any:
    match batch.verb:
        case Verb.CREATE:
            return transport.write("POST", "composite/sobjects", _body(batch), headers=headers)
        case Verb.UPDATE:
            return transport.write("PATCH", "composite/sobjects", _body(batch), headers=headers, harmless=True)
        case Verb.UPSERT:
            if batch.external_id_field is None:
                raise ValueError("an upsert needs its external-id field")
            path = f"composite/sobjects/{batch.sobject}/{batch.external_id_field}"
            return transport.write("PATCH", path, _body(batch), headers=headers)
        case Verb.DELETE:
            ids = ",".join(_id(row) for row in batch.rows)
            return transport.write(
                "DELETE", "composite/sobjects", params={"ids": ids, "allOrNone": "false"}, headers=headers
            )


def _body(batch: Batch) -> dict[str, Any]:
    return {"allOrNone": False, "records": [_record(batch, row) for row in batch.rows]}


def _record(batch: Batch, row: Row) -> dict[str, Any]:
    record = {"attributes": {"type": batch.sobject}, **{name: _json(value) for name, value in row.values.items()}}
    if batch.verb is Verb.UPDATE:
        record["id"] = _id(row)
    return record


def _id(row: Row) -> str:
    if row.id is None:
        raise ValueError(f"{row.key} has no Salesforce Id to write to")
    return row.id


def _json(value: Any) -> Any:
    """`value` as JSON has it. A decimal that no binary number holds exactly goes as text, which Salesforce reads."""
    match value:
        case Decimal():
            number = float(value)
            return number if Decimal(repr(number)) == value else f"{value:f}"
        case datetime() | date():
            return value.isoformat()
        case _:
            return value


def _outcomes(batch: Batch, results: Any) -> tuple[Outcome, ...]:
    if not isinstance(results, Sequence) or len(results) != len(batch.rows):
        raise _unreadable(batch)
    return tuple(_outcome(batch, result) for result in results)


def _outcome(batch: Batch, result: Any) -> Outcome:
    if not isinstance(result, Mapping) or not isinstance(result.get("success"), bool):
        raise _unreadable(batch)
    if not result["success"]:
        return read_rejection(result.get("errors"))
    try:
        return Written(
            SalesforceId(result["id"]), created=batch.verb is Verb.CREATE or bool(result.get("created", False))
        )
    except (KeyError, ValueError, AttributeError):
        raise _unreadable(batch) from None


def _unreadable(batch: Batch) -> AnswerLost:
    return AnswerLost(
        f"The org's answer can't be tied to the {len(batch.rows)} rows of {batch.sobject} that were sent.",
        hint="Run the same command again: it first finds out what went, and repeats nothing that did.",
    )
