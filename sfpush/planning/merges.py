"""Records whose org rows were merged (S3): which row survives, and what the surviving record takes over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sfpush.model import Block, FieldChange, Link, Merge, OrgRow, Record, RecordType, Rule, SalesforceId, typed
from sfpush.planning import verdicts
from sfpush.planning.keys import company_key, domain_key

_NEVER_TAKEN = frozenset(
    {
        "id",
        "salesforce_id",
        "salesforce_contact_id",
        "salesforce_lead_id",
        "salesforce_account_id",
        "created_at",
        "updated_at",
    }
)
"""What says which record it was, not what is known of the person or company."""

NOTHING_PUSHED: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class _Group:
    """Fields that tell of one thing. They are taken over only where what `identity` names does not contradict."""

    identity: Mapping[str, Callable[[Any], Any]]
    members: frozenset[str]


def _plain(value: Any) -> str:
    return str(value).strip().casefold()


_MAIL_FACTS = ("status", "source", "catch_all_status", "last_verified_at")
_PLACE = ("city", "state", "country")
_GROUPS: Mapping[RecordType, tuple[_Group, ...]] = {
    RecordType.CONTACT: (
        _Group({"email": _plain}, frozenset({"email_status", *(f"primary_email_{fact}" for fact in _MAIL_FACTS)})),
        _Group({"secondary_email": _plain}, frozenset({"secondary_email_status"})),
        _Group({"tertiary_email": _plain}, frozenset({"tertiary_email_status"})),
        _Group(
            {"account_id": _plain, "organization_name": company_key, "website": domain_key},
            frozenset(
                {
                    "account_id",
                    "organization_name",
                    "website",
                    "industry",
                    "employees",
                    "annual_revenue",
                    "keywords",
                    "technologies",
                    "subsidiary_of_organization_id",
                    "company_linkedin_url",
                    "company_address",
                    "company_city",
                    "company_state",
                    "company_country",
                    "company_postal_code",
                    "company_phone",
                }
            ),
        ),
        _Group(dict.fromkeys(_PLACE, _plain), frozenset(_PLACE)),
    ),
    RecordType.ACCOUNT: (
        _Group(
            dict.fromkeys(("street", "postal_code", *_PLACE), _plain), frozenset({"street", "postal_code", *_PLACE})
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Trail:
    """Where following merges and conversions from a row has led. `row` is None where the snapshot has no such row.

    `merged`: a merge was on the way; a trail may also be one conversion (C5), or no step at all.
    """

    id: SalesforceId
    row: OrgRow | None
    merged: bool

    @property
    def alive(self) -> bool:
        """Whether there is a living row at the end."""
        return self.row is not None and not self.row.deleted


@dataclass(frozen=True, slots=True)
class Lost:
    """A record whose linked row is gone, and where the trail from that row has led.

    `restored`: a person has brought the record back since the row was gone.
    """

    record: Record
    link: Link
    row: OrgRow
    trail: Trail
    restored: bool = False


def following(row: OrgRow) -> SalesforceId | None:
    """The row that stands in this one's place: what a Lead was converted to (C5), what a loser was merged into."""
    if row.sobject == "Lead" and row.fields.get("IsConverted") and row.fields.get("ConvertedContactId"):
        return SalesforceId(row.fields["ConvertedContactId"])
    return row.master_id if row.deleted else None


def follow(row: OrgRow, rows: Mapping[str, OrgRow]) -> Trail:
    """Follow a row as far as `rows` tells, through chains of merges (S3)."""
    here: OrgRow | None = row
    identity, merged, seen = row.id, False, {row.id}
    while here is not None and (to := following(here)) is not None and to not in seen:
        merged = merged or to == here.master_id
        seen.add(to)
        identity, here = to, rows.get(to)
    return Trail(identity, here, merged)


