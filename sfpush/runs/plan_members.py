"""Planning who joins a campaign, after all people have been decided on (P2)."""

from __future__ import annotations

import sqlite3
from itertools import islice

from sfpush.planning.campaigns import Campaign, decide_member
from sfpush.store.database import reading, writing
from sfpush.store.plans import Decided, add_changes, changes
from sfpush.store.subjects import CHUNK


def plan_members(connection: sqlite3.Connection, plan: int, campaign: Campaign) -> None:
    """Add the campaign's new members, and those who are in it already, to a plan."""
    with reading(connection) as reader:
        people = changes(reader, plan, actions=("create", "update", "link", "unchanged"))
        while some := list(islice(people, CHUNK)):
            decided = [
                Decided(member, record_version=0)
                for one in some
                if (member := decide_member(one, campaign)) is not None
            ]
            with writing(connection):
                add_changes(connection, plan, decided)
