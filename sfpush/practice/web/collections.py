"""sObject Collections: up to 200 rows in one call, each with its own verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from sfpush.practice import ids, remove, rows, save
from sfpush.practice.fields import SObject
from sfpush.practice.org import PracticeOrg
from sfpush.practice.refusals import Refused, RowError, Saved
from sfpush.practice.save import Manner
from sfpush.practice.web.desk import Desk
from sfpush.practice.web.records import attributes, external_id, manner
from sfpush.practice.web.routes import Answer, Call, Routes

routes = Routes()
MOST_RECORDS = 200
MOST_CHUNKS = 10
MOST_RETRIEVED = 2000
ROLLED_BACK = RowError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)
Run = Callable[[SObject, Sequence[dict[str, Any]], Manner], list[Saved]]


@routes.add("POST", "/composite/sobjects")
def create(desk: Desk, call: Call) -> Answer:
    return _save(desk, call, lambda sobject, batch, how: save.create(desk.org, sobject, batch, how))


@routes.add("PATCH", "/composite/sobjects")
def update(desk: Desk, call: Call) -> Answer:
    return _save(desk, call, lambda sobject, batch, how: save.update(desk.org, sobject, batch, how))


@routes.add("DELETE", "/composite/sobjects")
def delete(desk: Desk, call: Call) -> Answer:
    given = [each.strip() for each in call.query.get("ids", "").split(",") if each.strip()]
    if not given:
        raise Refused(400, "MISSING_ARGUMENT", "The ids parameter is required")
    _check_size(given)
    verdicts = all_or_none(
        desk.org,
        lambda: remove.delete(desk.org, given, locked_every=desk.locked_every),
        wanted=call.query.get("allOrNone", "").lower() == "true",
    )
    return Answer(body=[shown(verdict) for verdict in verdicts])


@routes.add("PATCH", "/composite/sobjects/{sobject}/{field}")
def upsert(desk: Desk, call: Call) -> Answer:
    sobject = desk.sobject(call.parts["sobject"])
    key = external_id(sobject, call.parts["field"])

    def run(given: SObject, batch: Sequence[dict[str, Any]], how: Manner) -> list[Saved]:
        if given.name != sobject.name:
            raise Refused(400, "INVALID_TYPE", f"All records must be of type {sobject.name}")
        return save.upsert(desk.org, sobject, key, batch, how)

    return _save(desk, call, run, upserted=True)


@routes.add("GET POST", "/composite/sobjects/{sobject}")
def retrieve(desk: Desk, call: Call) -> Answer:
    sobject = desk.sobject(call.parts["sobject"])
    if call.method == "POST":
        body = call.json_object()
        given, names = body.get("ids"), body.get("fields")
    else:
        given, names = call.query.get("ids", "").split(","), call.query.get("fields", "").split(",")
    if not isinstance(given, list) or not isinstance(names, list) or not given or not all(names):
        raise Refused(400, "MISSING_ARGUMENT", "ids and fields are required")
    if len(given) > MOST_RETRIEVED:
        raise Refused(400, "EXCEEDED_ID_LIMIT", f"too many ids: at most {MOST_RETRIEVED}")
    wanted = []
    for name in names:
        field = sobject.field(str(name))
        if field is None:
            raise Refused(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        wanted.append(field.name)
    whole = [ids.canonical(str(each)) for each in given]
    with desk.org.reading() as db:
        found = rows.by_id(db, sobject, [each for each in whole if each])
    return Answer(
        body=[
            None
            if each is None or each not in found or found[each]["IsDeleted"]
            else {**attributes(call, sobject, found[each]), **rows.outward(sobject, found[each], wanted)}
            for each in whole
        ]
    )


def all_or_none(org: PracticeOrg, run: Callable[[], list[Saved]], *, wanted: bool) -> list[Saved]:
    """Run a save; where all or none is `wanted` and a row failed, take the others back and say so."""
    with org.writing() as db:
        db.execute("SAVEPOINT collection")
        verdicts = run()
        if wanted and not all(verdict.success for verdict in verdicts):
            db.execute("ROLLBACK TO collection")
            verdicts = [Saved(None, (ROLLED_BACK,)) if verdict.success else verdict for verdict in verdicts]
        db.execute("RELEASE collection")
    return verdicts


def shown(verdict: Saved, *, upserted: bool = False) -> dict[str, Any]:
    """One row's verdict as Collections write it: no id on a failed create, errors by `statusCode`."""
    body: dict[str, Any] = {}
    if verdict.id is not None:
        body["id"] = verdict.id
    body["success"] = verdict.success
    body["errors"] = [
        {"statusCode": error.code, "message": error.message, "fields": list(error.fields)} for error in verdict.errors
    ]
    if upserted and verdict.success:
        body["created"] = verdict.created
    return body


def _save(desk: Desk, call: Call, run: Run, *, upserted: bool = False) -> Answer:
    body = call.json_object()
    given = body.get("records")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise Refused(400, "JSON_PARSER_ERROR", "records must be an array of sObjects")
    if not given:
        raise Refused(400, "MISSING_ARGUMENT", "records are required")
    _check_size(given)
    chunks = [(name, list(chunk)) for name, chunk in groupby(given, key=_type_of)]
    if len(chunks) > MOST_CHUNKS:
        raise Refused(400, "LIMIT_EXCEEDED", f"Cannot have more than {MOST_CHUNKS} chunks in a single operation")
    runs = [(_sobject(desk, name), chunk) for name, chunk in chunks]
    how = manner(desk, call)

    def run_all() -> list[Saved]:
        return [verdict for sobject, chunk in runs for verdict in run(sobject, chunk, how)]

    verdicts = all_or_none(desk.org, run_all, wanted=body.get("allOrNone") is True)
    return Answer(body=[shown(verdict, upserted=upserted) for verdict in verdicts])


def _sobject(desk: Desk, name: str) -> SObject:
    found = desk.org.catalogue.get(name)
    if found is None:
        raise Refused(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return found


def _type_of(record: dict[str, Any]) -> str:
    attributes_ = record.get("attributes")
    name = attributes_.get("type") if isinstance(attributes_, dict) else None
    if not isinstance(name, str):
        raise Refused(400, "INVALID_TYPE", "Each record needs attributes with its type")
    return name


def _check_size(given: Iterable[Any]) -> None:
    if len(list(given)) > MOST_RECORDS:
        raise Refused(
            400,
            "EXCEEDED_ID_LIMIT",
            f"record limit reached. cannot submit more than {MOST_RECORDS} records into this operation",
        )
