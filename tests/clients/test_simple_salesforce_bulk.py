"""simple-salesforce loads and reads the practice org by Bulk API 2.0."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from simple_salesforce import Salesforce
from simple_salesforce.bulk2 import ColumnDelimiter, LineEnding
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceOperationError

from sfpush.practice import people
from sfpush.practice.serve import Serving

TEXTS = ["line 1\nline 2", 'quote " and, comma', "emoji 🦊 ünï", "'; DROP TABLE", "back\\slash", "tab\there"]
WAIT = 0.01


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    ("delimiter", "line_ending"),
    [
        (ColumnDelimiter.COMMA, LineEnding.LF),
        (ColumnDelimiter.TAB, LineEnding.CRLF),
        (ColumnDelimiter.SEMICOLON, LineEnding.LF),
    ],
)
def test_inserted_texts_come_back_unchanged(
    client: Salesforce, delimiter: ColumnDelimiter, line_ending: LineEnding
) -> None:
    rows = [{"LastName": f"L{at}", "Description": text} for at, text in enumerate(TEXTS)]
    (told,) = client.bulk2.Contact.insert(records=rows, column_delimiter=delimiter, line_ending=line_ending, wait=WAIT)
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (len(TEXTS), 0)
    kept = client.query("SELECT Description FROM Contact ORDER BY LastName")["records"]
    assert [each["Description"] for each in kept] == TEXTS


def test_every_row_has_its_verdict(client: Salesforce) -> None:
    rows = [{"LastName": f"L{at}", "Description": text} for at, text in enumerate(TEXTS)]
    rows += [{"LastName": "", "Description": TEXTS[0]}, {"LastName": "L9", "Description": "x" * 32_001}]
    (told,) = client.bulk2.Contact.insert(records=rows, wait=WAIT)
    assert (told["numberRecordsTotal"], told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (8, 8, 2)
    good = rows_of(client.bulk2.Contact.get_successful_records(told["job_id"]))
    assert {row["LastName"]: row["Description"] for row in good} == {f"L{at}": text for at, text in enumerate(TEXTS)}
    assert {row["sf__Created"] for row in good} == {"true"}
    assert all(row["sf__Id"].startswith("003") and len(row["sf__Id"]) == 18 for row in good)
    bad = {row["LastName"]: row for row in rows_of(client.bulk2.Contact.get_failed_records(told["job_id"]))}
    assert bad[""]["sf__Error"] == "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --"
    assert bad[""]["Description"] == TEXTS[0]
    assert bad["L9"]["sf__Error"].startswith("STRING_TOO_LONG:Contact Description: data value too large: ")
    assert rows_of(client.bulk2.Contact.get_unprocessed_records(told["job_id"])) == []


def test_upsert_by_external_id(client: Salesforce) -> None:
    first = [{"Apollo_Id__c": f"a{at}", "LastName": "Lee", "Company": "Acme"} for at in range(3)]
    client.bulk2.Lead.upsert(records=first, external_id_field="Apollo_Id__c", wait=WAIT)
    second = [
        {"Apollo_Id__c": "a0", "LastName": "Li", "Company": ""},
        {"Apollo_Id__c": "a9", "LastName": "Lo", "Company": "Acme"},
        {"Apollo_Id__c": "a8", "LastName": "Lu", "Company": ""},
    ]
    (told,) = client.bulk2.Lead.upsert(records=second, external_id_field="Apollo_Id__c", wait=WAIT)
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (3, 1)
    good = rows_of(client.bulk2.Lead.get_successful_records(told["job_id"]))
    assert {row["Apollo_Id__c"]: row["sf__Created"] for row in good} == {"a0": "false", "a9": "true"}
    (bad,) = rows_of(client.bulk2.Lead.get_failed_records(told["job_id"]))
    assert (bad["Apollo_Id__c"], bad["sf__Error"].partition(":")[0]) == ("a8", "REQUIRED_FIELD_MISSING")
    changed = client.query("SELECT LastName, Company FROM Lead WHERE Apollo_Id__c = 'a0'")["records"][0]
    assert (changed["LastName"], changed["Company"]) == ("Li", "Acme"), "an empty cell leaves the field alone"


def test_update_clears_with_na_and_delete_removes(client: Salesforce) -> None:
    made = client.Contact.create({"LastName": "Lee", "Title": "CEO", "Department": "HQ"})["id"]
    client.bulk2.Contact.update(records=[{"Id": made, "Title": "#N/A", "Department": ""}], wait=WAIT)
    record = client.Contact.get(made)
    assert (record["Title"], record["Department"]) == (None, "HQ")
    (told,) = client.bulk2.Contact.delete(records=[{"Id": made}, {"Id": "003000000000001AAA"}], wait=WAIT)
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (2, 1)
    assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == 0


def test_a_parent_named_by_its_external_id(client: Salesforce) -> None:
    acme = client.Account.create({"Name": "Acme", "Apollo_Id__c": "acc1"})["id"]
    rows = [{"LastName": "Lee", "Account.Apollo_Id__c": "acc1"}, {"LastName": "Li", "Account.Apollo_Id__c": "none"}]
    (told,) = client.bulk2.Contact.insert(records=rows, wait=WAIT)
    assert told["numberRecordsFailed"] == 1
    (contact,) = client.query("SELECT AccountId FROM Contact")["records"]
    assert contact["AccountId"] == acme


def test_a_column_that_the_object_lacks_fails_the_job(client: Salesforce) -> None:
    with pytest.raises(SalesforceOperationError, match="InvalidBatch : Field name not found : Nothing__c"):
        client.bulk2.Contact.insert(records=[{"LastName": "Lee", "Nothing__c": "x"}], wait=WAIT)


def test_an_upsert_without_its_external_id(client: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refused:
        client.bulk2.Contact.upsert(records=[{"LastName": "Lee"}], external_id_field="Title", wait=WAIT)
    assert refused.value.content[0]["errorCode"] == "INVALIDJOB"


def test_a_large_file_goes_as_several_jobs(client: Salesforce, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("LastName,Company\n" + "".join(f"L{at},Acme\n" for at in range(1000)), encoding="utf-8")
    told = client.bulk2.Lead.insert(csv_file=str(file), batch_size=400, concurrency=2, wait=WAIT)
    assert sorted(each["numberRecordsProcessed"] for each in told) == [200, 400, 400]
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 1000


def test_a_query_comes_in_pages(practice_org: Serving, client: Salesforce, tmp_path: Path) -> None:
    people.seed(practice_org.org, accounts=2, contacts=2500)
    client.Contact.create({"LastName": "Lee", "Description": TEXTS[0]})
    pages = [
        rows_of(page)
        for page in client.bulk2.Contact.query(
            "SELECT Id, Description, Account.Name FROM Contact", max_records=1000, wait=WAIT
        )
    ]
    assert [len(page) for page in pages] == [1000, 1000, 501]
    rows = [row for page in pages for row in page]
    assert len({row["Id"] for row in rows}) == 2501
    assert TEXTS[0] in [row["Description"] for row in rows]
    files = client.bulk2.Contact.download("SELECT Id FROM Contact", path=str(tmp_path), max_records=2000, wait=WAIT)
    assert [each["number_of_records"] for each in files] == [2000, 501]
