"""Links: which org record a record is tied to, and what was last pushed to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

import orjson

from sfpush.model import Link, SalesforceId
from sfpush.store.database import in_chunks, marks


def links_for(connection: sqlite3.Connection, org: int, keys: Sequence[str]) -> Mapping[str, Link]:
    """The links of these records, by key; records without a link are left out."""
    found: dict[str, Link] = {}
    for chunk in in_chunks(keys):
        for key, sobject, sf_id, pushed in connection.execute(
            f"SELECT key, sobject, sf_id, pushed FROM links WHERE org = ? AND key IN ({marks(chunk)})", (org, *chunk)
        ):
            found[key] = Link(key, sobject, SalesforceId.trusted(sf_id), orjson.loads(pushed))
    return found


def keys_linked_to(connection: sqlite3.Connection, org: int, ids: Sequence[str]) -> Mapping[str, str]:
    """Which record is linked to each of these org rows: Salesforce Id to key."""
    found: dict[str, str] = {}
    for chunk in in_chunks(ids):
        found.update(
            connection.execute(
                f"SELECT sf_id, key FROM links WHERE org = ? AND sf_id IN ({marks(chunk)})", (org, *chunk)
            ).fetchall()
        )
    return found


def count_links(connection: sqlite3.Connection, org: int) -> int:
    """How many records have a link in this org."""
    (count,) = connection.execute("SELECT COUNT(*) FROM links WHERE org = ?", (org,)).fetchone()
    return int(count)


def linked_since_pull(connection: sqlite3.Connection, org: int, keys: Sequence[str]) -> frozenset[str]:
    """Those of these records whose rows the snapshot can't hold yet: they were linked after the org was last read."""
    found: set[str] = set()
    for chunk in in_chunks(keys):
        found.update(
            key
            for (key,) in connection.execute(
                f"SELECT l.key FROM links l JOIN orgs o ON o.org = l.org WHERE l.org = ? AND l.key IN ({marks(chunk)})"
                " AND l.linked_at > o.pulled_at",
                (org, *chunk),
            )
        )
    return frozenset(found)


def save_links(connection: sqlite3.Connection, org: int, links: Iterable[Link], *, now: str) -> None:
    """Keep these links, replacing what the records were linked to before; in the caller's transaction.

    Raises sqlite3.IntegrityError if an org record is already linked to another record (M4).
    """
    connection.executemany(
        "INSERT INTO links (org, key, sobject, sf_id, pushed, linked_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (org, key) DO UPDATE SET sobject = excluded.sobject, sf_id = excluded.sf_id,"
        " pushed = excluded.pushed",
        ((org, link.key, link.sobject, link.id, orjson.dumps(link.pushed).decode(), now) for link in links),
    )


def drop_links(connection: sqlite3.Connection, org: int, keys: Sequence[str]) -> None:
    """Forget what these records are linked to; in the caller's transaction."""
    connection.executemany("DELETE FROM links WHERE org = ? AND key = ?", ((org, key) for key in keys))
    drop_guests(connection, org, keys)


def drop_links_to(connection: sqlite3.Connection, org: int, links: Iterable[Link]) -> None:
    """Forget these links, each if it is still its record's; in the caller's transaction."""
    dropped = [
        link.key
        for link in links
        if connection.execute(
            "DELETE FROM links WHERE org = ? AND key = ? AND sf_id = ?", (org, link.key, link.id)
        ).rowcount
    ]
    drop_guests(connection, org, dropped)


def drop_guests(connection: sqlite3.Connection, org: int, keys: Sequence[str]) -> None:
    """Forget who takes part in the Events that these meetings were linked to; in the caller's transaction.

    A participant's link is kept under the meeting's key and a word more; it belongs to that one Event.
    """
    meetings = ((org, f"{key}:", f"{key};") for key in keys if key.startswith("meeting:"))
    connection.executemany("DELETE FROM links WHERE org = ? AND key > ? AND key < ?", meetings)


_GIVES_WAY = "(deleted_at IS NOT NULL OR made_for IS NOT NULL)"
"""A deleted record may not keep an org row from a living one, nor an account that was made for a contact (C6) from
the account record that Apollo has of the same company."""


def release_held_loosely(connection: sqlite3.Connection, org: int, ids: Sequence[str]) -> Mapping[str, str]:
    """Take these org rows from records that give way to any other; returns who they were taken from, by row.

    In the caller's transaction.
    """
    released: dict[str, str] = {}
    for chunk in in_chunks(ids):
        released.update(
            connection.execute(
                f"DELETE FROM links WHERE org = ? AND sf_id IN ({marks(chunk)})"
                f" AND key IN (SELECT key FROM records WHERE {_GIVES_WAY}) RETURNING sf_id, key",
                (org, *chunk),
            ).fetchall()
        )
    return released


def held_loosely(connection: sqlite3.Connection, org: int, ids: Sequence[str]) -> frozenset[str]:
    """Those of these org rows that are linked to a record that gives way to any other."""
    held: set[str] = set()
    for chunk in in_chunks(ids):
        held.update(
            sf_id
            for (sf_id,) in connection.execute(
                f"SELECT sf_id FROM links JOIN records USING (key) WHERE org = ? AND sf_id IN ({marks(chunk)})"
                f" AND {_GIVES_WAY}",
                (org, *chunk),
            )
        )
    return frozenset(held)


def move_baselines(connection: sqlite3.Connection, org: int, plan: int) -> None:
    """Remember the values that a plan found unchanged records to have (F2); in the caller's transaction."""
    connection.execute(
        "UPDATE links SET pushed = found.pushed FROM"
        " (SELECT key, json_extract(detail, '$.pushed') AS pushed FROM changes"
        " WHERE plan = ? AND action = 'unchanged') AS found"
        " WHERE links.org = ? AND links.key = found.key AND found.pushed IS NOT NULL AND links.pushed <> found.pushed",
        (plan, org),
    )
