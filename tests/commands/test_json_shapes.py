"""What scripts hold on to: the envelope, and the names in `data`, of every command."""

from __future__ import annotations

import io
import shutil
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import typer

from sfpush import cli

from .conftest import HEAD, PHONE_RULE, Sfpush

PEOPLE = (
    "Ann,Lee,CEO,Initech,ann@initech.example,Verified,Interested,initech.example,+1 555 0100,a1\n"
    "Bob,Roy,CTO,Initech,bob@initech.example,Verified,Cold,initech.example,0711 5,a2\n"
    "Zoe,,COO,Globex,zoe@globex.example,Verified,Cold,globex.example,,a3\n"
    "Too,many" + ",x" * 20 + "\n"
)
ENVELOPE = ["sfpush", "command", "status", "data", "errors"]
IMPORT = ["files", "rejects"]
FILE = ["file", "type", "rows", "new", "changed", "unchanged", "stale", "rejected"]
PLAN = ["plan_id", "created_at", "org", "mode", "gates", "summary", "api_calls", "warnings", "changes"]
CHANGE = [
    "record", "name", "action", "sobject", "salesforce_id", "rule", "reason", "needs", "candidates", "fields",
]  # fmt: skip
RUN = ["run", "results", "api_calls", "rejects", "left"]
RESULTS = [
    "created", "updated", "linked", "unchanged", "deleted", "merged", "pulled", "members", "rejected", "blocked",
    "skipped", "waiting",
]  # fmt: skip
ERROR = [
    "id", "record", "sobject", "operation", "code", "message", "fields", "attempts", "first_at", "last_at", "hint",
    "state",
]  # fmt: skip
RECORD = [
    "key", "type", "name", "email", "stage", "synced", "salesforce_id", "sobject", "last_action", "last_rule",
    "last_reason",
]  # fmt: skip
HISTORY = ["run", "command", "mode", "started_at", "ended_at", "status", "results", "api_calls"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has synced once: one contact there, one rejected, one blocked."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "contacts.csv").write_text(HEAD + PEOPLE)
    (folder / "rules.toml").write_text(PHONE_RULE)
    home = ("--home", "home")
    with chdir(folder), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        for words in ("practice reset --rules rules.toml", "connect --practice", "import contacts.csv", "sync"):
            cli.run([*home, *words.split()])
    return folder


@pytest.fixture
def lived_in(template: Path, own_place: Path) -> Path:
    shutil.copytree(template, own_place, dirs_exist_ok=True)
    return own_place


def last_run(sfpush: Sfpush) -> str:
    run: str = sfpush("--json", "history").data["runs"][0]["run"]
    return run


def of(value: Any, *path: str) -> Any:
    """What stands at the path; of a list its first element."""
    for name in path:
        value = value[name]
        value = value[0] if isinstance(value, list) else value
    return value


@pytest.mark.parametrize(
    ("arguments", "code", "names", "inner"),
    [
        ("import contacts.csv", 7, IMPORT, {"files": FILE, "rejects": ["file", "line", "reason", "message"]}),
        ("pull", 0, ["read", "deleted", "merged", "pulled", "api_calls"], {}),
        ("plan", 0, PLAN, {"changes": CHANGE, "org": ["id", "instance_url"], "api_calls": ["estimated", "remaining"]}),
        ("plan --offline", 0, PLAN, {"changes": CHANGE, "api_calls": ["estimated", "remaining"]}),
        ("plan --compare other.toml", 0, [*PLAN, "compare"], {"compare": ["record", "from", "to"]}),
        ("push a2 --dry-run", 0, PLAN, {"changes": CHANGE}),
        ("push a2 --yes", 7, RUN, {"results": RESULTS, "rejects": ["record", "sobject", "code", "message", "fields"]}),
        ("sync", 7, RUN, {"results": RESULTS}),
        ("sync --inbox inbox", 7, [RUN[0], "import", *RUN[1:]], {"import": IMPORT, "results": RESULTS}),
        ("undo {run} --dry-run", 0, PLAN, {"changes": CHANGE}),
        ("undo {run} --yes", 0, RUN, {"results": RESULTS}),
        ("errors", 0, ["errors"], {"errors": ERROR}),
        ("errors show 1", 0, ["error"], {"error": [*ERROR, "payload"]}),
        ("errors retry --yes", 7, RUN, {"results": RESULTS}),
        ("errors export rejected.csv", 0, ["files"], {"files": ["file", "type", "rows"]}),
        ("records", 0, ["records"], {"records": RECORD}),
        ("records show a1", 0, ["record", "fields", "attempts", "history"], {"record": RECORD}),
        ("records delete a1 --yes", 0, ["deleted", "unchanged"], {}),
        ("records restore a1", 0, ["restored", "unchanged"], {}),
        ("why a2", 0, ["record", "answer", "rule", "would_change", "attempts"], {"record": RECORD}),
        ("link a3 {account}", 2, [], {}),
        ("unlink a1", 0, ["record", "sobject", "salesforce_id", "before"], {}),
        ("report --out report.html", 0, ["file", "of", "id", "records", "shown"], {}),
        ("report --run {run} --out report.html", 0, ["file", "of", "id", "records", "shown"], {}),
        ("history", 0, ["runs"], {"runs": HISTORY}),
        ("history show {run}", 0, ["run", "rows", "here"], {"run": HISTORY}),
        (
            "fields",
            0,
            ["fields"],
            {"fields": ["object", "apollo", "salesforce", "write", "in_org", "writeable", "sample"]},
        ),
        ("campaigns", 0, ["campaigns"], {}),
        ("doctor", 0, ["checks"], {"checks": ["name", "state", "message", "fix"]}),
        ("status", 0, ["connected", "org", "gates", "counts", "api", "last_run"], {"api": ["max", "remaining"]}),
        ("settings check", 0, ["problems", "warnings", "not_in_effect"], {}),
        ("settings show", 0, ["settings"], {}),
        ("settings set contacts.push false", 0, ["settings", "warnings"], {}),
        ("settings schema", 0, ["schema"], {}),
        ("schedule --every 15m", 0, ["as", "entry"], {}),
        ("init", 0, ["file"], {}),
        ("connect --practice", 0, ["org", "way", "username", "window_ends_at"], {}),
        ("enable", 0, ["org", "window_ended"], {}),
        ("disconnect --yes", 0, ["disconnected"], {}),
        ("practice seed --accounts 1", 0, ["accounts", "contacts", "leads"], {}),
        ("practice fault slow", 0, ["armed"], {}),
    ],
)
def test_the_names_in_data(
    sfpush: Sfpush, lived_in: Path, arguments: str, code: int, names: list[str], inner: dict[str, list[str]]
) -> None:
    (lived_in / "other.toml").write_text("[contacts]\npush = false\n")
    (lived_in / "inbox").mkdir()
    (lived_in / "inbox" / "new.csv").write_text(HEAD + PEOPLE)
    words = arguments.format(run=last_run(sfpush) if "{run}" in arguments else "", account="001000000000001").split()
    ran = sfpush("--json", *words)
    assert ran.err == ""
    assert ran.code == code
    assert list(ran.envelope) == ENVELOPE
    assert sorted(ran.data) == sorted(names)
    assert {name: list(of(ran.data, name)) for name in inner} == inner
    command = ran.envelope["command"]
    assert "errors list" if arguments == "errors" else arguments.startswith(command)
    assert ran.envelope["status"] == {0: "ok", 7: "partial"}.get(code, "error")


def test_a_saved_plan_is_the_plans_data(sfpush: Sfpush, lived_in: Path) -> None:
    sfpush("plan", "--out", "plan.json")
    assert list(sfpush("--json", "plan", "show", "plan.json").data) == PLAN


def test_settings_are_values_with_their_origins(sfpush: Sfpush, lived_in: Path) -> None:
    shown = sfpush("--json", "settings", "show").data["settings"]
    assert {frozenset(row) - {"example"} for row in shown.values()} == {frozenset({"value", "origin"})}


def test_a_gate_is_named_with_its_end_and_what_to_do(sfpush: Sfpush, lived_in: Path) -> None:
    (lived_in / "sfpush.toml").write_text("[push]\nenabled = false\n")
    for command in ("plan", "status"):
        assert list(of(sfpush("--json", command).data, "gates")) == ["gate", "until", "message"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("plan --nonsense", 2),
        ("plan --only nobody", 2),
        ("--config missing.toml plan", 2),
        ("--config bad.toml plan", 3),
        ("--config bad.toml sync", 3),
        ("import missing.csv", 4),
        ("--home elsewhere plan", 5),
        ("--home elsewhere push --all --yes", 5),
        ("--home elsewhere watch inbox", 5),
        ("push --all", 2),
    ],
)
def test_a_failure_before_the_command_does_anything_is_one_document_too(
    sfpush: Sfpush, lived_in: Path, arguments: str, code: int
) -> None:
    (lived_in / "bad.toml").write_text("[contacts]\npush = 1\n")
    (lived_in / "inbox").mkdir()
    ran = sfpush("--json", *arguments.split())
    assert (ran.code, ran.err) == (code, "")
    assert list(ran.envelope) == ENVELOPE
    assert ran.envelope["status"] == "error"
    assert [list(error) for error in ran.envelope["errors"]] == [["code", "message", "hint"]]


def test_every_command_is_pinned_here_or_beside_its_own_tests() -> None:
    pins = test_the_names_in_data.pytestmark[0].args[1]  # type: ignore[attr-defined]
    pinned = {words.split()[0] for words, *_ in pins} | {"demo", "watch"}
    assert pinned == set(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]
