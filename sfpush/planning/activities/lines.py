"""The default field map of Task, Event and Note: what an activity says (`contents`), and where it is written (E5)."""

from __future__ import annotations

from collections.abc import Mapping

from sfpush.model import RecordType
from sfpush.settings.values import Write

TASK_DEFAULTS: tuple[tuple[str, str, Write], ...] = (
    ("title", "Subject", "overwrite"),
    ("body", "Description", "overwrite"),
    ("status", "Status", "overwrite"),
    ("priority", "Priority", "overwrite"),
    ("date", "ActivityDate", "overwrite"),
    ("duration", "CallDurationInSeconds", "overwrite"),
    ("call_type", "CallType", "overwrite"),
    ("outcome", "CallDisposition", "overwrite"),
)
EVENT_DEFAULTS: tuple[tuple[str, str, Write], ...] = (
    ("title", "Subject", "overwrite"),
    ("body", "Description", "overwrite"),
    ("location", "Location", "overwrite"),
    ("all_day", "IsAllDayEvent", "overwrite"),
    ("date", "ActivityDate", "overwrite"),
    ("start_time", "StartDateTime", "overwrite"),
    ("end_time", "EndDateTime", "overwrite"),
    ("minutes", "DurationInMinutes", "overwrite"),
)
NOTE_DEFAULTS: tuple[tuple[str, str, Write], ...] = (
    ("title", "Title", "overwrite"),
    ("body", "Body", "overwrite"),
)
ACTIVITY_DEFAULTS: Mapping[str, tuple[tuple[str, str, Write], ...]] = {
    "Task": TASK_DEFAULTS,
    "Event": EVENT_DEFAULTS,
    "Note": NOTE_DEFAULTS,
}
SOBJECTS: Mapping[RecordType, str] = {
    RecordType.EMAIL: "Task",
    RecordType.TASK: "Task",
    RecordType.CALL: "Task",
    RecordType.MEETING: "Event",
    RecordType.NOTE: "Note",
    RecordType.CONVERSATION: "Note",
}
"""What each type of activity becomes (E5)."""
RELATIONS: Mapping[str, tuple[str, ...]] = {
    "Task": ("WhoId", "WhatId"),
    "Event": ("WhoId", "WhatId"),
    "Note": ("ParentId",),
}
"""The lookups that tie an activity to a person, account or deal."""
