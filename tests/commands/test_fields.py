"""`fields`: the map as it holds, against the org, with values of the store (F1, F4, F5)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .conftest import Sfpush

BUDGET, LARGE, HOT = "6095a710bd01d100a506d4b0", "6095a710bd01d100a506d4b1", "6095a710bd01d100a506d4ad"
SETTINGS = """\
[contacts.fields]
Budget = "Description"
"ICP Fit *" = { to = "Nope__c", write = "fill" }
"Job Title" = false
[contacts.stage_map]
field = "Department"
values = { Hot = "Sales" }
"""
CONTACT = {
    "id": "ann",
    "last_name": "Lee",
    "email": "ann@acme.example",
    "contact_stage_id": HOT,
    "icp_fit_8478": "A",
    "typed_custom_fields": {BUDGET: LARGE},
}
LISTS = [
    {"contact_stages": [{"id": HOT, "name": "Hot"}]},
    {
        "typed_custom_fields": [
            {"id": BUDGET, "name": "Budget", "modality": "contact", "picklist_values": [{"id": LARGE, "name": "Large"}]}
        ]
    },
]


def lines(sfpush: Sfpush, *arguments: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["object"], row["salesforce"]): row for row in sfpush("--json", "fields", *arguments).data["fields"]}


def test_F1_every_line_with_its_rule_sample_and_what_the_org_says(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "sfpush.toml").write_text(SETTINGS)
    for place, body in enumerate((*LISTS, {"contacts": [CONTACT]})):
        (own_place / f"{place}.json").write_text(json.dumps(body))
        assert sfpush("import", f"{place}.json").code == 0
    before = lines(sfpush)
    assert {key[0] for key in before} == {"Account", "Contact", "Lead", "Opportunity", "Task", "Event", "Note"}
    assert before["Contact", "LastName"] == {
        "object": "Contact",
        "apollo": "last_name",
        "salesforce": "LastName",
        "write": "overwrite",
        "in_org": None,
        "writeable": None,
        "sample": "Lee",
    }
    assert ("Contact", "Title") not in before

    assert sfpush("connect", "--practice").code == 0
    assert sfpush("pull").code == 0
    found = lines(sfpush, "contact")
    assert (found["Contact", "LastName"]["in_org"], found["Contact", "LastName"]["writeable"]) == (True, True)
    missing = found["Contact", "Nope__c"]
    assert (missing["apollo"], missing["write"], missing["sample"]) == ("icp_fit_*", "fill", "A")
    assert (missing["in_org"], missing["writeable"]) == (False, False)
    assert found["Contact", "Description"]["sample"] == "Large"
    assert (found["Contact", "Department"]["apollo"], found["Contact", "Department"]["sample"]) == ("stage", "Hot")
    assert "missing" in sfpush("fields", "Contact").out


def test_E5_the_lines_of_activities_with_what_they_say(sfpush: Sfpush, own_place: Path) -> None:
    note = {"id": "n1", "content": "Wants a trial\nin May", "contact_ids": ["ann"]}
    task = {"id": "t1", "type": "call", "status": "skipped", "priority": "low", "due_at": "2026-12-01T00:00:00Z"}
    (own_place / "notes.json").write_text(json.dumps({"notes": [note]}))
    (own_place / "tasks.json").write_text(json.dumps({"tasks": [task]}))
    assert sfpush("import", "notes.json", "tasks.json").code == 0
    found = lines(sfpush)
    assert found["Note", "Title"]["sample"] == "Wants a trial"
    assert found["Task", "Status"]["sample"] == "Deferred"
    assert found["Task", "ActivityDate"]["apollo"] == "date"
    assert found["Event", "StartDateTime"]["sample"] is None
