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
from sfpush.practice.schema.picklists import lead_source

# API name, probability, closed, won, forecast category
STAGES = (
    ("Prospecting", 10, False, False, "Pipeline"),
    ("Qualification", 10, False, False, "Pipeline"),
    ("Needs Analysis", 20, False, False, "Pipeline"),
    ("Value Proposition", 50, False, False, "Pipeline"),
    ("Id. Decision Makers", 60, False, False, "Pipeline"),
    ("Perception Analysis", 70, False, False, "Pipeline"),
    ("Proposal/Price Quote", 75, False, False, "Pipeline"),
    ("Negotiation/Review", 90, False, False, "BestCase"),
    ("Closed Won", 100, True, True, "Closed"),
    ("Closed Lost", 0, True, False, "Omitted"),
)
FORECASTS = ("Omitted", "Pipeline", "BestCase", "MostLikely", "Forecast", "Closed")

OPPORTUNITY = SObject(
    "Opportunity", "Opportunity", "Opportunities", "006",
    fields=(
        *identity(),
        lookup("AccountId", "Account"),
        own_name(120, "Name"),
        long_text("Description", 32000),
        picklist("StageName", *(stage[0] for stage in STAGES), required=True, label="Stage"),
        currency("Amount", 18, 2),
        replace(number("Probability", 3, 0, kind="percent", label="Probability (%)"), defaulted=True),
        read_only(currency("ExpectedRevenue", 18, 2, label="Expected Amount")),
        number("TotalOpportunityQuantity", 18, 2, label="Quantity"),
        date("CloseDate", required=True),
        picklist("Type", "Existing Customer - Upgrade", "Existing Customer - Replacement",
                 "Existing Customer - Downgrade", "New Customer", label="Opportunity Type"),
        text("NextStep", 255),
        lead_source(),
        read_only(checkbox("IsClosed", label="Closed")),
        read_only(checkbox("IsWon", label="Won")),
        read_only(picklist("ForecastCategory", *FORECASTS, restricted=True, length=40), nillable=False),
        replace(picklist("ForecastCategoryName", *FORECASTS, label="Forecast Category"), defaulted=True),
        lookup("CampaignId", "Campaign"),
        read_only(checkbox("HasOpportunityLineItem", label="Has Line Item")),
        owner(),
        *audit(),
        *seen(),
        read_only(integer("FiscalQuarter")),
        read_only(integer("FiscalYear")),
        read_only(lookup("ContactId", "Contact")),
    ),
)  # fmt: skip

OPPORTUNITY_STAGE = SObject(
    "OpportunityStage", "Opportunity Stage", "Opportunity Stages", "01J",
    createable=False, updateable=False, deletable=False,
    fields=(
        identity()[0],
        text("MasterLabel", 255, required=True),
        replace(text("ApiName", 255, label="API Name"), name_field=True),
        checkbox("IsActive"),
        integer("SortOrder"),
        checkbox("IsClosed", label="Closed"),
        checkbox("IsWon", label="Won"),
        picklist("ForecastCategory", *FORECASTS),
        picklist("ForecastCategoryName", *FORECASTS),
        number("DefaultProbability", 3, 0, kind="percent", label="Probability (%)"),
        text("Description", 255),
        *audit(),
    ),
    rows=tuple(
        {"MasterLabel": name, "ApiName": name, "IsActive": True, "SortOrder": order, "IsClosed": closed, "IsWon": won,
         "ForecastCategory": forecast, "ForecastCategoryName": forecast, "DefaultProbability": probability}
        for order, (name, probability, closed, won, forecast) in enumerate(STAGES, start=1)
    ),
)  # fmt: skip

OPPORTUNITY_CONTACT_ROLE = SObject(
    "OpportunityContactRole", "Opportunity Contact Role", "Opportunity Contact Roles", "00K",
    fields=(
        *identity(),
        replace(lookup("OpportunityId", "Opportunity", required=True), updateable=False),
        lookup("ContactId", "Contact", required=True),
        picklist("Role", "Business User", "Decision Maker", "Economic Buyer", "Economic Decision Maker", "Evaluator",
                 "Executive Sponsor", "Influencer", "Technical Buyer", "Other"),
        checkbox("IsPrimary", label="Primary"),
        *audit(),
    ),
)  # fmt: skip
