"""Gathering the facts that hold for every decision of a plan, from the store."""

from __future__ import annotations

import sqlite3
from typing import Literal

from sfpush.errors import NotReady
from sfpush.planning.context import Context
from sfpush.planning.custom_fields import CustomFields
from sfpush.planning.deals.stages import DealStages
from sfpush.settings.schema import Settings
from sfpush.store import reference
from sfpush.store.describes import describes
from sfpush.store.orgs import OrgState
from sfpush.store.snapshot import active_user_ids, active_users, deal_stages


def gather(
    connection: sqlite3.Connection, state: OrgState, settings: Settings, mode: Literal["automatic", "manual"]
) -> Context:
    """The context of a plan. Raises NotReady while the org has never been read (G3)."""
    known = describes(connection, state.org)
    if not known or state.pulled_at is None:
        raise NotReady(
            "The initial pull of this org is not complete.",
            hint="Run `sfpush pull` with the org in reach, then try again.",
            code="initial-pull",
        )
    return Context(
        settings=settings,
        describes=known,
        mode=mode,
        stage_names={name: reference.names(connection, name) for name in ("contact_stages", "account_stages")},
        user_emails=reference.user_emails(connection),
        user_names=reference.names(connection, "users"),
        connected_mailboxes=tuple(reference.names(connection, "email_accounts")),
        owners=active_users(connection, state.org),
        user_ids=active_user_ids(connection, state.org),
        deal_stages=DealStages.of(
            reference.bodies(connection, "opportunity_stages"), deal_stages(connection, state.org)
        ),
        custom_fields=CustomFields.of(reference.bodies(connection, "typed_custom_fields")),
    )
