"""How records stand that the plan in the making does not decide on: as their links say."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sfpush.planning.activities.standings import Here, Standing, from_row
from sfpush.store.links import links_for
from sfpush.store.snapshot import rows_by_id


def linked_standings(connection: sqlite3.Connection, org: int, keys: Sequence[str]) -> dict[str, Standing]:
    """By key; a record without a link is left out, and one whose row was deleted is held (S2)."""
    links = links_for(connection, org, keys)
    rows = rows_by_id(connection, org, [link.id for link in links.values()])
    return {
        key: from_row(key, rows[link.id]) if link.id in rows else Here(link.id, link.sobject)
        for key, link in links.items()
    }
