"""Campaign memberships on their way (P2): after their people, and never in their people's way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from sfpush.model import Link, SalesforceId
from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules
from sfpush.practice.save import Manner, create
from sfpush.practice.serve import Serving
from sfpush.runs.campaigns import campaign_named
from sfpush.runs.keeping import keep_written
from sfpush.runs.plan import make_plan
from sfpush.runs.progress import Silent
from sfpush.runs.report import RunReport
from sfpush.store import error_log
from sfpush.store.database import writing
from sfpush.store.links import links_for
from sfpush.store.times import to_text

from .conftest import Home, contact

KEY = "contact:c00001"
REFUSING = {"validation_rules": [{"sobject": "Contact", "when": "Title = null", "message": "Give a title."}]}


@pytest.fixture
def practice(practice_org: Serving) -> Iterator[PracticeOrg]:
    with closing(PracticeOrg(practice_org.org.path)) as org:
        yield org


def add(practice: PracticeOrg, sobject: str, **values: Any) -> str:
    (saved,) = create(practice, practice.catalogue.whole(sobject), [values], Manner())
    assert saved.success, saved
    return str(saved.id)


def pushed_to(home: Home, campaign: str, *, meanwhile: Any = lambda: None) -> RunReport:
    home.refresh()
    head = make_plan(
        home.connection,
        home.state,
        home.settings,
        now=home.now(),
        progress=Silent(),
        mode="manual",
        campaign=campaign_named(home.org, campaign),
    )
    meanwhile()
    return home.push(head)


@pytest.mark.parametrize("practice_rules", [Rules.from_mapping(REFUSING)])
def test_P2_the_membership_of_a_rejected_person_waits(home: Home, practice: PracticeOrg) -> None:
    add(practice, "Campaign", Name="Spring", IsActive=True)
    home.add(contact(1), contact(2, title="CEO"))
    results = pushed_to(home, "Spring").results
    assert (results.rejected, results.waiting, results.members) == (1, 1, 1)


def test_P2_a_rejected_membership_never_holds_its_person_back(home: Home, practice: PracticeOrg) -> None:
    campaign = add(practice, "Campaign", Name="Spring", IsActive=True)
    home.add(contact(1))
    home.push()
    row = links_for(home.connection, home.state.org, [KEY])[KEY].id

    def joined_by_someone_else() -> None:
        add(practice, "CampaignMember", CampaignId=campaign, ContactId=row)

    report = pushed_to(home, campaign, meanwhile=joined_by_someone_else)
    assert (report.results.rejected, report.results.members) == (1, 0)
    (logged,) = error_log.entries(home.connection, home.state.org)
    assert (logged.sobject, logged.state) == ("CampaignMember", "open")
    assert error_log.failures(home.connection, home.state.org, [KEY]) == {}
    home.add(contact(1, title="CEO"))
    assert home.push().results.updated == 1
    assert error_log.count_unresolved(home.connection, home.state.org) == 1


def test_L2_a_membership_that_succeeds_closes_its_own_error_only(home: Home) -> None:
    refused = [
        error_log.Rejection(KEY, sobject, "create", "SOME_CODE", "No.") for sobject in ("Contact", "CampaignMember")
    ]
    member = Link(KEY, "CampaignMember", SalesforceId("00v000000000001AAA"))
    with writing(home.connection):
        error_log.record_rejections(home.connection, home.state.org, refused, plan=None, now=to_text(home.now()))
        keep_written(home.connection, home.state.org, [member], now=home.now())
    (left,) = error_log.entries(home.connection, home.state.org)
    assert left.sobject == "Contact"
    assert links_for(home.connection, home.state.org, [KEY]) == {}
