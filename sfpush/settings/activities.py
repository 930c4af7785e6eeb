"""`[activities.…]`: the switches, filters and titles of e-mails, notes, tasks, calls, meetings, conversations."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sfpush.settings.titles import DEFAULT_TITLES, check_title
from sfpush.settings.values import Addresses, Domains, Table, Texts

Title = Annotated[str, AfterValidator(check_title)]


class ExcludeSide(Table):
    """One side of an exclusion rule: kinds combine with AND, values of one kind with OR (E3)."""

    domains: Domains = ()
    addresses: Addresses = ()
    subjects: Texts = ()

    @property
    def is_empty(self) -> bool:
        """A side without values is no condition."""
        return not (self.domains or self.addresses or self.subjects)


class ExcludeRule(Table):
    """One `[[activities.emails.exclude]]` (E3); `from_` is the key `from`."""

    match: Literal["and", "or"] = "and"
    from_: ExcludeSide = Field(ExcludeSide(), alias="from")
    to: ExcludeSide = ExcludeSide()

    @model_validator(mode="after")
    def _has_a_value(self) -> Self:
        if self.from_.is_empty and self.to.is_empty:
            raise ValueError(
                "The rule names no domain, address or subject, so it would exclude nothing. "
                "Give it a value in `from` or `to`, or take it out."
            )
        return self


class EmailSettings(Table):
    """`[activities.emails]` (E1 to E4)."""

    push: bool = False
    outgoing_in_apollo: bool = True
    outgoing_outside_apollo: bool = False
    incoming_replies: bool = True
    incoming_other: bool = False
    internal: bool = False
    push_without_match: bool = False
    title_template: Title = DEFAULT_TITLES["email"]
    exclude: Annotated[tuple[ExcludeRule, ...], Field(strict=False)] = ()


class NoteSettings(Table):
    """`[activities.notes]` (E5)."""

    push: bool = False


class TaskSettings(Table):
    """`[activities.tasks]` (E4, E5)."""

    push: bool = False
    title_template: Title = DEFAULT_TITLES["task"]


class CallSettings(Table):
    """`[activities.calls]` (E4, E5)."""

    push: bool = False
    title_template: Title = DEFAULT_TITLES["call"]


class MeetingSettings(Table):
    """`[activities.meetings]` (E4 to E6)."""

    push: bool = False
    push_all_calendar_events: bool = False
    title_template: Title = DEFAULT_TITLES["meeting"]


class ConversationSettings(Table):
    """`[activities.conversations]` (E5, E7)."""

    push_summaries: bool = False


class ActivitySettings(Table):
    """`[activities]`: one table for each kind."""

    emails: EmailSettings = EmailSettings()
    notes: NoteSettings = NoteSettings()
    tasks: TaskSettings = TaskSettings()
    calls: CallSettings = CallSettings()
    meetings: MeetingSettings = MeetingSettings()
    conversations: ConversationSettings = ConversationSettings()
