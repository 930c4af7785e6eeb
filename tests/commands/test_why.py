"""`why` and `records --synced no` over a whole story (L1, L4): held back, made for, rejected, mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules
from sfpush.practice.serve import serving

from .conftest import Sfpush

CONTACTS = """\
First Name,Last Name,Company,# Employees,Country,Stage,Email,Email Status,Apollo Contact Id
Ann,Lee,Acme,50,Germany,Hot,ann@acme.example,Verified,ann
Bob,Ray,Beta,20,Germany,Cold,bob@beta.example,Verified,bob
Cid,Fox,Gamma,90,France,Hot,cid@gamma.example,Verified,cid
Dan,Day,Delta,90,Germany,Hot,dan@delta.example,Verified,dan
Dan,Doe,Delta,90,Germany,Hot,dan@delta.example,Verified,dan2
"""
SETTINGS = """\
[contacts]
new_records = "stages"
stages = ["Hot"]
filter = "country = 'Germany' and employees >= 50"
[accounts]
push = false
[push]
settle_seconds = 0
"""

NEEDS_TITLE = """\
[[validation_rules]]
sobject = "Contact"
when = "Title = null"
message = "Give a title."
"""


@pytest.fixture
def loaded(sfpush: Sfpush, own_place: Path) -> Sfpush:
    (own_place / "contacts.csv").write_text(CONTACTS)
    (own_place / "sfpush.toml").write_text(SETTINGS)
    assert sfpush("connect", "--practice").code == 0
    assert sfpush("import", "contacts.csv").code == 0
    return sfpush


def test_L4_before_the_first_pull_there_is_no_answer(loaded: Sfpush) -> None:
    ran = loaded("--json", "why", "contact:ann")
    assert (ran.code, ran.envelope["errors"][0]["code"]) == (5, "initial-pull")


def test_L4_not_connected_is_the_answer(sfpush: Sfpush) -> None:
    ran = sfpush("--json", "why", "contact:ann")
    assert (ran.code, ran.envelope["errors"][0]["code"]) == (5, "not-connected")


def test_L4_an_answer_that_no_plan_has_given_yet(loaded: Sfpush) -> None:
    assert loaded("pull").code == 0
    data = loaded("--json", "why", "bob@beta.example").data
    assert data["rule"] == "stage"
    assert data["record"]["key"] == "contact:bob"
    assert data["record"]["last_reason"] == "No plan has looked at it yet."
    assert 'employees >= 50 (employees is "20")' in data["answer"]
    assert data["would_change"][0].startswith('add "Cold" to contacts.stages and change contacts.filter')
    assert data["attempts"] == []
    assert loaded("--json", "why", "cid").data["rule"] == "filter"
    assert loaded("--json", "why", "ann@acme.example").data["would_change"] == ["push now: sfpush sync"]


def test_L4_two_rows_for_one_person_name_each_other_also_without_a_plan(loaded: Sfpush) -> None:
    assert loaded("pull").code == 0
    assert loaded("--json", "why", "contact:dan").data["rule"] == "new"
    data = loaded("--json", "why", "contact:dan2").data
    assert data["rule"] == "duplicate-in-import"
    assert "contact:dan" in data["answer"]
    ambiguous = loaded("--json", "why", "dan@delta.example")
    assert (ambiguous.code, ambiguous.envelope["errors"][0]["code"]) == (2, "ambiguous-record")


def test_L4_why_was_this_account_created(loaded: Sfpush) -> None:
    assert loaded("sync").code == 0
    data = loaded("--json", "why", "account:name:acme").data
    assert data["rule"] == "account-for-contact"
    assert "contact:ann needs it, although accounts.push is off" in data["answer"]
    assert [attempt["outcome"] for attempt in data["attempts"]] == ["created"]
    by_salesforce_id = loaded("--json", "why", data["record"]["salesforce_id"]).data
    assert by_salesforce_id["record"]["key"] == "account:name:acme"
    shown = loaded("why", "ann@acme.example").out
    assert "Run" in shown
    assert "create Contact: created" in shown


def test_L4_an_account_that_is_only_planned_says_who_needs_it(loaded: Sfpush) -> None:
    assert loaded("plan").code == 0
    data = loaded("--json", "why", "account:name:acme").data
    assert (data["rule"], data["record"]["synced"]) == ("account-for-contact", False)
    assert (
        data["answer"] == "It is only planned so far. New account; contact:ann needs it, although accounts.push is off."
    )
    assert loaded("why", "account:name:nobody").code == 2


def test_L1_every_record_that_is_not_synced_has_a_reason(loaded: Sfpush) -> None:
    def reasons() -> dict[str, str]:
        listed = loaded("--json", "records", "--synced", "no").data["records"]
        return {record["key"]: record["last_reason"] for record in listed}

    assert set(reasons().values()) == {"No plan has looked at it yet."}
    assert loaded("sync").code == 0
    found = reasons()
    assert set(found) == {"contact:bob", "contact:cid", "contact:dan2"}
    assert found["contact:cid"] == "Not created: it does not pass contacts.filter."
    assert "it does not pass contacts.filter" in " ".join(loaded("records", "--synced", "no").out.split())


def test_L1_L4_a_rejection_is_the_reason_until_it_is_mended(
    loaded: Sfpush, own_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    org = PracticeOrg(own_place / "strict.db", Rules.parse(NEEDS_TITLE))
    with serving(org) as served:
        monkeypatch.setenv("SFPUSH_INSTANCE_URL", served.url)
        monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", served.access_token)
        assert loaded("sync").code == 7
        listed = loaded("--json", "records", "contacts", "--synced", "no").data["records"]
        (reason,) = (record["last_reason"] for record in listed if record["key"] == "contact:ann")
        assert reason == "Salesforce rejected it (FIELD_CUSTOM_VALIDATION_EXCEPTION): Give a title."
        data = loaded("--json", "why", "contact:ann").data
        assert data["rule"] == "new"
        assert "Salesforce rejected it once: FIELD_CUSTOM_VALIDATION_EXCEPTION, Give a title." in data["answer"]
        assert any(remedy.startswith("send it again now: sfpush errors retry") for remedy in data["would_change"])
        assert [attempt["outcome"] for attempt in data["attempts"]] == ["rejected"]

        (own_place / "mended.csv").write_text("Apollo Contact Id,Title,Email\nann,CEO,ann@acme.example\n")
        assert loaded("import", "mended.csv").code == 0
        loaded("sync")
        mended = loaded("--json", "why", "contact:ann").data
        assert mended["record"]["synced"]
        assert [attempt["outcome"] for attempt in mended["attempts"]] == ["created", "rejected"]
        assert "rejected" not in mended["answer"]
    org.close()


def test_L4_a_changed_setting_is_another_answer_at_once(loaded: Sfpush, own_place: Path) -> None:
    assert loaded("plan").code == 0
    assert loaded("--json", "why", "contact:cid").data["rule"] == "filter"
    (own_place / "sfpush.toml").write_text(SETTINGS.replace("filter", "# filter"))
    assert loaded("--json", "why", "contact:cid").data["rule"] == "new"


def test_L4_a_deleted_record_was_deleted_here(loaded: Sfpush) -> None:
    assert loaded("pull").code == 0
    assert loaded("records", "delete", "contact:ann", "--yes").code == 0
    data = loaded("--json", "why", "contact:ann").data
    assert (data["rule"], data["would_change"]) == (
        "deleted-in-apollo",
        ["bring it back first: sfpush records restore contact:ann"],
    )


def test_L4_nobody_by_that_name(loaded: Sfpush) -> None:
    assert loaded("pull").code == 0
    for text in ("nobody@acme.example", "003000000000001AAA", "contact:x"):
        ran = loaded("--json", "why", text)
        assert (ran.code, ran.envelope["errors"][0]["code"]) == (2, "unknown-record")
