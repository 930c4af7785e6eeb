"""The words of a report: objects, actions and results as its reader knows them, in the order they are read."""

from __future__ import annotations

from collections.abc import Iterable

from sfpush.display.html_report.page import OrgLink, Tone
from sfpush.display.plan_view import ACTIONS
from sfpush.errors import UsageError
from sfpush.org.address import instance_address

_OBJECTS = {
    "Account": "Accounts",
    "Contact": "Contacts",
    "Lead": "Leads",
    "CampaignMember": "Campaign members",
    "Opportunity": "Opportunities",
    "OpportunityContactRole": "Opportunity contact roles",
    "Task": "Tasks",
    "Event": "Events",
    "EventRelation": "Event participants",
    "Note": "Notes",
}
ACTION_TONES: dict[str, Tone] = {
    "create": "good",
    "update": "change",
    "pull": "known",
    "link": "known",
    "merge": "change",
    "delete": "bad",
    "block": "bad",
    "skip": "quiet",
    "unchanged": "quiet",
}
ACTION_NAMES = {
    "create": "Create",
    "update": "Update",
    "pull": "Pull",
    "link": "Link",
    "merge": "Merge",
    "delete": "Delete",
    "block": "Blocked",
    "skip": "Skipped",
    "unchanged": "Unchanged",
}


def object_name(sobject: str) -> str:
    """An sObject as a heading."""
    return _OBJECTS.get(sobject, sobject or "Other records")


def in_reading_order(sobjects: Iterable[str]) -> list[str]:
    """Accounts first, then people, deals and activities, as the contract orders a plan."""
    order = list(_OBJECTS)
    return sorted(sobjects, key=lambda name: (order.index(name) if name in order else len(order), name))


def actions_in_order(actions: Iterable[str]) -> list[str]:
    """What can hurt first, what nobody has to look at last."""
    return sorted(actions, key=ACTIONS.index)


def org_link(instance_url: str, sf_id: str | None) -> OrgLink | None:
    """An Id with its record's address in the org; without one where the instance is neither https nor loopback."""
    if not sf_id:
        return None
    try:
        return OrgLink(sf_id, f"{instance_address(instance_url)}/{sf_id}")
    except UsageError:
        return OrgLink(sf_id)


def org_text(org_id: str, instance_url: str) -> str:
    """Which org, and where it is if that is known; a practice org inside a home has no address that lasts."""
    return f"{org_id} at {instance_url}" if instance_url else org_id
