"""A query job's result: the numbers of the rows it found, kept with the job; pages of CSV are made when asked for."""

from __future__ import annotations

import base64
import binascii
import csv
import io
from array import array
from collections.abc import Iterable, Mapping
from typing import Any

from sfpush.practice import query
from sfpush.practice.bulk import jobs
from sfpush.practice.bulk.jobs import Job
from sfpush.practice.org import PracticeOrg
from sfpush.practice.refusals import Refused
from sfpush.practice.soql.compile import Compiled, Shape, compile_query, within_limits
from sfpush.practice.soql.parse import parse

LARGEST_PAGE = 50_000
_READ_AT_ONCE = 2000
END = "null"


def compiled(org: PracticeOrg, soql: str, *, operation: str) -> Compiled:
    """The statement as SQL. Refused if it is wrong, or more than Bulk queries can do."""
    made = compile_query(org.catalogue, soql, parse(soql), org.clock(), deleted=operation == "queryAll")
    if made.shape is None:
        raise Refused(400, "API_ERROR", "Aggregate Relationships not supported in Bulk Query")
    if made.shape.children or any(kind == "address" for _, _, kind in made.shape.fields):
        raise Refused(400, "API_ERROR", "Compound fields and nested queries are not supported in Bulk Query")
    return made


def run(org: PracticeOrg, job: Job) -> None:
    """Find the job's rows, and end it."""
    made = compiled(org, job.query or "", operation=job.operation)
    with org.writing() as db, within_limits():
        found = db.execute(f"SELECT t.n FROM {made.source}{made.tail}{made.limited}", made.parameters)
        numbers = array("q", (row[0] for row in found))
        jobs.keep_content(org, job.id, numbers.tobytes())
        jobs.change(org, job.id, processed=len(numbers), state=jobs.COMPLETE)


def page(org: PracticeOrg, job: Job, *, locator: str | None, size: int) -> tuple[bytes, str, int]:
    """A page of the result as CSV, the locator of the next one (`null` at the end), and how many records it holds."""
    made = compiled(org, job.query or "", operation=job.operation)
    numbers = array("q")
    numbers.frombytes(jobs.content(org, job.id) or b"")
    start = 0 if locator is None else _position(locator)
    wanted = numbers[start : start + min(size, LARGEST_PAGE)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=job.separator, lineterminator=job.newline, quoting=csv.QUOTE_ALL)
    shape = made.shape or Shape(job.object, 0)
    paths = list(_paths(shape, ()))
    writer.writerow(".".join(path) for path in paths)
    count = 0
    with org.reading() as db:
        for at in range(0, len(wanted), _READ_AT_ONCE):
            records = query.rows_of(db, made, wanted[at : at + _READ_AT_ONCE], job.version)
            count += len(records)
            writer.writerows([_cell(record, path) for path in paths] for record in records)
    end = start + len(wanted)
    following = END if end >= len(numbers) else base64.urlsafe_b64encode(str(end).encode()).decode().rstrip("=")
    return out.getvalue().encode(), following, count


def _position(locator: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)))
    except (binascii.Error, ValueError):
        raise Refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator") from None


def _paths(shape: Shape, start: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    for name, _, _ in shape.fields:
        yield (*start, name)
    for name, parent in shape.parents.items():
        yield from _paths(parent, (*start, name))


def _cell(record: Mapping[str, Any], path: tuple[str, ...]) -> str:
    value: Any = record
    for name in path:
        value = None if value is None else value[name]
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
