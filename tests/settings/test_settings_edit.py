"""`settings set`: one key changes, every comment and every other line stays, nothing invalid is ever written."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.errors import SettingsError
from sfpush.settings.assignment import value_of, with_value
from sfpush.settings.edit import set_value, with_line
from sfpush.settings.sample import init_text
from tests.settings.conftest import Write

FILE = """\
# Ours. Ask Ann before you change it.

[contacts]  # people
push = true       # for now
stages = [
    "Cold",  # yes, cold ones too
]

[contacts.fields]
# "Title" = false

# ── accounts ──
[accounts]
push = true

[leads]
stage_map = { field = "Status", values = { "Cold" = "Open" } } # keep
"""


@pytest.mark.parametrize(
    ("key", "value", "before", "after"),
    [
        ("contacts.push", "false", "push = true       # for now", "push = false       # for now"),
        (
            "contacts.create_as",
            "lead",
            '    "Cold",  # yes, cold ones too\n]\n',
            '    "Cold",  # yes, cold ones too\n]\ncreate_as = "lead"\n',
        ),
        (
            'contacts.fields."ICP Fit *"',
            "ICP__c",
            '# "Title" = false\n',
            '# "Title" = false\n"ICP Fit *" = "ICP__c"\n',
        ),
        (
            "contacts.fields.Title",
            '{ to = "Title", write = "fill" }',
            '# "Title" = false\n',
            '# "Title" = false\nTitle = { to = "Title", write = "fill" }\n',
        ),
        ("leads.stage_map.values.Cold", "Working", '"Cold" = "Open"', '"Cold" = "Working"'),
        ("leads.stage_map.write", "fill", '"Open" } }', '"Open" }, write = "fill"}'),
    ],
)
def test_only_the_key_changes(write: Write, key: str, value: str, before: str, after: str) -> None:
    path = write(FILE)
    set_value(path, key, value)
    assert path.read_text("utf-8") == FILE.replace(before, after)


def test_keys_that_are_added_one_after_another_stay_together(write: Write) -> None:
    path = write(FILE)
    for key in ("A", "B", "C"):
        set_value(path, f"contacts.fields.{key}", f"{key}__c")
    added = '# "Title" = false\nA = "A__c"\nB = "B__c"\nC = "C__c"\n\n# ── accounts ──'
    assert path.read_text("utf-8") == FILE.replace('# "Title" = false\n\n# ── accounts ──', added)


def test_an_empty_inline_table_is_filled_readably(write: Write) -> None:
    path = write("[deals.stage_map]\nvalues = {} # by name\n")
    for key in ("Won", '"Not now"'):
        set_value(path, f"deals.stage_map.values.{key}", "Closed")
    assert path.read_text("utf-8").endswith('values = {Won = "Closed", "Not now" = "Closed"} # by name\n')


def test_a_table_that_is_not_there_is_made_at_the_end(write: Write) -> None:
    path = write(FILE)
    loaded = set_value(path, "salesforce.external_ids.contact", "Apollo_Contact_Id__c")
    assert path.read_text("utf-8") == f'{FILE}\n[salesforce.external_ids]\ncontact = "Apollo_Contact_Id__c"\n'
    assert loaded.settings.salesforce.external_ids.contact == "Apollo_Contact_Id__c"


def test_a_file_that_is_not_there_is_made(write: Write) -> None:
    path = write("").parent / "new" / "folder" / "sfpush.toml"
    set_value(path, "contacts.push", "false")
    assert path.read_text("utf-8") == "[contacts]\npush = false\n"


@pytest.mark.parametrize("value", ["perhaps", "[true", "1", '"true"'])
def test_nothing_is_written_that_would_be_wrong(write: Write, value: str) -> None:
    path = write(FILE)
    with pytest.raises(SettingsError) as caught:
        set_value(path, "contacts.push", value)
    assert [problem.split(": ")[:2] for problem in caught.value.problems] == [["sfpush.toml", "contacts.push"]]
    assert path.read_text("utf-8") == FILE


def test_what_else_is_wrong_is_told_with_its_line_in_the_file_as_it_is(write: Write) -> None:
    path = write("[push]\nenabled = true\n\n[deals]\nmode = 'pushh'\n")
    with pytest.raises(SettingsError) as caught:
        set_value(path, "push.max_deletes", "-1")
    assert [problem.split(": ")[:2] for problem in caught.value.problems] == [
        ["sfpush.toml", "push.max_deletes"],
        ["sfpush.toml:5", "deals.mode"],
    ]


def test_a_wrong_value_can_be_mended(write: Write) -> None:
    path = write("[contacts]\npush = 'yes'\n")
    assert set_value(path, "contacts.push", "true").settings.contacts.push is True


def test_a_file_that_is_no_toml_is_left_alone(write: Write) -> None:
    path = write("[contacts\n")
    with pytest.raises(SettingsError) as caught:
        set_value(path, "contacts.push", "true")
    assert caught.value.problems[0].startswith("sfpush.toml:1: ")
    assert path.read_text("utf-8") == "[contacts\n"


@pytest.mark.parametrize("key", ["", "contacts push", "contacts.pus", "push", "contacts.stages.x", "contacts.fields"])
def test_a_key_that_cannot_be_set_is_refused(write: Write, key: str) -> None:
    path = write(FILE)
    with pytest.raises(SettingsError):
        set_value(path, key, "true")
    assert path.read_text("utf-8") == FILE


def test_line_ends_and_byte_order_mark_stay(write: Write) -> None:
    path = write("")
    path.write_bytes(b"\xef\xbb\xbf# a\r\n[contacts]\r\npush = true\r\n")
    set_value(path, "contacts.create_as", "lead")
    assert path.read_bytes() == b'\xef\xbb\xbf# a\r\n[contacts]\r\npush = true\r\ncreate_as = "lead"\r\n'


def test_permissions_and_symbolic_links_stay(write: Write) -> None:
    path = write(FILE)
    path.chmod(0o640)
    link = Path("link.toml")
    link.symlink_to(path)
    set_value(link, "contacts.push", "false")
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert "push = false" in path.read_text("utf-8")
    assert sorted(file.name for file in Path().iterdir()) == ["link.toml", "sfpush.toml"]


DOCUMENTS = [
    "",
    init_text(),
    FILE,
    "contacts.push = true\ncontacts.fields.A = 'B'\n",
    "contacts = { push = true, fields = { A = 'B' } }\n",
    "[contacts]\npush = true\n[accounts]\npush = true\n[contacts.fields]\nA = 'B'\n[accounts.fields]\nA = 'B'",
    "[contacts.fields]\nA = 'B'\n[contacts]\npush = true\n",
    "[contacts]\nfields.A = 'B'\n[[activities.emails.exclude]]\nfrom.domains = ['a.example']\n",
    "[contacts]\nfilter = '''\n\n[accounts]\n'''\n\n[accounts.fields]\n",
]
KEYS = st.sampled_from(["contacts", "accounts", "push"]).flatmap(
    lambda table: st.sampled_from([(table, "push"), (table, "fields", "A"), (table, "fields", "x *"), (table, "new")])
)

EDITS = st.lists(st.tuples(KEYS, st.sampled_from(["true", '"a"', "[1, 2]", "{ a = 1 }"])), min_size=1, max_size=3)


@given(st.sampled_from(DOCUMENTS), EDITS)
def test_any_edit_changes_one_key_and_keeps_every_comment(text: str, edits: list[tuple[tuple[str, ...], str]]) -> None:
    for path, toml in edits:
        try:
            changed = with_line(text, path, toml)
        except ValueError:  # refused, because it can't be done without touching others
            continue
        assert tomllib.loads(changed) == with_value(tomllib.loads(text), path, value_of(toml))
        assert changed.count("#") >= text.count("#")
        text = changed
