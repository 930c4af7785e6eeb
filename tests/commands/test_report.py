"""B8: `report` writes one private file of a plan or a run, and leaves the old one alone when it can't."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from .conftest import HEAD, PHONE_RULE, Sfpush

PEOPLE = (
    "Ann,Lee,CEO,Initech,ann@initech.example,Verified,Interested,initech.example,+1 555 0100,a1\n"
    "Bob,<b>Roy</b>,CTO,Initech,bob@initech.example,Verified,Interested,initech.example,0711 5,a2\n"
    "Zoe,,COO,Globex,zoe@globex.example,Verified,Interested,globex.example,,a3\n"
    "Max,May,COO,Globex,max@globex.example,Verified,Cold,globex.example,,a4\n"
)
SETTINGS = """
[contacts]
new_records = "stages"
stages = ["Interested"]
[notify]
command = "mail --password hunter2"
"""


@pytest.fixture(autouse=True)
def imported(sfpush: Sfpush, own_place: Path) -> Path:
    (own_place / "contacts.csv").write_text(HEAD + PEOPLE)
    (own_place / "rules.toml").write_text(PHONE_RULE)
    (own_place / "sfpush.toml").write_text(SETTINGS)
    sfpush("practice", "reset", "--rules", "rules.toml")
    sfpush("connect", "--practice")
    sfpush("import", "contacts.csv")
    return own_place


def test_without_more_it_is_of_a_plan_made_now(sfpush: Sfpush, imported: Path) -> None:
    ran = sfpush("--json", "report", "--out", "plan.html")
    assert ran.code == 0
    assert {**ran.data, "id": ""} == {"file": "plan.html", "of": "plan", "id": "", "records": 5, "shown": 5}
    html = (imported / "plan.html").read_text("utf-8")
    for said in ("To be created", "Salesforce requires LastName", "Not created: stage Cold", "contacts.stages"):
        assert said in html
    assert "&lt;b&gt;Roy&lt;/b&gt;" in html
    assert "<b>Roy" not in html
    assert "To carry it out: sfpush sync" in html
    assert "hunter2" not in html


def test_only_its_owner_can_read_it_and_an_older_one_is_replaced_whole(sfpush: Sfpush, imported: Path) -> None:
    old = imported / "plan.html"
    old.write_text("old")
    old.chmod(0o644)
    assert sfpush("report", "--out", "plan.html").code == 0
    assert stat.S_IMODE(old.stat().st_mode) == 0o600
    assert old.read_text("utf-8").startswith("<!doctype html>")
    assert [path.name for path in imported.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("out", ["nowhere/plan.html", "home", "/dev/null"])
def test_what_can_not_be_written_is_exit_2(sfpush: Sfpush, out: str) -> None:
    ran = sfpush("--json", "report", "--out", out)
    assert ran.code == 2
    assert "can't be written" in ran.envelope["errors"][0]["message"]


def test_a_saved_plan_is_reported_as_it_was_saved(sfpush: Sfpush, imported: Path) -> None:
    sfpush("plan", "--out", "monday.json")
    saved = sfpush("--json", "plan", "show", "monday.json").data
    (imported / "contacts.csv").write_text(HEAD + PEOPLE.replace("CEO", "Chair"))
    sfpush("import", "contacts.csv")
    ran = sfpush("--json", "report", "--plan", "monday.json", "--out", "monday.html")
    assert (ran.code, ran.data["id"], ran.data["records"]) == (0, saved["plan_id"], len(saved["changes"]))
    html = (imported / "monday.html").read_text("utf-8")
    assert "CEO" in html
    assert "Chair" not in html
    assert "sfpush push --plan monday.json" in html


def test_a_saved_plan_needs_no_home_that_knows_it(sfpush: Sfpush, imported: Path) -> None:
    sfpush("plan", "--out", "monday.json")
    ran = sfpush("--json", "--home", "elsewhere", "report", "--plan", "monday.json", "--out", "monday.html")
    assert ran.code == 0
    assert not (imported / "elsewhere").exists()
    assert "To carry it out" not in (imported / "monday.html").read_text("utf-8")


def test_a_damaged_plan_leaves_the_old_report_alone(sfpush: Sfpush, imported: Path) -> None:
    sfpush("plan", "--out", "monday.json")
    text = (imported / "monday.json").read_text()
    (imported / "monday.json").write_text(text[: len(text) - 100])
    (imported / "monday.html").write_text("old")
    ran = sfpush("--json", "report", "--plan", "monday.json", "--out", "monday.html")
    assert (ran.code, ran.envelope["errors"][0]["code"]) == (2, "no-plan-file")
    assert (imported / "monday.html").read_text() == "old"


def test_a_run_says_what_became_of_each_record_and_what_to_mend(sfpush: Sfpush, imported: Path) -> None:
    run = sfpush("--json", "sync").data["run"]
    ran = sfpush("--json", "report", "--run", "latest", "--out", "run.html")
    assert (ran.code, ran.data["of"], ran.data["id"]) == (0, "run", run)
    html = (imported / "run.html").read_text("utf-8")
    for said in (
        "Rejected: FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "Write the country code.",
        "A validation rule of the org refused it",
        "Salesforce requires LastName",
        "New contact; stage Interested is pushed.",
        "sfpush errors",
    ):
        assert said in html
    assert html.count('data-action="Created"') == 2
    assert html.count('data-action="Rejected"') == 1
    (imported / "again.html").write_text("")
    assert sfpush("report", "--run", run[:12], "--out", "again.html").code == 0


def test_a_run_shows_what_was_there_before(sfpush: Sfpush, imported: Path) -> None:
    sfpush("sync")
    (imported / "contacts.csv").write_text(HEAD + PEOPLE.replace("CEO", "Chair"))
    sfpush("import", "contacts.csv")
    sfpush("sync")
    sfpush("report", "--run", "latest", "--out", "run.html")
    html = (imported / "run.html").read_text("utf-8")
    assert '<td class="before"><bdi>CEO</bdi></td><td class="after"><bdi>Chair</bdi></td>' in html
    sfpush("undo", sfpush("--json", "history").data["runs"][0]["run"], "--yes")
    sfpush("report", "--run", "latest", "--out", "run.html")
    html = (imported / "run.html").read_text("utf-8")
    assert '<td class="before"><bdi>Chair</bdi></td><td class="after"><bdi>CEO</bdi></td>' in html


def test_what_a_stopped_run_did_not_send_is_listed(sfpush: Sfpush, imported: Path) -> None:
    sfpush("practice", "fault", "daily-limit", "--method", "POST", "--path", "*composite*", "--times", "5")
    assert sfpush("--json", "sync").code == 5
    sfpush("practice", "fault", "--clear")
    sfpush("report", "--run", "latest", "--out", "run.html")
    html = (imported / "run.html").read_text("utf-8")
    assert "Stopped" in html
    assert html.count('data-action="Not sent"') == 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("--plan monday.json --run latest --out x.html", 2),
        ("--run latest --out x.html", 2),
        ("--run 1999 --out x.html", 2),
        ("--plan missing.json --out x.html", 2),
        ("", 2),
    ],
)
def test_what_makes_no_sense_is_exit_2(sfpush: Sfpush, imported: Path, arguments: str, code: int) -> None:
    ran = sfpush("--json", "report", *arguments.split())
    assert (ran.code, ran.envelope["command"]) == (code, "report")
    assert not (imported / "x.html").exists()
