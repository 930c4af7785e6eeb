"""Which e-mails the exclusion rules keep back (E3). CC and BCC are never looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sfpush.planning.activities.participants import Participant, Role
from sfpush.settings.activities import ExcludeRule, ExcludeSide


def excluding_rule(rules: Sequence[ExcludeRule], participants: Iterable[Participant], subject: str) -> int | None:
    """The place (from 1) of the first rule that matches the e-mail; None if none does."""
    if not rules:
        return None
    everyone = list(participants)
    senders = [one.address for one in everyone if one.role is Role.FROM]
    recipients = [one.address for one in everyone if one.role is Role.TO]
    for place, rule in enumerate(rules, 1):
        if excludes(rule, senders, recipients, subject):
            return place
    return None


def excludes(rule: ExcludeRule, senders: Sequence[str], recipients: Sequence[str], subject: str) -> bool:
    """Whether one rule matches: both of its sides under `and`, either under `or`.

    A side without values is no condition: under `and` only the other counts, under `or` it never matches.
    """
    sides = [
        _holds(side, addresses, subject)
        for side, addresses in ((rule.from_, senders), (rule.to, recipients))
        if not side.is_empty
    ]
    return bool(sides) and (all(sides) if rule.match == "and" else any(sides))


def _holds(side: ExcludeSide, addresses: Sequence[str], subject: str) -> bool:
    """Every kind that the side names must hold, by any of its values."""
    wanted = {address.lower() for address in side.addresses}
    lowered = subject.lower()
    return (
        (not side.domains or any(_on(address, domain) for address in addresses for domain in side.domains))
        and (not wanted or any(address in wanted for address in addresses))
        and (not side.subjects or any(word.strip().lower() in lowered for word in side.subjects))
    )


def _on(address: str, domain: str) -> bool:
    """Whether the address is on this domain or a subdomain of it."""
    host = address.rpartition("@")[2]
    return host == domain or host.endswith(f".{domain}")
