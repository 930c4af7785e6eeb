from __future__ import annotations

from dataclasses import replace

from sfpush.practice.fields import (
    SObject,
    audit,
    checkbox,
    currency,
    date,
    identity,
    integer,
    long_text,
    lookup,
    number,
    own_name,
    owner,
    picklist,
    read_only,
    seen,
    text,
)

CAMPAIGN = SObject(
    "Campaign", "Campaign", "Campaigns", "701",
    fields=(
        *identity(),
        own_name(80, "Name"),
        lookup("ParentId", "Campaign", relationship="Parent", label="Parent Campaign"),
        picklist("Type", "Conference", "Webinar", "Trade Show", "Public Relations", "Partners", "Referral Program",
                 "Advertisement", "Banner Ads", "Direct Mail", "Email", "Telemarketing", "Other"),
        picklist("Status", "Planned", "In Progress", "Completed", "Aborted", default="Planned"),
        date("StartDate"),
        date("EndDate"),
        currency("ExpectedRevenue"),
        currency("BudgetedCost"),
        currency("ActualCost"),
        number("ExpectedResponse", 10, 2, kind="percent", label="Expected Response (%)"),
        number("NumberSent", 18, 0, label="Num Sent"),
        checkbox("IsActive", label="Active"),
        long_text("Description", 32000),
        read_only(integer("NumberOfLeads", label="Leads in Campaign")),
        read_only(integer("NumberOfContacts", label="Contacts in Campaign")),
        owner(),
        *audit(),
        *seen(),
    ),
)  # fmt: skip

CAMPAIGN_MEMBER = SObject(
    "CampaignMember", "Campaign Member", "Campaign Members", "00v",
    fields=(
        *identity(),
        replace(lookup("CampaignId", "Campaign", required=True), updateable=False),
        replace(lookup("LeadId", "Lead"), updateable=False),
        replace(lookup("ContactId", "Contact"), updateable=False),
        picklist("Status", "Sent", "Responded", default="Sent", length=40),
        read_only(checkbox("HasResponded", label="Responded")),
        read_only(date("FirstRespondedDate")),
        *audit(),
        read_only(text("Name", 255)),
        read_only(text("FirstName", 40)),
        read_only(text("LastName", 80)),
        read_only(text("Title", 128)),
        read_only(text("Email", 80, kind="email")),
        read_only(text("CompanyOrAccount", 255, label="Company (Account)")),
        read_only(lookup("LeadOrContactId", "Contact", "Lead", relationship="LeadOrContact", label="Related Record")),
        read_only(picklist("Type", "Lead", "Contact", length=40)),
    ),
)  # fmt: skip
