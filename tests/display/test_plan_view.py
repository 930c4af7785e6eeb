"""A plan on a terminal: summary first, sections cut, hostile names harmless, readable at 60 columns."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sfpush.display.console import make_console
from sfpush.display.plan_view import kind_of, pending, show_plan, value_text
from sfpush.model import AnyChange, Block, Create, FieldChange, Rule, SalesforceId, Update
from sfpush.planning.gates import Gate
from sfpush.store.plans import PlanHead

ONE, TWO = SalesforceId("003000000000001"), SalesforceId("003000000000002")


def create(number: int, name: str = "Ann Lee") -> Create:
    return Create(
        record=f"contact:{number}",
        name=name,
        sobject="Contact",
        rule=Rule.NEW,
        reason="New contact; all new contacts are pushed.",
        fields=(FieldChange("LastName", None, "Lee"), FieldChange("Email", None, "ann@initech.example")),
    )


UPDATE = Update(
    record="contact:bob",
    name="Bob",
    sobject="Contact",
    salesforce_id=ONE,
    rule=Rule.CHANGED,
    reason="Changed in Apollo.",
    fields=(FieldChange("Title", "CTO", "Head of IT"), FieldChange("Phone", None, "+1 555")),
)
BLOCK = Block(
    record="contact:max",
    name="Max",
    sobject="Contact",
    rule=Rule.AMBIGUOUS_MATCH,
    reason="Two Contacts have this e-mail.",
    candidates=(ONE, TWO),
)


WAITS = replace(BLOCK, record="contact:yan", rule=Rule.WAITS_FOR_ACCOUNT, reason="It waits.", candidates=())


def shown(changes: list[AnyChange], monkeypatch: pytest.MonkeyPatch, *, width: int = 100, **head: object) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    summary: dict[str, int] = {}
    for change in changes:
        summary[change.action] = summary.get(change.action, 0) + 1
    facts = {"summary": {"contact": summary} if summary else {}, "estimated_calls": 2, "remaining_calls": 14990, **head}
    plan = PlanHead(1, "p", "2026-11-24T10:12:00.000Z", "00D000000000001AAA", "", "automatic", **facts)  # type: ignore[arg-type]

    def of(kind: str) -> Iterator[AnyChange]:
        return (change for change in changes if kind_of(change) == kind)

    def waiting() -> dict[str, int]:
        return {"contact": sum(kind_of(change) == "waiting" for change in changes)}

    stream = io.StringIO()
    show_plan(plan, of, waiting, make_console(stream, {"COLUMNS": str(width)}))
    return stream.getvalue()


def test_the_summary_stands_first_then_what_needs_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown([create(1), UPDATE, BLOCK], monkeypatch)
    lines = text.splitlines()
    assert lines[2].split() == ["block", "create", "update"]
    assert lines[3].split() == ["contacts", "1", "1", "1"]
    assert text.index("Blocked") < text.index("To be created") < text.index("To be updated")
    assert f"Candidates: {ONE}, {TWO}" in text
    assert "Title CTO → Head of IT" in text
    assert "Phone –   → +1 555" in text
    assert "2 changes pending, 2 API calls of 14,990 left today. 1 record blocked." in text


def test_long_sections_are_cut_and_say_where_the_rest_is(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown([create(number) for number in range(4324)], monkeypatch)
    assert text.count("New contact;") == 12
    assert "and 4,312 more: --csv FILE or --json lists them all." in text


def test_a_single_record_more_stands_there_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    updates = [replace(UPDATE, record=f"contact:u{number}") for number in range(60)]
    text = shown([*(create(number) for number in range(13)), *updates], monkeypatch)
    assert text.count("New contact;") == 13
    assert "and 48 more" in text
    assert "and 1 more" not in text


def test_of_a_cut_section_some_of_each_object_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = [replace(create(number, f"Acme {number}"), sobject="Account") for number in range(300)]
    text = shown([*accounts, create(301, "Ann Lee")], monkeypatch)
    assert "Ann Lee" in text
    assert "and 288 more" in text


def test_a_plan_without_changes_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nothing to do" in shown([], monkeypatch, summary={"contact": {"unchanged": 12}})
    assert "holds what Apollo says." in shown([], monkeypatch, summary={"contact": {"unchanged": 12}})
    assert "holds all that the settings push. 3 skipped." in shown([], monkeypatch, summary={"contact": {"skip": 3}})
    assert "sfpush import" in shown([], monkeypatch, summary={})


def test_what_waits_is_counted_apart_and_nothing_is_claimed_of_what_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown([BLOCK, WAITS, replace(WAITS, record="contact:zoe")], monkeypatch)
    assert text.splitlines()[2].split() == ["block", "waiting"]
    assert text.splitlines()[3].split() == ["contacts", "1", "2"]
    assert "Waiting for a record that must go first  2" in text
    assert text.endswith("\nNothing can be pushed now: 1 record blocked, 2 waiting.\n")
    assert "2 changes pending" not in text
    assert "\nNothing can be pushed now: 1 record waiting.\n" in shown([WAITS], monkeypatch)
    assert "1 change pending, 2 API calls of 14,990 left today. 1 record waiting." in shown(
        [UPDATE, WAITS], monkeypatch
    )


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_key_can_be_read_and_copied_at_every_width(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    key = "contact:65f000000000000000000003"
    lines = shown([replace(BLOCK, record=key), replace(create(1), record=key)], monkeypatch, width=width).splitlines()
    assert sum(key in line for line in lines) == 2
    beside = f"    {key} · Two" if width < 120 else f"{key}"
    assert any(line.startswith(beside) or line.endswith(beside) for line in lines)


def test_gates_and_warnings_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate("setup-window", "`sfpush enable` ends it.", "2026-11-24T16:12:00.000Z")
    text = shown([create(1)], monkeypatch, gates=(gate,), warnings=("LeadSource lacks Apollo.",))
    assert "Held by setup-window: `sfpush enable` ends it." in text
    assert "Warning: LeadSource lacks Apollo." in text


def test_it_fits_60_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown([create(1, "A Very Long Name That Does Not Fit At All"), UPDATE, BLOCK], monkeypatch, width=60)
    assert max(len(line) for line in text.splitlines()) <= 60
    assert "Head of IT" in text


def test_hostile_names_are_only_text(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown([create(1, "\x1b[2J[red]Evil[/red]\u202e"), create(2, "")], monkeypatch)
    assert "[red]Evil[/red]" in text
    assert text.count("contact:2") == 2  # a name that is missing is told by the key
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_pending_counts_what_would_change_something() -> None:
    counts = {"create": 1, "update": 2, "link": 3, "delete": 4, "merge": 5, "pull": 6, "skip": 7, "block": 8}
    assert pending({"contact": {**counts, "unchanged": 9}, "account": {"create": 1}}) == 22


def test_values_are_shown_on_one_line() -> None:
    assert value_text(None) == value_text("") == "–"
    assert value_text("x" * 100) == "x" * 69 + "…"
    assert value_text("a\nb") == "a b"
    assert value_text(False) == "False"
    assert value_text({"iso_code": "EUR"}) == '{"iso_code":"EUR"}'
