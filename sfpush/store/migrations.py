"""The store's schema, as named steps that are each applied once, in one transaction with their mark.

A step is never edited after it has been released; a change is a new step.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils.db import Database

_M001 = """
CREATE TABLE orgs (
    org INTEGER PRIMARY KEY,
    org_id TEXT NOT NULL UNIQUE,             -- 18 characters
    instance_url TEXT NOT NULL,
    connected_at TEXT NOT NULL,
    window_ends_at TEXT,                     -- G4; null: no setup window
    pulled_at TEXT,                          -- last complete pull; null: the initial pull has not completed (G3)
    pulled_in_full_at TEXT,
    first_run_at TEXT                        -- G6 does not count the first run after the initial pull
);

CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    apollo_id TEXT,
    name TEXT NOT NULL,
    email TEXT,
    stage TEXT,                              -- name or Apollo stage id; '' is No stage, null is never seen (I2)
    updated_at TEXT,                         -- Apollo's, ISO-8601 UTC (I3)
    version INTEGER NOT NULL DEFAULT 1,      -- counts content changes
    made_for TEXT,                           -- what it was made for: key of the contact of an account (C6), or of the
                                             -- activity of a person (E2); Id of the Opportunity of a deal (D2)
    deleted_at TEXT,                         -- S1 soft delete
    deleted_in INTEGER REFERENCES orgs,      -- the org whose deletion or merge took it along; null: deleted in Apollo
    merged_into TEXT,                        -- key of the record it was merged into (S3)
    source TEXT,                             -- file it last came from
    fields TEXT NOT NULL                     -- JSON object, canonical Apollo field names
);

CREATE INDEX records_deleted ON records (key) WHERE deleted_at IS NOT NULL;
CREATE INDEX records_made ON records (key) WHERE made_for IS NOT NULL;

-- What records are found by: e-mails, domains and company names, normalised by planning.keys.
CREATE TABLE record_keys (
    key TEXT NOT NULL,
    kind TEXT NOT NULL,                      -- email, domain, name, account, thread
    rank INTEGER NOT NULL,                   -- 0: primary e-mail
    value TEXT NOT NULL,
    PRIMARY KEY (key, kind, value)
) WITHOUT ROWID;
CREATE INDEX record_keys_by_value ON record_keys (kind, value, key);

-- Apollo's own lists: contact_stages, account_stages, opportunity_stages, users, typed_custom_fields, mailboxes.
CREATE TABLE reference (
    list TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,                      -- JSON as imported
    PRIMARY KEY (list, id)
) WITHOUT ROWID;

