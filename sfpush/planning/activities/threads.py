"""What ties a reply to the e-mail sent in Apollo that it answers: the thread, and the signs of Apollo (E1)."""

from __future__ import annotations

from sfpush.planning.activities.reading import Fields, text, truth

THREAD = "thread"
"""The kind of record key under which e-mails sent in Apollo are found by their thread."""


def thread_of(fields: Fields) -> str:
    """The thread that an e-mail is in, as its provider calls it; "" if it does not say."""
    return text(fields, "provider_thread_id", "thread_id")


def sent_in_apollo(fields: Fields) -> bool:
    """Whether the record bears the signs of an e-mail that Apollo sent: a campaign, or a type `outreach_*`."""
    if (said := truth(fields, "sent_in_apollo")) is not None:
        return said
    if text(fields, "email_class", "class").lower() == "outgoing_in_apollo":
        return True
    return bool(text(fields, "emailer_campaign_id")) or text(fields, "type").lower().startswith("outreach_")
