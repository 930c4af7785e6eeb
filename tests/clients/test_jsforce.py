"""jsforce, as installed from npm, drives the practice org; what it makes of the answers is asserted.

`pytest -m clients_js`, with SFPUSH_JSFORCE naming a folder in which the pinned jsforce is installed, as `.ci/run` does.
Without it these tests fail: a judge that is not there has not agreed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from sfpush.practice import people, sessions
from sfpush.practice.serve import Serving
from tests.certificates import certificate_pem, new_key, private_pem

pytestmark = pytest.mark.clients_js

PINNED = "3.10.16"
"""The last release that runs on Node 20."""
DRIVER = Path(__file__).with_name("judge.mjs")
TEXT = 'Zoë "Quote" O\'Brien \\ 🦊\nsecond line'

Judge = Callable[..., Any]


@pytest.fixture
def judge(practice_org: Serving) -> Judge:
    """Runs one task of the driver; what jsforce said, as JSON."""
    assert os.environ.get("SFPUSH_JSFORCE"), "SFPUSH_JSFORCE must name the folder that jsforce is installed in"

    def run(task: str, **more: str) -> Any:
        done = subprocess.run(
            ["node", str(DRIVER), task],
            input=json.dumps({**practice_org.as_mapping(), **more}),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def me(practice_org: Serving) -> dict[str, str]:
    identity = practice_org.org.identity
    return {"user_id": identity.user_id, "organization_id": identity.org_id, "username": identity.username}


def test_the_judge_is_the_one_that_was_chosen(judge: Judge) -> None:
    assert judge("version") == PINNED


def test_an_access_token(judge: Judge, me: dict[str, str]) -> None:
    assert judge("token") == me
    refused = judge("wrongToken")
    assert (refused["code"], refused["message"]) == ("INVALID_SESSION_ID", "Session expired or invalid")


def test_a_password_by_soap(judge: Judge, me: dict[str, str]) -> None:
    assert judge("soapLogin") == {"id": me["user_id"], "organizationId": me["organization_id"], **me}
    told = judge("soapLoginRefused")
    assert told["wrong"]["message"].startswith("INVALID_LOGIN: Invalid username, password, security token")
    assert "not available in API version 65.0" in told["late"]["message"]


def test_client_credentials_password_and_jwt_by_oauth(practice_org: Serving, judge: Judge, me: dict[str, str]) -> None:
    key = new_key()
    sessions.trust_certificate(practice_org.org, certificate_pem(key))
    claims = {
        "iss": practice_org.client_id,
        "sub": practice_org.username,
        "aud": practice_org.url,
        "exp": datetime.now(UTC) + timedelta(minutes=3),
    }
    assertion = jwt.encode(claims, private_pem(key), algorithm="RS256")
    assert judge("oauthLogins", assertion=assertion) == [me, me, me]
    told = judge("oauthLoginRefused")
    assert (told["name"], told["message"]) == ("invalid_grant", "authentication failure")


def test_a_session_that_ended_is_renewed(judge: Judge) -> None:
    assert judge("sessionRenewed") == 1


def test_a_record_from_its_making_to_its_end(judge: Judge) -> None:
    told = judge("oneRecord", text=TEXT)
    record_id = told["made"]["id"]
    assert told["made"] == {"id": record_id, "success": True, "errors": []}
    assert (told["read"]["LastName"], told["read"]["Description"]) == ("Lee", TEXT)
    assert told["changed"]["success"] is True
    assert (told["again"]["LastName"], told["again"]["Description"]) == ("Li", None)
    assert told["removed"]["success"] is True
    assert told["gone"]["code"] == "ENTITY_IS_DELETED"


def test_what_the_org_refuses(judge: Judge) -> None:
    told = judge("refusals")
    assert (told["missing"]["code"], told["missing"]["message"], told["missing"]["data"]["fields"]) == (
        "REQUIRED_FIELD_MISSING",
        "Required fields are missing: [LastName]",
        ["LastName"],
    )
    assert (told["email"]["code"], told["email"]["message"]) == (
        "INVALID_EMAIL_ADDRESS",
        "Email: invalid email address: no mail",
    )
    assert (told["soql"]["code"], told["type"]["code"]) == ("INVALID_FIELD", "NOT_FOUND")


def test_a_duplicate_is_spelled_as_salesforce_spells_it(judge: Judge) -> None:
    told = judge("duplicate")
    assert told["error"]["code"] == "DUPLICATES_DETECTED"
    found = told["error"]["data"]["duplicateResut"]
    assert (found["duplicateRule"], found["allowSave"]) == ("Standard_Contact_Duplicate_Rule", True)
    assert found["matchResults"][0]["matchRecords"][0]["record"]["Id"] == told["first"]
    assert told["allowed"] is True


def test_a_long_answer_comes_in_pages(practice_org: Serving, judge: Judge) -> None:
    people.seed(practice_org.org, contacts=4100)
    assert judge("pages") == {"total": 4100, "sizes": [2000, 2000, 100], "distinct": 4100, "fetched": 4100}


def test_quoted_text_is_found(judge: Judge) -> None:
    name = 'Zoë "Quote" O\'Brien 🦊'  # no backslash: jsforce does not escape it
    assert judge("found", text=name) == {"exact": [name], "alike": ["other"], "counted": 2}


def test_a_collection_has_a_verdict_for_each_row_in_order(judge: Judge) -> None:
    told = judge("collection")
    assert [each["success"] for each in told["made"]] == [True, False, True]
    missing = {
        "statusCode": "REQUIRED_FIELD_MISSING",
        "message": "Required fields are missing: [LastName]",
        "fields": ["LastName"],
    }
    assert told["made"][1] == {"success": False, "errors": [missing]}
    assert [each["errors"][0]["statusCode"] for each in told["all"]] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "REQUIRED_FIELD_MISSING",
    ]
    assert [each["success"] for each in told["changed"] + told["removed"]] == [True] * 4
    assert told["read"] == [["Lee", "CEO"], ["Li", "CEO"]]
    assert told["left"] == 0


def test_more_than_two_hundred_go_as_several_collections(practice_org: Serving, judge: Judge) -> None:
    assert judge("manyRecords") == {"made": 450, "kept": 450}
    assert sum(each.path.endswith("/composite/sobjects") for each in practice_org.requests) == 3


def test_upsert_by_external_id_says_whether_it_created(judge: Judge) -> None:
    told = judge("upserted")
    assert (told["first"]["success"], told["first"]["created"]) == (True, True)
    assert (told["second"]["id"], told["second"]["created"]) == (told["first"]["id"], False)
    assert [each["created"] for each in told["several"]] == [False, True]
    assert sorted(told["titles"], key=str) == ["CFO", None]


def test_the_org_describes_itself_and_its_limits(judge: Judge) -> None:
    told = judge("described")
    assert {"Account", "Contact", "Lead", "Opportunity", "Task", "Event"} <= set(told["names"])
    assert told["lastName"] == {"nillable": False, "length": 80, "type": "string"}
    used = told["calls"]["Max"] - told["calls"]["Remaining"]
    assert told["usage"] == {"used": used, "limit": told["calls"]["Max"]}


def test_a_bulk_load_has_a_verdict_for_each_row(judge: Judge) -> None:
    texts = [TEXT, 'quote " and, comma', "line 1\nline 2"]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Apollo_Id__c", "LastName", "Description"])
    writer.writerows([f"a{at}", "Lee", text] for at, text in enumerate(texts))
    writer.writerow(["a7", "", TEXT])
    told = judge("bulkLoad", csv=out.getvalue())
    good = told["results"]["successfulResults"]
    assert {row["Apollo_Id__c"]: row["Description"] for row in good} == {f"a{at}": t for at, t in enumerate(texts)}
    assert {row["sf__Created"] for row in good} == {"true"}
    (bad,) = told["results"]["failedResults"]
    assert bad["sf__Error"] == "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --"
    assert (bad["Apollo_Id__c"], bad["Description"]) == ("a7", TEXT)
    assert told["results"]["unprocessedRecords"] == []
    again = told["again"]
    assert {row["Apollo_Id__c"]: row["sf__Created"] for row in again["successfulResults"]} == {
        "a1": "false",
        "a9": "true",
    }
    assert [row["Apollo_Id__c"] for row in again["failedResults"]] == ["a8"]


def test_a_column_that_the_object_lacks_fails_the_job(judge: Judge) -> None:
    told = judge("bulkJobFailed")
    assert told["state"] == "Failed"
    assert told["errorMessage"].startswith("InvalidBatch : Field name not found : Nothing__c")


def test_a_bulk_query(practice_org: Serving, judge: Judge) -> None:
    people.seed(practice_org.org, contacts=2500)
    assert judge("bulkQuery", text=TEXT) == {"rows": 2501, "distinct": 2501, "texts": [TEXT]}
