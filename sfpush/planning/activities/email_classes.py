"""Which of the five classes an e-mail is of (E1). One e-mail has one class; internal wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sfpush.model import Record
from sfpush.planning.activities.participants import Participant, Role, of_email
from sfpush.planning.activities.reading import Fields, moment, text, truth
from sfpush.planning.activities.threads import sent_in_apollo
from sfpush.planning.keys import company_domain, domain_key, email_key

SENT_TIMES = ("completed_at", "sent_at", "received_at", "date", "due_at", "created_at")
"""When an e-mail was sent: the first of these fields that has a time."""


class EmailClass(StrEnum):
    """The classes by the names of their switches in `[activities.emails]`."""

    OUTGOING_IN_APOLLO = "outgoing_in_apollo"
    OUTGOING_OUTSIDE_APOLLO = "outgoing_outside_apollo"
    INCOMING_REPLIES = "incoming_replies"
    INCOMING_OTHER = "incoming_other"
    INTERNAL = "internal"

    @property
    def words(self) -> str:
        """The class as a reason names it."""
        return _WORDS[self]


_WORDS: Mapping[EmailClass, str] = {
    EmailClass.OUTGOING_IN_APOLLO: "an outgoing e-mail sent in Apollo",
    EmailClass.OUTGOING_OUTSIDE_APOLLO: "an outgoing e-mail not sent in Apollo",
    EmailClass.INCOMING_REPLIES: "a reply to an e-mail sent in Apollo",
    EmailClass.INCOMING_OTHER: "an incoming e-mail that answers none sent in Apollo",
    EmailClass.INTERNAL: "an internal e-mail",
}
_EXPLICIT: Mapping[str, EmailClass] = {
    **{one.value: one for one in EmailClass},
    "incoming_reply": EmailClass.INCOMING_REPLIES,
    "reply": EmailClass.INCOMING_REPLIES,
}
_DIRECTIONS: Mapping[str, bool] = {
    "outgoing": True,
    "outbound": True,
    "sent": True,
    "incoming": False,
    "inbound": False,
    "received": False,
}


@dataclass(frozen=True)
class Mailboxes:
    """The connected mailboxes, and the corporate domains that they are on."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    @classmethod
    def of(cls, addresses: Iterable[str], free_mail: frozenset[str] = frozenset()) -> Mailboxes:
        """`free_mail` is `mailboxes.free_mail_domains`: no corporate domains, like those of the built-in list."""
        ours = frozenset(key for address in addresses if (key := email_key(address)))
        domains = (company_domain(_host(address), free_mail) for address in ours)
        return cls(ours, frozenset(filter(None, domains)))

    def owns(self, address: str) -> bool:
        """Whether the address is a connected mailbox, or on the corporate domain of one."""
        return address in self.addresses or self.is_internal(address)

    def is_internal(self, address: str) -> bool:
        """Whether the address is on the corporate domain of a connected mailbox."""
        return domain_key(_host(address)) in self.domains


@dataclass(frozen=True, slots=True)
class Classified:
    """An e-mail's class and direction; `cause` is a clause that says what told it."""

    email_class: EmailClass
    outgoing: bool
    cause: str


def classify(
    fields: Fields, participants: tuple[Participant, ...], mailboxes: Mailboxes, answers: str | None = None
) -> Classified:
    """Decide on one e-mail. `answers` is the key of the e-mail sent in Apollo that came before it in its thread.

    A field of the record that says it (`email_class`, `direction`, `is_internal`, `sent_in_apollo`, `is_reply`)
    beats what addresses and thread say.
    """
    outgoing, direction = _direction(fields, participants, mailboxes)
    if (named := _EXPLICIT.get(text(fields, "email_class", "class").lower())) is not None:
        if named is not EmailClass.INTERNAL:
            outgoing = named.value.startswith("outgoing")
        return Classified(named, outgoing, "its email_class says so")
    internal = truth(fields, "is_internal", "internal")
    if internal:
        return Classified(EmailClass.INTERNAL, outgoing, "its is_internal says so")
    received = any(one.role is not Role.FROM for one in participants)  # without a recipient nobody knows who did
    if internal is None and received and all(mailboxes.is_internal(one.address) for one in participants):
        return Classified(
            EmailClass.INTERNAL, outgoing, "everyone in From, To and CC is on a domain of the connected mailboxes"
        )
    if outgoing:
        if sent_in_apollo(fields):
            return Classified(EmailClass.OUTGOING_IN_APOLLO, True, f"{direction}, and {_sign_of_apollo(fields)}")
        return Classified(
            EmailClass.OUTGOING_OUTSIDE_APOLLO, True, f"{direction}, without a campaign or an outreach type"
        )
    reply = truth(fields, "is_reply")
    if reply or (reply is None and answers is not None):
        why = "its is_reply says so" if reply else f"it follows {answers} in one thread"
        return Classified(EmailClass.INCOMING_REPLIES, False, f"{direction}, and {why}")
    return Classified(EmailClass.INCOMING_OTHER, False, direction)


def answered_email(fields: Fields, thread: Iterable[Record], mailboxes: Mailboxes) -> str | None:
    """The key of the first e-mail of a thread that was sent in Apollo, if this one is later; else None."""
    sent_at = moment(fields, *SENT_TIMES)
    sent = [
        (moment(other.fields, *SENT_TIMES), other.key)
        for other in thread
        if classify(other.fields, of_email(other.fields), mailboxes).email_class is EmailClass.OUTGOING_IN_APOLLO
    ]
    earlier = [(at, key) for at, key in sent if at is not None and sent_at is not None and at < sent_at]
    if earlier:
        return min(earlier)[1]
    untimed = [key for at, key in sent if at is None or sent_at is None]
    return min(untimed, default=None)


def _direction(fields: Fields, participants: tuple[Participant, ...], mailboxes: Mailboxes) -> tuple[bool, str]:
    """Whether it is outgoing, and a clause that says why."""
    said = text(fields, "direction").lower()
    if said in _DIRECTIONS:
        return _DIRECTIONS[said], f"its direction is {said}"
    sender = next((one.address for one in participants if one.role is Role.FROM), "")
    if not sender:
        outgoing = sent_in_apollo(fields)
        return outgoing, "it names no sender"
    if sender in mailboxes.addresses:
        return True, f"its sender {sender} is a connected mailbox"
    if mailboxes.is_internal(sender):
        return True, f"its sender {sender} is on a domain of the connected mailboxes"
    if not mailboxes.addresses and sent_in_apollo(fields):
        return True, "no connected mailbox is known"
    return False, f"its sender {sender} is no connected mailbox"


def _host(address: str) -> str:
    return address.rpartition("@")[2]


def _sign_of_apollo(fields: Fields) -> str:
    if text(fields, "emailer_campaign_id"):
        return "it has a campaign"
    kind = text(fields, "type")
    return f"its type is {kind}" if kind else "its sent_in_apollo says so"
