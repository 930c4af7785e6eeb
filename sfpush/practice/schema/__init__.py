"""The standard sObjects of a fresh org, their fields as in Salesforce's object reference; one file for each family."""

from __future__ import annotations

from sfpush.practice.fields import SObject
from sfpush.practice.schema.account import ACCOUNT
from sfpush.practice.schema.activity import EVENT, EVENT_RELATION, NOTE, TASK
from sfpush.practice.schema.campaign import CAMPAIGN, CAMPAIGN_MEMBER
from sfpush.practice.schema.contact import CONTACT
from sfpush.practice.schema.lead import LEAD
from sfpush.practice.schema.opportunity import OPPORTUNITY, OPPORTUNITY_CONTACT_ROLE, OPPORTUNITY_STAGE
from sfpush.practice.schema.organization import DUPLICATE_RULE, LEAD_STATUS, ORGANIZATION, RECORD_TYPE
from sfpush.practice.schema.user import PROFILE, USER

STANDARD: tuple[SObject, ...] = (
    ACCOUNT,
    CAMPAIGN,
    CAMPAIGN_MEMBER,
    CONTACT,
    DUPLICATE_RULE,
    EVENT,
    EVENT_RELATION,
    LEAD,
    LEAD_STATUS,
    NOTE,
    OPPORTUNITY,
    OPPORTUNITY_CONTACT_ROLE,
    OPPORTUNITY_STAGE,
    ORGANIZATION,
    PROFILE,
    RECORD_TYPE,
    TASK,
    USER,
)
