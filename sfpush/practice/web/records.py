"""Single rows: create, read, change, upsert by external id, delete; and what changed or went since a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sfpush.practice import ids, remove, rows, save
from sfpush.practice.database import quoted
from sfpush.practice.fields import Field, SObject
from sfpush.practice.org import stamp
from sfpush.practice.refusals import Refused, RowError, Saved, not_found, row_status
from sfpush.practice.rows import Row
from sfpush.practice.save import Manner
from sfpush.practice.values import BadValue, parsed_moment, read
from sfpush.practice.web.desk import Desk
from sfpush.practice.web.routes import Answer, Call, Routes

routes = Routes()
UPSERT_ANSWERS_SINCE = 46


@routes.add("POST", "/sobjects/{sobject}")
def create(desk: Desk, call: Call) -> Answer:
    sobject = desk.sobject(call.parts["sobject"])
    saved = save.create(desk.org, sobject, [call.json_object()], manner(desk, call))[0]
    return _created(call, sobject, saved) if saved.success else row_refusal(call, saved)


@routes.add("GET", "/sobjects/{sobject}/updated")
def updated(desk: Desk, call: Call) -> Answer:
    sobject = desk.sobject(call.parts["sobject"])
    start, end = _span(desk, call, days=30)
    with desk.org.reading() as db:
        found = db.execute(
            f"SELECT Id FROM {quoted(sobject.name)}"
            " WHERE SystemModstamp >= ? AND SystemModstamp < ? AND IsDeleted = 0 ORDER BY n",
            (start, end),
        ).fetchall()
    return Answer(body={"ids": [row[0] for row in found], "latestDateCovered": min(end, desk.org.now())})


@routes.add("GET", "/sobjects/{sobject}/deleted")
def deleted(desk: Desk, call: Call) -> Answer:
    sobject = desk.sobject(call.parts["sobject"])
    start, end = _span(desk, call, days=15)
    with desk.org.reading() as db:
        found = db.execute(
            f"SELECT Id, SystemModstamp FROM {quoted(sobject.name)}"
            " WHERE SystemModstamp >= ? AND SystemModstamp < ? AND IsDeleted = 1 ORDER BY n",
            (start, end),
        ).fetchall()
    return Answer(
        body={
            "deletedRecords": [{"id": record_id, "deletedDate": moment} for record_id, moment in found],
            "earliestDateAvailable": stamp(desk.org.clock() - timedelta(days=15)),
            "latestDateCovered": min(end, desk.org.now()),
        }
    )


@routes.add("GET", "/sobjects/{sobject}/{id}")
def get(desk: Desk, call: Call) -> Answer:
    sobject = desk.sobject(call.parts["sobject"])
    return _shown(call, sobject, _live_row(desk, sobject, call.parts["id"]))


@routes.add("PATCH", "/sobjects/{sobject}/{id}")
def update(desk: Desk, call: Call) -> Answer:
    sobject = desk.sobject(call.parts["sobject"])
    body = call.json_object()
    if any(name.lower() == "id" for name in body):
        raise Refused(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.", fields=("Id",))
    row = _live_row(desk, sobject, call.parts["id"])
    saved = save.update(desk.org, sobject, [{**body, "Id": row["Id"]}], manner(desk, call))[0]
    return Answer(204) if saved.success else row_refusal(call, saved)


@routes.add("DELETE", "/sobjects/{sobject}/{id}")
def delete(desk: Desk, call: Call) -> Answer:
    sobject = desk.sobject(call.parts["sobject"])
    row = _live_row(desk, sobject, call.parts["id"])
    saved = remove.delete(desk.org, [str(row["Id"])], locked_every=desk.locked_every)[0]
    return Answer(204) if saved.success else row_refusal(call, saved)


@routes.add("GET", "/sobjects/{sobject}/{field}/{value:path}")
def get_by_key(desk: Desk, call: Call) -> Answer:
    sobject = desk.sobject(call.parts["sobject"])
    found = _rows_by_key(desk, call, sobject)
    if not found:
        raise not_found()
    return _several(call, sobject, found) if len(found) > 1 else _shown(call, sobject, found[0])


@routes.add("PATCH", "/sobjects/{sobject}/{field}/{value:path}")
def upsert(desk: Desk, call: Call) -> Answer:
    sobject = desk.sobject(call.parts["sobject"])
    key = external_id(sobject, call.parts["field"])
    body = call.json_object()
    for name in body:
        if name.lower() in ("id", key.name.lower()):
            raise Refused(
                400, "INVALID_FIELD", f"The {name} field should not be specified in the sobject data.", fields=(name,)
            )
    found = _rows_by_key(desk, call, sobject)
    if len(found) > 1:
        return _several(call, sobject, found)
    if not found and call.query.get("updateOnly", "").lower() == "true":
        raise not_found()
    saved = save.upsert(desk.org, sobject, key, [{**body, key.name: call.parts["value"]}], manner(desk, call))[0]
    if not saved.success:
        return row_refusal(call, saved)
    if saved.created:
        return _created(call, sobject, saved)
    if call.version_number < UPSERT_ANSWERS_SINCE:
        return Answer(204)
    return Answer(200, {"id": saved.id, "success": True, "errors": [], "created": False})


@routes.add("DELETE", "/sobjects/{sobject}/{field}/{value:path}")
def delete_by_key(desk: Desk, call: Call) -> Answer:
    sobject = desk.sobject(call.parts["sobject"])
    found = _rows_by_key(desk, call, sobject)
    if not found:
        raise not_found()
    if len(found) > 1:
        return _several(call, sobject, found)
    saved = remove.delete(desk.org, [str(found[0]["Id"])], locked_every=desk.locked_every)[0]
    return Answer(204) if saved.success else row_refusal(call, saved)


def manner(desk: Desk, call: Call) -> Manner:
    """How the request's headers and query ask for rows to be saved."""
    options = {}
    for option in call.headers.get("sforce-duplicate-rule-header", "").split(";"):
        name, _, value = option.partition("=")
        options[name.strip().lower()] = value.strip().lower() == "true"
    return Manner(allow_duplicates=options.get("allowsave", False), locked_every=desk.locked_every)


