"""sfpush's own writer of SOQL against the practice org's reader, which shares nothing with it, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simple_salesforce import Salesforce, format_soql

from sfpush.org import soql
from sfpush.practice.org import PracticeOrg
from sfpush.practice.serve import serving
from tests.clients.loopback import session_to

HARD = st.sampled_from([*"\\'\"%_\n\r\t\b\f ;:(){}&+#?=/aÄßİıſК🦊\u2028\u0301", "\\u0041", "' OR Name != '"])
ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\0")  # SQLite, which keeps them, ends a text at NUL
TEXTS = st.lists(HARD | ANY, min_size=1, max_size=30).map(lambda parts: "".join(parts)[:70])


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Salesforce]:
    """A client of one org for the whole module: every example adds to what the next must not find."""
    org = PracticeOrg(tmp_path_factory.mktemp("soql") / "practice.db")
    with serving(org) as served, session_to(served.url) as session:
        yield Salesforce(instance_url=served.url, session_id=served.access_token, session=session)
    org.close()


def make(client: Salesforce, name: str) -> dict[str, Any] | None:
    """A new campaign as the org keeps it; None where nothing is left of a name once it is trimmed."""
    rows = [{"attributes": {"type": "Campaign"}, "Name": name}]
    (made,) = client.restful("composite/sobjects", method="POST", json={"records": rows})
    if not made["success"]:
        assert made["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
        return None
    record: dict[str, Any] = client.Campaign.get(made["id"])
    return record


def found(client: Salesforce, *where: str, sobject: str = "Campaign") -> dict[str, str]:
    """Names by id."""
    query = soql.select(["Id", "Name"], sobject, where=where)
    return {each["Id"]: each["Name"] for each in client.query_all(query)["records"]}


@settings(max_examples=100)
@given(text=TEXTS)
def test_M5_every_text_is_found_by_its_literal_and_nothing_else_is(writer: Salesforce, text: str) -> None:
    made = make(writer, text)
    if made is None:
        assert not text.strip()
        return
    for condition in (
        soql.compare("Name", "=", text),
        soql.member("Name", [text, "nothing of that name"]),
        soql.either(soql.compare("Name", "=", made["Name"]), soql.compare("Id", "=", made["Id"])),
    ):
        names = found(writer, condition)
        assert made["Id"] in names
        assert {name.lower() for name in names.values()} == {made["Name"].lower()}
    assert found(writer, soql.compare("Id", "=", made["Id"]), soql.compare("Name", "!=", text)) == {}


@settings(max_examples=100)
@given(text=TEXTS.filter(lambda text: text == text.strip()))
def test_a_text_that_another_client_quotes_for_LIKE_has_no_wildcards(writer: Salesforce, text: str) -> None:
    made, other = make(writer, f"<{text}>"), make(writer, f"<{text.replace('%', '§').replace('_', '§')}>")
    assert made is not None
    assert other is not None
    query = format_soql("SELECT Id, Name FROM Campaign WHERE Name LIKE '<{:like}>'", text)
    names = {each["Id"]: each["Name"] for each in writer.query_all(query)["records"]}
    assert made["Id"] in names
    assert (other["Id"] in names) == (other["Name"] == made["Name"])


@settings(max_examples=50)
@given(
    amount=st.decimals("-99999999999", "99999999999", places=2, allow_nan=False, allow_infinity=False),
    day=st.dates(date(1700, 1, 1), date(4000, 12, 31)),
)
def test_values_of_other_types_are_found_by_their_literals(writer: Salesforce, amount: Decimal, day: date) -> None:
    values = {"Amount": float(amount), "CloseDate": day.isoformat()}
    made = writer.Opportunity.create({"Name": "typed", "StageName": "Prospecting", **values})
    mine = soql.compare("Id", "=", made["id"])
    for name, value in (("Amount", amount), ("CloseDate", day), ("IsDeleted", False)):
        assert found(writer, mine, soql.compare(name, "=", value), sobject="Opportunity"), name
        assert not found(writer, mine, soql.compare(name, "!=", value), sobject="Opportunity"), name


def test_as_many_values_as_one_chunk_holds_pass_the_limit_of_a_uri(writer: Salesforce) -> None:
    names = [f"Zoë O'Brien & Söhne 🦊 {number}" for number in range(600)]
    for chunk in soql.in_chunks(names):
        assert found(writer, soql.member("Name", [*chunk])) == {}
