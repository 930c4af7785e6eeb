"""Reading rows by SOQL, page after page, never more than a page in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sfpush.describe import Describe
from sfpush.errors import NotReady
from sfpush.model import SalesforceId
from sfpush.org import soql
from sfpush.org.transport import Transport

SYSTEM_FIELDS = ("Id", "SystemModstamp", "CreatedDate", "IsDeleted", "MasterRecordId")
"""Read with every row, as far as the sObject has them: User can't be deleted, a Task not merged."""

_PAGE = {"Sforce-Query-Options": "batchSize=2000"}

Row = dict[str, Any]


def count_rows(transport: Transport, sobject: str) -> int:
    """How many rows, deleted ones not counted."""
    answer = transport.read("query", {"q": soql.count(sobject)})
    try:
        return int(answer["totalSize"])
    except (KeyError, TypeError, ValueError):
        raise _unreadable() from None


def read_rows(
    transport: Transport,
    describe: Describe,
    fields: Iterable[str],
    *,
    changed_since: str | None = None,
    include_deleted: bool = False,
) -> Iterator[Row]:
    """Rows of the sObject with `fields` and the system fields; values as in JSON, parents flattened ("Account.Name").

    `changed_since` is a SystemModstamp as an earlier row had it (ISO-8601 with a zone); rows of that very moment come
    again, the oldest change first. `include_deleted` brings deleted and merged rows too (S1, S3).
    """
    names = with_system_fields(describe, fields)
    where = [soql.compare("SystemModstamp", ">=", _moment(changed_since))] if changed_since else []
    order = ("SystemModstamp", "Id") if changed_since else ()
    query = soql.select(names, describe.sobject, where=where, order_by=order)
    return query_rows(transport, query, names, include_deleted=include_deleted)


def read_own_rows(
    transport: Transport,
    describe: Describe,
    fields: Iterable[str],
    *,
    by: str,
    external_id_field: str,
    changed_since: str | None,
) -> Iterator[Row]:
    """Rows that user `by` created, and those that hold a value in `external_id_field` ("" for none); deleted ones too.

    Without `changed_since` all of them. What others put into an sObject, an org's whole activity, is not read.
    """
    names = with_system_fields(describe, fields)
    ours = [soql.compare("CreatedById", "=", by)]
    if external_id_field:
        ours.append(soql.compare(external_id_field, "!=", None))
    where = [soql.either(*ours)]
    if changed_since:
        where.append(soql.compare("SystemModstamp", ">=", _moment(changed_since)))
    query = soql.select(names, describe.sobject, where=where, order_by=("SystemModstamp", "Id"))
    return query_rows(transport, query, names, include_deleted=True)


def read_rows_where_in(
    transport: Transport,
    describe: Describe,
    field: str,
    values: Iterable[soql.Value],
    fields: Iterable[str],
    *,
    include_deleted: bool = False,
) -> Iterator[Row]:
    """Rows whose `field` is one of `values`, in as many queries as a URL's length asks for; a row may come twice
    where two spellings of one text are in different queries."""
    names = with_system_fields(describe, fields)
    for chunk in soql.in_chunks(values):
        query = soql.select(names, describe.sobject, where=[soql.member(field, chunk)])
        yield from query_rows(transport, query, names, include_deleted=include_deleted)


def read_rows_created(
    transport: Transport,
    describe: Describe,
    fields: Iterable[str],
    *,
    by: str,
    since: datetime,
    field: str = "",
    values: Iterable[soql.Value] = (),
) -> Iterator[Row]:
    """Living rows created by user `by` at `since` or later, the oldest first; with `field`, only those where it is one
    of `values` (B3)."""
    names = with_system_fields(describe, fields)
    created = [soql.compare("CreatedById", "=", by), soql.compare("CreatedDate", ">=", since)]
    conditions = [[soql.member(field, chunk), *created] for chunk in soql.in_chunks(values)] if field else [created]
    for where in conditions:
        query = soql.select(names, describe.sobject, where=where, order_by=("CreatedDate", "Id"))
        yield from query_rows(transport, query, names)


def read_rows_by_id(
    transport: Transport, describe: Describe, ids: Iterable[str], fields: Iterable[str]
) -> dict[SalesforceId, Row]:
    """The rows of these ids, deleted and merged ones too; an id that the org never had, or purged, is left out."""
    whole = [SalesforceId(each) for each in ids]
    rows = read_rows_where_in(transport, describe, "Id", whole, fields, include_deleted=True)
    return {SalesforceId(row["Id"]): row for row in rows}


def query_rows(
    transport: Transport, query: str, names: Sequence[str], *, include_deleted: bool = False
) -> Iterator[Row]:
    """The rows of a query that selects `names`, page after page."""
    page = transport.read("queryAll" if include_deleted else "query", {"q": query}, _PAGE)
    nested = [name for name in names if "." in name]
    while True:
        try:
            rows, done, following = iter(page["records"]), page["done"], page.get("nextRecordsUrl")
        except (KeyError, TypeError, AttributeError):
            raise _unreadable() from None
        if not done and not following:
            raise _unreadable()  # to take these rows for all of them would make duplicates of the others
        for row in rows:
            yield _flat(row, nested)
        if not following:
            return
        page = transport.read(following, headers=_PAGE)


def _unreadable() -> NotReady:
    return NotReady("The org's answer to a query is not as Salesforce documents it.")


def _flat(row: Mapping[str, Any], nested: Sequence[str]) -> Row:
    flat = {name: value for name, value in row.items() if not isinstance(value, Mapping)}
    flat.pop("attributes", None)
    for name in nested:
        value: Any = row
        for step in name.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        flat[name] = value
        flat.pop(name.partition(".")[0], None)
    return flat


def with_system_fields(describe: Describe, fields: Iterable[str]) -> tuple[str, ...]:
    """The fields to select: those wanted, and the system fields that the sObject has."""
    system = [name for name in SYSTEM_FIELDS if describe.field(name)]
    return tuple(dict.fromkeys([*system, *fields]))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
