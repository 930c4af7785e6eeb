"""A small Opportunity, and deals on both sides of a sync that is played without an org or a store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sfpush.describe import Describe, FieldDescribe
from sfpush.model import AnyChange, Create, Link, OrgRow, Record, RecordType, SalesforceId, Update
from sfpush.planning.context import Context
from sfpush.planning.deals.decide import decide_deal
from sfpush.planning.deals.memory import shown_fields
from sfpush.planning.deals.stages import DealStages
from sfpush.planning.matching import match_deal
from sfpush.planning.subjects import Candidate, Level, Subject
from sfpush.settings.schema import Settings

STAGES = ("Prospecting", "Qualification", "Closed Won")
OPPORTUNITY_ID = SalesforceId("006000000000001")
APOLLO_NAMES = {
    "Name": "name",
    "StageName": "stage",
    "Amount": "amount",
    "CloseDate": "closed_date",
    "NextStep": "next_step",
    "Description": "description",
}


def opportunity(*more: FieldDescribe, **facts: Any) -> Describe:
    fields = (
        FieldDescribe("Name", "Name", "string", length=120, nillable=False),
        FieldDescribe("StageName", "Stage", "picklist", length=255, nillable=False, picklist=STAGES),
        FieldDescribe("Amount", "Amount", "currency", precision=18, scale=2),
        FieldDescribe("CloseDate", "Close Date", "date", nillable=False),
        FieldDescribe("NextStep", "Next Step", "string", length=255),
        FieldDescribe("Description", "Description", "textarea", length=32000),
        FieldDescribe("AccountId", "Account", "reference"),
        FieldDescribe("OwnerId", "Owner", "reference", nillable=False, defaulted_on_create=True),
        *more,
    )
    return Describe("Opportunity", {one.name: one for one in fields}, **facts)


def context(mode: str = "bidirectional", describe: Describe | None = None, **facts: Any) -> Context:
    deals = {"mode": mode, **facts.pop("deals", {})}
    settings = Settings.model_validate({"deals": deals, **facts.pop("settings", {})})
    return Context(settings, {"Opportunity": describe or opportunity()}, **facts)


def deal(**fields: Any) -> Record:
    return Record("deal:d1", RecordType.DEAL, str(fields.get("name", "")), fields, apollo_id="d1")


def subject(record: Record, org: Mapping[str, Any] | None, link: Link | None, **facts: Any) -> Subject:
    """A deal with its Opportunity: found by its link, else by the Id in the export."""
    level = Level.EXPORT_ID if link is None else Level.LINK
    row = [] if org is None else [Candidate(level, OrgRow("Opportunity", OPPORTUNITY_ID, org))]
    return Subject(record, link=link, candidates=tuple(row), **facts)


@dataclass
class Both:
    """One deal on both sides, and what its link remembers."""

    apollo: dict[str, Any]
    org: dict[str, Any] | None = None
    link: Link | None = None
    stages: DealStages = field(default_factory=DealStages)

    def decide(self, mode: str = "bidirectional", **facts: Any) -> AnyChange:
        one = subject(deal(**self.apollo), self.org, self.link)
        found = context(mode, deal_stages=self.stages, **facts)
        return decide_deal(one, match_deal(one), None, found)

    def sync(self, mode: str = "bidirectional", **facts: Any) -> AnyChange:
        """Decide, and carry the decision out as a run does."""
        change = self.decide(mode, **facts)
        match change:
            case Create():
                self.org = dict.fromkeys(APOLLO_NAMES) | {one.field: one.after for one in change.fields}
                pushed: Mapping[str, Any] = {one.field: one.after for one in change.fields}
            case Update():
                assert self.org is not None
                self.org |= {one.field: one.after for one in change.fields}
                pushed = change.pushed
            case _:
                pushed = change.pushed
        if change.action in ("create", "update", "link", "pull", "unchanged"):
            before = self.link or Link("deal:d1", "Opportunity", OPPORTUNITY_ID)
            self.link = replace(before, pushed=pushed)
        return change

    @property
    def shown(self) -> dict[str, Any]:
        return shown_fields(self.apollo, self.link.pushed if self.link else {})


def written(change: AnyChange) -> dict[str, Any]:
    """What a decision writes to the org, or pulls from it."""
    return {one.field: one.after for one in change.fields}
