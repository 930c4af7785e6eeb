from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.describe import Describe, FieldDescribe
from sfpush.errors import AnswerLost, NotReady, OrgLost
from sfpush.model import Outcome, Rejected, Row, SalesforceId, Verb, Written
from sfpush.org.bulk import (
    Job,
    abort_job,
    create_job,
    read_bulk_error,
    read_job,
    read_outcomes,
    send_job,
    wait_for_job,
)
from sfpush.org.bulk_csv import JobData, JobShape, Ties, can_travel, read_results
from sfpush.org.bulk_read import read_rows_in_bulk
from sfpush.org.transport import Transport
from tests.org.bulk_org import JOB, BulkOrg
from tests.org.scripted import Answer, Asked, scripted

Make = Callable[..., Transport]
CREATE = JobShape("Account", Verb.CREATE, ("Name", "Description"))
CLOSED = Answer(closed=True)


def accounts(*names: str | None) -> list[Row]:
    return [Row(f"account:{number}", {"Name": name, "Description": "d"}) for number, name in enumerate(names)]


def data_of(shape: JobShape, rows: list[Row]) -> JobData:
    data = JobData(shape, io.BytesIO())
    assert all(data.add(row) for row in rows)
    return data


def run(transport: Transport, shape: JobShape, rows: list[Row]) -> dict[str, Outcome]:
    data = data_of(shape, rows)
    job_id = create_job(transport, shape)
    send_job(transport, job_id, data)
    job = wait_for_job(transport, lambda: read_job(transport, job_id), lambda _: None)
    return dict(read_outcomes(transport, job, shape, data.ties))


def test_B3_each_outcome_finds_its_row_in_whatever_order_it_comes(transport: Make) -> None:
    bulk = BulkOrg()
    names = [f"A{n}" for n in range(20)] + [None, "A1"]
    with scripted(bulk) as org:
        outcomes = run(transport(org.url), CREATE, accounts(*names))
    assert bulk.body == {
        "object": "Account",
        "operation": "insert",
        "contentType": "CSV",
        "lineEnding": "CRLF",
        "columnDelimiter": "COMMA",
    }
    assert set(outcomes) == {f"account:{n}" for n in range(22)}
    refused = outcomes.pop("account:20")
    assert refused == Rejected("REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", ("Name",))
    assert all(isinstance(outcome, Written) and outcome.created for outcome in outcomes.values())
    ids = [outcome.id for outcome in outcomes.values() if isinstance(outcome, Written)]
    assert len(set(ids)) == 21
    assert outcomes["account:7"] == Written(SalesforceId("001000000000007AAA"), created=True)
    assert bulk.steps == ["create", "upload", "close", "look", "successfulResults", "failedResults"]


def test_updates_are_tied_by_id_in_both_lengths(transport: Make) -> None:
    shape = JobShape("Account", Verb.UPDATE, ("Name", "Phone"))
    id_ = SalesforceId("0018M000003uKqq")
    rows = [Row("account:1", {"Name": "A"}, id_), Row("account:2", {"Phone": None}, SalesforceId("001000000000002AAA"))]
    bulk = BulkOrg()
    with scripted(bulk) as org:
        outcomes = run(transport(org.url), shape, rows)
    assert bulk.rows == [
        {"Id": id_, "Name": "A", "Phone": ""},
        {"Id": "001000000000002AAA", "Name": "", "Phone": "#N/A"},
    ]
    assert outcomes["account:1"] == Written(id_)
    ties = Ties.of(shape, rows)
    assert ties.take({"Id": id_[:15], "Name": "", "Phone": ""}) == "account:1"


