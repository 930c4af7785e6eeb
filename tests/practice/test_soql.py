from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfpush.practice import people, save
from sfpush.practice.org import PracticeOrg
from sfpush.practice.query import Queries
from sfpush.practice.refusals import Refused
from tests.practice.conftest import Wire, error_of


@pytest.fixture
def filled(wire: Wire) -> Wire:
    people.seed_sample(wire.server.org)
    return wire


def names(wire: Wire, where: str, sobject: str = "Contact") -> list[str]:
    return [row["Name"] for row in wire.rows(f"SELECT Name FROM {sobject} WHERE {where} ORDER BY Name")]


def test_fields_come_in_their_own_spelling_with_attributes(filled: Wire) -> None:
    record = filled.query("select ID, lastname, hasoptedoutofemail from CONTACT where LASTNAME = 'bell'")["records"][0]
    assert record["attributes"]["type"] == "Contact"
    assert record["attributes"]["url"] == f"/services/data/v62.0/sobjects/Contact/{record['Id']}"
    assert record["LastName"] == "Bell"
    assert record["HasOptedOutOfEmail"] is False


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("LastName = 'O\\'Brien'", ["Sean O'Brien"]),
        ("Email LIKE '%@CONTOSO%'", ["Grace Okafor", "Samuel Wright"]),
        ("FirstName IN ('nora', 'Luca')", ["Luca Meier", "Nora Lindqvist"]),
        ("Account.Name = 'Fabrikam Robotics GmbH' AND Title != 'CFO'", ["Jonas Keller"]),
        ("(FirstName = 'Nora' OR FirstName = 'Luca') AND NOT LastName LIKE 'M%'", ["Nora Lindqvist"]),
        ("Account.BillingCountry = 'Ireland'", ["Sean O'Brien"]),
        ("LeadSource = null AND LastName > 'W'", ["Samuel Wright", "Tessa Young"]),
        ("LeadSource != 'Web' AND LastName >= 'Y'", ["Tessa Young"]),
        ("CreatedDate = TODAY AND LastName = 'Hart'", ["Emily Hart"]),
        ("CreatedDate > 2020-01-01T00:00:00Z AND LastName = 'Hart'", ["Emily Hart"]),
        ("CreatedDate < LAST_N_DAYS:3", []),
        ("DoNotCall = true", []),
        ("AccountId IN (SELECT Id FROM Account WHERE Industry = 'Energy')", ["Luca Meier"]),
        ("Contact.LastName = 'Bell'", ["Marcus Bell"]),
    ],
)
def test_conditions(filled: Wire, where: str, found: list[str]) -> None:
    assert names(filled, where) == found


def test_numbers_order_and_limits(filled: Wire) -> None:
    assert names(filled, "NumberOfEmployees > 1000", "Account") == ["Blue Yonder Airlines", "Contoso Health"]
    rows = filled.rows("SELECT Name FROM Account ORDER BY NumberOfEmployees DESC NULLS LAST LIMIT 2 OFFSET 1")
    assert [row["Name"] for row in rows] == ["Contoso Health", "Fabrikam Robotics GmbH"]


def test_both_lengths_of_an_id_are_the_same_id(filled: Wire) -> None:
    record_id = filled.rows("SELECT Id FROM Account LIMIT 1")[0]["Id"]
    for text in (record_id, record_id[:15], record_id.upper()):
        assert filled.query(f"SELECT Id FROM Account WHERE Id = '{text}'")["totalSize"] == 1


def test_parents_and_children(filled: Wire) -> None:
    record = filled.query("SELECT Account.Name, Account.Owner.Name FROM Contact WHERE LastName = 'Bell'")["records"][0]
    assert record["Account"]["Name"] == "Northwind Traders"
    assert record["Account"]["attributes"]["type"] == "Account"
    assert record["Account"]["Owner"]["Name"] == "Integration User"
    account = filled.query("SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Name = 'Contoso Health'")[
        "records"
    ][0]
    assert [each["LastName"] for each in account["Contacts"]["records"]] == ["Okafor", "Wright"]
    without = filled.create("Contact", LastName="Alone")
    assert filled.query(f"SELECT Account.Name FROM Contact WHERE Id = '{without}'")["records"][0]["Account"] is None


def test_counts_and_groups(filled: Wire) -> None:
    counted = filled.query("SELECT COUNT() FROM Contact WHERE Account.Industry = 'Retail'")
    assert (counted["totalSize"], counted["records"]) == (2, [])
    assert filled.rows("SELECT COUNT(Id) CNT FROM Contact") == [{"CNT": 12}]
    assert filled.rows("SELECT COUNT(Id) FROM Contact") == [{"expr0": 12}]
    grouped = filled.rows(
        "SELECT Industry, COUNT(Id) n FROM Account GROUP BY Industry HAVING COUNT(Id) > 0 ORDER BY Industry LIMIT 2"
    )
    assert grouped == [{"Industry": "Construction", "n": 1}, {"Industry": "Energy", "n": 1}]


