"""What a deal's stage is in the org (D5)."""

from __future__ import annotations

from typing import Any

import pytest

from sfpush.describe import FieldDescribe
from sfpush.model import Rule, SalesforceId
from sfpush.planning.deals.stages import DealStages
from sfpush.planning.fitting import Misfit
from tests.planning.deals.made import STAGES

STAGE = FieldDescribe("StageName", "Stage", "picklist", length=255, nillable=False, picklist=STAGES)
WON = SalesforceId("01J000000000001")
FIRST, SECOND, THIRD, UNKNOWN = (f"5f000000000000000000000{n}" for n in (1, 2, 3, 9))
IMPORTED: list[dict[str, Any]] = [
    {"id": FIRST, "name": "Qualification"},
    {"id": SECOND, "name": "We have it", "salesforce_id": WON[:15]},
    {"id": THIRD, "name": "Propose", "salesforce_id": "01J000000000099"},
]
STAGES_OF_APOLLO = DealStages.of(IMPORTED, {WON: "Closed Won"})


def fitted(value: Any, mapped: dict[str, str] | None = None) -> Any:
    return STAGES_OF_APOLLO.fitter(STAGE, mapped or {})(value)


@pytest.mark.parametrize(
    ("stage", "value"),
    [
        (FIRST, "Qualification"),
        ("qualification", "Qualification"),
        (SECOND, "Closed Won"),
        ("We have it", "Closed Won"),
        ("closed won", "Closed Won"),
        ("", None),
    ],
)
def test_D5_a_stage_by_its_id_its_name_or_its_salesforce_id(stage: str, value: str | None) -> None:
    assert fitted(stage) == value


def test_D5_the_map_comes_first_and_names_stages_without_case() -> None:
    mapped = {"WE HAVE IT": "Prospecting", "propose": "Qualification"}
    assert fitted(SECOND, mapped) == "Prospecting"
    assert fitted(THIRD, mapped) == "Qualification"
    assert fitted(UNKNOWN, {UNKNOWN: "Prospecting"}) == "Prospecting"


def test_D5_no_stage_is_made_even_where_the_picklist_would_take_one() -> None:
    found = fitted(THIRD)
    assert isinstance(found, Misfit)
    assert found.rule is Rule.PICKLIST_VALUE
    assert '"Propose"' in found.message
    assert "[deals.stage_map]" in found.message


def test_D5_an_id_that_no_list_resolves_says_which_list_to_import() -> None:
    found = fitted(UNKNOWN)
    assert isinstance(found, Misfit)
    assert found.rule is Rule.REQUIRED_MISSING
    assert UNKNOWN in found.message
    assert "opportunity_stages" in found.message
