"""Every code with which Salesforce refuses a row has a hint what to mend."""

from __future__ import annotations

import pytest

from sfpush.push.hints import hint_for

CODES = """
    CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY CANNOT_UPDATE_CONVERTED_LEAD DUPLICATES_DETECTED DUPLICATE_EXTERNAL_ID
    DUPLICATE_VALUE ENTITY_IS_DELETED FIELD_CUSTOM_VALIDATION_EXCEPTION FIELD_INTEGRITY_EXCEPTION
    INACTIVE_OWNER_OR_USER INSUFFICIENT_ACCESS_OR_READONLY INVALID_CROSS_REFERENCE_KEY INVALID_EMAIL_ADDRESS
    INVALID_FIELD INVALID_FIELD_FOR_INSERT_UPDATE INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST MALFORMED_ID NOT_FOUND
    NUMBER_OUTSIDE_VALID_RANGE REQUEST_LIMIT_EXCEEDED REQUIRED_FIELD_MISSING SERVER_UNAVAILABLE STRING_TOO_LONG
    UNABLE_TO_LOCK_ROW UNKNOWN_EXCEPTION
""".split()


@pytest.mark.parametrize("code", CODES)
def test_L2_every_code_has_a_hint_of_its_own(code: str) -> None:
    assert hint_for(code) != hint_for("NEW_IN_WINTER_30")


def test_L2_an_unknown_code_gets_a_general_hint() -> None:
    assert "errors retry" in hint_for("NEW_IN_WINTER_30")
