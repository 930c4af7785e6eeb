"""Bulk jobs of an org that goes out of reach: nothing is taken for unsent that may have been handed over (B3)."""

from __future__ import annotations

import pytest

from sfpush.errors import NotReady
from sfpush.practice.faults import Fault, FaultKind, arm, disarm
from sfpush.practice.serve import Serving
from sfpush.settings.schema import Settings
from tests.push.conftest import Home, contact


@pytest.fixture
def settings() -> Settings:
    return Settings.model_validate({"push": {"bulk_threshold": 20, "settle_seconds": 0}})


@pytest.fixture
def nameless(home: Home) -> Home:
    """People without an e-mail, whom nothing but the journal keeps from being made twice."""
    home.add(*(contact(n, email=None, organization_name="Acme", website="acme.example") for n in range(30)))
    home.org._transport._sleep = lambda seconds: None
    return home


def test_B3_a_job_whose_closing_got_no_answer_before_the_network_went_is_picked_up(
    nameless: Home, practice_org: Serving
) -> None:
    head = nameless.plan()
    for fault in (
        Fault(FaultKind.CLOSE_AFTER_COMMIT, method="PATCH", path="/jobs/ingest/*"),
        Fault(FaultKind.CLOSE_BEFORE_COMMIT, method="PATCH", path="/jobs/ingest/*", times=99),
        Fault(FaultKind.CLOSE_BEFORE_COMMIT, method="GET", path="/jobs/ingest/*", times=99),
    ):
        arm(practice_org.org, fault)
    report = nameless.push(head)
    assert isinstance(report.stopped_by, NotReady)
    assert report.results.waiting == 30
    disarm(practice_org.org)
    assert nameless.recover().created == 30
    assert nameless.push().results.created == 0
    assert len(nameless.rows("Contact")) == 30
