"""Every problem of a settings file at once, as `file:line: key: what is wrong. What to do.`"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sfpush.errors import SettingsError
from sfpush.settings.load import check, load
from tests.settings.conftest import Write


def problems(path: Path) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert caught.value.exit_code == 3
    return caught.value.problems


def test_all_problems_are_told_at_once_in_the_order_of_the_file(write: Write) -> None:
    path = write(
        """\
        [push]
        enabled = "yes"
        max_delets = 3
        parallel_batches = 11

        [contacts]
        create_as = "leads"
        stages = ["Interested", ""]
        fields = { "Email" = 3, "X" = { to = "Foo", write = "fil" } }
        [contacts.on_create]
        "Bad Name" = 3
        [activities.conversations]
        push_summaries = true
        [[activities.emails.exclude]]
        match = "and"
        to = { addresses = [] }
        """
    )
    assert [line.split(": ")[:2] for line in problems(path)] == [
        ["sfpush.toml:2", "push.enabled"],
        ["sfpush.toml:3", "push.max_delets"],
        ["sfpush.toml:4", "push.parallel_batches"],
        ["sfpush.toml:7", "contacts.create_as"],
        ["sfpush.toml:8", "contacts.stages[2]"],
        ["sfpush.toml:9", "contacts.fields.Email"],
        ["sfpush.toml:9", "contacts.fields.X.write"],
        ["sfpush.toml:11", 'contacts.on_create."Bad Name"'],
        ["sfpush.toml:13", "activities.conversations.push_summaries"],
        ["sfpush.toml:14", "activities.emails.exclude[1]"],
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[push]\nenabled = 'yes'", 'push.enabled: "yes" can\'t stand here. Write true or false, without quotes.'),
        ("[push]\nmax_deletes = '5'", 'push.max_deletes: "5" can\'t stand here. Write a whole number, without quotes.'),
        (
            "[push]\nmax_deletes = true",
            "push.max_deletes: true can't stand here. Write a whole number, without quotes.",
        ),
        ("[push]\nmax_deletes = 5.0", "push.max_deletes: 5.0 can't stand here. Write a whole number, without quotes."),
        ("[push]\nmax_deletes = -1", "push.max_deletes: -1 is too low. Write 0 or more."),
        ("[push]\nmax_change_percent = 101", "push.max_change_percent: 101 is too high. Write 100 or less."),
        ("[push]\nparallel_batches = 0", "push.parallel_batches: 0 is too low. Write 1 or more."),
        ("[push]\nbulk_threshold = 0", "push.bulk_threshold: 0 is too low. Write 1 or more."),
        ("[push]\nsettle_seconds = -1", "push.settle_seconds: -1 is too low. Write 0 or more."),
        (
            "[contacts]\nstages = 'Cold'",
            'contacts.stages: "Cold" can\'t stand here. Write a list, such as ["one", "two"].',
        ),
        ("contacts = 3", "contacts: 3 can't stand here. Write a table."),
        ("[contacts]\nfields = 3", "contacts.fields: 3 can't stand here. Write a table."),
        ("[salesforce]\napi_version = 62.0", 'salesforce.api_version: 62.0 is not text. Put it in quotes: "62.0".'),
        (
            "[salesforce]\napi_version = '30.0'",
            'salesforce.api_version: "30.0" is not a version of the Salesforce API. '
            'Write one from "31.0" to "99.0", such as "62.0".',
        ),
        (
            "[contacts]\nnew_records = 'some'",
            'contacts.new_records: "some" is not allowed here. Write one of "all", "stages".',
        ),
        (
            "[contacts]\non_ambiguous_account = 'randm'",
            'contacts.on_ambiguous_account: "randm" is not allowed here. Did you mean "random"? '
            'Allowed: "random", "oldest", "block".',
        ),
        ("[contact]\npush = true", "contact: There is no such key. Did you mean contacts?"),
        ("[contacts]\nmax_deletes = 1", "contacts.max_deletes: There is no such key. Did you mean push.max_deletes?"),
        (
            "[owners]\nzzz = 1",
            "owners.zzz: There is no such key. Take it out. Known here: map.",
        ),
        (
            "[contacts.fields]\nTitle = 'Job Title'",
            'contacts.fields.Title: "Job Title" can\'t be a Salesforce field. '
            "Use the field's API name, such as Title or Job_Level__c.",
        ),
        (
            "[contacts.fields]\nTitle = true",
            "contacts.fields.Title: true says nothing about a field. Write the Salesforce field in quotes, "
            'or { to = "…", write = "fill" }, or false to switch the line off.',
        ),
        (
            "[contacts.fields]\nTitle = { write = 'fill' }",
            "contacts.fields.Title.to: The key is missing. Add it.",
        ),
        (
            "[contacts.fields]\nEmail = 'Email'\nEMAIL = 'Other__c'",
            'contacts.fields: "Email" and "EMAIL" are one name, as upper and lower case do not count. Keep one.',
        ),
        (
            "[leads.stage_map]\nvalues = { Cold = 'Open' }",
            'leads.stage_map.field: The map has values but no field. Name the Salesforce field: field = "Status".',
        ),
        (
            "[accounts.on_create]\nSize = inf",
            "accounts.on_create.Size: inf is not a value that Salesforce can hold. Write a number.",
        ),
        (
            "[accounts.on_create]\nSize = [1]",
            "accounts.on_create.Size: A constant can't be a list. Write one text, number, date, true or false.",
        ),
        (
            "[mailboxes]\naddresses = ['example.com']",
            'mailboxes.addresses[1]: "example.com" is not an e-mail address. Write it bare, such as "ann@example.com".',
        ),
        (
            "[mailboxes]\nfree_mail_domains = ['@gmail.com']",
            'mailboxes.free_mail_domains[1]: "@gmail.com" is not a domain. Write it bare, such as "example.com".',
        ),
        (
            "[[activities.emails.exclude]]\nfrom = { domain = ['a.example'] }\nto = { subjects = ['x'] }",
            "activities.emails.exclude[1].from.domain: There is no such key. "
            "Did you mean activities.emails.exclude[1].from.domains?",
        ),
        (
            "[[activities.emails.exclude]]\nfrom = { subjects = [' '] }",
            "activities.emails.exclude[1].from.subjects[1]: An empty text can't be an entry of this list. Take it out.",
        ),
    ],
)
def test_a_problem_says_what_is_wrong_and_what_to_do(write: Write, text: str, problem: str) -> None:
    (told,) = problems(write(text))
    assert re.sub(r"^sfpush\.toml:\d+: ", "", told) == problem


def test_E3_a_rule_without_any_value_is_an_error(write: Write) -> None:
    (told,) = problems(write("[[activities.emails.exclude]]\nfrom = { domains = [] }\nto = { addresses = [] }\n"))
    assert told.startswith("sfpush.toml:1: activities.emails.exclude[1]: The rule names no domain")


def test_E7_summaries_need_deals(write: Write) -> None:
    summaries = "[activities.conversations]\npush_summaries = true\n"
    (told,) = problems(write(summaries))
    assert told.startswith("sfpush.toml:2: activities.conversations.push_summaries: Meeting summaries are put on deals")
    assert load(write(f"{summaries}[deals]\nmode = 'push'\n")).settings.activities.conversations.push_summaries


def test_E7_is_not_told_where_the_mode_itself_is_wrong(write: Write) -> None:
    (told,) = problems(write("[activities.conversations]\npush_summaries = true\n[deals]\nmode = 'pushh'\n"))
    assert told.startswith('sfpush.toml:4: deals.mode: "pushh"')


def test_D5_a_map_of_deal_stages_needs_no_field(write: Write) -> None:
    assert load(write("[deals.stage_map]\nvalues = { Won = 'Closed Won' }")).settings.deals.stage_map.values


def test_a_value_of_an_unknown_key_is_never_repeated(write: Write) -> None:
    (told,) = problems(write("[salesforce]\npassword = 'hunter2'\n"))
    assert "hunter2" not in told


def test_what_a_terminal_would_act_on_is_shown_escaped(write: Write) -> None:
    (told,) = problems(write('[contacts]\ncreate_as = "\\u001b[31mlead\\u202e"\n'))
    assert told.isprintable()
    assert r"\u001b[31mlead\u202E" in told


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[contacts]\nstages = [Cold]", "2: contacts.stages: This is not a value. Put text in quotes"),
        ("[contacts]\npush = True", "2: contacts.push: This is not a value. Put text in quotes"),
        ("[contacts]\npush true", "2: A key has no = after it."),
        ("[contacts]\npush = true false", "2: contacts.push: There is more after the value."),
        ("[contacts]\nfilter = 'a", "2: contacts.filter: The text has no closing quote."),
        ('[contacts]\nfilter = "a', "2: contacts.filter: The text has no closing quote."),
        ('[notify]\ncommand = "C:\\new\\x"', "2: notify.command: A backslash means something inside double quotes."),
        ("[contacts]\npush = true\npush = false", "3: contacts.push: The key stands here for the second time."),
        ("[contacts]\n[contacts]", "2: The table stands here for the second time."),
        ("[contacts\npush = true", "1: The table's name has no closing bracket."),
        ("[contacts.fields]\nICP Fit = 'a'", "2: A key has no = after it."),
        ("contacts = { push = true", "1: contacts: The table is not closed"),
        ("[contacts]\nstages = ['a' 'b']", "2: contacts.stages: The list is not closed, or a comma"),
    ],
)
def test_what_is_no_toml_is_explained_with_its_line(write: Write, text: str, problem: str) -> None:
    (told,) = problems(write(text))
    assert told.startswith(f"sfpush.toml:{problem}")


def test_problems_behind_a_line_that_is_no_toml_are_told_too(write: Write) -> None:
    path = write("[push]\nenabled = yes\nmax_deletes = -1\n[contacts]\nstages = [Cold]\npsh = true\n")
    assert [line.split(": ")[0] for line in problems(path)] == [f"sfpush.toml:{line}" for line in (2, 3, 5, 6)]


@pytest.mark.parametrize("behind", ["push = true", "[accounts]", "[accounts]\npush = tru"])
def test_a_list_left_open_is_one_problem_and_no_echoes(write: Write, behind: str) -> None:
    (told,) = problems(write(f'[contacts]\nstages = [\n"Cold",\n{behind}\n'))
    assert told.startswith("sfpush.toml:4: ")
    assert told.endswith("A list or table above this line is not closed. Close it with ] or }.")


def test_a_table_that_stands_twice_does_not_give_its_keys_to_the_one_before(write: Write) -> None:
    (told,) = problems(write("[contacts]\npush = true\n[accounts]\n[contacts]\nstages = []\n"))
    assert told.startswith("sfpush.toml:4: The table stands here for the second time.")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[push]\nenabled = true # \xff", "sfpush.toml:2: The file is not UTF-8 text."),
        ("[push]\n".encode("utf-16"), "sfpush.toml:1: The file is not UTF-8 text."),
        (b"\x00" * 20, "sfpush.toml:1: "),
        (b"#" * 2_000_000, "sfpush.toml: The file is over 1 MB"),
        (b"a = " + b"[" * 100_000, "sfpush.toml: A number is too long, or something is nested too deeply."),
        (b"a = " + b"9" * 100_000, "sfpush.toml: A number is too long, or something is nested too deeply."),
        (b"a" + b".a" * 100_000 + b" = 1", "sfpush.toml: A number is too long, or something is nested too deeply."),
    ],
    ids=["latin", "utf-16", "nul", "large", "brackets", "digits", "dots"],
)
def test_a_hostile_file_is_one_problem(write: Write, content: bytes, problem: str) -> None:
    path = write("")
    path.write_bytes(content)
    (told,) = problems(path)
    assert told.startswith(problem)


def test_a_folder_and_a_missing_file_are_told_as_such(tmp_path: Path) -> None:
    assert "Is a directory" in problems(tmp_path)[0]
    assert "No such file" in problems(tmp_path / "none.toml")[0]


def test_settings_check_gives_problems_as_values(write: Write) -> None:
    examined = check(write("[push]\nenabled = 1\n"))
    assert examined.settings is None
    (problem,) = examined.problems
    assert (problem.file, problem.line, problem.key) == ("sfpush.toml", 2, "push.enabled")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[contacts]\nstages = ['Cold']", "sfpush.toml:2: contacts.stages: "),
        ("[accounts]\nnew_records = 'stages'", "sfpush.toml:2: accounts.new_records: "),
        ("[leads.stage_map]\nfield = 'Status'", "sfpush.toml:2: leads.stage_map.field: "),
        (
            "[activities.emails]\npush = true\npush_without_match = true",
            "sfpush.toml:3: activities.emails.push_without_match: ",
        ),
        (
            "[activities.meetings]\npush = true\npush_all_calendar_events = true",
            "sfpush.toml:3: activities.meetings.push_all_calendar_events: ",
        ),
    ],
)
def test_what_is_hardly_meant_is_a_warning(write: Write, text: str, place: str) -> None:
    (warning,) = load(write(text)).warnings
    assert warning.startswith(place)
