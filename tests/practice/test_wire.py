"""HTTP as Salesforce speaks it: versions, slashes, sizes, encodings, the limit header."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving, serving
from tests.practice.conftest import Wire, error_of


def test_versions_are_listed_to_anyone(wire: Wire) -> None:
    del wire.session.headers["Authorization"]
    listed = wire.get("/services/data").json()
    assert listed[0]["version"] == "31.0"
    assert listed[-1] == {"label": "Summer '26", "url": "/services/data/v67.0", "version": "67.0"}


@pytest.mark.parametrize("version", [31, 47, 50, 51, 59, 62, 67])
def test_old_and_new_versions_answer(wire: Wire, version: int) -> None:
    body = wire.get(f"/services/data/v{version}.0").json()
    assert body["sobjects"] == f"/services/data/v{version}.0/sobjects"
    assert body["identity"].endswith(wire.server.org.identity.user_id)


@pytest.mark.parametrize(
    "path", ["/services/data/v30.0", "/services/data/v68.0/limits", "/services/data/v62/limits", "/nothing"]
)
def test_what_is_not_there_is_not_found(wire: Wire, path: str) -> None:
    answer = wire.get(path if path.startswith("/services") else "/services" + path)
    assert error_of(answer)[:2] == (404, "NOT_FOUND")


def test_a_wrong_method_is_405(wire: Wire) -> None:
    assert error_of(wire.delete("/limits"))[:2] == (405, "METHOD_NOT_ALLOWED")


def test_slashes_too_many_are_accepted(wire: Wire) -> None:
    assert wire.session.get(f"{wire.server.url}//services/data/v62.0/limits").ok
    assert wire.get("/limits/").ok
    assert wire.post("/sobjects/Account/", {"Name": "Acme"}).status_code == 201
    assert wire.get("/query/", params={"q": "SELECT Id FROM Account"}).json()["totalSize"] == 1


def test_chunked_and_gzip_bodies(wire: Wire) -> None:
    headers = {"Content-Type": "application/json"}

    def pieces() -> Iterator[bytes]:
        yield b'{"Name": '
        yield b'"Chunked"}'

    assert wire.session.post(wire.url("/sobjects/Account"), data=pieces(), headers=headers).status_code == 201
    packed = gzip.compress(json.dumps({"Name": "Packed"}).encode())
    answer = wire.session.post(
        wire.url("/sobjects/Account"), data=packed, headers={**headers, "Content-Encoding": "gzip"}
    )
    assert answer.status_code == 201
    assert [row["Name"] for row in wire.rows("SELECT Name FROM Account ORDER BY Name")] == ["Chunked", "Packed"]
    broken = wire.session.post(
        wire.url("/sobjects/Account"), data=b"not gzip", headers={**headers, "Content-Encoding": "gzip"}
    )
    assert broken.status_code == 400


def test_broken_json_is_refused(wire: Wire) -> None:
    answer = wire.session.post(wire.url("/sobjects/Account"), data=b'{"Name": ')
    assert error_of(answer)[:2] == (400, "JSON_PARSER_ERROR")
    assert error_of(wire.post("/sobjects/Account", [1]))[:2] == (400, "JSON_PARSER_ERROR")


def test_a_long_uri_is_414_and_long_headers_431(wire: Wire) -> None:
    assert (
        wire.get("/query", params={"q": "SELECT Id FROM Contact WHERE LastName = '" + "x" * 17_000 + "'"}).status_code
        == 414
    )
    assert wire.get("/limits", headers={"X-Long": "x" * 17_000}).status_code == 431
    assert (
        wire.get("/query", params={"q": "SELECT Id FROM Contact WHERE LastName = '" + "x" * 14_000 + "'"}).status_code
        == 200
    )


def test_calls_are_counted_and_shown(wire: Wire) -> None:
    first = wire.get("/limits")
    second = wire.get("/limits")
    assert first.headers["Sforce-Limit-Info"] == "api-usage=1/15000"
    assert second.headers["Sforce-Limit-Info"] == "api-usage=2/15000"
    assert second.json()["DailyApiRequests"] == {"Max": 15000, "Remaining": 14998}


class TestLimitReached:
    @pytest.fixture
    def practice_rules(self) -> Rules:
        return Rules.parse("[org]\ndaily_api_calls = 2")

    def test_the_daily_limit_refuses_further_calls(self, wire: Wire) -> None:
        assert wire.get("/limits").ok
        assert wire.get("/limits").ok
        assert error_of(wire.get("/limits")) == (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")


def test_rows_outlive_the_server(practice_org: Serving, wire: Wire) -> None:
    from sfpush.practice.org import PracticeOrg
    from sfpush.practice.serve import serving

    wire.create("Account", Name="Kept")
    other = PracticeOrg(practice_org.org.path)
    with serving(other) as server:
        client = Wire(server)
        assert client.rows("SELECT Name FROM Account") == [{"Name": "Kept"}]
        client.session.close()
    other.close()


def test_every_answer_is_dated_by_the_orgs_clock(tmp_path: Path) -> None:
    org = PracticeOrg(tmp_path / "org.db", clock=lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    with contextlib.closing(org), serving(org) as server:
        wire = Wire(server)
        with wire.session:
            for path in ("/limits", "/sobjects/Nothing", "/services/data"):
                assert wire.get(path).headers["Date"] == "Fri, 02 Jan 2026 03:04:05 GMT"
