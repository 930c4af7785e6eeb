"""What the store keeps of an org's answer: links of what it took, errors of what it refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sfpush.model import Link, Outcome, Rejected, Verb, Written
from sfpush.push.batches import makes_link
from sfpush.store import error_log
from sfpush.store.links import drop_links_to, keys_linked_to, links_for, release_held_loosely, save_links
from sfpush.store.made_accounts import drop_unlinked_made_accounts
from sfpush.store.times import to_text


@dataclass(frozen=True, slots=True)
class Answered:
    """One row's last word: the record, what the org said, what was sent, what the link remembers on success."""

    record: str
    outcome: Outcome
    sent: Mapping[str, Any]
    pushed: Mapping[str, Any]


def keep_answers(
    connection: sqlite3.Connection,
    org: int,
    sobject: str,
    verb: Verb,
    answers: Iterable[Answered],
    *,
    plan: int | None,
    now: datetime,
) -> None:
    """Keep the links of the rows that the org took, drop those of what it deleted, and log what it refused (L2); in the
    caller's transaction."""
    written: list[Link] = []
    refused: list[error_log.Rejection] = []
    for answer in answers:
        match answer.outcome:
            case Written(id=sf_id):
                written.append(Link(answer.record, sobject, sf_id, answer.pushed))
            case Rejected(code=code, message=message, fields=fields):
                refused.append(
                    error_log.Rejection(answer.record, sobject, verb.value, code, message, fields, answer.sent)
                )
    if verb is Verb.DELETE:
        keys = [link.key for link in written]
        if makes_link(sobject):
            drop_links_to(connection, org, written)
        error_log.resolve(connection, org, keys, now=to_text(now), memberships=not makes_link(sobject))
    else:
        keep_written(connection, org, written, now=now)
    error_log.record_rejections(connection, org, refused, plan=plan, now=to_text(now))


def keep_written(connection: sqlite3.Connection, org: int, links: Sequence[Link], *, now: datetime) -> None:
    """Keep the links of records whose rows the org has taken, and resolve their errors; in the caller's transaction.

    An org row that is linked to another record of Apollo already keeps that link (M4): the next plan says so.
    """
    linking = [link for link in links if makes_link(link.sobject)]
    keep_links(connection, org, linking, now=now)
    error_log.resolve(connection, org, [link.key for link in linking], now=to_text(now))
    members = [link.key for link in links if not makes_link(link.sobject)]
    error_log.resolve(connection, org, members, now=to_text(now), memberships=True)


def keep_links(connection: sqlite3.Connection, org: int, links: Sequence[Link], *, now: datetime) -> None:
    """Keep these links, each unless its org row is another record's, or its record another row's; in the caller's
    transaction.

    A record's link moves to another row by a person's word (M8) or a merge (S3), and here only from a Lead to the
    Contact that it became (C5): an answer may come late, or be to an undo, and the link be another one meanwhile.
    """
    there = links_for(connection, org, [link.key for link in links])
    links = [link for link in links if _may_be(there.get(link.key), link)]
    taken = dict(keys_linked_to(connection, org, [link.id for link in links]))
    others = [link.id for link in links if taken.get(link.id, link.key) != link.key]
    released = release_held_loosely(connection, org, others)
    for sf_id in released:
        del taken[sf_id]
    drop_unlinked_made_accounts(connection, list(released.values()))
    save_links(connection, org, [link for link in links if taken.get(link.id, link.key) == link.key], now=to_text(now))


def _may_be(there: Link | None, link: Link) -> bool:
    return there is None or there.id == link.id or (there.sobject, link.sobject) == ("Lead", "Contact")
