"""Which way deals go (D1–D3)."""

from __future__ import annotations

from dataclasses import replace

from sfpush.model import Link, Record, Rule, Skip
from sfpush.planning import verdicts
from sfpush.planning.context import Context
from sfpush.planning.verdicts import Refusal
from sfpush.settings.schema import Settings

OPPORTUNITY = "Opportunity"
_PUSHING = ("push", "bidirectional")
_PULLING = ("pull", "bidirectional")


def pushes(context: Context) -> bool:
    """Whether deals go to Salesforce (D1, D2)."""
    return context.settings.deals.mode in _PUSHING


def pulls(context: Context) -> bool:
    """Whether Opportunities come into the store (D1, D2)."""
    return context.settings.deals.mode in _PULLING


def switched_off(record: Record, link: Link | None, context: Context) -> Skip | None:
    """Nothing is synced while deals are off; what was pulled stays as it is (D3)."""
    if context.settings.deals.mode != "off":
        return None
    because = 'deals.mode is "off"'
    skipped = verdicts.skip(record, OPPORTUNITY, Refusal(Rule.PUSH_OFF, because))
    return skipped if link is None else replace(skipped, reason=f"Left as it is: {because}.", salesforce_id=link.id)


def pulling_only(settings: Settings) -> Settings:
    """The same settings for a run in which nothing goes out: deals are pulled if they are pulled at all."""
    if settings.deals.mode != "bidirectional":
        return settings
    return settings.model_copy(update={"deals": settings.deals.model_copy(update={"mode": "pull"})})