def test_upserts_are_tied_by_external_id() -> None:
    shape = JobShape("Lead", Verb.UPSERT, ("LastName", "Ext__c"), "Ext__c")
    ties = Ties.of(shape, [Row("contact:1", {"LastName": "A ", "Ext__c": "1"}), Row("contact:2", {"Ext__c": "2"})])
    assert ties.take({"LastName": "trimmed", "Ext__c": "2"}) == "contact:2"
    with pytest.raises(KeyError):
        ties.take({"LastName": "A", "Ext__c": "3"})
    assert list(ties.left()) == ["contact:1"]


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=30))
def test_values_come_back_unchanged_and_every_row_finds_its_result(pairs: list[tuple[str, str]]) -> None:
    rows = [Row(f"account:{n}", {"Name": name, "Description": text}) for n, (name, text) in enumerate(pairs)]
    rows = [row for row in rows if can_travel(row)]
    data = data_of(CREATE, rows)
    data.file.seek(0)
    echoed = list(read_results(data.file))
    assert [(line["Name"], line["Description"]) for line in echoed] == [CREATE.cells(row) for row in rows]
    taken = [data.ties.take(line) for line in reversed(echoed)]
    assert sorted(taken) == sorted(row.key for row in rows)
    assert not data.ties
    by_key = {row.key: row for row in rows}
    for key, line in zip(taken, reversed(echoed), strict=True):
        assert CREATE.cells(by_key[key]) == (line["Name"], line["Description"])


def test_cells_say_null_and_leave_alone_apart() -> None:
    shape = JobShape("Account", Verb.CREATE, ("A", "B", "C", "D", "E", "F", "G"))
    row = Row(
        "k", {"A": None, "B": "", "C": True, "D": Decimal("1E+3"), "E": datetime(2026, 1, 1, tzinfo=UTC), "F": 0.1}
    )
    assert shape.cells(row) == ("#N/A", "#N/A", "true", "1000", "2026-01-01T00:00:00+00:00", "0.1", "")


@pytest.mark.parametrize("text", ["#N/A", "x" * 32_001, "\ud800"])
def test_what_bulk_can_not_carry_is_said_beforehand(text: str) -> None:
    assert not can_travel(Row("k", {"Name": text}))
    assert can_travel(Row("k", {"Name": f"{text[:1]}#N/A"})) is (text != "\ud800")


def test_a_job_is_full_before_it_is_too_large() -> None:
    file = io.BytesIO()
    data = JobData(CREATE, file, most_bytes=98)
    added = [data.add(Row(f"account:{n}", {"Name": "n" * 20, "Description": "Zoë"})) for n in range(4)]
    assert added == [True, True, False, False]
    assert len(file.getvalue()) <= 98
    assert len(data.ties) == 2


def test_a_large_job_needs_little_memory() -> None:
    class Counting(io.RawIOBase):
        def write(self, data: bytes) -> int:  # type: ignore[override]
            return len(data)

    tracemalloc.start()
    data = JobData(CREATE, Counting())  # type: ignore[arg-type]
    for number in range(20_000):
        data.add(Row(f"account:{number}", {"Name": f"A{number}", "Description": "x" * 500}))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000  # 10 MB of rows went through; what is kept is a digest and a key a row


@pytest.mark.parametrize("step", ["create", "look", "successfulResults", "failedResults"])
def test_B3_steps_that_may_be_repeated_are(transport: Make, step: str) -> None:
    trouble = {step: [CLOSED, Answer(200, b"cut", cut=True)]}
    with scripted(BulkOrg(trouble)) as org:
        outcomes = run(transport(org.url), CREATE, accounts("A", None))
    assert [type(outcome) for _, outcome in sorted(outcomes.items())] == [Written, Rejected]


def test_B3_an_upload_that_breaks_off_is_aborted_and_wrote_nothing(transport: Make) -> None:
    bulk = BulkOrg({"upload": [CLOSED]})
    with scripted(bulk) as org, pytest.raises(OrgLost) as stopped:
        run(transport(org.url), CREATE, accounts("A"))
    assert not isinstance(stopped.value, AnswerLost)
    assert bulk.steps == ["create", "upload", "abort"]


@pytest.mark.parametrize("carried_out", [True, False])
def test_B3_a_lost_answer_to_the_closing_is_cleared_up(transport: Make, carried_out: bool) -> None:
    bulk = BulkOrg({"close": [CLOSED]}, lose_closing=carried_out)
    with scripted(bulk) as org:
        outcomes = run(transport(org.url), CREATE, accounts("A"))
    assert isinstance(outcomes["account:0"], Written)
    assert bulk.steps.count("close") == 2


