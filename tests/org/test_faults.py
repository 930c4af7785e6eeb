from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.model import Rejected, SalesforceId
from sfpush.org.faults import Fault, read_faults, read_rejection


def faults(status: int, body: Any) -> tuple[Fault, ...]:
    return read_faults(status, json.dumps(body).encode())


def duplicates(key: str) -> dict[str, Any]:
    """As Salesforce sends it, captured in API 51 to 56 (misspelt) and in SOAP's documentation."""
    record = {"attributes": {"type": "Contact", "url": "/x"}, "Id": "0038M0000016Wv8QAE"}
    return {
        key: {
            "allowSave": True,
            "duplicateRule": "Standard_Contact_Duplicate_Rule",
            "matchResults": [{"entityType": "Contact", "matchRecords": [{"matchConfidence": 100.0, "record": record}]}],
        },
        "errorCode": "DUPLICATES_DETECTED",
        "message": "Use one of these records?",
    }


def test_an_array_with_fields() -> None:
    [fault] = faults(
        400,
        [
            {
                "message": "Required fields are missing: [LastName]",
                "errorCode": "REQUIRED_FIELD_MISSING",
                "fields": ["LastName"],
            }
        ],
    )
    assert fault == Fault(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ("LastName",))


def test_an_oauth_object_with_and_without_a_description() -> None:
    assert faults(400, {"error": "invalid_grant", "error_description": "authentication failure"}) == (
        Fault(400, "invalid_grant", "authentication failure"),
    )
    assert faults(400, {"error": "invalid_client"}) == (Fault(400, "invalid_client", ""),)


@pytest.mark.parametrize("key", ["duplicateResut", "duplicateResult"])
def test_both_spellings_of_the_duplicate_result_name_the_existing_record(key: str) -> None:
    [fault] = faults(400, [duplicates(key)])
    assert fault.matches == (SalesforceId("0038M0000016Wv8QAE"),)


def test_a_duplicate_value_names_its_record_in_the_message() -> None:
    message = "duplicate value found: Ext__c duplicates value on record with id: 0018M000003uKqq"
    [fault] = faults(400, [{"message": message, "errorCode": "DUPLICATE_VALUE", "fields": []}])
    assert fault.matches == (SalesforceId("0018M000003uKqq"),)
    assert len(fault.matches[0]) == 18


def test_a_row_of_collections_with_several_errors_is_one_rejection() -> None:
    errors = [
        {"statusCode": "STRING_TOO_LONG", "message": "Last Name: data value too large", "fields": ["LastName"]},
        {"statusCode": "INVALID_EMAIL_ADDRESS", "message": "Email: invalid email address: x", "fields": ["Email"]},
    ]
    assert read_rejection(errors) == Rejected(
        "STRING_TOO_LONG",
        "Last Name: data value too large; Email: invalid email address: x",
        ("LastName", "Email"),
    )


@pytest.mark.parametrize(
    "body", [b"<html>Service Unavailable</html>", b"", b"[]", b"7", b"null", b"{", b"\xff\xfe", b'["/a","/b"]']
)
def test_a_body_without_a_reason_is_still_a_fault(body: bytes) -> None:
    assert read_faults(502, body) == (Fault(502, "HTTP_502", "The answer was HTTP 502 without a reason."),)


def test_a_bare_word_is_the_code() -> None:
    assert read_faults(403, b"Bad_OAuth_Token")[0].code == "Bad_OAuth_Token"


def test_the_daily_limit_and_the_concurrent_one_differ_only_in_their_words() -> None:
    code = "REQUEST_LIMIT_EXCEEDED"
    daily = Fault(403, code, "TotalRequests Limit exceeded.")
    assert daily.daily_limit
    assert not daily.concurrent_limit
    for words in (
        "ConcurrentPerOrgLongTxn Limit exceeded.",
        "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    ):
        fault = Fault(403, code, words)
        assert fault.concurrent_limit
        assert not fault.daily_limit


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "errorCode",
                    "message",
                    "fields",
                    "error",
                    "duplicateResut",
                    "matchResults",
                    "matchRecords",
                    "record",
                    "Id",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(_JSON)
def test_no_answer_is_strange_enough_to_raise(body: Any) -> None:
    assert faults(400, body)
    assert isinstance(read_rejection(body), Rejected)
