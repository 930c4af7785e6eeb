"""Reading many rows: Bulk API 2.0 query jobs, with the values as the REST API gives them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from sfpush.describe import Describe
from sfpush.errors import NotReady, OrgLost
from sfpush.org import soql
from sfpush.org.bulk import Job, job_from, wait_for_job
from sfpush.org.bulk_csv import read_results
from sfpush.org.read import Row, with_system_fields
from sfpush.org.transport import Transport

_ROWS_A_FILE = 50_000
_NUMBERS = frozenset({"double", "currency", "percent"})


def read_rows_in_bulk(
    transport: Transport,
    describe: Describe,
    fields: Iterable[str],
    *,
    include_deleted: bool = False,
    seen: Callable[[Job], None] = lambda _: None,
) -> Iterator[Row]:
    """The rows that `sfpush.org.read.read_rows` gives, in any order, for a handful of API calls however many they are.

    `seen` is told how the job stands while Salesforce gathers the rows.
    """
    names = with_system_fields(describe, fields)
    body = {
        "operation": "queryAll" if include_deleted else "query",
        "query": soql.select(names, describe.sobject),
    }
    # a query job that nobody reads is harmless, so a lost answer means to ask again
    job = job_from(transport.write("POST", "jobs/query", body, harmless=True))
    path = f"jobs/query/{job.id}"
    job = wait_for_job(transport, lambda: job_from(transport.read(path)), seen)
    if job.state != "JobComplete":
        raise NotReady(
            f"Salesforce did not finish reading {describe.sobject}: {job.reason or job.state}", hint="Try again later."
        )
    readers = {name: _reader(describe, name) for name in names}
    locator = ""
    while locator != "null":
        with tempfile.TemporaryFile() as file:
            params = {"maxRecords": str(_ROWS_A_FILE)} | ({"locator": locator} if locator else {})
            headers = transport.download(f"{path}/results", params, file)
            locator = headers.get("Sforce-Locator", "null") or "null"
            yield from _rows(file, readers)


def _rows(file: BinaryIO, readers: Mapping[str, Callable[[str], Any]]) -> Iterator[Row]:
    try:
        for line in read_results(file):
            yield {name: read(line[name]) if line[name] else None for name, read in readers.items()}
    except (KeyError, ValueError):
        raise OrgLost("The org's answer to a Bulk query is not as Salesforce documents it.") from None


def _reader(describe: Describe, name: str) -> Callable[[str], Any]:
    """How a cell of this field becomes the value that JSON has for it."""
    field = describe.field(name)
    kind = field.type if field else "string"
    if kind == "boolean":
        return lambda text: text.lower() == "true"
    if kind == "int":
        return int
    if kind in _NUMBERS:
        return float
    if kind == "datetime":
        return lambda text: text.replace("Z", "+0000")
    return str
