"""Bulk API 2.0 over HTTP: jobs made, fed, started, asked after, aborted; their results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sfpush.practice.bulk import extract, ingest, jobs
from sfpush.practice.bulk.jobs import Job
from sfpush.practice.org import PracticeOrg
from sfpush.practice.refusals import Refused
from sfpush.practice.web.desk import Desk
from sfpush.practice.web.routes import Answer, Call, Routes

routes = Routes()
OPERATIONS = ("insert", "update", "upsert", "delete")
LARGEST_UPLOAD = 150_000_000
_CSV = "text/csv;charset=UTF-8"


@routes.add("POST", "/jobs/ingest")
def create(desk: Desk, call: Call) -> Answer:
    asked = call.json_object()
    operation = asked.get("operation")
    if operation not in OPERATIONS:
        raise _invalid(f"Unable to create job: operation {operation} is not supported")
    sobject = desk.org.catalogue.get(str(asked.get("object")))
    if sobject is None:
        raise _invalid(f"Unable to find object: {asked.get('object')}")
    if sobject.name in desk.org.rules.org.no_bulk:
        raise Refused(400, "INVALIDENTITY", f"Entity '{sobject.name}' is not supported by the Bulk API.")
    external_id = asked.get("externalIdFieldName")
    if operation == "upsert":
        key = sobject.field(str(external_id))
        if key is None or not (key.external_id or key.name == "Id"):
            raise _invalid(f"Field {external_id} is not an external id of {sobject.name}")
        external_id = key.name
    job = jobs.create(
        desk.org,
        kind="ingest",
        state=jobs.OPEN,
        sobject=sobject.name,
        operation=str(operation),
        version=call.version,
        external_id=external_id if operation == "upsert" else None,
        **_layout(asked),
    )
    return Answer(body=_shown(desk, job, whole=False))


@routes.add("PUT", "/jobs/ingest/{id}/batches")
def upload(desk: Desk, call: Call) -> Answer:
    job = jobs.get(desk.org, call.parts["id"], "ingest")
    if job.state != jobs.OPEN or jobs.content(desk.org, job.id) is not None:
        raise Refused(400, "INVALIDJOBSTATE", f"Job state {job.state} or its data does not allow an upload")
    if len(call.body) > LARGEST_UPLOAD * 3 // 4:
        raise Refused(413, "REQUEST_ENTITY_TOO_LARGE", "The data of a job may be 100 MB at most")
    jobs.keep_content(desk.org, job.id, call.body)
    return Answer(201)


@routes.add("PATCH", "/jobs/ingest/{id}")
def close_or_abort(desk: Desk, call: Call) -> Answer:
    job = jobs.get(desk.org, call.parts["id"], "ingest")
    asked = call.json_object().get("state")
    if asked == jobs.UPLOADED and job.state == jobs.OPEN:
        jobs.change(desk.org, job.id, state=jobs.UPLOADED)
        desk.runner.wake()
    else:
        _abort(desk, job, asked)
    return Answer(body=_shown(desk, jobs.get(desk.org, job.id, "ingest"), whole=False))


@routes.add("GET", "/jobs/ingest/{id}")
def ask_after(desk: Desk, call: Call) -> Answer:
    return Answer(body=_shown(desk, jobs.get(desk.org, call.parts["id"], "ingest")))


@routes.add("GET", "/jobs/ingest")
def listed(desk: Desk, _call: Call) -> Answer:
    return _listed(desk, "ingest")


@routes.add("DELETE", "/jobs/ingest/{id}")
def delete(desk: Desk, call: Call) -> Answer:
    return _delete(desk, call, "ingest")


@routes.add("GET", "/jobs/ingest/{id}/{results}")
def results(desk: Desk, call: Call) -> Answer:
    job = jobs.get(desk.org, call.parts["id"], "ingest")
    made = _RESULTS.get(call.parts["results"].lower())
    if made is None:
        raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
    return Answer(200, made(desk.org, job), content_type=_CSV)


@routes.add("POST", "/jobs/query")
def create_query(desk: Desk, call: Call) -> Answer:
    asked = call.json_object()
    operation = asked.get("operation")
    if operation not in ("query", "queryAll"):
        raise _invalid(f"Unable to create job: operation {operation} is not supported")
    made = extract.compiled(desk.org, str(asked.get("query")), operation=str(operation))
    job = jobs.create(
        desk.org,
        kind="query",
        state=jobs.UPLOADED,
        sobject=made.sobject.name,
        operation=str(operation),
        version=call.version,
        query=str(asked["query"]),
        **_layout(asked),
    )
    desk.runner.wake()
    return Answer(body=_shown(desk, job, whole=False))


@routes.add("GET", "/jobs/query")
def listed_queries(desk: Desk, _call: Call) -> Answer:
    return _listed(desk, "query")


@routes.add("GET", "/jobs/query/{id}")
def ask_after_query(desk: Desk, call: Call) -> Answer:
    return Answer(body=_shown(desk, jobs.get(desk.org, call.parts["id"], "query")))


@routes.add("PATCH", "/jobs/query/{id}")
def abort_query(desk: Desk, call: Call) -> Answer:
    job = jobs.get(desk.org, call.parts["id"], "query")
    _abort(desk, job, call.json_object().get("state"))
    return Answer(body=_shown(desk, jobs.get(desk.org, job.id, "query"), whole=False))


@routes.add("DELETE", "/jobs/query/{id}")
def delete_query(desk: Desk, call: Call) -> Answer:
    return _delete(desk, call, "query")


@routes.add("GET", "/jobs/query/{id}/results")
def query_results(desk: Desk, call: Call) -> Answer:
    job = jobs.get(desk.org, call.parts["id"], "query")
    if job.state != jobs.COMPLETE:
        raise Refused(400, "INVALIDJOBSTATE", f"The job's results are not available in state {job.state}")
    size = call.query.get("maxRecords", str(extract.LARGEST_PAGE))
    if not size.isdigit() or not int(size):
        raise Refused(400, "INVALID_INPUT", "maxRecords must be a positive number")
    body, following, count = extract.page(desk.org, job, locator=call.query.get("locator"), size=int(size))
    return Answer(200, body, {"Sforce-Locator": following, "Sforce-NumberOfRecords": str(count)}, _CSV)


def _layout(asked: dict[str, Any]) -> dict[str, str]:
    if asked.get("contentType", "CSV") != "CSV":
        raise _invalid("contentType must be CSV")
    delimiter, line_ending = asked.get("columnDelimiter", "COMMA"), asked.get("lineEnding", "LF")
    if delimiter not in jobs.DELIMITERS or line_ending not in jobs.LINE_ENDINGS:
        raise _invalid("unknown columnDelimiter or lineEnding")
    return {"delimiter": delimiter, "line_ending": line_ending}


def _abort(desk: Desk, job: Job, asked: Any) -> None:
    if asked != jobs.ABORTED or job.state in jobs.ENDED:
        raise Refused(400, "INVALIDJOBSTATE", f"A job in state {job.state} can't become {asked}")
    jobs.change(desk.org, job.id, state=jobs.ABORTED)


def _delete(desk: Desk, call: Call, kind: str) -> Answer:
    job = jobs.get(desk.org, call.parts["id"], kind)
    if job.state not in jobs.ENDED:
        raise Refused(400, "INVALIDJOBSTATE", f"A job in state {job.state} can't be deleted")
    jobs.remove(desk.org, job.id)
    return Answer(204)


def _listed(desk: Desk, kind: str) -> Answer:
    found = [_shown(desk, job, whole=False) for job in jobs.listed(desk.org, kind)]
    return Answer(body={"done": True, "nextRecordsUrl": None, "records": found})


def _shown(desk: Desk, job: Job, *, whole: bool = True) -> dict[str, Any]:
    return {**jobs.info(job, whole=whole), "createdById": desk.org.identity.user_id}


def _invalid(message: str) -> Refused:
    return Refused(400, "INVALIDJOB", f"InvalidJob : {message}")


_RESULTS: dict[str, Callable[[PracticeOrg, Job], bytes]] = {
    "successfulresults": ingest.successful,
    "failedresults": ingest.failed,
    "unprocessedrecords": ingest.unprocessed,
}
