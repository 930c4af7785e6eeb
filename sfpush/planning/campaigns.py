"""Adding the people of a push to a campaign (P2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sfpush.model import (
    AnyChange,
    Create,
    FieldChange,
    LinkTo,
    Rule,
    SalesforceId,
    Unchanged,
    Update,
)

MEMBER = "CampaignMember"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign of the org. `members` maps the people who are in it to their memberships."""

    id: SalesforceId
    name: str
    status: str | None = None
    is_active: bool = False
    members: Mapping[str, SalesforceId] = field(default_factory=dict)


def decide_member(person: AnyChange, campaign: Campaign) -> Create | Unchanged | None:
    """Whether a person of the plan joins the campaign: everyone whom the plan leaves in the org does.

    None for those who are skipped, blocked, deleted or merged, and for what is no person. A person that the same plan
    creates joins once it is there.
    """
    if person.sobject not in ("Contact", "Lead") or not isinstance(person, Create | Update | LinkTo | Unchanged):
        return None
    there = person.salesforce_id
    if there is not None and there in campaign.members:
        return Unchanged(
            record=person.record,
            name=person.name,
            sobject=MEMBER,
            rule=Rule.UNCHANGED,
            reason=f"Is in the campaign {campaign.name} already.",
            salesforce_id=campaign.members[there],
        )
    return Create(
        record=person.record,
        name=person.name,
        sobject=MEMBER,
        rule=Rule.CAMPAIGN_MEMBER,
        reason=f"Joins the campaign {campaign.name}.",
        needs=() if there else (person.record,),
        fields=(
            FieldChange("CampaignId", None, campaign.id),
            FieldChange(f"{person.sobject}Id", None, there or person.record),
        ),
    )


def campaign_warnings(campaign: Campaign) -> tuple[str, ...]:
    """What a plan says of a campaign that is not active; people join it all the same."""
    return () if campaign.is_active else (f"The campaign {campaign.name} is not active in Salesforce.",)
