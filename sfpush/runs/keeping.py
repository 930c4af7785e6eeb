"""What the store keeps once the org has a record: its link, and its errors as resolved."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from sfpush.model import Link
from sfpush.push.batches import makes_link
from sfpush.store import error_log
from sfpush.store.links import keys_linked_to, release_held_loosely, save_links
from sfpush.store.made_accounts import drop_unlinked_made_accounts
from sfpush.store.times import to_text


def keep_written(connection: sqlite3.Connection, org: int, links: Sequence[Link], *, now: datetime) -> None:
    """Keep the links of records whose rows the org has taken, and resolve their errors; in the caller's transaction.

    An org row that is linked to another record of Apollo already keeps that link (M4): the next plan says so.
    """
    linking = [link for link in links if makes_link(link.sobject)]
    taken = dict(keys_linked_to(connection, org, [link.id for link in linking]))
    others = [link.id for link in linking if taken.get(link.id, link.key) != link.key]
    released = release_held_loosely(connection, org, others)
    for sf_id in released:
        del taken[sf_id]
    drop_unlinked_made_accounts(connection, list(released.values()))
    save_links(
        connection, org, [link for link in linking if taken.get(link.id, link.key) == link.key], now=to_text(now)
    )
    error_log.resolve(connection, org, [link.key for link in linking], now=to_text(now))
    members = [link.key for link in links if not makes_link(link.sobject)]
    error_log.resolve(connection, org, members, now=to_text(now), memberships=True)
