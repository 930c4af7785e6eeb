"""E1: one e-mail, one class; internal wins, and what the record says itself beats everything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.model import Record, RecordType
from sfpush.planning.activities.email_classes import Classified, EmailClass, Mailboxes, answered_email, classify
from sfpush.planning.activities.participants import of_email

_OURS = Mailboxes.of(["Sam@ours.example", "sam@gmail.com", "desk@mailhost.example"], frozenset({"mailhost.example"}))


def _class_of(fields: dict[str, Any], *, answers: str | None = None, mailboxes: Mailboxes = _OURS) -> Classified:
    return classify(fields, of_email(fields), mailboxes, answers)


def _mail(sender: str, *to: str, **more: Any) -> dict[str, Any]:
    return {"from_email": sender, "to_email": ", ".join(to), **more}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (_mail("sam@ours.example", "ann@acme.example", emailer_campaign_id="c"), EmailClass.OUTGOING_IN_APOLLO),
        (_mail("sam@ours.example", "ann@acme.example", type="outreach_manual_email"), EmailClass.OUTGOING_IN_APOLLO),
        (_mail("sam@ours.example", "ann@acme.example"), EmailClass.OUTGOING_OUTSIDE_APOLLO),
        (_mail("lou@ours.example", "ann@acme.example"), EmailClass.OUTGOING_OUTSIDE_APOLLO),
        (_mail("lou@eu.ours.example", "ann@acme.example"), EmailClass.OUTGOING_OUTSIDE_APOLLO),
        (_mail("sam@gmail.com", "ann@gmail.com"), EmailClass.OUTGOING_OUTSIDE_APOLLO),
        (_mail("lou@gmail.com", "sam@gmail.com"), EmailClass.INCOMING_OTHER),
        (_mail("lou@mailhost.example", "desk@mailhost.example"), EmailClass.INCOMING_OTHER),
        (_mail("ann@acme.example", "sam@ours.example"), EmailClass.INCOMING_OTHER),
        (_mail("sam@ours.example", "lou@ours.example", emailer_campaign_id="c"), EmailClass.INTERNAL),
        (_mail("sam@ours.example"), EmailClass.OUTGOING_OUTSIDE_APOLLO),
        (_mail("sam@ours.example", "lou@ours.example", cc_emails="ann@x.example"), EmailClass.OUTGOING_OUTSIDE_APOLLO),
        (_mail("sam@ours.example", "lou@ours.example", bcc_emails=["ann@acme.example"]), EmailClass.INTERNAL),
        ({"send_from": {"email": "sam@ours.example"}, "to_email": "a@x.example"}, EmailClass.OUTGOING_OUTSIDE_APOLLO),
    ],
)  # fmt: skip
def test_E1_classes_by_participants_and_origin(fields: dict[str, Any], expected: EmailClass) -> None:
    assert _class_of(fields).email_class is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"email_class": "internal"}, EmailClass.INTERNAL),
        ({"email_class": "incoming_reply"}, EmailClass.INCOMING_REPLIES),
        ({"direction": "inbound"}, EmailClass.INCOMING_OTHER),
        ({"sent_in_apollo": "false"}, EmailClass.OUTGOING_OUTSIDE_APOLLO),
        ({"is_internal": True}, EmailClass.INTERNAL),
        ({"direction": "incoming", "is_reply": True}, EmailClass.INCOMING_REPLIES),
        ({"email_class": "none of these"}, EmailClass.OUTGOING_IN_APOLLO),
    ],
)
def test_E1_an_explicit_field_beats_all(said: dict[str, Any], expected: EmailClass) -> None:
    fields = _mail("sam@ours.example", "ann@acme.example", emailer_campaign_id="c", **said)
    assert _class_of(fields).email_class is expected


def test_E1_a_record_that_says_it_is_not_internal_is_not() -> None:
    fields = _mail("sam@ours.example", "lou@ours.example", is_internal=False)
    assert _class_of(fields).email_class is EmailClass.OUTGOING_OUTSIDE_APOLLO


def test_E1_a_reply_follows_a_mail_sent_in_apollo_in_its_thread() -> None:
    reply = _mail("ann@acme.example", "sam@ours.example", completed_at="2026-11-21T08:00:00Z")
    assert _class_of(reply, answers="email:e1").email_class is EmailClass.INCOMING_REPLIES
    internal = _mail("lou@ours.example", "sam@ours.example")
    assert _class_of(internal, answers="email:e1").email_class is EmailClass.INTERNAL
    outgoing = _mail("sam@ours.example", "ann@acme.example")
    assert _class_of(outgoing, answers="email:e1").email_class is EmailClass.OUTGOING_OUTSIDE_APOLLO


def test_E1_only_an_earlier_outgoing_mail_of_apollo_is_answered() -> None:
    def sent(key: str, sender: str, at: str | None) -> Record:
        fields = _mail(sender, "x@acme.example", emailer_campaign_id="c", completed_at=at)
        return Record(key, RecordType.EMAIL, "", fields)

    reply = {"completed_at": "2026-11-21T08:00:00+01:00"}
    first = sent("email:b", "sam@ours.example", "2026-11-20T08:00:00Z")
    second = sent("email:a", "sam@ours.example", "2026-11-20T09:00:00Z")
    later = sent("email:c", "sam@ours.example", "2026-11-21T07:30:00Z")
    theirs = sent("email:d", "ann@acme.example", "2026-11-19T08:00:00Z")
    undated = sent("email:e", "sam@ours.example", None)
    assert answered_email(reply, [second, first, later, theirs], _OURS) == "email:b"
    assert answered_email(reply, [later, theirs], _OURS) is None
    assert answered_email(reply, [undated], _OURS) == "email:e"


def test_E1_without_a_known_mailbox_a_sequence_is_still_outgoing() -> None:
    nobody = Mailboxes()
    sent = _mail("sam@ours.example", "ann@acme.example", type="outreach_automatic_email")
    assert _class_of(sent, mailboxes=nobody).email_class is EmailClass.OUTGOING_IN_APOLLO
    assert _class_of(_mail("a@x.example", "b@x.example"), mailboxes=nobody).email_class is EmailClass.INCOMING_OTHER


_addresses = st.sampled_from(
    ["sam@ours.example", "lou@ours.example", "sam@gmail.com", "ann@gmail.com", "ann@acme.example"]
)


@given(_addresses, st.lists(_addresses, min_size=1, max_size=3), st.lists(_addresses, max_size=2), st.booleans())
def test_E1_internal_is_exactly_everyone_on_a_corporate_domain_of_ours(
    sender: str, to: list[str], copied: list[str], campaign: bool
) -> None:
    fields = _mail(sender, *to, cc_emails=copied, emailer_campaign_id="c" if campaign else None)
    found = _class_of(fields)
    everyone_ours = all(address.endswith("@ours.example") for address in (sender, *to, *copied))
    assert (found.email_class is EmailClass.INTERNAL) == everyone_ours
    assert found.outgoing == (sender in ("sam@ours.example", "lou@ours.example", "sam@gmail.com"))
    assert found.cause
