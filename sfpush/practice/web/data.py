"""What there is: versions, resources, describe, limits; and SOQL."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from sfpush.practice import sessions
from sfpush.practice.describe import describe, global_describe
from sfpush.practice.fields import SObject
from sfpush.practice.query import MAX_PAGE, Page
from sfpush.practice.refusals import Refused
from sfpush.practice.web.desk import Desk
from sfpush.practice.web.routes import NEWEST_VERSION, OLDEST_VERSION, Answer, Call, Routes

routes = Routes()
_RESOURCES = ("composite", "jobs", "limits", "query", "queryAll", "recent", "sobjects", "tooling")


@routes.add("GET", "//services/data")
def versions(_desk: Desk, _call: Call) -> Answer:
    return Answer(
        body=[
            {"label": _release(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
            for number in range(OLDEST_VERSION, NEWEST_VERSION + 1)
        ]
    )


@routes.add("GET", "")
def resources(desk: Desk, call: Call) -> Answer:
    identity = desk.org.identity
    listed = {name: f"/services/data/{call.version}/{name}" for name in _RESOURCES}
    return Answer(body={**listed, "identity": f"{call.base_url}/id/{identity.org_id}/{identity.user_id}"})


@routes.add("GET", "/sobjects")
def sobjects(desk: Desk, call: Call) -> Answer:
    return Answer(body=global_describe(desk.org.catalogue, call.version))


@routes.add("GET", "/sobjects/{sobject}")
def sobject(desk: Desk, call: Call) -> Answer:
    found = desk.sobject(call.parts["sobject"])
    brief = global_describe(desk.org.catalogue, call.version)["sobjects"]
    return Answer(
        body={"objectDescribe": next(each for each in brief if each["name"] == found.name), "recentItems": []}
    )


@routes.add("GET", "/sobjects/{sobject}/describe")
def sobject_describe(desk: Desk, call: Call) -> Answer:
    return Answer(body=describe(desk.org.catalogue, desk.sobject(call.parts["sobject"]), call.version))


@routes.add("GET", "/limits")
def limits(desk: Desk, _call: Call) -> Answer:
    if not desk.org.rules.user.view_setup:  # the permission is documented, the code of its lack is not
        raise Refused(403, "INSUFFICIENT_ACCESS", "insufficient access rights on cross-reference id")
    daily = desk.org.rules.org.daily_api_calls
    calls = sessions.calls_today(desk.org)
    return Answer(
        body={
            "ConcurrentAsyncGetReportInstances": {"Max": 200, "Remaining": 200},
            "DailyApiRequests": {"Max": daily, "Remaining": max(0, daily - calls)},
            "DailyBulkApiBatches": {"Max": 15000, "Remaining": 15000},
            "DailyBulkV2QueryJobs": {"Max": 10000, "Remaining": 10000},
            "DataStorageMB": {"Max": 1024, "Remaining": 1000},
            "FileStorageMB": {"Max": 1024, "Remaining": 1024},
            "SingleEmail": {"Max": 5000, "Remaining": 5000},
        }
    )


@routes.add("GET", "/query")
def query(desk: Desk, call: Call) -> Answer:
    return _run(desk, call, deleted=False)


@routes.add("GET", "/queryAll")
def query_all(desk: Desk, call: Call) -> Answer:
    return _run(desk, call, deleted=True)


@routes.add("GET", "/query/{locator}")
def query_more(desk: Desk, call: Call) -> Answer:
    return _page(desk.queries.more(call.parts["locator"], version=call.version), call)


@routes.add("GET", "/queryAll/{locator}")
def query_all_more(desk: Desk, call: Call) -> Answer:
    return query_more(desk, call)


def _run(desk: Desk, call: Call, *, deleted: bool) -> Answer:
    soql = call.query.get("q")
    if not soql:
        raise Refused(400, "MALFORMED_QUERY", "A query is needed: " + urlencode({"q": "SELECT …"}))
    if call.query.get("columns") == "true":
        return Answer(body=_columns(desk, soql))
    return _page(desk.queries.run(soql, version=call.version, deleted=deleted, size=_batch_size(call)), call)


def _page(page: Page, call: Call) -> Answer:
    body: dict[str, Any] = {"totalSize": page.total, "done": page.next_locator is None}
    if page.next_locator is not None:
        body["nextRecordsUrl"] = f"/services/data/{call.version}/query/{page.next_locator}"
    body["records"] = page.records
    return Answer(body=body)


def _batch_size(call: Call) -> int:
    for option in call.headers.get("sforce-query-options", "").split(","):
        name, _, value = option.partition("=")
        if name.strip().lower() == "batchsize" and value.strip().isdigit():
            return int(value)
    return MAX_PAGE


def _columns(desk: Desk, soql: str) -> dict[str, Any]:
    """`columns=true`: the statement's columns instead of its rows, which the `sf` CLI asks for."""
    compiled = desk.queries.compile(soql)
    sobject: SObject = compiled.sobject
    named = [] if compiled.shape is None else [(name, kind) for name, _, kind in compiled.shape.fields]
    named += list(zip(compiled.labels, compiled.label_types, strict=True))
    return {
        "columnMetadata": [
            {
                "aggregate": compiled.shape is None,
                "apexType": kind.capitalize(),
                "booleanType": kind == "boolean",
                "columnName": name,
                "custom": name.endswith("__c"),
                "displayName": name,
                "foreignKeyName": None,
                "insertable": True,
                "joinColumns": [],
                "numberType": kind in ("int", "double", "currency", "percent"),
                "textType": kind in ("string", "textarea", "email", "phone", "url", "picklist"),
                "updatable": True,
            }
            for name, kind in named
        ],
        "entityName": sobject.name,
        "groupBy": False,
        "idSelected": any(name == "Id" for name, _ in named),
        "keyPrefix": sobject.prefix,
    }


def _release(number: int) -> str:
    """67 → `Summer '26`: three releases a year."""
    season = ("Spring", "Summer", "Winter")[(number - 30) % 3]
    return f"{season} '{14 + (number - 30) // 3 + (season == 'Winter')}"