def test_B3_an_interrupted_job_is_picked_up_by_its_id(transport: Make) -> None:
    rows = accounts("A", None)
    with scripted(BulkOrg()) as org:
        first = transport(org.url)
        send_job(first, create_job(first, CREATE), data_of(CREATE, rows))
        first.close()
        second = transport(org.url)
        job = wait_for_job(second, lambda: read_job(second, JOB), lambda _: None)
        outcomes = dict(read_outcomes(second, job, CREATE, Ties.of(CREATE, rows)))
    assert [type(outcome) for _, outcome in sorted(outcomes.items())] == [Written, Rejected]


def test_a_failed_job_rejects_what_it_did_not_come_to_with_its_reason(transport: Make) -> None:
    with scripted(BulkOrg(states=["Failed"])) as org:
        outcomes = run(transport(org.url), CREATE, accounts("A", "B"))
    assert set(outcomes.values()) == {Rejected("JOB_FAILED", "InvalidBatch : Field name not found : Foo")}


def test_an_aborted_job_rejects_what_it_did_not_come_to(transport: Make) -> None:
    rows = accounts("A")
    bulk = BulkOrg()
    with scripted(bulk) as org:
        opened = transport(org.url)
        job_id = create_job(opened, CREATE)
        bulk.sent = data_of(CREATE, rows).file.getvalue().decode()  # type: ignore[attr-defined]
        abort_job(opened, job_id)
        outcomes = dict(read_outcomes(opened, read_job(opened, job_id), CREATE, Ties.of(CREATE, rows)))
    assert isinstance(outcomes["account:0"], Rejected)
    assert outcomes["account:0"].code == "JOB_ABORTED"


HEADER = b"sf__Id,sf__Created,Name,Description\n"


@pytest.mark.parametrize(
    "results",
    [
        HEADER,
        HEADER + b"001000000000001AAA,true,Other,d\n",
        HEADER + b"nonsense,true,A,d\n",
        HEADER + b"001000000000001AAA,true,A\n",
        HEADER + b'001000000000001AAA,true,"A',
        b"Id\n001000000000001AAA\n",
        b"\xff",
    ],
)
def test_B3_results_that_can_not_be_tied_are_no_answer(transport: Make, results: bytes) -> None:
    empty = Answer(200, b"sf__Id,sf__Error,Name,Description\n")
    rows = accounts("A")
    with scripted(Answer(200, results), empty, empty) as org, pytest.raises(AnswerLost):
        list(read_outcomes(transport(org.url), Job(JOB, "JobComplete"), CREATE, Ties.of(CREATE, rows)))


def test_waiting_grows_and_ends(transport: Make) -> None:
    sleeps: list[float] = []
    seen: list[str] = []
    with scripted(BulkOrg(state="UploadComplete", states=["InProgress"] * 6 + ["JobComplete"])) as org:
        opened = transport(org.url, sleeps=sleeps)
        wait_for_job(opened, lambda: read_job(opened, JOB), lambda job: seen.append(job.state))
    assert sleeps == sorted(sleeps)
    assert sleeps[0] < 1
    assert seen == ["InProgress"] * 6 + ["JobComplete"]
    with pytest.raises(OrgLost) as stopped:
        wait_for_job(opened, lambda: Job(JOB, "InProgress"), lambda _: None)
    assert stopped.value.code == "job-running"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (
            "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --",
            Rejected("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ("LastName",)),
        ),
        (
            "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 200 records: 001A:--",
            Rejected("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 200 records: 001A"),
        ),
        (
            "DUPLICATE_VALUE:duplicate value found: E__c duplicates value on record with id: 0018M000003uKqq"
            ":E__c, F__c --",
            Rejected(
                "DUPLICATE_VALUE",
                "duplicate value found: E__c duplicates value on record with id: 0018M000003uKqq",
                ("E__c", "F__c"),
                (SalesforceId("0018M000003uKqq"),),
            ),
        ),
        (
            "FIELD_CUSTOM_VALIDATION_EXCEPTION:No: two\nlines:--",
            Rejected("FIELD_CUSTOM_VALIDATION_EXCEPTION", "No: two\nlines"),
        ),
        ("something else", Rejected("UNKNOWN_EXCEPTION", "something else")),
        ("", Rejected("UNKNOWN_EXCEPTION", "")),
    ],
)
def test_a_bulk_error_is_read_like_any_other(text: str, outcome: Rejected) -> None:
    assert read_bulk_error(text) == outcome


