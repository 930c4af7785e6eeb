"""Bulk API 2.0, over HTTP."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

import pytest

from sfpush.practice import faults, people
from sfpush.practice.faults import JOB, Fault, FaultKind
from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules
from sfpush.practice.serve import serving
from tests.practice.conftest import Wire, error_of

RULES = """
    [[fields]]
    sobject = "Contact"
    name = "Apollo_Contact_Id__c"
    external_id = true
    unique = true
    [[fields]]
    sobject = "Account"
    name = "Apollo_Account_Id__c"
    external_id = true
    unique = true
"""


@pytest.fixture
def practice_rules() -> Rules:
    return Rules.parse(RULES)


def text_of(*rows: dict[str, str], newline: str = "\n") -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), lineterminator=newline)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def start(wire: Wire, data: str | bytes, operation: str = "insert", sobject: str = "Contact", **options: str) -> str:
    """A job with its data, set going; its id."""
    made = wire.post("/jobs/ingest", {"object": sobject, "operation": operation, "contentType": "CSV", **options})
    assert made.status_code == 200, made.text
    assert made.json()["state"] == "Open"
    job_id = str(made.json()["id"])
    encoded = data.encode() if isinstance(data, str) else data
    sent = wire.session.put(
        wire.url(f"/jobs/ingest/{job_id}/batches"), data=encoded, headers={"Content-Type": "text/csv"}
    )
    assert sent.status_code == 201, sent.text
    assert wire.patch(f"/jobs/ingest/{job_id}", {"state": "UploadComplete"}).json()["state"] == "UploadComplete"
    return job_id


def ended(wire: Wire, job_id: str, kind: str = "ingest") -> dict[str, Any]:
    """The job, once it has ended."""
    for _ in range(2000):
        info: dict[str, Any] = wire.get(f"/jobs/{kind}/{job_id}").json()
        if info["state"] in ("JobComplete", "Failed", "Aborted"):
            return info
        time.sleep(0.005)
    raise AssertionError(info)


def results(wire: Wire, job_id: str, which: str) -> list[dict[str, str]]:
    answer = wire.get(f"/jobs/ingest/{job_id}/{which}")
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


def test_rows_are_saved_and_each_has_its_verdict(wire: Wire) -> None:
    job_id = start(
        wire,
        text_of({"LastName": "Lee", "Title": "CEO"}, {"LastName": "", "Title": "x"}, {"LastName": "Li", "Title": ""}),
    )
    info = ended(wire, job_id)
    assert (info["state"], info["numberRecordsProcessed"], info["numberRecordsFailed"]) == ("JobComplete", 3, 1)
    assert info["apiVersion"] == 62.0
    assert info["jobType"] == "V2Ingest"
    assert info["contentUrl"] == f"services/data/v62.0/jobs/ingest/{job_id}/batches"
    good = results(wire, job_id, "successfulResults")
    assert {(row["LastName"], row["sf__Created"]) for row in good} == {("Lee", "true"), ("Li", "true")}
    assert all(row["sf__Id"].startswith("003") for row in good)
    assert results(wire, job_id, "failedResults") == [
        {
            "sf__Id": "",
            "sf__Error": "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --",
            "LastName": "",
            "Title": "x",
        }
    ]
    assert results(wire, job_id, "unprocessedrecords") == []


def test_results_come_in_another_order_than_the_data(wire: Wire) -> None:
    job_id = start(wire, text_of(*({"LastName": f"L{number:03}"} for number in range(450))))
    assert ended(wire, job_id)["numberRecordsProcessed"] == 450
    found = [row["LastName"] for row in results(wire, job_id, "SUCCESSFULRESULTS")]
    assert found != sorted(found)
    assert sorted(found) == [f"L{number:03}" for number in range(450)]


HOSTILE = ["line1\nline2", 'quote " and, comma', "emoji 🦆 ünï", "carriage\r\nreturn", "'; DROP TABLE", "\\'"]


@pytest.mark.parametrize(("delimiter", "line_ending"), [("COMMA", "LF"), ("TAB", "CRLF"), ("SEMICOLON", "LF")])
def test_any_text_comes_back_unchanged(wire: Wire, delimiter: str, line_ending: str) -> None:
    out = io.StringIO(newline="")
    newline = {"LF": "\n", "CRLF": "\r\n"}[line_ending]
    separator = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";"}[delimiter]
    writer = csv.writer(out, delimiter=separator, lineterminator=newline)
    writer.writerows([["LastName", "Description"], *([f"L{at}", value] for at, value in enumerate(HOSTILE))])
    job_id = start(wire, out.getvalue(), columnDelimiter=delimiter, lineEnding=line_ending)
    assert ended(wire, job_id)["numberRecordsFailed"] == 0
    answer = wire.get(f"/jobs/ingest/{job_id}/successfulResults").content.decode()
    echoed = list(csv.DictReader(io.StringIO(answer, newline=""), delimiter=separator))
    assert sorted(row["Description"] for row in echoed) == sorted(HOSTILE)
    stored = wire.rows("SELECT Description FROM Contact ORDER BY LastName")
    assert [row["Description"] for row in stored] == HOSTILE


def test_an_empty_cell_leaves_and_na_clears(wire: Wire) -> None:
    record_id = wire.create("Contact", LastName="Lee", Title="CEO", Department="Board")
    job_id = start(wire, text_of({"Id": record_id, "Title": "", "Department": "#N/A"}), "update")
    assert ended(wire, job_id)["numberRecordsFailed"] == 0
    assert results(wire, job_id, "successfulResults")[0]["sf__Created"] == "false"
    assert wire.rows("SELECT Title, Department FROM Contact") == [{"Title": "CEO", "Department": None}]


def test_types_out_of_text(wire: Wire) -> None:
    rows = [
        {"LastName": "A", "DoNotCall": "true", "Birthdate": "1980-02-03", "MailingLatitude": "1.5"},
        {"LastName": "B", "DoNotCall": "false", "Birthdate": "soon", "MailingLatitude": "1"},
    ]
    job_id = start(wire, text_of(*rows))
    assert ended(wire, job_id)["numberRecordsFailed"] == 1
    assert results(wire, job_id, "failedResults")[0]["sf__Error"] == (
        "INVALID_TYPE_ON_FIELD_IN_RECORD:Birthdate: value not of required type: soon:Birthdate --"
    )
    assert wire.rows("SELECT DoNotCall, Birthdate, MailingLatitude FROM Contact") == [
        {"DoNotCall": True, "Birthdate": "1980-02-03", "MailingLatitude": 1.5}
    ]


def test_upsert_and_parents_by_external_id(wire: Wire) -> None:
    account = wire.create("Account", Name="Acme", Apollo_Account_Id__c="a1")
    rows = [
        {"Apollo_Contact_Id__c": "k1", "LastName": "Lee", "Account.Apollo_Account_Id__c": "a1"},
        {"Apollo_Contact_Id__c": "k2", "LastName": "Li", "Account.Apollo_Account_Id__c": "no"},
    ]
    job_id = start(wire, text_of(*rows), "upsert", externalIdFieldName="Apollo_Contact_Id__c")
    assert ended(wire, job_id)["numberRecordsFailed"] == 1
    assert wire.rows("SELECT LastName, AccountId FROM Contact") == [{"LastName": "Lee", "AccountId": account}]
    again = start(
        wire,
        text_of({"Apollo_Contact_Id__c": "K1", "LastName": "Lo"}),
        "upsert",
        externalIdFieldName="Apollo_Contact_Id__c",
    )
    ended(wire, again)
    assert results(wire, again, "successfulResults")[0]["sf__Created"] == "false"
    assert wire.rows("SELECT LastName FROM Contact") == [{"LastName": "Lo"}]


def test_delete(wire: Wire) -> None:
    record_id = wire.create("Contact", LastName="Lee")
    job_id = start(wire, text_of({"Id": record_id}, {"Id": "003000000000000AAA"}), "delete")
    assert ended(wire, job_id)["numberRecordsFailed"] == 1
    assert wire.rows("SELECT Id FROM Contact") == []


@pytest.mark.parametrize(
    ("data", "operation", "message"),
    [
        ("LastName,Foo\nA,B\n", "insert", "InvalidBatch : Field name not found : Foo"),
        ("LastName,Account.Foo\nA,B\n", "insert", "InvalidBatch : Field name not found : Account.Foo"),
        ("LastName,lastname\nA,B\n", "insert", "InvalidBatch : Duplicate field name : lastname"),
        ("Title\nA\n", "update", "InvalidBatch : Field name not found : Id"),
        ("LastName\r\nA\r\n", "insert", "ClientInputError : LineEnding is invalid on user data."),
        (b"LastName\n\xff\xfe\n", "insert", "ClientInputError : the CSV can't be read: 'utf-8'"),
    ],
)  # fmt: skip
def test_data_that_fails_the_whole_job(wire: Wire, data: str | bytes, operation: str, message: str) -> None:
    info = ended(wire, start(wire, data, operation))
    assert info["state"] == "Failed"
    assert info["errorMessage"].startswith(message)
    assert wire.query("SELECT COUNT() FROM Contact")["totalSize"] == 0


def test_a_row_with_too_few_cells_fails_alone(wire: Wire) -> None:
    job_id = start(wire, "LastName,Title\nA,B\nC\n")
    assert ended(wire, job_id)["numberRecordsFailed"] == 1
    assert wire.rows("SELECT LastName FROM Contact") == [{"LastName": "A"}]


def test_a_failed_job_keeps_what_it_saved(wire: Wire) -> None:
    faults.arm(wire.server.org, Fault(FaultKind.JOB_FAILS, method=JOB, path="/jobs/ingest/Contact", nth=2))
    job_id = start(wire, text_of(*({"LastName": f"L{number}"} for number in range(500))))
    info = ended(wire, job_id)
    assert (info["state"], info["numberRecordsProcessed"]) == ("Failed", 200)
    assert info["errorMessage"]
    assert len(results(wire, job_id, "successfulResults")) == 200
    assert len(results(wire, job_id, "unprocessedrecords")) == 300
    assert wire.query("SELECT COUNT() FROM Contact")["totalSize"] == 200


def test_locked_rows_of_a_job(wire: Wire) -> None:
    faults.arm(wire.server.org, Fault(FaultKind.ROW_LOCKED, method=JOB, every=2))
    job_id = start(wire, text_of({"LastName": "A"}, {"LastName": "B"}))
    ended(wire, job_id)
    assert results(wire, job_id, "failedResults")[0]["sf__Error"].startswith("UNABLE_TO_LOCK_ROW:unable to obtain")


def test_duplicate_rules_refuse_rows_of_jobs(wire: Wire) -> None:
    wire.create("Contact", LastName="Lee", Email="ann@acme.example")
    job_id = start(wire, text_of({"LastName": "Li", "Email": "ann@acme.example"}))
    ended(wire, job_id)
    assert results(wire, job_id, "failedResults")[0]["sf__Error"] == "DUPLICATES_DETECTED:Use one of these records?:--"


def test_what_a_job_can_not_do(wire: Wire) -> None:
    for asked in (
        {"object": "Nothing", "operation": "insert"},
        {"object": "Contact", "operation": "dance"},
        {"object": "Contact", "operation": "upsert", "externalIdFieldName": "Title"},
        {"object": "Contact", "operation": "insert", "contentType": "XML"},
        {"object": "Contact", "operation": "insert", "lineEnding": "CR"},
    ):
        assert error_of(wire.post("/jobs/ingest", asked))[:2] == (400, "INVALIDJOB")
    job_id = start(wire, "LastName\nA\n")
    ended(wire, job_id)
    again = wire.session.put(wire.url(f"/jobs/ingest/{job_id}/batches"), data=b"LastName\nB\n")
    assert error_of(again)[:2] == (400, "INVALIDJOBSTATE")
    assert error_of(wire.patch(f"/jobs/ingest/{job_id}", {"state": "Aborted"}))[1] == "INVALIDJOBSTATE"
    assert wire.get("/jobs/ingest/750000000000000AAA").status_code == 404
    assert wire.get(f"/jobs/ingest/{job_id}/nothing").status_code == 404


def test_jobs_are_listed_and_deleted(wire: Wire) -> None:
    job_id = start(wire, "LastName\nA\n")
    ended(wire, job_id)
    assert [each["id"] for each in wire.get("/jobs/ingest").json()["records"]] == [job_id]
    assert wire.delete(f"/jobs/ingest/{job_id}").status_code == 204
    assert wire.get(f"/jobs/ingest/{job_id}").status_code == 404


class TestSlow:
    @pytest.fixture
    def practice_rules(self) -> Rules:
        return Rules.parse(RULES + "[org]\njob_seconds = 30")

    def test_states_pass_and_abort_leaves_rows_unprocessed(self, wire: Wire) -> None:
        job_id = start(wire, text_of(*({"LastName": f"L{number}"} for number in range(400))))
        while wire.get(f"/jobs/ingest/{job_id}").json()["numberRecordsProcessed"] == 0:
            time.sleep(0.005)
        assert wire.get(f"/jobs/ingest/{job_id}").json()["state"] == "InProgress"
        assert wire.patch(f"/jobs/ingest/{job_id}", {"state": "Aborted"}).json()["state"] == "Aborted"
        assert len(results(wire, job_id, "successfulResults")) == 200
        assert len(results(wire, job_id, "unprocessedRecords")) == 200

    def test_a_job_goes_on_with_the_next_server(self, wire: Wire) -> None:
        org = wire.server.org
        job_id = start(wire, text_of(*({"LastName": f"L{number}"} for number in range(400))))
        while wire.get(f"/jobs/ingest/{job_id}").json()["numberRecordsProcessed"] == 0:
            time.sleep(0.005)
        # a second server on the same file stands for the next one: it goes on where the slow one waits
        other = PracticeOrg(org.path, Rules.parse(RULES))
        with serving(other) as server:
            client = Wire(server)
            assert ended(client, job_id)["numberRecordsProcessed"] == 400
            assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == 400
            client.session.close()
        other.close()


def query_results(wire: Wire, job_id: str, **options: Any) -> tuple[list[dict[str, str]], str]:
    answer = wire.get(f"/jobs/query/{job_id}/results", params=options)
    assert answer.status_code == 200, answer.text
    rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    assert answer.headers["Sforce-NumberOfRecords"] == str(len(rows))
    return rows, answer.headers["Sforce-Locator"]


def test_a_query_job_gives_pages_of_csv(wire: Wire) -> None:
    people.seed(wire.server.org, accounts=2, contacts=25)
    asked = {
        "operation": "query",
        "query": "SELECT Id, LastName, DoNotCall, Title, Account.Name FROM Contact ORDER BY Id",
    }
    made = wire.post("/jobs/query", asked).json()
    assert made["state"] == "UploadComplete"
    info = ended(wire, made["id"], "query")
    assert (info["state"], info["numberRecordsProcessed"], info["jobType"]) == ("JobComplete", 25, "V2Query")
    first, locator = query_results(wire, made["id"], maxRecords=10)
    assert list(first[0]) == ["Id", "LastName", "DoNotCall", "Title", "Account.Name"]
    assert (first[0]["DoNotCall"], first[0]["Account.Name"]) == ("false", "Company 1")
    second, locator = query_results(wire, made["id"], maxRecords=10, locator=locator)
    third, end = query_results(wire, made["id"], maxRecords=10, locator=locator)
    assert [len(first), len(second), len(third), end] == [10, 10, 5, "null"]
    assert len({row["Id"] for row in first + second + third}) == 25
    whole, end = query_results(wire, made["id"])
    assert (len(whole), end) == (25, "null")


def test_what_a_query_job_can_not_do(wire: Wire) -> None:
    for soql, code in (
        ("SELECT COUNT() FROM Contact", "API_ERROR"),
        ("SELECT MailingAddress FROM Contact", "API_ERROR"),
        ("SELECT Foo FROM Contact", "INVALID_FIELD"),
        ("nonsense", "MALFORMED_QUERY"),
    ):
        assert error_of(wire.post("/jobs/query", {"operation": "query", "query": soql}))[:2] == (400, code)
    made = wire.post("/jobs/query", {"operation": "queryAll", "query": "SELECT Id FROM Contact"}).json()
    ended(wire, made["id"], "query")
    assert wire.get(f"/jobs/query/{made['id']}/results", params={"locator": "!!"}).status_code == 400
    rows, end = query_results(wire, made["id"])
    assert (rows, end) == ([], "null")
