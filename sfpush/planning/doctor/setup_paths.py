"""Where in Salesforce's Setup a thing is changed, in the words of its pages."""

from __future__ import annotations

from collections.abc import Iterable

_PLURALS = {"Account": "Accounts", "Contact": "Contacts", "Lead": "Leads", "Opportunity": "Opportunities"}
_USERS_SET = "Setup › Permission Sets › one that the user has"
_OF_ACTIVITIES = {"Task": "Edit Tasks", "Event": "Edit Events"}
DUPLICATE_RULES = "Setup › Duplicate Rules"
PLACES = "Setup › State and Country/Territory Picklists"
USERS = "Setup › Users"
API_USE = "Setup › Company Information › API Requests, Last 24 Hours"
SEES_SETUP = f"{_USERS_SET} › System Permissions › View Setup and Configuration"


def rights(sobject: str, wanted: Iterable[str]) -> str:
    """Where the user is given rights (Read, Create, Edit, Delete) to an sObject."""
    if sobject in _OF_ACTIVITIES:
        return f"{_USERS_SET} › System Permissions: tick Access Activities and {_OF_ACTIVITIES[sobject]}"
    if sobject == "Note":
        return f"{_USERS_SET} › Object Settings: tick Edit for the accounts, contacts and opportunities that have notes"
    return f"{_USERS_SET} › Object Settings › {_PLURALS.get(sobject, sobject)}: tick {', '.join(wanted)}"


def field_access(sobject: str, field: str) -> str:
    """Where the user is let see and write a field."""
    return f"{_fields(sobject)} › {field} › Set Field-Level Security: Visible, not Read-Only"


def picklist(sobject: str, field: str) -> str:
    """Where a picklist's values are."""
    return f"{_fields(sobject)} › {field} › Values"


def new_external_id(sobject: str) -> str:
    """Where a field for the Apollo id is made, and how."""
    how = 'Text "Apollo Id", length 255, tick "Unique" and "External ID", visible and editable for the user'
    return f"{_fields(sobject)} › New: {how}"


def _fields(sobject: str) -> str:
    owner = "Activity" if sobject in _OF_ACTIVITIES else sobject  # custom fields of both are made there
    return f"Setup › Object Manager › {owner} › Fields & Relationships"
