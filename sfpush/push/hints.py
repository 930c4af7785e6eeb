"""What to mend, for each of Salesforce's error codes (L2)."""

from __future__ import annotations

from collections.abc import Mapping

_HINTS: Mapping[str, str] = {
    "REQUIRED_FIELD_MISSING": (
        "Fill the field in Apollo and import again, map another Apollo field to it, or give it a constant in on_create."
    ),
    "DUPLICATES_DETECTED": (
        "A duplicate rule of the org found this record: tie it to the existing one with `sfpush link`,"
        ' or set [salesforce] duplicate_rules = "allow" if the rule only warns.'
    ),
    "DUPLICATE_VALUE": (
        "Another record of the org holds this value in a unique field: tie it to that one with `sfpush link`,"
        " or mend the value."
    ),
    "DUPLICATE_EXTERNAL_ID": (
        "Several records of the org hold this external id: clear it on all but one, and make the field unique."
    ),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": (
        "Add the value to the picklist in Salesforce Setup, or map it to one that is there with a stage_map."
    ),
    "STRING_TOO_LONG": 'Shorten the value in Apollo, or set on_too_long = "truncate".',
    "INVALID_EMAIL_ADDRESS": "Correct the e-mail address in Apollo and import again.",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": (
        "A validation rule of the org refused it; the message is the administrator's. Mend the record or ask them."
    ),
    "FIELD_INTEGRITY_EXCEPTION": (
        "The value does not fit the field or its picklist of states and countries: mend it in Apollo."
    ),
    "INVALID_FIELD_FOR_INSERT_UPDATE": (
        "The user may not write this field: grant edit access to it, or switch it off in the field map."
    ),
    "INVALID_FIELD": "The org has no such field, or hides it from this user: see `sfpush fields`.",
    "INVALID_TYPE_ON_FIELD_IN_RECORD": (
        "The value is not of the field's type: map another Apollo field, or mend the value."
    ),
    "NUMBER_OUTSIDE_VALID_RANGE": "The number is too large for the field: mend it in Apollo, or widen the field.",
    "INVALID_CROSS_REFERENCE_KEY": (
        "It refers to a record that this user can't see or that is gone: check owner, record type and account."
    ),
    "MALFORMED_ID": "It refers to something that is not a Salesforce Id: check the constants in on_create.",
    "INSUFFICIENT_ACCESS_OR_READONLY": (
        "The user may not write this record: share it with the user or give more access."
    ),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": (
        "The user may not write the record it belongs to: share that one with the user."
    ),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": (
        "A trigger or flow of the org failed on it; the message names it. Ask the administrator."
    ),
    "CANNOT_EXECUTE_FLOW_TRIGGER": "A flow of the org failed on it; the message names it. Ask the administrator.",
    "ENTITY_IS_DELETED": "The record was deleted in Salesforce since the plan was made: plan again.",
    "CANNOT_UPDATE_CONVERTED_LEAD": (
        "The lead was converted since the plan was made: plan again, it moves to the contact."
    ),
    "INACTIVE_OWNER_OR_USER": (
        "Its owner is not active in Salesforce: choose another in Apollo, or set [owners] map = false."
    ),
    "DELETE_FAILED": "Other records hold on to it: remove those first.",
    "UNABLE_TO_LOCK_ROW": "Another program was writing the same account; it goes again by itself.",
    "STORAGE_LIMIT_EXCEEDED": "The org's storage is full: free some or buy more.",
    "REQUEST_LIMIT_EXCEEDED": "The org's API calls are used up: it goes again by itself when there are some.",
    "SERVER_UNAVAILABLE": "Salesforce was busy; it goes again by itself.",
    "UNKNOWN_EXCEPTION": "Salesforce failed; it goes again by itself. If it stays, ask Salesforce with the message.",
    "NOT_FOUND": "The record or field is not in the org: pull, then plan again.",
}
_DEFAULT = "See Salesforce's message; mend the record or the settings, then `sfpush errors retry`."


def hint_for(code: str) -> str:
    """One sentence on what to mend when Salesforce answers with this code; a general one for codes not known here."""
    return _HINTS.get(code, _DEFAULT)