-- Files of an inbox that were imported whole; the same file is not read again by the next sync.
CREATE TABLE imported_files (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    imported_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE links (
    org INTEGER NOT NULL REFERENCES orgs,
    key TEXT NOT NULL,
    sobject TEXT NOT NULL,
    sf_id TEXT NOT NULL,
    pushed TEXT NOT NULL DEFAULT '{}',       -- JSON: field values last pushed (F2); of a deal also those last pulled
    linked_at TEXT NOT NULL,
    PRIMARY KEY (org, key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX links_by_sf_id ON links (org, sf_id);

-- Org rows that are gone, and what a person said of a record that was tied to one (S2, M8).
CREATE TABLE settled_rows (
    org INTEGER NOT NULL REFERENCES orgs,
    key TEXT NOT NULL,
    sf_id TEXT NOT NULL,
    said TEXT NOT NULL,                      -- restored: the record stays; unlinked: it is decided as a new one
    PRIMARY KEY (org, key, sf_id)
) WITHOUT ROWID;

CREATE TABLE snapshot (
    org INTEGER NOT NULL REFERENCES orgs,
    sf_id TEXT NOT NULL,
    sobject TEXT NOT NULL,
    created TEXT NOT NULL,
    modstamp TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    master_id TEXT,
    account_id TEXT,
    fields TEXT NOT NULL,                    -- JSON object, field API names
    PRIMARY KEY (org, sf_id)
) WITHOUT ROWID;
CREATE INDEX snapshot_by_account ON snapshot (org, account_id) WHERE account_id IS NOT NULL;
CREATE INDEX snapshot_deleted ON snapshot (org, sf_id) WHERE deleted = 1;
CREATE INDEX snapshot_converted ON snapshot (org, sf_id)
    WHERE sobject = 'Lead' AND json_extract(fields, '$.ConvertedContactId') IS NOT NULL;

CREATE TABLE snapshot_keys (
    org INTEGER NOT NULL REFERENCES orgs,
    kind TEXT NOT NULL,                      -- email, domain, name, external, role
    value TEXT NOT NULL,
    sobject TEXT NOT NULL,
    sf_id TEXT NOT NULL,
    PRIMARY KEY (org, kind, value, sobject, sf_id)
) WITHOUT ROWID;
CREATE INDEX snapshot_keys_by_row ON snapshot_keys (org, sf_id);

CREATE TABLE snapshot_state (
    org INTEGER NOT NULL REFERENCES orgs,
    sobject TEXT NOT NULL,
    field_names TEXT NOT NULL,               -- JSON list: what the rows hold
    modstamp TEXT NOT NULL,                  -- everything changed before this has been read
    pulled_in_full_at TEXT NOT NULL,
    read_at TEXT NOT NULL,
    external_id_field TEXT NOT NULL DEFAULT '', -- what the keys of kind external were made from (M1)
    PRIMARY KEY (org, sobject)
) WITHOUT ROWID;

CREATE TABLE describes (
    org INTEGER NOT NULL REFERENCES orgs,
    sobject TEXT NOT NULL,
    read_at TEXT NOT NULL,
    body TEXT NOT NULL,                      -- JSON, the describe as the org gave it
    PRIMARY KEY (org, sobject)
) WITHOUT ROWID;

CREATE TABLE plans (
    plan INTEGER PRIMARY KEY,
    plan_id TEXT NOT NULL UNIQUE,
    org INTEGER NOT NULL REFERENCES orgs,
    mode TEXT NOT NULL,                      -- automatic, manual, undo
    created_at TEXT NOT NULL,
    settings_fingerprint TEXT NOT NULL,
    head TEXT NOT NULL,                      -- JSON: org, gates, summary, api_calls, warnings
    saved INTEGER NOT NULL DEFAULT 0,        -- `plan --out`: kept for `push --plan`
    complete INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE changes (
    plan INTEGER NOT NULL REFERENCES plans ON DELETE CASCADE,
    place INTEGER NOT NULL,                  -- CONTRACT's order: deletes, merges, accounts, people, ...
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    action TEXT NOT NULL,
    sobject TEXT NOT NULL,
    sf_id TEXT,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    near TEXT,                               -- account Id or key: rows of one account travel side by side
    detail TEXT NOT NULL,                    -- JSON: fields, needs, candidates, pushed
    record_version INTEGER NOT NULL,         -- what the decision rests on
    modstamp TEXT,
    PRIMARY KEY (plan, place, key)
) WITHOUT ROWID;
CREATE INDEX changes_by_key ON changes (key, plan);

-- The last decision on each record, and what it rested on; a plan of only the due records reads from here.
CREATE TABLE decisions (
    org INTEGER NOT NULL REFERENCES orgs,
    key TEXT NOT NULL,
    action TEXT NOT NULL,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    record_version INTEGER NOT NULL,
    modstamp TEXT,
    settings_fingerprint TEXT NOT NULL,
    PRIMARY KEY (org, key)
) WITHOUT ROWID;

CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    org INTEGER NOT NULL REFERENCES orgs,
    plan_id TEXT,
    command TEXT NOT NULL,
    mode TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    status TEXT NOT NULL,                    -- running, done, rejected, stopped, failed
    results TEXT NOT NULL DEFAULT '{}',      -- JSON: counts by result
    api_calls INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE batches (
    batch INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    transport TEXT NOT NULL,                 -- collections, bulk
    sobject TEXT NOT NULL,
    verb TEXT NOT NULL,
    external_id_field TEXT,
    job_id TEXT,                             -- Bulk: written before its rows are uploaded
    sent_at TEXT NOT NULL,                   -- written before the request leaves
    answered_at TEXT                         -- null: nobody knows yet what the org did with it
);
CREATE INDEX batches_unanswered ON batches (run) WHERE answered_at IS NULL;

CREATE TABLE batch_rows (
    batch INTEGER NOT NULL REFERENCES batches ON DELETE CASCADE,
    place INTEGER NOT NULL,                  -- index in the request
    key TEXT NOT NULL,
    sf_id TEXT,                              -- target of an update or delete; of a create once it is known
    sent TEXT NOT NULL,                      -- JSON: the values sent
    before TEXT,                             -- JSON: the org's values before, for undo
    pushed TEXT NOT NULL,                    -- JSON: what the link remembers on success
    outcome TEXT,                            -- written, created, rejected; absent, repeatable, linked: what recovery
                                             -- settled; null: unanswered
    code TEXT,
    message TEXT,
    candidates TEXT,                         -- JSON list of Ids: org rows that agree in part with an unanswered create
    PRIMARY KEY (batch, place)
) WITHOUT ROWID;
CREATE INDEX batch_rows_by_key ON batch_rows (key);

-- What a run did in this store alone: records deleted or merged as the org's rows were (S1, S3), deals pulled (D1).
CREATE TABLE local_changes (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    key TEXT NOT NULL,
    action TEXT NOT NULL,                    -- delete, merge, pull
    sobject TEXT NOT NULL,
    sf_id TEXT NOT NULL,                     -- the row that was deleted or pulled, or the one that survived
    merged_into TEXT,                        -- null: deleted, pulled, or only its link moved
    fields TEXT NOT NULL DEFAULT '{}',       -- JSON: what the surviving record took over, or what was pulled
    PRIMARY KEY (run, key)
) WITHOUT ROWID;

CREATE TABLE errors (
    id INTEGER PRIMARY KEY,
    org INTEGER NOT NULL REFERENCES orgs,
    key TEXT NOT NULL,
    sobject TEXT NOT NULL,
    operation TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    fields TEXT NOT NULL DEFAULT '[]',
    payload TEXT NOT NULL DEFAULT '{}',
    record_version INTEGER NOT NULL DEFAULT 0, -- a changed record goes again (L3)
    attempts INTEGER NOT NULL DEFAULT 1,
    retries_left INTEGER NOT NULL DEFAULT 5,
    state TEXT NOT NULL,                     -- retrying, open, resolved
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL
);
CREATE UNIQUE INDEX errors_unresolved ON errors (org, key, (sobject = 'CampaignMember')) WHERE state <> 'resolved';
CREATE INDEX errors_by_state ON errors (org, state);
"""

_M002 = """
ALTER TABLE batches ADD COLUMN org_time TEXT;
ALTER TABLE batches ADD COLUMN sent_by TEXT;
ALTER TABLE batches ADD COLUMN lost_at TEXT
"""
"""What recovery goes by: `org_time` is the org's time at its last answer before the batch left (null: it had not told),
because this machine's clock may be hours off and put right before the batch is looked up; `sent_by` the Id of the user
who was connected; `lost_at` when the answer was given up (null: answered, or killed before)."""

_M003 = """
CREATE INDEX records_merged ON records (merged_into) WHERE merged_into IS NOT NULL
"""
"""What leads to a record: merged in an org (S3), or its own key before it had an Apollo id."""

STEPS: tuple[tuple[str, str], ...] = (("m001_initial", _M001), ("m002_who_sent_it", _M002), ("m003_merged", _M003))


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the steps this database has not seen, inside the caller's transaction.

    Raises ValueError for a database made by a newer sfpush.
    """
    from sqlite_utils import Database, Migrations

    migrations = Migrations("sfpush")
    for name, step in STEPS:
        migrations(name=name)(_Step(name, step))
    migrations.apply(Database(connection))
    connection.execute(f"PRAGMA user_version = {len(STEPS)}")


def needs_migration(connection: sqlite3.Connection) -> bool:
    """Whether this database has steps to come; raises ValueError when it was made by a newer sfpush."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(STEPS):
        raise ValueError(f"made by a newer sfpush (schema {version}, this one knows {len(STEPS)})")
    return bool(version < len(STEPS))


class _Step:
    """A step's statements, run one by one: `executescript` would end the transaction it stands in."""

    def __init__(self, name: str, statements: str) -> None:
        self.__name__ = name
        self._statements = statements

    def __call__(self, db: Database, /) -> None:
        for statement in self._statements.split(";\n"):
            db.execute(statement)
