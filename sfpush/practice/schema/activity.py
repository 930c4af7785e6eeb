"""Task, Event and EventRelation: the activities, and Note, which hangs on the same records."""

from __future__ import annotations

from dataclasses import replace

from sfpush.practice.fields import (
    SObject,
    audit,
    checkbox,
    create_only,
    date,
    identity,
    integer,
    long_text,
    lookup,
    moment,
    owner,
    picklist,
    read_only,
    text,
)

WHO = ("Contact", "Lead")
WHAT = ("Account", "Campaign", "Opportunity")

TASK = SObject(
    "Task", "Task", "Tasks", "00T",
    fields=(
        *identity(),
        lookup("WhoId", *WHO, label="Name"),
        lookup("WhatId", *WHAT, label="Related To"),
        replace(
            picklist("Subject", "Call", "Send Letter", "Send Quote", "Other", kind="combobox"), name_field=True,
        ),
        date("ActivityDate", label="Due Date Only"),
        picklist("Status", "Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred",
                 default="Not Started", required=True),
        picklist("Priority", "High", "Normal", "Low", default="Normal", required=True),
        read_only(checkbox("IsHighPriority", label="High Priority")),
        owner("Group", "User"),
        long_text("Description", 32000),
        read_only(lookup("AccountId", "Account")),
        read_only(checkbox("IsClosed", label="Closed")),
        *audit(),
        read_only(checkbox("IsArchived", label="Archived")),
        integer("CallDurationInSeconds", label="Call Duration"),
        picklist("CallType", "Internal", "Inbound", "Outbound", restricted=True, length=40),
        text("CallDisposition", 255, label="Call Result"),
        text("CallObject", 255, label="Call Object Identifier"),
        moment("ReminderDateTime", label="Reminder Date/Time"),
        checkbox("IsReminderSet", label="Reminder Set"),
        create_only(picklist("TaskSubtype", "Task", "Email", "ListEmail", "Cadence", "Call", "LinkedIn",
                             default="Task", restricted=True, length=40)),
        read_only(moment("CompletedDateTime", label="Completed Date/Time")),
    ),
)  # fmt: skip

EVENT = SObject(
    "Event", "Event", "Events", "00U",
    fields=(
        *identity(),
        lookup("WhoId", *WHO, label="Name"),
        lookup("WhatId", *WHAT, label="Related To"),
        replace(
            picklist("Subject", "Call", "Email", "Meeting", "Send Letter/Quote", "Other", kind="combobox"),
            name_field=True,
        ),
        text("Location", 255),
        checkbox("IsAllDayEvent", label="All-Day Event"),
        replace(moment("ActivityDateTime", label="Due Date Time"), defaulted=True),
        replace(date("ActivityDate", label="Due Date Only"), defaulted=True),
        replace(integer("DurationInMinutes", label="Duration"), defaulted=True),
        replace(moment("StartDateTime", label="Start Date Time"), defaulted=True),
        replace(moment("EndDateTime", label="End Date Time"), defaulted=True),
        read_only(date("EndDate")),
        long_text("Description", 32000),
        read_only(lookup("AccountId", "Account")),
        owner(),
        checkbox("IsPrivate", label="Private"),
        picklist("ShowAs", "Busy", "OutOfOffice", "Free", default="Busy", restricted=True, length=40,
                 label="Show Time As"),
        read_only(checkbox("IsChild")),
        read_only(checkbox("IsGroupEvent", label="Is Group Event")),
        read_only(picklist("GroupEventType", "0", "1", "2", "3", restricted=True, length=40)),
        *audit(),
        read_only(checkbox("IsArchived", label="Archived")),
        moment("ReminderDateTime", label="Reminder Date/Time"),
        checkbox("IsReminderSet", label="Reminder Set"),
        create_only(picklist("EventSubtype", "Event", default="Event", restricted=True, length=40)),
    ),
)  # fmt: skip

EVENT_RELATION = SObject(
    "EventRelation", "Event Relation", "Event Relations", "0RE",
    fields=(
        *identity(),
        replace(lookup("RelationId", "Contact", "Lead", "User", required=True), updateable=False),
        replace(lookup("EventId", "Event", required=True), updateable=False),
        picklist("Status", "New", "Declined", "Accepted", "Uninvited", "Maybe", default="New", restricted=True,
                 length=40),
        moment("RespondedDate"),
        text("Response", 255),
        *audit(),
    ),
)  # fmt: skip

NOTE = SObject(
    "Note", "Note", "Notes", "002",
    fields=(
        *identity(),
        replace(
            lookup("ParentId", "Account", "Campaign", "Contact", "Event", "Lead", "Opportunity", "Task",
                   relationship="Parent", required=True),
            updateable=False,
        ),
        replace(text("Title", 80, required=True), name_field=True),
        checkbox("IsPrivate", label="Private"),
        long_text("Body", 32000),
        owner(),
        *audit(),
    ),
)  # fmt: skip
