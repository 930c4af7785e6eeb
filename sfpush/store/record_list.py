"""The records as `sfpush records` lists them: each with its link and the last decision on it (L1)."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import orjson

from sfpush.model import RecordType
from sfpush.store.records import FORMER_KEY

NO_STAGE = "No stage"

_PULLED = "CASE r.type WHEN 'deal' THEN json_extract(l.pushed, '$.{}.salesforce') END"
"""A value of a deal that was pulled, in the place of Apollo's (D1): see `planning.deals.memory`."""
_NAME = f"coalesce({_PULLED.format('Name')}, r.name)"
_STAGE = (
    f"coalesce({_PULLED.format('StageName')},"
    f" CASE WHEN r.stage = '' THEN '{NO_STAGE}' ELSE coalesce(s.name, r.stage) END)"
)
_REASON = """CASE
    WHEN e.last_at >= coalesce(d.decided_at, '') THEN 'Salesforce rejected it (' || e.code || '): ' || e.message
    WHEN l.sf_id IS NOT NULL THEN d.reason
    WHEN :org IS NULL THEN 'Not connected to an org.'
    WHEN d.action IS NULL THEN 'No plan has looked at it yet.'
    WHEN d.action = 'unchanged' THEN 'Its link was taken off since; the next plan decides anew.'
    ELSE d.reason END"""
"""Why a record is where it is (L1): a rejection since the last decision is a better reason than the decision."""

_ROWS = f"""
SELECT r.key, r.type, {_NAME}, r.email, {_STAGE}, l.sf_id, l.sobject, d.action, d.rule, {_REASON}
FROM records r
LEFT JOIN reference s ON s.id = r.stage
    AND s.list = CASE r.type WHEN 'deal' THEN 'opportunity_stages' ELSE r.type || '_stages' END
LEFT JOIN links l ON l.org = :org AND l.key = r.key
LEFT JOIN decisions d ON d.org = :org AND d.key = r.key
LEFT JOIN errors e ON e.org = :org AND e.key = r.key AND e.state <> 'resolved' AND e.sobject <> 'CampaignMember'
WHERE 1
"""
_ONLY = {
    "deleted": f"AND (r.deleted_at IS NOT NULL) = :deleted AND NOT {FORMER_KEY}",
    "types": "AND r.type IN (SELECT value FROM json_each(:types))",
    "keys": "AND r.key IN (SELECT value FROM json_each(:keys))",
    "synced": "AND (l.sf_id IS NOT NULL) = :synced",
    "stage": f"AND casefold({_STAGE}) = :stage",
    "search": f"AND instr(casefold(r.key || char(10) || {_NAME} || char(10) || coalesce(r.email, '')), :search)",
    "hide_pulled": "AND NOT (r.type = 'deal' AND r.made_for IS NOT NULL)",
}


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """One line of `records`. `stage` is the stage's name, "No stage", or None where no export ever had it (I2).

    The last decision is that of the last plan; what happened since is in the reason (L1).
    """

    key: str
    type: RecordType
    name: str
    email: str | None
    stage: str | None
    salesforce_id: str | None
    sobject: str | None
    last_action: str | None
    last_rule: str | None
    last_reason: str | None

    @property
    def synced(self) -> bool:
        """Whether the record has a link in this org."""
        return self.salesforce_id is not None


def list_records(
    connection: sqlite3.Connection,
    org: int | None,
    *,
    types: Collection[RecordType] = (),
    keys: Collection[str] | None = None,
    synced: bool | None = None,
    stage: str | None = None,
    search: str | None = None,
    limit: int | None = None,
    deleted: bool | None = False,
    hide_pulled: bool = False,
) -> Iterator[ListedRecord]:
    """Records in key order, streamed: living ones, or `deleted` ones; None: both. `org` None: not connected, so none
    is synced.

    `stage` compares names without case, "No stage" being one; `search` looks into key, name and e-mail. `hide_pulled`
    leaves out deals that came from Salesforce (D4).
    """
    wanted: dict[str, object] = {
        "deleted": deleted,
        "types": orjson.dumps([one.value for one in types]).decode() if types else None,
        "keys": orjson.dumps(list(keys)).decode() if keys is not None else None,
        "synced": synced,
        "stage": stage.strip().casefold() if stage is not None else None,
        "search": search.casefold() if search else None,
        "hide_pulled": hide_pulled or None,
    }
    conditions = [condition for name, condition in _ONLY.items() if wanted[name] is not None]
    connection.create_function("casefold", 1, _casefold, deterministic=True)
    for key, record_type, *others in connection.execute(
        " ".join((_ROWS, *conditions, "ORDER BY r.key LIMIT :limit")),
        {**wanted, "org": org, "limit": -1 if limit is None else limit},
    ):
        yield ListedRecord(key, RecordType(record_type), *others)


def counts(connection: sqlite3.Connection) -> Mapping[RecordType, int]:
    """How many living records of each type there are; types without any are left out."""
    rows = connection.execute("SELECT type, count(*) FROM records WHERE deleted_at IS NULL GROUP BY type ORDER BY type")
    return {RecordType(record_type): count for record_type, count in rows}


def owner_emails(connection: sqlite3.Connection) -> frozenset[str]:
    """The e-mails of the owners that living contacts and accounts name (C9)."""
    return frozenset(
        email
        for (email,) in connection.execute(
            "SELECT DISTINCT json_extract(fields, '$.owner_email') FROM records"
            " WHERE type IN ('contact', 'account') AND deleted_at IS NULL"
        )
        if isinstance(email, str)
    )


def stages(connection: sqlite3.Connection, record_type: RecordType) -> frozenset[str]:
    """The stages that living records of the type have from Apollo, as their export said them; none is ""."""
    rows = connection.execute(
        "SELECT DISTINCT stage FROM records"
        " WHERE type = ? AND deleted_at IS NULL AND made_for IS NULL AND stage IS NOT NULL",
        (record_type.value,),
    )
    return frozenset(stage for (stage,) in rows)


def _casefold(text: str | None) -> str | None:
    return None if text is None else text.casefold()
