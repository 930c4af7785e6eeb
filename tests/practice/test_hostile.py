"""Whatever comes, the answer is a refusal and not a fault of the server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice.conftest import Wire, error_of

ODD: list[Any] = [
    None, True, 5, 1.5, -1, 10**30, "", "\x00", "x" * 40_000, [], [1], {}, {"a": 1}, {"attributes": 5},
    {"attributes": {"type": 5}},
    {"Name": {"a": [1]}}, {"Name": [None]}, {"AccountId": {}}, {"Owner": 5}, {"Parent": {"Name": "x"}},
    {"NumberOfEmployees": float("1e300")}, {"AnnualRevenue": "nan"}, {"NumberOfEmployees": "1e999"}, {"Id": [1]},
]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/sobjects/Account", "/composite/sobjects", "/composite", "/jobs/ingest", "/jobs/query"]
)
def test_odd_bodies(wire: Wire, path: str) -> None:
    for odd in ODD:
        for body in (
            odd,
            {"records": odd},
            {"records": [odd]},
            {"compositeRequest": [odd]},
            {"query": odd, "operation": "query"},
        ):
            for verb in ("POST", "PATCH"):
                answer = wire.session.request(verb, wire.url(path), json=body)
                assert answer.status_code < 500, (path, verb, body, answer.text)


@pytest.mark.parametrize(
    "path",
    [
        "/sobjects/%00", "/sobjects/Account/%FF%FE", "/sobjects/Account/Id/%2F%2F", "/sobjects//describe",
        "/query?q=%00", "/query/%F0%9F%A6%86-5", "/query/01g000000000000AAA-x", "/jobs/ingest/x/successfulResults",
        "/sobjects/Account/updated?start=&end=", "/composite/sobjects?ids=,,",
        "/composite/sobjects/Account?ids=x&fields=", "/jobs/query/x/results?maxRecords=-1",
    ],
)  # fmt: skip
def test_odd_paths(wire: Wire, path: str) -> None:
    for verb in ("GET", "PATCH", "DELETE", "PUT"):
        assert wire.session.request(verb, wire.url(path), data=b"{}").status_code < 500


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 3000 + "Name = 'a'" + ")" * 3000,
        "NOT " * 3000 + "Name = 'a'",
        " OR ".join(["Name = 'a'"] * 4000),
        " AND ".join(["(Name = 'a' OR Name = 'b')"] * 3000),
        "Name IN (" + ",".join(["'a'"] * 15_000) + ")",
        "Parent.Parent.Parent.Parent.Parent.Parent.Name = 'a'",
    ],
)
def test_huge_conditions(wire: Wire, condition: str) -> None:
    answer = wire.post("/jobs/query", {"operation": "query", "query": f"SELECT Id FROM Account WHERE {condition}"})
    assert answer.status_code in (200, 400), answer.text


@pytest.mark.parametrize(
    "tail", ["LIMIT 99999999999999999999999", "LIMIT 5 OFFSET 99999999999999999999", "LIMIT -1", "LIMIT 1.5"]
)
def test_odd_limits(wire: Wire, tail: str) -> None:
    answer = wire.get("/query", params={"q": f"SELECT Id FROM Account {tail}"})
    assert answer.status_code == 200 or error_of(answer)[0] == 400


def test_quotes_in_names_stay_text(wire: Wire) -> None:
    for name in (
        'Robert\'); DROP TABLE "Contact";--',
        "a\\' OR Name != '",
        "\u202eevil",
        "=cmd|'/C calc'!A0",
        "\x1b[31mred",
    ):
        record_id = wire.create("Account", Name=name)
        assert wire.get(f"/sobjects/Account/{record_id}").json()["Name"] == name
        literal = name.replace("\\", "\\\\").replace("'", "\\'")
        assert wire.rows(f"SELECT Id FROM Account WHERE Name = '{literal}'") == [{"Id": record_id}]
