"""`sfpush campaigns`: the campaigns that people can be pushed to."""

from __future__ import annotations

from functools import partial

import typer

from sfpush.commands.session import Session
from sfpush.display.result import Result


def campaigns(context: typer.Context) -> Result:
    """List the org's campaigns.

    `sfpush push … --campaign NAME` adds the pushed people to one.

    \b
    Examples:
      sfpush campaigns
      sfpush push --stage Interested --campaign "Spring webinar"
    """
    from sfpush.display.campaign_view import show_campaigns
    from sfpush.runs.campaigns import campaigns as campaigns_of

    found = campaigns_of(Session.of(context).org)
    facts = [{"id": one.id, "name": one.name, "status": one.status, "is_active": one.is_active} for one in found]
    return Result("campaigns", {"campaigns": facts}, view=partial(show_campaigns, facts))
