"""The org's campaigns: listing them, and choosing the one that the people of a push join (P2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sfpush.errors import NotReady, RequestRefused
from sfpush.model import SalesforceId
from sfpush.org.connected import Org
from sfpush.planning.campaigns import MEMBER, Campaign

_CAMPAIGN, _PREFIX = "Campaign", "701"
_SHOWN = ("Name", "Status", "IsActive")
_PEOPLE = ("ContactId", "LeadId")


def campaigns(org: Org) -> list[Campaign]:
    """All campaigns that the connected user sees, active ones first. Raises NotReady where it has no access (P2)."""
    found = [_campaign(row) for row in org.read(_CAMPAIGN, _fields(org, _CAMPAIGN, _SHOWN))]
    return sorted(found, key=lambda one: (not one.is_active, one.name.casefold(), one.id))


def campaign_named(org: Org, name_or_id: str) -> Campaign:
    """The campaign with this Id or name, and who is in it.

    Raises NotReady, each with its own sentence and code: no access to campaigns, no such campaign, several of that
    name, no right to add members.
    """
    fields = _fields(org, _CAMPAIGN, _SHOWN)
    found = [*_with_id(org, name_or_id, fields)]
    if not found:
        rows = org.rows_where_in(_CAMPAIGN, "Name", [name_or_id.strip()], fields)
        found = [_campaign(row) for row in rows]
    if not found:
        raise NotReady(
            f"This org has no campaign {name_or_id!r} that the connected user sees.",
            hint="`sfpush campaigns` lists them; a new one is made in Salesforce.",
            code="campaign-unknown",
        )
    if len(found) > 1:
        ids = ", ".join(sorted(one.id for one in found))
        raise NotReady(
            f"{len(found)} campaigns are called {found[0].name!r}.",
            hint=f"Give the Id of one: {ids}.",
            code="campaign-ambiguous",
        )
    return replace(found[0], members=_members(org, found[0].id))


def _with_id(org: Org, text: str, fields: tuple[str, ...]) -> Iterator[Campaign]:
    try:
        identity = SalesforceId(text)
    except ValueError:
        return
    if identity.startswith(_PREFIX):
        row = org.rows_by_id(_CAMPAIGN, [identity], fields).get(identity)
        if row is not None and not row.get("IsDeleted"):
            yield _campaign(row)


def _members(org: Org, campaign: SalesforceId) -> Mapping[str, SalesforceId]:
    """The memberships of a campaign by person. Raises NotReady where the user may not add any."""
    fields = _fields(org, MEMBER, _PEOPLE)
    if not org.describe(MEMBER).createable:
        raise _no_right()
    return {
        SalesforceId(row[field]): SalesforceId(row["Id"])
        for row in org.rows_where_in(MEMBER, "CampaignId", [campaign], fields)
        for field in fields
        if row.get(field)
    }


def _fields(org: Org, sobject: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    try:
        describe = org.describe(sobject)
    except RequestRefused as refused:
        if sobject == MEMBER:
            raise _no_right() from refused
        raise NotReady(
            "The connected user has no access to campaigns in this org.",
            hint="In Salesforce, give the user's profile Read access to Campaigns, or push without --campaign.",
            code="campaign-no-access",
        ) from refused
    return tuple(name for name in wanted if describe.field(name) is not None)


def _no_right() -> NotReady:
    return NotReady(
        "The connected user may not add members to campaigns in this org.",
        hint="In Salesforce, the user needs Edit access to Campaigns and the Marketing User checkbox.",
        code="campaign-no-right",
    )


def _campaign(row: Mapping[str, Any]) -> Campaign:
    name, status = row.get("Name"), row.get("Status")
    return Campaign(SalesforceId(row["Id"]), str(name or row["Id"]), status, bool(row.get("IsActive")))