def decide_merged(
    lost: Lost, master: Record | None, *, sync: bool, pushed: Mapping[str, Any] = NOTHING_PUSHED
) -> Merge | Block:
    """What becomes of the record of a merged row: it joins the master's record, or its link moves to the master.

    `master` is the record that the surviving row has in the store, `pushed` what a moved link remembers (F2). Off, or
    where the survivor can't be seen, the record stays and the block names the survivor.
    """
    record, trail = lost.record, lost.trail
    sobject = trail.row.sobject if trail.row else lost.row.sobject
    happened = f"{lost.row.sobject} {lost.row.id} was merged into {trail.id} in Salesforce"
    if not sync or trail.row is None:
        why = f"{record.type.value}s.merge_sync is off" if not sync else "the connected user does not see that one"
        whose = f", which {master.key} is linked to" if master else ""
        hint = f" Tie this record to it with `sfpush link {typed(record.key)} {trail.id}`." if master is None else ""
        if trail.row is not None and not trail.alive:
            whose, hint = ", which was then deleted", f" `sfpush unlink {typed(record.key)}` lets it be made again."
        return verdicts.block(
            record,
            lost.row.sobject,
            Rule.LINKED_MERGED,
            f"{happened}{whose}; the record stays, because {why}.{hint}",
            salesforce_id=lost.row.id,
            candidates=(trail.id,),
        )
    if master is None:
        return _merge(record, sobject, trail.id, f"{happened}; the record's link moves there.", pushed=pushed)
    fields = blanks_filled(master, record)
    taken = f" Taken over: {', '.join(one.field for one in fields)}." if fields else ""
    return _merge(
        record, sobject, trail.id, f"{happened}; the record joins {master.key}.{taken}", (master.key,), fields
    )


def blanks_filled(master: Record, loser: Record) -> tuple[FieldChange, ...]:
    """The fields that are blank in the master's record and not in the loser's, by Apollo field name.

    Fields that tell of one thing stay together: an address is not made of two, and a company, or the status of an
    e-mail, is not taken over where the two records name another one.
    """
    refused = _NEVER_TAKEN | _contradicted(master, loser)
    changes = []
    for name, value in loser.fields.items():
        there = master.fields.get(name)
        if isinstance(value, Mapping) and isinstance(there, Mapping):
            both = {**value, **there}
            if both != there:
                changes.append(FieldChange(name, dict(there), both))
        elif name not in refused and _blank(name, there) and not _blank(name, value):
            changes.append(FieldChange(name, there, value))
    return tuple(changes)


def with_fields(record: Record, changes: Iterable[FieldChange]) -> Record:
    """The record as it is once these fields have been taken over."""
    taken = {one.field: one.after for one in changes}
    return Record(
        record.key,
        record.type,
        record.name,
        {**record.fields, **taken},
        record.apollo_id,
        record.version,
        record.deleted,
    )


def _merge(
    record: Record,
    sobject: str,
    survivor: SalesforceId,
    reason: str,
    needs: tuple[str, ...] = (),
    fields: tuple[FieldChange, ...] = (),
    pushed: Mapping[str, Any] = NOTHING_PUSHED,
) -> Merge:
    return Merge(
        record=record.key,
        name=record.name,
        sobject=sobject,
        rule=Rule.MERGED_IN_SALESFORCE,
        reason=reason,
        salesforce_id=survivor,
        needs=needs,
        fields=fields,
        pushed=pushed,
    )


def _contradicted(master: Record, loser: Record) -> frozenset[str]:
    found: set[str] = set()
    for group in _GROUPS.get(master.type, ()):
        for name, plain in group.identity.items():
            mine, its = master.fields.get(name), loser.fields.get(name)
            if not _blank(name, mine) and not _blank(name, its) and plain(mine) != plain(its):
                found |= group.members
                break
    return frozenset(found)


def _blank(name: str, value: Any) -> bool:
    if name == "stage":
        return value is None  # "" is No stage, which is a stage of its own (I2, C3)
    return value is None or value in ("", [], {})
