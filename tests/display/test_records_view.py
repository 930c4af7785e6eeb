"""Records on a terminal: whole keys and Ids at every width, long names cut, values of any shape."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from sfpush.display.console import make_console
from sfpush.display.records_view import show_records
from sfpush.model import RecordType
from sfpush.store.record_list import ListedRecord

KEY, ID = "contact:65f000000000000000000001", "003000000000001AAA"
ANN = ListedRecord(
    KEY, RecordType.CONTACT, "Ann Lee", "ann@acme.example", "Interested", ID, "Contact", "create", "new", "New."
)
BOB = replace(ANN, name="Bob", sobject=None, salesforce_id=None, last_action="block", last_rule="too-long")


def shown(*records: ListedRecord, width: int, monkeypatch: pytest.MonkeyPatch, with_reasons: bool = False) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    stream = io.StringIO()
    console = make_console(stream, {"COLUMNS": str(width)})
    show_records(lambda: iter(records), console, connected=True, with_reasons=with_reasons)
    return stream.getvalue().splitlines()


def test_a_wide_terminal_has_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    head, ann, _ = shown(ANN, width=120, monkeypatch=monkeypatch)
    assert head.split() == ["name", "key", "stage", "in", "Salesforce", "last", "decision"]
    assert ann.split() == ["Ann", "Lee", KEY, "Interested", "Contact", ID, "create", "new"]


def test_a_narrow_one_has_the_key_and_the_id_whole_below_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(ANN, BOB, width=60, monkeypatch=monkeypatch) == [
        "Ann Lee  create new  Interested",
        f"    {KEY} · Contact",
        f"    {ID}",
        "Bob      block too-long  Interested",
        f"    {KEY}",
        "2 records.",
    ]


def test_a_long_name_is_cut_and_leaves_the_others_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(ANN, replace(ANN, name="Von und zu " * 9), width=160, monkeypatch=monkeypatch)
    assert lines[2].startswith("Von und zu Von und zu Von und z…  contact:")


@pytest.mark.parametrize("width", [50, 120])
def test_L1_the_reason_stands_with_the_key(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    text = "\n".join(
        shown(replace(BOB, last_reason="Too long."), width=width, monkeypatch=monkeypatch, with_reasons=True)
    )
    beside = f"Bob  block too-long  {KEY}\n    Too long." if width == 120 else f"Bob  block too-long\n    {KEY} · Too"
    assert text.startswith(beside)


def test_one_more_than_fits_stands_there_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "more" not in "".join(shown(*[ANN] * 101, width=120, monkeypatch=monkeypatch))
    assert shown(*[ANN] * 102, width=120, monkeypatch=monkeypatch)[-2].startswith("and 2 more:")
