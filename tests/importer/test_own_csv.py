"""The CSV of deals and activities is what the README says it is: every example there is imported and read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sfpush.importer.export import open_export
from sfpush.importer.kinds import BY_LIST_NAME, MAILBOXES
from sfpush.importer.parsed import ListEntry
from sfpush.model import ParsedRecord, Record, RecordType
from sfpush.planning.activities.contents import Content, content_of
from sfpush.planning.activities.participants import Participant, Role, of_email, of_meeting
from sfpush.planning.activities.reading import ids
from sfpush.planning.deals.roles import contacts_of

README = Path(__file__).parents[2] / "README.md"
EXAMPLES = dict(re.findall(r"```csv (\w+)\n(.*?)```", README.read_text("utf-8"), re.DOTALL))


def imported(name: str, folder: Path) -> ParsedRecord:
    """The one row of an example; its type is told by its header alone."""
    file = folder / "export.csv"
    file.write_text(EXAMPLES[name], "utf-8")
    with open_export(file) as export:
        assert export.kind is BY_LIST_NAME[name]
        (row,) = export.rows
    assert isinstance(row, ParsedRecord)
    return row


def content(name: str, folder: Path) -> Content:
    row = imported(name, folder)
    return content_of(Record(row.key, row.type, "", row.fields), outgoing=True)


def test_every_kind_has_an_example() -> None:
    assert set(EXAMPLES) == {
        "emailer_messages", "phone_calls", "tasks", "calendar_events", "notes", "conversations", "email_accounts",
        "opportunities",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("emailer_messages", {"body": "Hello Ann", "date": "2026-11-20"}),
        (
            "phone_calls",
            {"body": "Call back in May", "duration": 205, "call_type": "Outbound", "outcome": "Interested"},
        ),
        ("tasks", {"body": "With the discount", "status": "Not Started", "priority": "High", "date": "2026-12-01"}),
        ("calendar_events", {"body": "The agenda", "location": "Room 1", "start_time": "2026-11-25T14:00:00+01:00"}),
        ("notes", {"title": "Wants a trial", "body": "Wants a trial\nin May"}),
        ("conversations", {"title": "Kick-off", "body": "They want it in May."}),
    ],
)
def test_E5_an_example_says_what_it_says(name: str, values: dict[str, object], tmp_path: Path) -> None:
    found = content(name, tmp_path).values
    assert {field: found.get(field) for field in values} == values


def test_E1_participants_of_the_examples(tmp_path: Path) -> None:
    email = imported("emailer_messages", tmp_path).fields
    assert [(one.address, one.role) for one in of_email(email)] == [
        ("sam@ours.example", Role.FROM),
        ("ann@acme.example", Role.TO),
        ("cy@acme.example", Role.CC),
        ("di@acme.example", Role.CC),
    ]
    assert of_meeting(imported("calendar_events", tmp_path).fields) == (
        Participant("ann@acme.example", Role.GUEST, "Ann Lee"),
        Participant("bob@acme.example", Role.GUEST, "", "bob"),
    )
    assert ids(imported("notes", tmp_path).fields, "contact_id", "contact_ids") == ("ann", "bob")


def test_connected_mailboxes_are_a_column_of_addresses(tmp_path: Path) -> None:
    file = tmp_path / "mailboxes.csv"
    file.write_text(EXAMPLES["email_accounts"], "utf-8")
    with open_export(file, MAILBOXES) as export:
        (row,) = export.rows
    assert isinstance(row, ListEntry)
    assert row.id == "sam@ours.example"


def test_D5_the_example_of_deals_says_what_it_says(tmp_path: Path) -> None:
    fields = imported("opportunities", tmp_path).fields
    assert (fields["amount"], fields["currency_iso_code"], fields["stage"]) == ("48000.50", "EUR", "Qualification")
    (named,) = contacts_of(Record("deal:d1", RecordType.DEAL, "", fields))
    assert (named.contact, named.role) == ("contact:ann", "Decision Maker")