@pytest.mark.parametrize(
    ("soql", "code", "message"),
    [
        ("SELECT Foo FROM Contact", "INVALID_FIELD", "No such column 'Foo' on entity 'Contact'."),
        ("SELECT Id FROM Nothing__c", "INVALID_TYPE", "sObject type 'Nothing__c' is not supported."),
        ("SELECT Id FRM Contact", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Contact WHERE", "MALFORMED_QUERY", "unexpected token: <EOF>"),
        ("SELECT Id FROM Contact WHERE LastName = 'x", "MALFORMED_QUERY", "no viable alternative"),
        ("SELECT Id FROM Contact WHERE Id = 'a' AND Id = '' OR Id = ''", "MALFORMED_QUERY", "unexpected token: 'OR'"),
        ("SELECT Id FROM Contact WHERE LastName = '\\q'", "MALFORMED_QUERY", "Illegal character sequence"),
        ("SELECT Id FROM Contact WHERE DoNotCall = 'true'", "INVALID_FIELD", "should not be enclosed in quotes"),
        ("SELECT Id FROM Account WHERE AnnualRevenue = 'x'", "INVALID_FIELD", "must be of type double"),
        ("SELECT Id FROM Contact WHERE Description LIKE '%x%'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Contact WHERE AccountId = 'short'", "INVALID_QUERY_FILTER_OPERATOR", "ID field: short"),
        ("SELECT Name, COUNT(Id) FROM Contact", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
        ("SELECT Foo.Name FROM Contact", "INVALID_FIELD", "Didn't understand relationship 'Foo'"),
        ("SELECT Id FROM Contact OFFSET 3000", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
        ("SELECT Id, Id FROM Contact", "INVALID_FIELD", "duplicate field selected: Id"),
    ],
)  # fmt: skip
def test_faults_have_salesforces_codes(wire: Wire, soql: str, code: str, message: str) -> None:
    status, found, text = error_of(wire.get("/query", params={"q": soql}))
    assert (status, found) == (400, code)
    assert message in text


def test_a_fault_is_pointed_at(wire: Wire) -> None:
    text = error_of(wire.get("/query", params={"q": "SELECT Id, Foo FROM Contact"}))[2]
    assert text.startswith("\nSELECT Id, Foo FROM Contact\n           ^\nERROR at Row:1:Column:12\n")


def test_pages_of_two_thousand(wire: Wire) -> None:
    people.seed(wire.server.org, accounts=3, contacts=4500)
    page = wire.query("SELECT Id, LastName FROM Contact ORDER BY LastName DESC")
    seen: list[dict[str, Any]] = page["records"]
    sizes = [len(page["records"])]
    while not page["done"]:
        page = wire.get(page["nextRecordsUrl"]).json()
        sizes.append(len(page["records"]))
        seen += page["records"]
    assert sizes == [2000, 2000, 500]
    assert page["totalSize"] == 4500
    assert len({each["Id"] for each in seen}) == 4500
    assert [each["LastName"] for each in seen] == sorted((each["LastName"] for each in seen), reverse=True)
    smaller = wire.query("SELECT Id FROM Contact", headers={"Sforce-Query-Options": "batchSize=200"})
    assert len(smaller["records"]) == 200
    assert error_of(wire.get("/query/01gxx0000000001AAA-2000"))[1] == "INVALID_QUERY_LOCATOR"


def test_a_row_made_between_pages_does_not_shift_them(wire: Wire) -> None:
    people.seed(wire.server.org, contacts=2100)
    first = wire.query("SELECT Id FROM Contact ORDER BY LastName")
    wire.create("Contact", LastName="AAA")
    second = wire.get(first["nextRecordsUrl"]).json()
    assert not {each["Id"] for each in first["records"]} & {each["Id"] for each in second["records"]}
    assert len(second["records"]) == 100


def test_the_columns_of_a_statement(wire: Wire) -> None:
    body = wire.get("/query", params={"q": "SELECT Id, Name FROM Account", "columns": "true"}).json()
    assert [each["columnName"] for each in body["columnMetadata"]] == ["Id", "Name"]
    assert body["entityName"] == "Account"


def test_fields_all(wire: Wire) -> None:
    wire.create("Account", Name="Acme")
    assert wire.rows("SELECT FIELDS(ALL) FROM Account LIMIT 1")[0]["Name"] == "Acme"
    assert error_of(wire.get("/query", params={"q": "SELECT FIELDS(ALL) FROM Account"}))[1] == "MALFORMED_QUERY"


def test_case_of_any_script_is_folded(wire: Wire) -> None:
    wire.create("Account", Name="MÜLLER Öl")
    wire.create("Account", Name="Иванов")
    assert names(wire, "Name = 'müller öl'", "Account") == ["MÜLLER Öl"]
    assert names(wire, "Name IN ('ИВАНОВ', 'acme')", "Account") == ["Иванов"]
    assert names(wire, "Name LIKE 'ива%'", "Account") == ["Иванов"]
    assert names(wire, "Name != 'müller öl'", "Account") == ["Иванов"]


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r") + "'"


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> tuple[PracticeOrg, Queries]:
    org = PracticeOrg(tmp_path_factory.mktemp("soql") / "org.db")
    return org, Queries(org)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60))
def test_every_text_that_is_stored_is_found_by_its_literal(queries: tuple[PracticeOrg, Queries], text: str) -> None:
    org, soql = queries
    sobject = org.catalogue.whole("Campaign")
    saved = save.create(org, sobject, [{"Name": text}])[0]
    if not saved.success:
        assert saved.errors[0].code == "REQUIRED_FIELD_MISSING"
        assert not text.strip()
        return
    found = soql.run(f"SELECT Id, Name FROM Campaign WHERE Name = {quoted(text)}", version="v62.0").records
    assert saved.id in [each["Id"] for each in found]
    assert {each["Name"].lower() for each in found} == {text.strip().lower()}


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="SELECT FROMWHERE IdNaContact'()=,.<>\\%_0123456789-\n", max_size=80))
def test_no_text_breaks_the_parser(queries: tuple[PracticeOrg, Queries], text: str) -> None:
    try:
        queries[1].run("SELECT Id FROM Contact WHERE " + text, version="v62.0")
    except Refused as refused:
        assert refused.status == 400
