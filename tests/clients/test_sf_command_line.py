"""Salesforce's own `sf` command line works with the practice org as with any org.

`pytest -m clients`, with `sf` on the PATH. It weighs some 400 MB, so CI does not install it; where it is missing these
tests are skipped.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sfpush.practice import people, sessions
from sfpush.practice.serve import Serving
from tests.certificates import certificate_pem, new_key, private_pem

pytestmark = [
    pytest.mark.clients,
    pytest.mark.skipif(shutil.which("sf") is None, reason="the sf command line is not installed"),
]

TEXT = 'Zoë "Quote" O\'Brien \\ 🦊\nsecond line'


@dataclass(frozen=True, slots=True)
class Ran:
    """What one `sf … --json` said: the exit code and the document."""

    code: int
    said: dict[str, Any]

    @property
    def result(self) -> Any:
        assert self.code == 0, self.said
        return self.said["result"]


Sf = Callable[..., Ran]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where sf runs and keeps what it knows."""
    folder = tmp_path / "sf"
    folder.mkdir()
    return folder


@pytest.fixture
def anyone(practice_org: Serving, place: Path) -> Sf:
    """Runs `sf`, logged in nowhere."""
    environment = {
        **os.environ,
        "HOME": str(place),
        "CI": "true",
        "SF_ACCESS_TOKEN": practice_org.access_token,
        "SF_DISABLE_TELEMETRY": "true",
        "SF_DISABLE_LOG_FILE": "true",
        "SF_AUTOUPDATE_DISABLE": "true",
        "SF_SKIP_NEW_VERSION_CHECK": "true",
    }

    def run(*words: str, **changes: str) -> Ran:
        done = subprocess.run(
            ["sf", *words, "--json"],
            cwd=place,
            env={**environment, **changes},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, json.loads(done.stdout))

    return run


@pytest.fixture
def sf(practice_org: Serving, anyone: Sf) -> Sf:
    """Runs `sf`, logged in to the practice org by access token."""
    logged_in = anyone(
        "org", "login", "access-token", "--instance-url", practice_org.url, "--no-prompt", "--set-default"
    )
    assert logged_in.result["username"] == practice_org.username
    return anyone


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(file: Path, *rows: dict[str, str]) -> str:
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return str(file)


def test_login_by_access_token(practice_org: Serving, sf: Sf) -> None:
    shown = sf("org", "display").result
    assert (shown["id"], shown["username"]) == (practice_org.org.identity.org_id, practice_org.username)
    assert shown["connectedStatus"] == "Connected"


def test_login_by_a_token_that_is_none(practice_org: Serving, anyone: Sf) -> None:
    words = ("org", "login", "access-token", "--instance-url", practice_org.url, "--no-prompt")
    refused = anyone(*words, SF_ACCESS_TOKEN="00D000000000001!AQEAQNothing")
    assert refused.code == 1
    assert "Session expired or invalid" in refused.said["message"]


def test_login_by_jwt(practice_org: Serving, anyone: Sf, place: Path) -> None:
    key = new_key()
    sessions.trust_certificate(practice_org.org, certificate_pem(key))
    (place / "server.key").write_text(private_pem(key))
    words = ("--client-id", practice_org.client_id, "--jwt-key-file", "server.key", "--instance-url", practice_org.url)
    logged_in = anyone("org", "login", "jwt", "--username", practice_org.username, *words)
    assert logged_in.result["orgId"] == practice_org.org.identity.org_id


def test_records_one_at_a_time(sf: Sf) -> None:
    made = sf("data", "create", "record", "-s", "Contact", "-v", "LastName=Zed FirstName=Ann").result["id"]
    assert sf("data", "get", "record", "-s", "Contact", "-i", made).result["FirstName"] == "Ann"
    assert sf("data", "update", "record", "-s", "Contact", "-w", "LastName=Zed", "-v", "Title=CEO").code == 0
    found = sf("data", "query", "-q", "SELECT Id, Title FROM Contact").result
    assert (found["totalSize"], found["records"][0]["Title"]) == (1, "CEO")
    assert sf("data", "delete", "record", "-s", "Contact", "-i", made).result["success"] is True
    refused = sf("data", "create", "record", "-s", "Contact", "-v", "FirstName=Ann")
    assert (refused.code, "Required fields are missing: [LastName]" in refused.said["message"]) == (1, True)


def test_a_query_of_several_pages(practice_org: Serving, sf: Sf) -> None:
    people.seed(practice_org.org, accounts=2, contacts=4100)
    found = sf("data", "query", "-q", "SELECT Id, Account.Name FROM Contact").result
    assert (found["totalSize"], len({each["Id"] for each in found["records"]})) == (4100, 4100)


def test_upsert_in_bulk_and_its_results(sf: Sf, place: Path) -> None:
    good = [{"Apollo_Id__c": f"a{at}", "LastName": "Lee", "Description": TEXT} for at in range(3)]
    bad = {"Apollo_Id__c": "a9", "LastName": "", "Description": TEXT}
    file = write(place / "contacts.csv", *good, bad)
    words = ("data", "upsert", "bulk", "-s", "Contact", "-i", "Apollo_Id__c", "-f", file, "--line-ending", "LF")
    ran = sf(*words, "--wait", "5")
    assert (ran.code, ran.said["name"]) == (1, "FailedRecordDetailsError")
    job = ran.said["data"]["jobId"]
    told = sf("data", "bulk", "results", "--job-id", job).result
    assert (told["processedRecords"], told["successfulRecords"], told["failedRecords"]) == (4, 3, 1)
    kept = rows_of(place / told["successFilePath"])
    assert {row["Apollo_Id__c"]: row["Description"] for row in kept} == {row["Apollo_Id__c"]: TEXT for row in good}
    (refused,) = rows_of(place / told["failedFilePath"])
    assert refused["Apollo_Id__c"] == "a9"
    assert refused["sf__Error"] == "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --"


def test_import_and_export_in_bulk(sf: Sf, place: Path) -> None:
    rows = [{"LastName": f"L{at}", "Description": TEXT} for at in range(2500)]
    file = write(place / "contacts.csv", *rows)
    told = sf("data", "import", "bulk", "-s", "Contact", "-f", file, "--line-ending", "LF", "--wait", "5").result
    assert (told["processedRecords"], told["successfulRecords"], told["failedRecords"]) == (2500, 2500, 0)
    words = ("-q", "SELECT LastName, Description FROM Contact", "--output-file", "out.csv", "--result-format", "csv")
    told = sf("data", "export", "bulk", *words, "--wait", "5").result
    assert told["totalSize"] == 2500
    assert sorted(map(tuple, map(dict.values, rows_of(place / "out.csv")))) == sorted(
        map(tuple, map(dict.values, rows))
    )


def test_limits(sf: Sf) -> None:
    limits = {each["name"]: each for each in sf("org", "list", "limits").result}
    assert limits["DailyApiRequests"]["max"] > limits["DailyApiRequests"]["remaining"] > 0


def test_what_the_org_has(sf: Sf) -> None:
    assert {"Account", "Contact", "Lead"} <= set(sf("sobject", "list").result)
    fields = {each["name"]: each for each in sf("sobject", "describe", "-s", "Contact").result["fields"]}
    assert fields["Apollo_Id__c"]["externalId"] is True
