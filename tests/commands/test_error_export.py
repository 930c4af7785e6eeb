"""L2: rejected records leave as a table, are mended, and come back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from .conftest import Sfpush

HEAD = (
    "First Name,Last Name,Title,Company Name,Email,Email Status,Stage,Website,Work Direct Phone,Keywords,"
    "Apollo Contact Id\n"
)
ROWS = (
    "Ann,Lee,CEO,Initech,ann@initech.example,Verified,Interested,initech.example,0711 5,\"=a, 'b'\",a1\n"
    'Bob,-Roy,CTO,Initech,bob@initech.example,Verified,,initech.example,\'+49 711 6,"two\nlines",a2\n'
    "Zoe,May,COO,Globex,zoe@globex.example,Verified,Cold,globex.example,0711 7,,\n"
)
RULES = """
[[validation_rules]]
sobject = "Contact"
when = "Phone LIKE '0%' OR LastName LIKE '-%'"
message = "Write the country code."
field = "Phone"

[[validation_rules]]
sobject = "Account"
when = "Name = 'Hooli'"
message = "Not them."
"""


@pytest.fixture(autouse=True)
def rejected(sfpush: Sfpush, own_place: Path) -> Path:
    """A home in which every contact was rejected."""
    (own_place / "rules.toml").write_text(RULES)
    (own_place / "contacts.csv").write_text(HEAD + ROWS)
    sfpush("practice", "reset", "--rules", "rules.toml")
    sfpush("connect", "--practice")
    sfpush("import", "contacts.csv")
    assert sfpush("--json", "sync").data["results"]["rejected"] == 3
    return own_place


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_what_is_imported_as_it_was_exported_changes_nothing(sfpush: Sfpush, rejected: Path) -> None:
    ran = sfpush("--json", "errors", "export", "rejected.csv")
    assert (ran.code, ran.data) == (0, {"files": [{"file": "rejected.csv", "type": "contacts", "rows": 3}]})
    before = sfpush("--json", "records", "show", "a2").data["fields"]
    assert before["last_name"] == "-Roy"
    (counts,) = sfpush("--json", "import", "rejected.csv").data["files"]
    assert (counts["type"], counts["unchanged"], counts["changed"], counts["new"]) == ("contacts", 3, 0, 0)
    assert sfpush("--json", "records", "show", "a2").data["fields"] == before


def test_each_row_says_what_was_refused_and_a_spreadsheet_runs_no_formula_in_it(sfpush: Sfpush, rejected: Path) -> None:
    sfpush("errors", "export", "rejected.csv")
    rows = {row["First Name"]: row for row in table(rejected / "rejected.csv")}
    assert rows["Ann"]["sfpush error"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert rows["Ann"]["sfpush message"] == "Write the country code."
    assert rows["Ann"]["Keywords"] == "'=a, 'b'"
    assert rows["Bob"]["Last Name"] == "'-Roy"
    assert rows["Zoe"]["Apollo Contact Id"].startswith("email-zoe-")


def test_a_mended_table_is_imported_and_its_records_go(sfpush: Sfpush, rejected: Path) -> None:
    sfpush("errors", "export", "rejected.csv")
    text = (rejected / "rejected.csv").read_text("utf-8-sig").replace("0711", "+49 711").replace("'-Roy", "Roy")
    (rejected / "rejected.csv").write_text(text)
    assert sfpush("--json", "import", "rejected.csv").data["files"][0]["changed"] == 3
    assert sfpush("--json", "sync").data["results"]["created"] == 3
    assert sfpush("--json", "errors").data["errors"] == []
    assert sfpush("--json", "errors", "export", "none.csv").data == {"files": []}
    assert not (rejected / "none.csv").exists()


def test_a_stage_that_no_export_named_is_not_turned_into_no_stage(sfpush: Sfpush, rejected: Path) -> None:
    line = "Max,Roe,Globex,max@globex.example,Verified,globex.example,0711 8,a4\n"
    head = "First Name,Last Name,Company Name,Email,Email Status,Website,Work Direct Phone,Apollo Contact Id\n"
    (rejected / "stageless.csv").write_text(head + line)
    sfpush("import", "stageless.csv")
    sfpush("sync")
    sfpush("errors", "export", "rejected.csv")
    assert "Stage" not in table(rejected / "rejected.csv")[0]
    sfpush("import", "rejected.csv")
    assert "stage" not in sfpush("--json", "records", "show", "a4").data["fields"]


def test_each_type_gets_a_file_of_its_own(sfpush: Sfpush, rejected: Path) -> None:
    account = {"id": "b1", "name": "Hooli", "domain": "hooli.example", "num_contacts": 2, "account_stage_id": "Cold"}
    (rejected / "accounts.json").write_text(json.dumps({"accounts": [account]}))
    sfpush("import", "accounts.json")
    sfpush("sync")
    files = sfpush("--json", "errors", "export", "rejected.csv").data["files"]
    assert [(one["file"], one["type"], one["rows"]) for one in files] == [
        ("rejected.csv", "contacts", 3),
        ("rejected-accounts.csv", "accounts", 1),
    ]
    (counts,) = sfpush("--json", "import", "rejected-accounts.csv").data["files"]
    assert (counts["type"], counts["unchanged"]) == ("accounts", 1)
    assert "num_contacts" in sfpush("--json", "records", "show", "b1").data["fields"]


def test_a_file_that_can_not_be_written_is_exit_2(sfpush: Sfpush) -> None:
    assert sfpush("--json", "errors", "export", "nowhere/rejected.csv").code == 2
