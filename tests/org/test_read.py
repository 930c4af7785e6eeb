from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from sfpush.describe import Describe, FieldDescribe
from sfpush.errors import NotReady, RequestRefused
from sfpush.model import Batch, Row, SalesforceId, Verb, Written
from sfpush.org.connected import Org
from sfpush.org.read import read_own_rows, read_rows
from sfpush.org.transport import Transport
from tests.org.scripted import Answer, Asked, scripted

NASTY = ["O'Brien", "back\\slash", 'say "hi"', "two\nlines", "tab\there", "Zoë 🦊", "100%_", "' OR Name != '"]


def create(org: Org, sobject: str, *rows: dict[str, object]) -> list[SalesforceId]:
    outcomes = org.write(Batch(sobject, Verb.CREATE, tuple(Row(f"k{n}", values) for n, values in enumerate(rows))))
    assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes
    return [outcome.id for outcome in outcomes if isinstance(outcome, Written)]


def delete(org: Org, sobject: str, *ids: SalesforceId) -> None:
    org.write(Batch(sobject, Verb.DELETE, tuple(Row("k", {}, id_) for id_ in ids)))


def test_rows_come_with_the_system_fields_and_flat_parents(org: Org) -> None:
    [account] = create(org, "Account", {"Name": "Acme"})
    with_account, without = create(org, "Contact", {"LastName": "Lee", "AccountId": account}, {"LastName": "Alone"})
    rows = {row["Id"]: row for row in org.read("Contact", ["LastName", "Account.Name"])}
    assert set(rows) == {with_account, without}
    assert rows[with_account]["Account.Name"] == "Acme"
    assert rows[without]["Account.Name"] is None
    assert set(rows[without]) == {
        "Id", "SystemModstamp", "CreatedDate", "IsDeleted", "MasterRecordId", "LastName", "Account.Name",
    }  # fmt: skip


def test_an_sobject_without_deleted_or_merged_rows_is_read_without_those_fields(org: Org) -> None:
    [row] = [row for row in org.read("User", ["Username"]) if row["Username"] == org.identity.username]
    assert row["Id"] == org.identity.user_id
    assert "IsDeleted" not in row
    assert "MasterRecordId" not in row


def test_G3_only_what_changed_comes_deleted_rows_included(org: Org) -> None:
    first, second = create(org, "Lead", {"LastName": "A", "Company": "X"}, {"LastName": "B", "Company": "X"})
    since = max(row["SystemModstamp"] for row in org.read("Lead", []))
    assert {row["Id"] for row in org.read("Lead", [], changed_since=since)} == {first, second}
    delete(org, "Lead", second)
    assert {row["Id"] for row in org.read("Lead", [])} == {first}
    rows = {row["Id"]: row for row in org.read("Lead", [], changed_since=since, include_deleted=True)}
    assert rows[second]["IsDeleted"] is True
    assert list(org.read("Lead", [], changed_since="2999-01-01T00:00:00.000+0000", include_deleted=True)) == []


def test_E8_only_our_own_rows_and_those_with_an_external_id_are_read(org: Org) -> None:
    plain, marked = create(org, "Contact", {"LastName": "A"}, {"LastName": "B", "Apollo_Id__c": "b1"})
    assert {row["Id"] for row in org.read_own("Contact", ["LastName"])} == {plain, marked}
    describe, somebody_else = org.describe("Contact"), "005000000000001AAA"

    def seen_by_somebody_else(field: str, since: str | None = None) -> set[str]:
        rows = read_own_rows(
            org._transport, describe, [], by=somebody_else, external_id_field=field, changed_since=since
        )
        return {row["Id"] for row in rows}

    assert seen_by_somebody_else("") == set()
    assert seen_by_somebody_else("Apollo_Id__c") == {marked}
    assert seen_by_somebody_else("Apollo_Id__c", "2999-01-01T00:00:00.000+0000") == set()
    delete(org, "Contact", plain)
    deleted = {row["Id"]: row["IsDeleted"] for row in org.read_own("Contact", [])}
    assert deleted == {plain: True, marked: False}


def test_M5_rows_are_found_by_any_text(org: Org) -> None:
    create(org, "Account", *({"Name": name} for name in NASTY), {"Name": "Other"})
    found = list(org.rows_where_in("Account", "Name", NASTY, ["Name"]))
    assert sorted(row["Name"] for row in found) == sorted(NASTY)
    for name in NASTY:
        assert [row["Name"] for row in org.rows_where_in("Account", "Name", [name], ["Name"])] == [name]