def external_id(sobject: SObject, name: str) -> Field:
    """The field that rows can be upserted by; Refused NOT_FOUND if it is no external id."""
    found = sobject.field(name)
    if found is None or not (found.external_id or found.name == "Id"):
        raise not_found("Provided external ID field does not exist or is not accessible: " + name)
    return found


def row_refusal(call: Call, saved: Saved) -> Answer:
    """The answer of a single-record endpoint to a row that was not saved."""
    return Answer(row_status(saved.errors[0]), [_row_error(call, error) for error in saved.errors])


def _row_error(call: Call, error: RowError) -> dict[str, Any]:
    if error.duplicates is None:
        return {"message": error.message, "errorCode": error.code, "fields": list(error.fields)}
    return {
        "duplicateResut": _with_urls(error.duplicates, f"/services/data/{call.version}"),
        "errorCode": error.code,
        "message": error.message,
    }


def _with_urls(duplicates: Mapping[str, Any], start: str) -> Any:
    """The match list with its records' URLs made whole for this API version."""

    def whole(part: Any) -> Any:
        if isinstance(part, Mapping):
            return {name: start + value if name == "url" else whole(value) for name, value in part.items()}
        return [whole(each) for each in part] if isinstance(part, list) else part

    return whole(duplicates)


def _created(call: Call, sobject: SObject, saved: Saved) -> Answer:
    location = f"/services/data/{call.version}/sobjects/{sobject.name}/{saved.id}"
    body: dict[str, Any] = {"id": saved.id, "success": True, "errors": []}
    if call.method == "PATCH" and call.version_number >= UPSERT_ANSWERS_SINCE:
        body["created"] = True
    return Answer(201, body, {"Location": location})


def _several(call: Call, sobject: SObject, found: list[Row]) -> Answer:
    start = f"/services/data/{call.version}/sobjects/{sobject.name}/"
    return Answer(300, [start + str(row["Id"]) for row in found])


def _shown(call: Call, sobject: SObject, row: Row) -> Answer:
    names = [name.strip() for name in call.query.get("fields", "").split(",") if name.strip()]
    wanted = None
    if names:
        wanted = []
        for name in names:
            field = sobject.field(name)
            if field is None:
                raise Refused(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
            wanted.append(field.name)
    return Answer(body={**attributes(call, sobject, row), **rows.outward(sobject, row, wanted)})


def attributes(call: Call, sobject: SObject, row: Row) -> dict[str, Any]:
    url = f"/services/data/{call.version}/sobjects/{sobject.name}/{row['Id']}"
    return {"attributes": {"type": sobject.name, "url": url}}


def _live_row(desk: Desk, sobject: SObject, given: str) -> Row:
    record_id = ids.canonical(given)
    if record_id is None:
        raise not_found("Provided external ID field does not exist or is not accessible: " + given)
    with desk.org.reading() as db:
        row = rows.by_id(db, sobject, [record_id]).get(record_id)
    if row is None:
        raise not_found()
    if row["IsDeleted"]:
        raise Refused(404, "ENTITY_IS_DELETED", "entity is deleted", fields=())
    return row


def _rows_by_key(desk: Desk, call: Call, sobject: SObject) -> list[Row]:
    key = external_id(sobject, call.parts["field"])
    try:
        value = read(key, call.parts["value"])
    except BadValue as bad:
        raise Refused(400, bad.error.code, bad.error.message, fields=bad.error.fields) from None
    with desk.org.reading() as db:
        return rows.where_in(db, sobject, key.name, [value], live=True)


def _span(desk: Desk, call: Call, *, days: int) -> tuple[str, str]:
    moments = []
    for name in ("start", "end"):
        moment = parsed_moment(call.query.get(name, "").replace(" ", "+"))
        if moment is None:
            raise Refused(
                400,
                "INVALID_REPLICATION_DATE" if call.query.get(name) else "MISSING_ARGUMENT",
                f"{name} must be a dateTime",
            )
        moments.append(moment)
    start, end = moments
    if start < stamp(desk.org.clock() - timedelta(days=days)):
        raise Refused(400, "INVALID_REPLICATION_DATE", "startDate before org replication enabled date")
    if end <= start:
        raise Refused(400, "INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than the startDate")
    return start, end
