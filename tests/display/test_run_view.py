"""A run on a terminal: rejections by name, what stopped it, one line of conclusion."""

from __future__ import annotations

import io
from typing import Any

import pytest

from sfpush.display.console import make_console
from sfpush.display.result import ErrorLine
from sfpush.display.run_view import counts_text, show_pulled, show_report

NOTHING = {"created": 0, "updated": 0, "rejected": 0, "skipped": 0}


def reject(number: int) -> dict[str, Any]:
    return {"record": f"contact:{number}", "sobject": "Contact", "code": "STRING_TOO_LONG", "message": "Too long."}


def shown(facts: dict[str, Any], *errors: ErrorLine, not_sent: int = 0, notes: tuple[str, ...] = ()) -> str:
    stream = io.StringIO()
    console = make_console(stream, {})
    show_report(facts, errors, not_sent, notes, lambda key: "Ann \x1b[1mLee" if key == "contact:1" else "", console)
    return stream.getvalue()


def run(**facts: Any) -> dict[str, Any]:
    return {"run": "20261124-1", "results": NOTHING, "api_calls": 2, "rejects": [], "left": [], **facts}


def test_a_good_run_is_one_line() -> None:
    text = shown(run(results={**NOTHING, "created": 1200, "skipped": 3}))
    assert text == "✓ 1,200 created, 3 skipped (2 API calls, run 20261124-1).\n"


def test_what_recovery_found_is_told_and_what_waits_is_not_ticked_off() -> None:
    text = shown(run(results={**NOTHING, "waiting": 2}), notes=("2 creates got no answer.",))
    assert text == "Note: 2 creates got no answer.\n2 waiting (2 API calls, run 20261124-1).\n"


def test_rejections_are_told_by_name_or_key_and_cut() -> None:
    text = shown(run(rejects=[reject(number) for number in range(1, 14)]), ErrorLine("rejected", "13 records."))
    assert "! Ann Lee  Contact  STRING_TOO_LONG" in text
    assert "! contact:2  Contact" in text
    assert "and 3 more: sfpush errors lists them." in text
    assert "✓" not in text


def test_what_stopped_a_run_is_told_with_what_was_not_sent() -> None:
    text = shown(run(), ErrorLine("org-lost", "The org is gone.", "The next run goes on."), not_sent=4000)
    assert "The org is gone. The next run goes on." in text
    assert "4,000 changes not sent." in text


def test_what_an_undo_left_alone_is_told_with_its_reason() -> None:
    text = shown(run(left=[{"record": "contact:1", "reason": "Changed since: Title."}]), ErrorLine("left-alone", "1."))
    assert "! Ann Lee  left as it is. Changed since: Title." in text


def test_a_long_undo_says_how_many_more_it_left_alone() -> None:
    left = [{"record": f"contact:{number}", "reason": "Changed since: Title."} for number in range(12)]
    text = shown(run(left=left), ErrorLine("left-alone", "12."))
    assert text.count("left as it is.") == 10
    assert "and 2 more are left as they are." in text


def test_rows_that_a_pull_reads_again_are_not_told_as_news() -> None:
    stream = io.StringIO()
    facts = {"read": {"Contact": 20}, "deleted": 13, "merged": 1, "pulled": 0, "api_calls": 8}
    show_pulled(facts, make_console(stream, {}))
    assert "(8 API calls). Of these rows, 13 deleted and 1 merged in Salesforce." in stream.getvalue()


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ({}, "nothing to do"),
        ({"created": 1, "rejected": 2}, "1 created, 2 rejected"),
        ({"created": 1, "members": 1}, "1 created, 1 member"),
        ({"members": 2}, "2 members"),
    ],
)
def test_counts_name_only_what_there_is(results: dict[str, int], said: str) -> None:
    assert counts_text(results).plain == said
