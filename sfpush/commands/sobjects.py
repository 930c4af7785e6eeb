"""The objects that a command can be narrowed to."""

from __future__ import annotations

from enum import StrEnum


class SObject(StrEnum):
    """Those that have a field map, which are all that a plan decides on."""

    ACCOUNT = "Account"
    CONTACT = "Contact"
    LEAD = "Lead"
    OPPORTUNITY = "Opportunity"
    TASK = "Task"
    EVENT = "Event"
    NOTE = "Note"
