"""Import, plan, push, errors, plan again, on the embedded practice org: what each command prints and exits with."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from .conftest import HEAD, PHONE_RULE, Sfpush

ANN = "Ann,Lee,CEO,Initech,ann@initech.example,Verified,Interested,http://initech.example,+1 555 0100,a1\n"
BOB = "Bob,Röy,CTO,Initech,bob@initech.example,Verified,Cold,initech.example,{phone},a2\n"
ZOE = "Zoe,Without,,,zoe@alone.example,Verified,,,,a3\n"


@pytest.fixture
def export(own_place: Path) -> Path:
    file = own_place / "contacts.csv"
    file.write_text(HEAD + ANN + BOB.format(phone="0711 5") + ZOE, encoding="utf-8")
    return file


@pytest.fixture
def connected(sfpush: Sfpush, own_place: Path, export: Path) -> Path:
    """A home connected to a practice org with a validation rule, the export loaded."""
    (own_place / "rules.toml").write_text(PHONE_RULE)
    assert sfpush("practice", "reset", "--rules", "rules.toml").code == 0
    assert sfpush("connect", "--practice").code == 0
    assert sfpush("import", str(export)).code == 0
    return own_place


def test_import_counts_rows_and_the_same_file_again_changes_nothing(sfpush: Sfpush, export: Path) -> None:
    (counts,) = sfpush("--json", "import", str(export)).data["files"]
    assert counts == {
        "file": str(export),
        "type": "contacts",
        "rows": 3,
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "stale": 0,
        "rejected": 0,
    }
    (again,) = sfpush("--json", "import", str(export)).data["files"]
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 3)


def test_import_loads_the_good_files_and_exits_4_for_a_bad_one(sfpush: Sfpush, export: Path, own_place: Path) -> None:
    ran = sfpush("--json", "import", str(own_place), str(export), str(own_place / "missing.csv"))
    assert ran.code == 4
    assert ran.envelope["status"] == "error"
    assert [one["rows"] for one in ran.data["files"]] == [3]
    assert [error["code"] for error in ran.envelope["errors"]] == ["source-unreadable"] * 2


def test_import_lists_a_bad_row_with_its_line_and_exits_7(sfpush: Sfpush, own_place: Path) -> None:
    file = own_place / "bad.csv"
    file.write_text(HEAD + ANN + "one cell too many" + "," * 20 + "x\n")
    ran = sfpush("--json", "import", "bad.csv")
    assert (ran.code, ran.envelope["status"]) == (7, "partial")
    (reject,) = ran.data["rejects"]
    assert (reject["file"], reject["line"]) == ("bad.csv", 3)
    assert "bad.csv:3:" in sfpush("import", "bad.csv").out


def test_a_plan_has_the_contracts_shape(sfpush: Sfpush, connected: Path) -> None:
    data = sfpush("--json", "plan").data
    assert list(data) == [
        "plan_id",
        "created_at",
        "org",
        "mode",
        "gates",
        "summary",
        "api_calls",
        "warnings",
        "changes",
    ]
    assert data["mode"] == "automatic"
    assert data["gates"] == []
    assert data["summary"] == {"account": {"create": 1}, "contact": {"create": 2, "block": 1}}
    assert set(data["org"]) == {"id", "instance_url"}
    assert set(data["api_calls"]) == {"estimated", "remaining"}
    first = data["changes"][0]
    assert list(first) == [
        "record",
        "name",
        "action",
        "sobject",
        "salesforce_id",
        "rule",
        "reason",
        "needs",
        "candidates",
        "fields",
    ]
    assert (first["sobject"], first["action"], first["rule"]) == ("Account", "create", "account-for-contact")
    assert {"field": "Name", "before": None, "after": "Initech"} in first["fields"]


def test_exit_10_says_that_changes_are_pending_only_when_asked(sfpush: Sfpush, connected: Path) -> None:
    assert sfpush("plan").code == 0
    ran = sfpush("--json", "plan", "--exit-code")
    assert (ran.code, ran.envelope["status"]) == (10, "ok")
    assert sfpush("plan", "--exit-code", "--only", "contact:a3").code == 0


def test_the_whole_story(sfpush: Sfpush, connected: Path) -> None:
    ran = sfpush("--json", "sync")
    assert (ran.code, ran.envelope["status"]) == (7, "partial")
    assert ran.data["results"] == {
        "created": 2,
        "updated": 0,
        "linked": 0,
        "unchanged": 0,
        "deleted": 0,
        "merged": 0,
        "pulled": 0,
        "members": 0,
        "rejected": 1,
        "blocked": 1,
        "skipped": 0,
        "waiting": 0,
    }
    (reject,) = ran.data["rejects"]
    assert (reject["record"], reject["code"]) == ("contact:a2", "FIELD_CUSTOM_VALIDATION_EXCEPTION")

    (error,) = sfpush("--json", "errors").data["errors"]
    assert (error["record"], error["state"], error["fields"]) == ("contact:a2", "retrying", ["Phone"])
    assert "Write the country code." in sfpush("errors").out
    assert "Write the country code." in sfpush("errors", "show", str(error["id"])).out

    assert [change["record"] for change in sfpush("--json", "plan").data["changes"]] == ["contact:a2", "contact:a3"]

    (connected / "mended.csv").write_text(HEAD + BOB.format(phone="+49 711 5"), encoding="utf-8")
    assert sfpush("import", "mended.csv").code == 0
    assert sfpush("errors", "retry", "--yes").code == 0
    assert sfpush("--json", "errors").data["errors"] == []
    assert sfpush("plan", "--exit-code", "--only", "contact:a1", "--only", "contact:a2").code == 0
    runs = sfpush("--json", "history").data["runs"]
    assert [run["command"] for run in runs] == ["errors retry", "sync"]
    rows = sfpush("--json", "history", "show", runs[-1]["run"]).data["rows"]
    assert [row["outcome"] for row in rows] == ["created", "created", "rejected"]


def test_records_tell_where_each_stands_and_why(sfpush: Sfpush, connected: Path) -> None:
    sfpush("sync")
    listed = {record["key"]: record for record in sfpush("--json", "records", "contacts").data["records"]}
    assert listed["contact:a1"]["synced"] is True
    assert listed["contact:a3"]["synced"] is False
    assert listed["contact:a3"]["last_rule"] == "company-missing"
    assert [one["key"] for one in sfpush("--json", "records", "--synced", "no").data["records"]] == [
        "contact:a2",
        "contact:a3",
    ]
    shown = sfpush("--json", "records", "show", "ann@initech.example").data
    assert shown["record"]["key"] == "contact:a1"
    assert shown["fields"]["title"] == "CEO"
    assert [attempt["outcome"] for attempt in shown["attempts"]] == ["created"]
    assert shown["history"][0]["rule"] == "new"
    assert sfpush("records", "show", "nobody").code == 2


def test_a_saved_plan_is_shown_and_pushed_exactly(sfpush: Sfpush, connected: Path) -> None:
    planned = sfpush("--json", "plan", "--out", "plan.json", "--csv", "plan.csv").data
    assert json.loads((connected / "plan.json").read_text("utf-8")) == planned
    assert sfpush("--json", "plan", "show", "plan.json").data == planned
    with (connected / "plan.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"record": "contact:a1", "field": "Title", "after": "CEO"}.items() <= next(
        row for row in rows if row["record"] == "contact:a1" and row["field"] == "Title"
    ).items()
    ran = sfpush("--json", "push", "--plan", "plan.json", "--yes")
    assert ran.code == 7
    assert ran.data["results"]["created"] == 2


def test_a_saved_plan_is_carried_out_by_its_name(sfpush: Sfpush, connected: Path) -> None:
    assert "Carry it out with: sfpush push --plan 'my plan.json'" in sfpush("plan", "--out", "my plan.json").err
    assert "Carry it out with: sfpush sync" in sfpush("plan").err


def test_B2_a_stale_plan_is_refused_and_nothing_is_written(sfpush: Sfpush, connected: Path) -> None:
    sfpush("plan", "--out", "plan.json")
    (connected / "changed.csv").write_text(HEAD + ANN.replace("CEO", "Chair"), encoding="utf-8")
    sfpush("import", "changed.csv")
    ran = sfpush("--json", "push", "--plan", "plan.json", "--yes")
    assert ran.code == 6
    assert "contact:a1" in ran.envelope["errors"][0]["message"]
    assert sfpush("--json", "history").data["runs"] == []


def test_B2_a_plan_file_edited_by_hand_is_refused(sfpush: Sfpush, connected: Path) -> None:
    sfpush("plan", "--out", "plan.json")
    file = connected / "plan.json"
    file.write_text(file.read_text("utf-8").replace("CEO", "Emperor"), encoding="utf-8")
    ran = sfpush("--json", "push", "--plan", "plan.json", "--yes")
    assert ran.code == 6
    assert ran.envelope["errors"][0]["code"] == "plan-edited"


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"plan_id": "x"', "\x00\x01", '{"plan_id": "x", "changes": []}'])
def test_a_file_that_is_no_plan_is_a_usage_error(sfpush: Sfpush, own_place: Path, content: str) -> None:
    (own_place / "no-plan.json").write_text(content)
    assert sfpush("--json", "plan", "show", "no-plan.json").code == 2


def test_P1_named_records_are_pushed_whatever_the_settings_say(sfpush: Sfpush, connected: Path) -> None:
    (connected / "sfpush.toml").write_text("[contacts]\npush = false\n")
    sfpush("pull")
    ran = sfpush("--json", "push", "ann@initech.example", "--dry-run")
    assert ran.data["mode"] == "manual"
    assert {change["record"]: change["rule"] for change in ran.data["changes"]}["contact:a1"] == "manual"
    assert sfpush("push", "contact:a1", "--yes").code == 0
    assert sfpush("--json", "records", "--synced", "yes", "--search", "ann").data["records"] != []


def test_a_push_can_be_chosen_by_stage_and_from_a_file(sfpush: Sfpush, connected: Path) -> None:
    sfpush("pull")
    cold = sfpush("--json", "push", "--stage", "cold", "--dry-run").data["changes"]
    assert "contact:a2" in {change["record"] for change in cold}
    (connected / "keys.txt").write_text("# ours\na1\n\n")
    named = sfpush("--json", "push", "--from", "keys.txt", "--dry-run").data["changes"]
    assert "contact:a1" in {change["record"] for change in named}


@pytest.mark.parametrize(
    "arguments",
    [
        ["push"],
        ["push", "contact:a1", "--all"],
        ["push", "nobody@nowhere.example", "--yes"],
        ["push", "--stage", "Nowhere", "--yes"],
        ["push", "--from", "missing.txt", "--yes"],
        ["push", "--all"],
        ["disconnect"],
        ["errors", "retry"],
        ["errors", "retry", "1", "--all"],
        ["errors", "export", "-"],
        ["plan", "--csv", "-"],
        ["records", "--csv", "-"],
        ["report", "--out", "-"],
        ["errors", "show", "99"],
        ["history", "show", "1999"],
        ["sync", "--inbox", "missing"],
    ],
)
def test_what_can_not_be_carried_out_as_typed_is_exit_2(sfpush: Sfpush, connected: Path, arguments: list[str]) -> None:
    ran = sfpush("--json", *arguments)
    assert ran.code == 2
    assert ran.envelope["errors"][0]["hint"]


def test_where_nobody_can_be_asked_the_option_is_named(sfpush: Sfpush, connected: Path) -> None:
    ran = sfpush("push", "--all")
    assert ran.code == 2
    assert "--yes" in ran.err


def test_G3_push_before_the_initial_pull_is_exit_5(sfpush: Sfpush, connected: Path) -> None:
    ran = sfpush("--json", "push", "--all", "--yes")
    assert (ran.code, ran.envelope["errors"][0]["code"]) == (5, "initial-pull")
    assert sfpush("--json", "plan", "--offline").code == 5


def test_G2_pushing_switched_off_is_exit_5_and_the_plan_names_the_gate(sfpush: Sfpush, connected: Path) -> None:
    (connected / "sfpush.toml").write_text("[push]\nenabled = false\n")
    assert [gate["gate"] for gate in sfpush("--json", "plan").data["gates"]] == ["push-disabled"]
    assert sfpush("sync").code == 5
    assert sfpush("push", "--all", "--yes").code == 5


@pytest.mark.parametrize("command", [["plan"], ["pull"], ["sync"], ["enable"], ["push", "--all", "--yes"]])
def test_G1_without_a_connection_one_message_says_how_to_connect(sfpush: Sfpush, command: list[str]) -> None:
    ran = sfpush("--json", *command)
    assert ran.code == 5
    assert ran.envelope["errors"][0]["code"] == "not-connected"
    assert "sfpush connect --practice" in ran.envelope["errors"][0]["hint"]


def test_a_second_run_in_the_same_home_is_exit_8(sfpush: Sfpush, sfpush_process: Sfpush, connected: Path) -> None:
    from datetime import UTC, datetime

    from sfpush.runs.lock import only_run

    with only_run(connected / "home", "sync", now=datetime.now(UTC)):
        assert sfpush_process("--json", "sync").code == 8


def test_sync_imports_its_inbox(sfpush: Sfpush, connected: Path) -> None:
    inbox = connected / "inbox"
    inbox.mkdir()
    (inbox / "new.csv").write_text(HEAD + ANN.replace("Ann", "Eve").replace("ann@", "eve@").replace("a1", "a9"))
    data = sfpush("--json", "sync", "--inbox", "inbox").data
    assert data["import"]["files"][0]["new"] == 1
    assert data["results"]["created"] == 3


def test_pull_and_status_have_the_contracts_shape(sfpush: Sfpush, connected: Path) -> None:
    pulled = sfpush("--json", "pull").data
    assert set(pulled) == {"read", "deleted", "merged", "pulled", "api_calls"}
    assert set(pulled["read"]) == {"User", "Account", "Contact", "Lead"}
    status = sfpush("--json", "status").data
    assert list(status) == ["connected", "org", "gates", "api", "counts", "last_run"]
    assert status["connected"] is True
    assert status["counts"]["records"] == {"contact": 3}
    assert set(status["api"]) == {"max", "remaining"}


def test_fields_show_the_map_against_the_org(sfpush: Sfpush, connected: Path) -> None:
    before = sfpush("--json", "fields", "contact").data["fields"]
    assert {row["in_org"] for row in before} == {None}
    sfpush("pull")
    rows = {row["salesforce"]: row for row in sfpush("--json", "fields", "contact").data["fields"]}
    assert rows["Title"] == {
        "object": "Contact",
        "apollo": "title",
        "salesforce": "Title",
        "write": "overwrite",
        "in_org": True,
        "writeable": True,
        "sample": "CEO",
    }


def test_disconnecting_keeps_what_is_known_of_the_org(sfpush: Sfpush, connected: Path) -> None:
    sfpush("sync")
    assert sfpush("--json", "disconnect", "--yes").data == {"disconnected": True}
    assert sfpush("--json", "status").data["connected"] is False
    sfpush("connect", "--practice")
    assert sfpush("--json", "status").data["counts"]["synced"] == 2


def test_what_waits_is_said_alike_by_plan_a_saved_plan_and_sync(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "accounts.csv").write_text(f"Company,Website,Apollo Account Id\n{'Long ' * 60}Ltd,long.example,c1\n")
    (own_place / "contacts.csv").write_text(HEAD.replace("\n", ",Apollo Account Id\n") + ANN.replace("\n", ",c1\n"))
    sfpush("connect", "--practice")
    sfpush("import", "accounts.csv", "contacts.csv")
    said = "Nothing can be pushed now: 1 record blocked, 1 waiting."
    ran = sfpush("plan", "--out", "plan.json")
    assert (said in ran.out, "Carry it out" in ran.err) == (True, False)
    assert said in sfpush("plan", "show", "plan.json").out
    assert sfpush("--json", "plan").data["summary"] == {"account": {"block": 1}, "contact": {"block": 1}}
    results = sfpush("--json", "sync").data["results"]
    assert (results["blocked"], results["waiting"]) == (1, 1)
