"""B4: `undo` takes a run back, and lists what it leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from .conftest import Sfpush

HEAD = "First Name,Last Name,Title,Company Name,Email,Email Status,Website,Apollo Contact Id\n"
ANN = "Ann,Lee,CEO,Initech,ann@initech.example,Verified,initech.example,a1\n"
BOB = "Bob,Roy,CTO,Globex,bob@globex.example,Verified,globex.example,a2\n"


@pytest.fixture
def run_id(sfpush: Sfpush, own_place: Path) -> str:
    """A run that made two contacts and their accounts."""
    (own_place / "contacts.csv").write_text(HEAD + ANN + BOB)
    sfpush("connect", "--practice")
    sfpush("import", "contacts.csv")
    run: str = sfpush("--json", "sync").data["run"]
    return run


def test_a_dry_run_is_a_plan_that_writes_nothing(sfpush: Sfpush, run_id: str) -> None:
    ran = sfpush("--json", "undo", run_id, "--dry-run")
    assert (ran.code, ran.data["mode"]) == (0, "undo")
    assert {change["action"] for change in ran.data["changes"]} == {"delete"}
    assert "it is deleted again" in sfpush("undo", run_id, "--dry-run").out
    assert len(sfpush("--json", "history").data["runs"]) == 1


def test_a_run_is_taken_back_and_the_next_plan_decides_as_before_it(sfpush: Sfpush, run_id: str) -> None:
    ran = sfpush("--json", "undo", run_id[:13], "--yes")
    assert (ran.code, ran.envelope["status"]) == (0, "ok")
    assert list(ran.data) == ["run", "results", "api_calls", "rejects", "left"]
    assert (ran.data["results"]["deleted"], ran.data["left"]) == (4, [])
    assert [run["command"] for run in sfpush("--json", "history").data["runs"]] == ["undo", "sync"]
    assert sfpush("--json", "records", "--synced", "yes").data["records"] == []
    assert sfpush("--json", "plan").data["summary"] == {"account": {"create": 2}, "contact": {"create": 2}}


def test_latest_is_the_last_run(sfpush: Sfpush, run_id: str) -> None:
    assert sfpush("--json", "history", "show", "latest").data["run"]["run"] == run_id
    assert sfpush("--json", "undo", "latest", "--yes").data["results"]["deleted"] == 4


def test_latest_where_no_run_was_is_told(sfpush: Sfpush) -> None:
    sfpush("connect", "--practice")
    ran = sfpush("--json", "history", "show", "latest")
    assert (ran.code, ran.envelope["errors"][0]["code"]) == (2, "unknown-run")


def test_what_somebody_changed_since_is_left_alone_and_said(sfpush: Sfpush, run_id: str) -> None:
    (ann,) = sfpush("--json", "records", "--search", "ann@").data["records"]
    sfpush("practice", "edit", ann["salesforce_id"], "Title=Boss")
    ran = sfpush("--json", "undo", run_id, "--yes")
    assert (ran.code, ran.envelope["status"]) == (7, "partial")
    assert [error["code"] for error in ran.envelope["errors"]] == ["left-alone"]
    assert {one["record"] for one in ran.data["left"]} == {"contact:a1", "account:name:initech@initech.example"}
    assert ran.data["results"]["deleted"] == 2


def test_what_was_left_alone_is_listed_for_people_with_the_reason(sfpush: Sfpush, run_id: str) -> None:
    (ann,) = sfpush("--json", "records", "--search", "ann@").data["records"]
    sfpush("practice", "edit", ann["salesforce_id"], "Title=Boss")
    ran = sfpush("undo", run_id, "--yes")
    assert "Ann Lee  left as it is. Changed since: Title." in ran.out
    assert "2 records were left as they are." in ran.out


@pytest.mark.parametrize(
    "arguments", [["undo"], ["undo", "1999", "--yes"], ["undo", "1999", "--dry-run"], ["undo", ""]]
)
def test_a_run_that_is_not_there_or_no_answer_is_exit_2(sfpush: Sfpush, run_id: str, arguments: list[str]) -> None:
    ran = sfpush("--json", *arguments)
    assert ran.code == 2
    assert ran.envelope["errors"][0]["hint"]


def test_without_a_terminal_the_option_that_answers_is_named(sfpush: Sfpush, run_id: str) -> None:
    ran = sfpush("undo", run_id)
    assert (ran.code, "--yes" in ran.err) == (2, True)


@pytest.mark.parametrize("command", ["push", "undo"])
def test_an_answer_that_comes_after_lunch_is_to_a_question_of_before(
    sfpush: Sfpush, run_id: str, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (Path() / "more.csv").write_text(HEAD + "Cem,Ay,CFO,Hooli,cem@hooli.example,Verified,hooli.example,a3\n")
    sfpush("import", "more.csv")
    clock = [datetime.now(UTC)]

    def answer(*_: object, **__: object) -> bool:
        clock[0] += timedelta(hours=1)
        return True

    monkeypatch.setattr("sfpush.commands.session.is_terminal", lambda _: True)
    monkeypatch.setattr("typer.confirm", answer)
    monkeypatch.setattr("sfpush.commands.push.now", lambda: clock[0])
    ran = sfpush(*(("push", "--all") if command == "push" else ("undo", run_id)))
    assert (ran.code, "60 minutes after the question" in ran.err) == (6, True)
    assert len(sfpush("--json", "history").data["runs"]) == 1
