"""Names from exports and from the org: shown and exported harmlessly, and in Salesforce letter for letter."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import logging
import shlex
from pathlib import Path

import pytest

from sfpush.commands import session
from sfpush.commands.verbose import log_shown
from sfpush.errors import Interrupted
from sfpush.model import typed
from sfpush.practice.rules import Rules
from tests.commands.conftest import Ran, Sfpush
from tests.practice.conftest import Wire
from tests.security.hostile import ALL_NAMES, NAMES, active, formulas

MESSAGE = "Not \x1b[31mso\x1b[0m \x9b31m \u202e [red]this[/red] =cmd()"


@pytest.fixture
def practice_rules() -> Rules:
    return Rules.from_mapping(
        {"validation_rules": [{"sobject": "Contact", "when": "Email LIKE 'no%'", "message": MESSAGE, "field": "Email"}]}
    )


@pytest.fixture
def hostile(connected: Path) -> Path:
    """An export in which every text is one of the names; half of its people are refused by the org."""
    people = [
        {
            "id": f"{number:024x}",
            "first_name": "Ann",
            "last_name": name,
            "title": name,
            "email": f"{'no' if number % 2 else 'p'}{number}@acme{number // 4}.example",
            "email_status": "verified",
            "organization_name": name,
            "website_url": f"https://acme{number // 4}.example",
            "contact_stage_id": name,
            name: name,
        }
        for number, name in enumerate(NAMES.values())
    ]
    accounts = [{"id": f"{number:024x}a", "name": name} for number, name in enumerate(NAMES.values())]
    (connected / "\x1b[31mpeople.json").write_text(json.dumps({"contacts": people}))
    (connected / "accounts.json").write_text(json.dumps({"accounts": accounts}))
    (connected / "sfpush.toml").write_text('[contacts]\nsource_field = ""\n')
    return connected


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("import", "\x1b[31mpeople.json", "accounts.json"),
    ("plan", "--out", "plan.json", "--csv", "plan.csv", "--all"),
    ("plan", "show", "plan.json"),
    ("sync",),
    ("plan", "--all"),
    ("errors",),
    ("errors", "show", "1"),
    ("errors", "export", "errors.csv"),
    ("records", "--csv", "records.csv"),
    ("records", "--synced", "no"),
    ("records", "show", "p0@acme0.example"),
    ("records", "show", "no1@acme0.example"),
    ("why", "no1@acme0.example"),
    ("history",),
    ("status",),
    ("fields",),
    ("doctor",),
    ("report", "--out", "report.html"),
    ("records", "delete", "p2@acme0.example", "--yes"),
)


def assert_harmless(ran: Ran, what: object) -> None:
    assert ran.code in (0, 7), (what, ran)
    assert active(ran.out) == [], what
    assert active(ran.err) == [], what
    assert "Traceback" not in ran.err


def test_nothing_that_is_shown_acts_on_a_terminal_and_no_table_runs_a_formula(sfpush: Sfpush, hostile: Path) -> None:
    for command in COMMANDS:
        assert_harmless(sfpush(*command), command)
        again = sfpush("--json", *command)
        assert_harmless(again, command)
        json.loads(again.out)
    for name in ("plan.csv", "errors.csv", "records.csv"):
        table = (hostile / name).read_text("utf-8-sig")
        assert len(table.splitlines()) > len(NAMES) / 2, name
        assert formulas(table) == [], name
    assert active((hostile / "plan.json").read_text()) == []
    assert not (hostile / "pwned").exists()


def test_json_says_every_name_letter_for_letter(sfpush: Sfpush, hostile: Path) -> None:
    sfpush("import", "\x1b[31mpeople.json")
    said = {one["name"] for one in sfpush("--json", "records", "contacts").data["records"]}
    assert said >= {f"Ann {name}" for name in NAMES.values()}


@pytest.mark.parametrize("bulk", [False, True])
def test_salesforce_gets_every_name_letter_for_letter(sfpush: Sfpush, hostile: Path, wire: Wire, bulk: bool) -> None:
    if bulk:
        with (hostile / "sfpush.toml").open("a") as settings:
            settings.write("[push]\nbulk_threshold = 1\n")
    sfpush("import", "\x1b[31mpeople.json")
    assert sfpush("sync").code == 7
    pushed = {row["LastName"] for row in wire.rows("SELECT LastName FROM Contact")}
    assert pushed == set(list(NAMES.values())[::2])
    again = sfpush("--json", "plan").data
    assert {one["action"] for one in again["changes"]} <= {"create"}, "what is there is found again, and unchanged"
    assert again["summary"]["contact"]["unchanged"] == len(pushed)


def test_rejected_records_come_back_from_a_spreadsheet_letter_for_letter(sfpush: Sfpush, hostile: Path) -> None:
    sfpush("import", "\x1b[31mpeople.json")
    sfpush("sync")
    sfpush("errors", "export", "errors.csv")
    with (hostile / "errors.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == len(NAMES) / 2
    (counts,) = sfpush("--json", "import", "errors.csv").data["files"]
    assert (counts["unchanged"], counts["changed"], counts["new"]) == (len(rows), 0, 0)


def test_what_the_org_says_of_itself_is_shown_harmlessly(sfpush: Sfpush, connected: Path, wire: Wire) -> None:
    for name in NAMES.values():
        wire.create("Campaign", Name=name)
        wire.create("Account", Name=name)
    (connected / "contacts.csv").write_text("First Name,Last Name,Email,Company\nAnn,Lee,a@x.example,x\n")
    sfpush("import", "contacts.csv")
    for command in (("campaigns",), ("pull",), ("plan",), ("status",), ("push", "--all", "--campaign", "x", "--yes")):
        for options in ((), ("--json",)):
            ran = sfpush(*options, *command)
            assert active(ran.out + ran.err) == [], command
    listed = {one["name"] for one in sfpush("--json", "campaigns").data["campaigns"]}
    assert listed >= set(NAMES.values())


WRONG: tuple[tuple[str, ...], ...] = (
    ("{}",),
    ("plan", "--{}"),
    ("plan", "--set", "{}=1"),
    ("plan", "--set", "contacts.push={}"),
    ("plan", "--only", "{}"),
    ("plan", "show", "{}"),
    ("import", "{}"),
    ("sync", "--inbox", "{}"),
    ("settings", "set", "{}", "{}"),
    ("settings", "set", "contacts.create_as", "{}"),
    ("--config", "{}.toml", "settings", "show"),
    ("records", "--where", "{}"),
    ("records", "--where", "title = '{}"),
    ("records", "--search", "{}"),
    ("records", "--stage", "{}"),
    ("records", "show", "contact:{}"),
    ("why", "{}"),
    ("errors", "--code", "{}"),
    ("link", "a", "{}"),
    ("undo", "{}"),
    ("history", "show", "{}"),
    ("schedule", "--every", "{}"),
    ("connect", "--instance-url", "{}", "--client-id", "x"),
    ("connect", "--username", "x", "--client-id", "x", "--jwt-key", "{}"),
    ("push", "--campaign", "{}", "--all", "--yes"),
)


@pytest.mark.parametrize("command", WRONG, ids=" ".join)
def test_an_error_repeats_what_was_typed_harmlessly(sfpush: Sfpush, connected: Path, command: tuple[str, ...]) -> None:
    for options in ((), ("--json",)):
        ran = sfpush(*options, *(part.replace("{}", ALL_NAMES) for part in command))
        assert ran.code not in (1, 7), ran
        assert active(ran.out + ran.err) == []
    assert not (connected / "pwned").exists()


def test_settings_with_escapes_in_keys_and_values_are_shown_harmlessly(sfpush: Sfpush, own_place: Path) -> None:
    file = own_place / "sfpush.toml"
    quoted = json.dumps(ALL_NAMES)
    for text in (
        f"{quoted} = 1\n",
        f"[contacts]\n{quoted} = {quoted}\n",
        f"[contacts]\nfilter = {quoted}\n",
        f"[contacts]\nsource_value = {quoted}\n[contacts.fields]\n{quoted} = {quoted}\n",
        f"[contacts]\nsource_value = {quoted}\n[contacts.fields]\n{quoted} = 'Title'\n",
        f"[activities.emails]\ntitle_template = {quoted}\n",
    ):
        file.write_text(text)
        for command in (("settings", "check"), ("settings", "show", "--changed"), ("fields",)):
            for options in ((), ("--json",)):
                ran = sfpush(*options, *command)
                assert ran.code in (0, 3), ran
                assert active(ran.out + ran.err) == [], (text, command)


def test_a_plan_file_from_somebody_else_is_shown_harmlessly(sfpush: Sfpush, hostile: Path) -> None:
    sfpush("import", "\x1b[31mpeople.json")
    sfpush("plan", "--out", "plan.json")
    plan = json.loads((hostile / "plan.json").read_text())
    name = ALL_NAMES
    plan |= {"plan_id": name, "created_at": name, "mode": name, "warnings": [name], "summary": {name: {"create": 1}}}
    plan["gates"] = [{"gate": name, "message": name, "until": name}]
    plan["org"] = {"id": name, "instance_url": name}
    for change in plan["changes"]:
        change |= {"record": name, "name": name, "sobject": name, "reason": name, "needs": [name]}
        change["fields"] = [{"field": name, "before": name, "after": name}]
    (hostile / "plan.json").write_text(json.dumps(plan))
    assert_harmless(sfpush("plan", "show", "plan.json"), "plan show")
    assert_harmless(sfpush("--json", "plan", "show", "plan.json"), "plan show --json")


def test_a_schedule_of_a_folder_with_a_line_break_is_refused(
    sfpush: Sfpush, own_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SFPUSH_HOME", str(own_place / "home\n* * * * * touch pwned"))
    assert sfpush("schedule", "--every", "15m").code == 2


def test_a_question_asks_harmlessly(sfpush: Sfpush, hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(session, "is_terminal", lambda _: True)
    monkeypatch.setattr(session.typer, "confirm", lambda question, **_: asked.append(question))
    (hostile / "a.csv").write_text(f"First Name,Last Name,Email,Company\nAnn,{NAMES['colour']},ann@x.example,X\n")
    sfpush("import", "a.csv")
    sfpush("pull")
    for command in (("push", "ann@x.example"), ("records", "delete", "ann@x.example")):
        assert sfpush(*command).code == 130, command
    with pytest.raises(Interrupted):
        session.Session({}).confirm(ALL_NAMES, yes=False)
    assert len(asked) == 3
    assert active("".join(asked)) == []


def test_a_log_line_is_one_harmless_line() -> None:
    said = io.StringIO()
    with contextlib.redirect_stderr(said), log_shown({}):
        logging.getLogger("sfpush.test").warning("GET /%s", ALL_NAMES)
    assert active(said.getvalue()) == []
    assert said.getvalue().count("\n") == 1


def test_a_command_that_is_suggested_can_be_pasted_into_a_shell(sfpush: Sfpush, connected: Path) -> None:
    """The key of an account that a contact makes holds the company's name."""
    name = NAMES["shell"]
    assert shlex.split(typed(f"account:name:{name}")) == [f"account:name:{name}"]
    (connected / "accounts.json").write_text(json.dumps({"accounts": [{"name": name}, {"name": "x", "id": "a1"}]}))
    (connected / "sfpush.toml").write_text("[accounts]\npush = false\n")
    sfpush("import", "accounts.json")
    (key,) = [
        one["key"] for one in sfpush("--json", "records", "accounts").data["records"] if one["key"] != "account:a1"
    ]
    sfpush("plan")
    suggested = [one for one in sfpush("--json", "why", key).data["would_change"] if "sfpush push" in one]
    assert [shlex.split(one.partition(": ")[2]) for one in suggested] == [["sfpush", "push", key]]
    deleted = sfpush("--json", "records", "delete", key, "--yes")
    assert deleted.code == 0
    hint = sfpush("--json", "records", "show", key).envelope["errors"][0]["hint"]
    assert shlex.split(hint.partition(": ")[2]) == ["sfpush", "records", "restore", key]
    hint = sfpush("--json", "--config", f"{name}.toml", "plan").envelope["errors"][0]["hint"]
    assert shlex.split(hint.partition(": ")[2]) == ["sfpush", "--config", f"{name}.toml", "init"]
