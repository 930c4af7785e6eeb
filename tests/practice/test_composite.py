from __future__ import annotations

from typing import Any

from tests.practice.conftest import VERSION, Wire, error_of

START = f"/services/data/{VERSION}"


def part(reference: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    return {"referenceId": reference, "method": method, "url": START + path, "body": body}


def run(wire: Wire, *parts: dict[str, Any], all_or_none: bool = False) -> list[dict[str, Any]]:
    answer = wire.post("/composite", {"allOrNone": all_or_none, "compositeRequest": list(parts)})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["compositeResponse"]
    return found


def test_later_parts_use_what_earlier_ones_answered(wire: Wire) -> None:
    answers = run(
        wire,
        part("acc", "POST", "/sobjects/Account", {"Name": "Acme"}),
        part("con", "POST", "/sobjects/Contact", {"LastName": "Lee", "AccountId": "@{acc.id}"}),
        part("look", "GET", "/sobjects/Contact/@{con.id}?fields=Name,AccountId"),
        part("ask", "GET", "/query?q=SELECT+Id+FROM+Contact"),
        part("edit", "PATCH", "/sobjects/Contact/@{ask.records[0].Id}", {"Title": "CEO"}),
    )
    assert [each["httpStatusCode"] for each in answers] == [201, 201, 200, 200, 204]
    assert answers[2]["body"]["AccountId"] == answers[0]["body"]["id"]
    assert answers[0]["httpHeaders"]["Location"].endswith(answers[0]["body"]["id"])
    assert wire.rows("SELECT Title FROM Contact") == [{"Title": "CEO"}]


def test_one_failure_leaves_the_others(wire: Wire) -> None:
    answers = run(
        wire,
        part("bad", "POST", "/sobjects/Contact", {"FirstName": "A"}),
        part("good", "POST", "/sobjects/Contact", {"LastName": "B"}),
        part("lost", "GET", "/sobjects/Contact/@{bad.id}"),
    )
    assert [each["httpStatusCode"] for each in answers] == [400, 201, 400]
    assert answers[0]["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert answers[2]["body"][0]["errorCode"] == "PROCESSING_HALTED"


def test_all_or_none_takes_everything_back(wire: Wire) -> None:
    answers = run(
        wire,
        part("good", "POST", "/sobjects/Contact", {"LastName": "B"}),
        part("bad", "POST", "/sobjects/Contact", {"FirstName": "A"}),
        part("after", "POST", "/sobjects/Contact", {"LastName": "C"}),
        all_or_none=True,
    )
    codes = [each["body"][0]["errorCode"] for each in answers]
    assert codes == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]
    assert wire.query("SELECT COUNT() FROM Contact")["totalSize"] == 0


def test_it_overrides_the_collections_inside(wire: Wire) -> None:
    rows = [{"attributes": {"type": "Contact"}, "LastName": "A"}, {"attributes": {"type": "Contact"}}]
    answers = run(
        wire,
        part("one", "POST", "/sobjects/Contact", {"LastName": "Z"}),
        part("many", "POST", "/composite/sobjects", {"allOrNone": False, "records": rows}),
        all_or_none=True,
    )
    assert answers[0]["httpStatusCode"] == 400
    assert wire.query("SELECT COUNT() FROM Contact")["totalSize"] == 0


def test_what_is_too_much_or_malformed(wire: Wire) -> None:
    limits = part("a", "GET", "/limits")
    for parts, code in (
        ([], "JSON_PARSER_ERROR"),
        ([{"url": "x"}], "JSON_PARSER_ERROR"),
        ([{**limits, "referenceId": f"r{number}"} for number in range(26)], "LIMIT_EXCEEDED"),
        ([part(f"r{number}", "GET", "/query?q=SELECT+Id+FROM+Lead") for number in range(6)], "LIMIT_EXCEEDED"),
        ([limits, limits], "INVALID_INPUT"),
        ([part("a", "POST", "/composite", {})], "INVALID_INPUT"),
    ):
        assert error_of(wire.post("/composite", {"compositeRequest": parts}))[:2] == (400, code)


def test_it_counts_as_one_call(wire: Wire) -> None:
    run(wire, part("a", "GET", "/limits"), part("b", "GET", "/limits"))
    assert wire.get("/limits").headers["Sforce-Limit-Info"] == "api-usage=2/15000"
