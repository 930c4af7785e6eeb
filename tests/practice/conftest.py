"""A plain HTTP client for the practice org: requests and nothing of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sfpush.practice.serve import Serving

VERSION = "v62.0"


class Wire:
    """Sends requests to one practice org with its access token; paths are below `/services/data/v62.0`."""

    def __init__(self, server: Serving) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {server.access_token}"

    def url(self, path: str) -> str:
        return (
            f"{self.server.url}{path}"
            if path.startswith("/services")
            else f"{self.server.url}/services/data/{VERSION}{path}"
        )

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(self.url(path), **options)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.session.post(self.url(path), json=body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.session.patch(self.url(path), json=body, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        return self.session.delete(self.url(path), **options)

    def query(self, soql: str, path: str = "/query", **options: Any) -> Any:
        answer = self.get(path, params={"q": soql}, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, soql: str) -> list[dict[str, Any]]:
        """The records of a query, without their attributes."""
        return [
            {name: value for name, value in each.items() if name != "attributes"}
            for each in self.query(soql)["records"]
        ]

    def create(self, sobject: str, **fields: Any) -> str:
        """A new row's Id, saved past alerting duplicate rules."""
        answer = self.post(f"/sobjects/{sobject}", fields, headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def collection(self, sobject: str, *records: dict[str, Any], verb: str = "POST", **options: Any) -> Any:
        body = {"records": [{"attributes": {"type": sobject}, **each} for each in records], **options}
        answer = self.session.request(verb, self.url("/composite/sobjects"), json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def wire(practice_org: Serving) -> Iterator[Wire]:
    client = Wire(practice_org)
    yield client
    client.session.close()


def error_of(answer: requests.Response) -> tuple[int, str, str]:
    """Status, code and message of a refused request."""
    body = answer.json()
    assert isinstance(body, list)
    return answer.status_code, body[0]["errorCode"], body[0]["message"]