def test_rows_by_id_know_deleted_rows_and_take_both_lengths(org: Org) -> None:
    ids = create(org, "Account", *({"Name": f"A{n}"} for n in range(4)))
    delete(org, "Account", ids[0])
    wanted = [ids[0], ids[1][:15], "001000000000001AAA"]
    rows = org.rows_by_id("Account", wanted, ["Name"])
    assert set(rows) == {ids[0], ids[1]}
    assert rows[ids[0]]["IsDeleted"]
    assert rows[ids[1]]["Name"] == "A1"
    assert org.rows_by_id("Account", []) == {}


def test_many_ids_take_several_queries(org: Org) -> None:
    ids = create(org, "Account", *({"Name": f"A{n}"} for n in range(200)))
    strangers = [f"001000000{n:06d}AAA" for n in range(800)]
    before = org.api_calls
    assert len(org.rows_by_id("Account", [*strangers, *ids])) == 200
    assert org.api_calls - before == 4  # the describe and three queries


def test_count_does_not_count_deleted_rows(org: Org) -> None:
    assert org.count("Lead") == 0
    first, _ = create(org, "Lead", {"LastName": "A", "Company": "X"}, {"LastName": "B", "Company": "X"})
    delete(org, "Lead", first)
    assert org.count("Lead") == 1


def test_a_field_the_org_lacks_is_refused_in_its_own_words(org: Org) -> None:
    with pytest.raises(RequestRefused, match="Nonsense__c") as refused:
        list(org.read("Contact", ["Nonsense__c"]))
    assert refused.value.salesforce_code == "INVALID_FIELD"


def test_an_sobject_the_org_lacks_is_refused_in_one_sentence(org: Org) -> None:
    with pytest.raises(RequestRefused, match="Nonsense__c"):
        org.describe("Nonsense__c")


def test_describe_is_asked_once(org: Org) -> None:
    described = org.describe("Contact")
    assert described.field("lastname") is not None
    before = org.api_calls
    assert org.describe("Contact") is described
    assert org.api_calls == before
    assert {"Account", "Contact", "Lead", "User"} <= set(org.sobject_names())


def test_the_api_versions_that_the_org_speaks(org: Org) -> None:
    versions = org.api_versions()
    assert "62.0" in versions
    assert versions == tuple(sorted(versions, key=float))


def test_G5_limits_and_the_budget_after_each_answer(org: Org) -> None:
    limits = org.limits()
    assert 0 < limits.remaining <= limits.max
    org.count("Lead")
    assert org.budget is not None
    assert org.budget.max == limits.max
    assert org.budget.remaining < limits.remaining


DESCRIBE = Describe("Contact", {name: FieldDescribe(name, name, "string") for name in ("Id", "Name", "SystemModstamp")})


def test_pages_are_followed_and_never_all_in_memory(transport: Callable[..., Transport]) -> None:
    pages, size = 30, 500

    def page(asked: Asked) -> Answer:
        number = int(asked.path.rpartition("-")[2]) if "01g" in asked.path else 0
        records = [{"attributes": {"type": "Contact"}, "Id": f"{number}-{n}", "Name": "x" * 400} for n in range(size)]
        more = {"nextRecordsUrl": f"/services/data/v62.0/query/01g-{number + 1}"} if number + 1 < pages else {}
        return Answer(200, {"done": not more, "records": records, **more})

    with scripted(page) as org:
        rows = read_rows(transport(org.url), DESCRIBE, ["Name"])
        next(rows)
        tracemalloc.start()
        last = ""
        count = 1
        for row in rows:
            count += 1
            last = row["Id"]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (count, last) == (pages * size, f"{pages - 1}-{size - 1}")
    assert all(asked.headers["Sforce-Query-Options"] == "batchSize=2000" for asked in org.asked)
    assert (
        peak < 5 * size * 1_000
    )  # server's page, bytes, text and rows of one page; all pages would be thirty times that


@pytest.mark.parametrize("body", [[], [1], {}, {"records": 1, "done": True}, {"records": [], "done": False}])
def test_an_answer_that_is_no_page_is_an_error_not_a_traceback(
    transport: Callable[..., Transport], body: object
) -> None:
    with scripted(Answer(200, body)) as org, pytest.raises(NotReady):
        list(read_rows(transport(org.url), DESCRIBE, ["Name"]))
