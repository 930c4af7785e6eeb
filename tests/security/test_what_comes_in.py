"""Files and expressions that want to be more than data: in filters, names, templates, and nested without end."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

import pytest

from sfpush.planning.activities.titles import compiled
from sfpush.planning.cells import like
from tests.commands.conftest import Sfpush
from tests.security.hostile import NAMES

INJECTIONS = (
    "x' OR '1'='1",
    "x'; DROP TABLE records;--",
    '"; DROP TABLE records;--',
    "%' OR title LIKE '%",
    "1); ATTACH DATABASE 'pwned' AS x;--",
)
DEEP = "[" * 100_000 + "]" * 100_000


@pytest.fixture
def filled(sfpush: Sfpush, own_place: Path) -> Path:
    (own_place / "contacts.csv").write_text("First Name,Last Name,Email,Stage\nAnn,Lee,ann@acme.example,Cold\n")
    sfpush("connect", "--practice")
    assert sfpush("import", "contacts.csv").code == 0
    return own_place


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_option_is_a_way_into_the_store(sfpush: Sfpush, filled: Path, text: str) -> None:
    literal = "'" + text.replace("'", "''") + "'"
    for command in (
        ("records", "--where", f"title = {literal}"),
        ("records", "--where", f"title in ({literal}, 'x')"),
        ("records", "--where", f"title like {literal}"),
        ("records", "--where", f'"{text.replace(chr(34), "")}" = 1'),
        ("records", "--where", text),
        ("records", "--search", text),
        ("records", "--stage", text),
        ("records", "show", text),
        ("why", f"contact:{text}"),
        ("errors", "--code", text),
        ("history", "show", text),
        ("plan", "--only", text),
        ("push", "--stage", text, "--yes"),
        ("link", text, "003000000000001AAA"),
        ("unlink", text),
        ("records", "delete", text, "--yes"),
    ):
        ran = sfpush("--json", *command)
        assert ran.code in (0, 2, 5), (command, ran)
        assert ran.code != 0 or ran.data.get("records", []) == [], command
    assert not (filled / "pwned").exists()
    assert [one["name"] for one in sfpush("--json", "records").data["records"]] == ["Ann Lee"]


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_name_in_an_export_is_a_way_into_the_store(sfpush: Sfpush, filled: Path, text: str) -> None:
    lists = {"contact_stages": [{"id": text, "name": text}], "contacts": [{"id": "a1", text: text, "last_name": text,
             "email": f"{len(text)}@x.example", "contact_stage_id": text}]}  # fmt: skip
    custom = {"typed_custom_fields": [{"id": text, "name": text, "modality": "contact", "type": "string"}]}
    (filled / "a.json").write_text(json.dumps(lists))
    (filled / "b.json").write_text(json.dumps(custom))
    assert sfpush("import", "a.json", "b.json").code in (0, 7)
    (filled / "sfpush.toml").write_text(f"[contacts]\nfilter = {json.dumps(f'last_name = {_quoted(text)}')}\n")
    for command in (("plan",), ("records", "--stage", text), ("records", "--where", f"stage = {_quoted(text)}")):
        assert sfpush("--json", *command).code == 0, command
    with sqlite3.connect(filled / "home" / "store.sqlite") as store:
        assert store.execute("SELECT count(*) FROM records WHERE type = 'contact'").fetchone() == (2,)
    store.close()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize("pattern", ["%a" * 200 + "%b", "_%" * 500, "%" * 5000, "(a+)+$", "[", "\\"])
def test_no_pattern_of_like_takes_long_or_is_more_than_a_pattern(pattern: str) -> None:
    began = time.process_time()
    assert not like("a" * 50_000 + "!", pattern + "?")
    assert time.process_time() - began < 5, "an exponential one would take longer than the universe"


def test_a_template_in_a_value_is_only_text() -> None:
    render = compiled("{{ subject }}|{{ contact.name }}")
    for name in NAMES.values():
        assert render({"subject": name, "contact.name": name}) == f"{name}|{name}"


@pytest.mark.parametrize(
    "member",
    ["plan_id", "created_at", "org", "mode", "gates", "summary", "api_calls", "warnings", "changes"]
    + [f"changes.{name}" for name in ("record", "name", "action", "sobject", "salesforce_id", "rule", "reason",
                                      "needs", "candidates", "fields")]
    + [f"changes.fields.{name}" for name in ("field", "before", "after")],
)  # fmt: skip
@pytest.mark.parametrize("value", [DEEP, '{"a": 1}', "null"])
def test_a_plan_file_of_something_else_is_no_plan_and_no_traceback(
    sfpush: Sfpush, own_place: Path, member: str, value: str
) -> None:
    change = {
        "record": "contact:1", "name": "Ann", "action": "create", "sobject": "Contact", "rule": "new", "reason": "New.",
        "salesforce_id": None, "needs": [], "candidates": [], "fields": [{"field": "A", "before": None, "after": 1}],
    }  # fmt: skip
    plan = {
        "plan_id": "p", "created_at": "2026-11-24T08:00:00Z", "org": {"id": "00D", "instance_url": ""},
        "mode": "automatic", "gates": [], "summary": {"contact": {"create": 1}},
        "api_calls": {"estimated": 1, "remaining": None}, "warnings": [], "changes": [change],
    }  # fmt: skip
    *path, last = member.split(".")
    owner = {"": plan, "changes": change, "changes.fields": change["fields"][0]}[".".join(path)]  # type: ignore[index]
    owner[last] = "HERE"  # type: ignore[index]
    (own_place / "plan.json").write_text(json.dumps(plan).replace('"HERE"', value))
    for options in ((), ("--json",)):
        ran = sfpush(*options, "plan", "show", "plan.json")
        assert ran.code in (0, 2), ran
        assert ran.code == 2 or value != DEEP


@pytest.mark.parametrize("name", ["connection.json", "secrets.json", "run.lock.json"])
@pytest.mark.parametrize("content", [DEEP, "", "{", "\x00", '{"login": ' + DEEP + "}"])
def test_a_file_of_the_home_that_is_something_else_is_no_traceback(
    sfpush: Sfpush, filled: Path, name: str, content: str
) -> None:
    file = filled / "home" / name
    file.write_text(content)
    file.chmod(0o600)
    for command in (("status",), ("plan", "--offline"), ("plan",)):
        assert sfpush("--json", *command).code in (0, 5), command


@pytest.mark.parametrize(
    "text", ["a = " + DEEP, "a." * 50_000 + "a = 1", "[" + "a." * 50_000 + "a]", "a = " + "9" * 9000]
)
def test_settings_nested_without_end_are_one_problem(sfpush: Sfpush, own_place: Path, text: str) -> None:
    (own_place / "sfpush.toml").write_text(text)
    for command in (("settings", "check"), ("plan",), ("settings", "set", "contacts.push", "false")):
        assert sfpush("--json", *command).code == 3, command


@pytest.mark.parametrize("where", ["(" * 50_000 + "a = 1", "not " * 50_000 + "a = 1", " or ".join(["a = 1"] * 20_000)])
def test_a_filter_nested_without_end_is_a_clean_error(sfpush: Sfpush, filled: Path, where: str) -> None:
    assert sfpush("--json", "records", "--where", where).code in (0, 2)


@pytest.mark.parametrize(
    "name", ["x..%2f..%2fetc.csv", "a\nb.csv", "-rf.csv", "--json.csv", "\x1b[2J.csv", "$(touch pwned).csv"]
)
def test_a_file_in_the_inbox_is_a_name_and_nothing_else(sfpush: Sfpush, filled: Path, name: str) -> None:
    inbox = filled / "inbox"
    inbox.mkdir()
    (inbox / name).write_text("First Name,Last Name,Email\nBo,Poe,bo@x.example\n")
    ran = sfpush("--json", "sync", "--inbox", "inbox")
    assert [one["new"] for one in ran.data["import"]["files"]] == [1]
    assert sorted(path.name for path in inbox.iterdir()) == [name]
    assert not (filled / "pwned").exists()
