"""Limits of a run: all that are exceeded are named at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sfpush.push.limits import Intent, exceeded
from sfpush.settings.schema import PushSettings

QUIET = Intent(
    people_changed=30,
    people=100,
    accounts_changed=15,
    accounts=51,
    deletes=50,
    estimated_calls=79,
    remaining_calls=100,
)


def options(intent: Intent) -> list[str]:
    return [one.option for one in exceeded(intent, PushSettings())]


def test_G5_G6_a_run_at_every_limit_but_within_goes() -> None:
    assert exceeded(QUIET, PushSettings()) == ()


@pytest.mark.parametrize(
    ("change", "option"),
    [
        ({"estimated_calls": 80}, "--over-budget"),
        ({"estimated_calls": 1, "remaining_calls": 0}, "--over-budget"),
        ({"people_changed": 31}, "--over-limit"),
        ({"accounts_changed": 16}, "--over-limit"),
        ({"deletes": 51}, "--over-limit"),
    ],
)
def test_G5_G6_S1_one_more_needs_an_option(change: dict[str, int], option: str) -> None:
    assert options(replace(QUIET, **change)) == [option]


def test_G6_all_limits_are_named_at_once_with_their_figures() -> None:
    found = exceeded(
        replace(QUIET, estimated_calls=90, people_changed=40, accounts_changed=51, deletes=60), PushSettings()
    )
    assert [one.option for one in found] == ["--over-budget", "--over-limit", "--over-limit", "--over-limit"]
    text = " ".join(one.message for one in found)
    for figure in ("90 API calls of the 100", "40 of the org's 100 people (40 %)", "51 of the org's 51", "60 records"):
        assert figure in text


def test_G6_is_not_counted_in_a_small_org_nor_in_the_first_run() -> None:
    assert options(replace(QUIET, people=50, people_changed=50, accounts=50, accounts_changed=50)) == []
    assert options(replace(QUIET, people_changed=100, first_run=True)) == []
