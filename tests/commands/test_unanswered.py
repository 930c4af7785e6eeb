"""A push whose creates got no answer: it says so, and so does the next run, of what it found (B3)."""

from __future__ import annotations

from pathlib import Path

from .conftest import Sfpush

CONTACTS = """\
First Name,Last Name,Company Name,Email,Email Status,Apollo Contact Id
Ann,Lee,Acme,ann@acme.example,Verified,a1
"""
SETTINGS = """\
[push]
settle_seconds = {seconds}
[contacts]
create_as = "lead"
source_value = "Web"
"""


def test_B3_creates_without_an_answer_are_told_and_then_what_became_of_them(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "contacts.csv").write_text(CONTACTS)
    (own_place / "sfpush.toml").write_text(SETTINGS.format(seconds=3600))
    assert sfpush("connect", "--practice").code == 0
    assert sfpush("import", "contacts.csv").code == 0
    assert sfpush("practice", "fault", "close-before-commit", "--method", "POST", "--path", "/composite*").code == 0
    lost = sfpush("--json", "sync")
    (error,) = lost.envelope["errors"]
    assert (lost.code, lost.data["results"]["waiting"], error["code"]) == (5, 1, "answer-lost")
    assert "3600 seconds after" in error["hint"]
    assert sfpush("history").out.count("stopped") == 1
    waiting = sfpush("sync")
    assert (waiting.code, "✓" in waiting.out) == (0, False)
    assert "Note: 1 create(s) got no answer" in waiting.out
    (own_place / "sfpush.toml").write_text(SETTINGS.format(seconds=0))
    gone = sfpush("sync")
    assert (gone.code, "1 created" in gone.out, "what did not arrive goes again" in gone.out) == (0, True, True)
    assert "Note" not in sfpush("sync").out