DESCRIBE = Describe(
    "Contact",
    {
        name: FieldDescribe(name, name, kind)
        for name, kind in {
            "Id": "id", "SystemModstamp": "datetime", "IsDeleted": "boolean",
            "Name": "string", "Age__c": "double", "N__c": "int",
        }.items()
    },
)  # fmt: skip


def query_org(asked: Asked) -> Answer:
    header = b"Id,SystemModstamp,IsDeleted,Name,Age__c,N__c,Account.Name\n"
    if asked.method == "POST" or "results" not in asked.path:
        return Answer(200, {"id": JOB, "state": "UploadComplete" if asked.method == "POST" else "JobComplete"})
    if "locator=abc" in asked.path:
        return Answer(200, header + b'2,2026-11-24T08:00:00.000Z,true,"two\nlines",,,\n', {"Sforce-Locator": "null"})
    body = header + b"1,2026-11-24T08:00:00.000Z,false,O'Brien,1.5,7,Acme\n"
    return Answer(200, body, {"Sforce-Locator": "abc", "Sforce-NumberOfRecords": "1"})


def test_a_bulk_read_gives_the_values_that_json_has(transport: Make) -> None:
    with scripted(query_org) as org:
        rows = list(read_rows_in_bulk(transport(org.url), DESCRIBE, ["Name", "Age__c", "N__c", "Account.Name"]))
    stamp = "2026-11-24T08:00:00.000+0000"
    assert rows == [
        {
            "Id": "1",
            "SystemModstamp": stamp,
            "IsDeleted": False,
            "Name": "O'Brien",
            "Age__c": 1.5,
            "N__c": 7,
            "Account.Name": "Acme",
        },
        {
            "Id": "2",
            "SystemModstamp": stamp,
            "IsDeleted": True,
            "Name": "two\nlines",
            "Age__c": None,
            "N__c": None,
            "Account.Name": None,
        },
    ]
    assert org.asked[0].json == {
        "operation": "query",
        "query": "SELECT Id, SystemModstamp, IsDeleted, Name, Age__c, N__c, Account.Name FROM Contact",
    }


@pytest.mark.parametrize("end", ["Failed", "Aborted"])
def test_a_bulk_read_that_fails_is_no_empty_org(transport: Make, end: str) -> None:
    with scripted(Answer(200, {"id": JOB, "state": end})) as org, pytest.raises(NotReady):
        list(read_rows_in_bulk(transport(org.url), DESCRIBE, ["Name"]))


def test_a_bulk_read_of_nonsense_is_an_error_not_a_traceback(transport: Make) -> None:
    answers = Answer(200, {"id": JOB, "state": "JobComplete"})
    with scripted(answers, answers, Answer(200, b'Id\n"1')) as org, pytest.raises(OrgLost):
        list(read_rows_in_bulk(transport(org.url), DESCRIBE, ["Name"]))


def test_no_text_in_a_cell_makes_two_rows_look_like_one() -> None:
    shape = JobShape("Contact", Verb.CREATE, ("FirstName", "LastName"))
    rows = [
        Row("contact:1", {"FirstName": "a\x1fb", "LastName": "c"}),
        Row("contact:2", {"FirstName": "a", "LastName": "b\x1fc"}),
    ]
    ties = Ties.of(shape, rows)
    assert shape.tie(("ab", "c")) != shape.tie(("a", "bc"))
    assert ties.take({"FirstName": "a", "LastName": "b\x1fc"}) == "contact:2"
    assert ties.take({"FirstName": "a\x1fb", "LastName": "c"}) == "contact:1"
