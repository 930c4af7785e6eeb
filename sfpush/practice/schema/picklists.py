"""Standard picklist values that several sObjects share."""

from __future__ import annotations

from sfpush.practice.fields import Field, picklist

INDUSTRIES = (
    "Agriculture", "Apparel", "Banking", "Biotechnology", "Chemicals", "Communications", "Construction", "Consulting",
    "Education", "Electronics", "Energy", "Engineering", "Entertainment", "Environmental", "Finance",
    "Food & Beverage", "Government", "Healthcare", "Hospitality", "Insurance", "Machinery", "Manufacturing", "Media",
    "Not For Profit", "Recreation", "Retail", "Shipping", "Technology", "Telecommunications", "Transportation",
    "Utilities", "Other",
)  # fmt: skip
SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
CLEAN_STATUSES = ("Matched", "Different", "Acknowledged", "NotFound", "Inactive", "Pending", "SelectMatch", "Skipped")


def lead_source() -> Field:
    return picklist("LeadSource", *SOURCES)


def industry() -> Field:
    return picklist("Industry", *INDUSTRIES)


def rating() -> Field:
    return picklist("Rating", "Hot", "Warm", "Cold")


def clean_status() -> Field:
    return picklist("CleanStatus", *CLEAN_STATUSES, restricted=True, length=40)
