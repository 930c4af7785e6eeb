"""The locator agrees with tomllib on every key, and names the line that an editor shows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from sfpush.settings.keys import DEEPEST, KeyPath, dotted, has_endless_key, parse_key
from sfpush.settings.locate import line_of, locate

HOSTILE = dedent(
    '''\
    # [not.a.table] "not" = "a key"
    top = """
    [fake]
    key = 1 \\""" still inside
    """ # = [comment]
    literal = \'\'\'
    [fake2] # x = """
    \'\'\'
    "quoted.key = [" = 'a # b'
    'single "quoted"' = "it's = \\" # ["
    five = """""five"""""
    [contacts] # contacts
    push = true

      [contacts . "fields"]  # blanks
      "ICP Fit *" = { to = "ICP__c", write = "fill" }
      a . b."c d" = 1
    list = [ # one
      "x, ]", # two ]
      [ 1,
        2 ],
      { in = "here", deep.er = [
        3 ] },
    ]
    date = 1979-05-27 07:32:00 # space in a value
    [[rules]]
    from = { domains = [
        "a.example",
        "b.example",
    ] }
    [[rules.inner]]
    x = 1
    [[rules.inner]]
    x = 2
    [[rules]]
    [rules.sub]
    x = 3
    [[rules.inner]]
    x = 4
    [leads.fields]
    "ICP Fit *" = "Other__c"'''
)

LINES = {
    ("top",): 2,
    ("literal",): 6,
    ("quoted.key = [",): 9,
    ('single "quoted"',): 10,
    ("five",): 11,
    ("contacts",): 12,
    ("contacts", "push"): 13,
    ("contacts", "fields"): 15,
    ("contacts", "fields", "ICP Fit *"): 16,
    ("contacts", "fields", "ICP Fit *", "write"): 16,
    ("contacts", "fields", "a", "b", "c d"): 17,
    ("contacts", "fields", "list"): 18,
    ("contacts", "fields", "list", 0): 19,
    ("contacts", "fields", "list", 1): 20,
    ("contacts", "fields", "list", 1, 1): 21,
    ("contacts", "fields", "list", 2, "in"): 22,
    ("contacts", "fields", "list", 2, "deep", "er", 0): 23,
    ("contacts", "fields", "date"): 25,
    ("rules",): 26,
    ("rules", 0, "from", "domains", 1): 29,
    ("rules", 0, "inner", 0, "x"): 32,
    ("rules", 0, "inner", 1, "x"): 34,
    ("rules", 1): 35,
    ("rules", 1, "sub", "x"): 37,
    ("rules", 1, "inner", 0, "x"): 39,
    ("leads",): 40,
    ("leads", "fields", "ICP Fit *"): 41,
}


def paths_in(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_in(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from paths_in(inner, (*path, place))


@pytest.mark.parametrize(("path", "line"), LINES.items(), ids=str)
def test_every_key_of_a_hostile_document_has_its_line(path: KeyPath, line: int) -> None:
    assert locate(HOSTILE)[path] == line


def test_the_hostile_document_has_no_other_keys_than_tomllib_finds() -> None:
    assert set(locate(HOSTILE)) == set(paths_in(tomllib.loads(HOSTILE)))


names = st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1, max_size=6)
values = st.recursive(
    st.integers(0, 10**6) | st.booleans() | st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(names, values, max_size=5))
def test_any_document_has_the_keys_that_tomllib_finds(document: dict[str, Any]) -> None:
    text = tomlkit.dumps(document)
    assert set(locate(text)) == set(paths_in(tomllib.loads(text)))


@given(st.lists(st.sampled_from(["", "# [x]\n", "\n", '_{} = """\n[x]\na = 1\n"""\n', "_{} = [\n1,\n]\n"]), max_size=8))
def test_the_line_is_the_one_that_an_editor_shows(before: list[str]) -> None:
    above = "".join(text.format(place) for place, text in enumerate(before))
    text = f"{above}[table]\nneedle = 1\n"
    line = locate(text)["table", "needle"]
    assert text.split("\n")[line - 1] == "needle = 1"


def test_a_key_that_is_not_there_gets_the_line_of_its_table() -> None:
    lines = locate("a = 1\n[contacts]\npush = true\n")
    assert line_of(("contacts", "stage_map", "field"), lines) == 2
    assert line_of(("deals", "mode"), lines) == 0


def test_what_is_too_deep_is_refused_instead_of_filling_the_memory() -> None:
    with pytest.raises(ValueError, match="deep"):
        locate(".".join("a" * (DEEPEST + 1)) + " = 1")


@pytest.mark.parametrize("part", ["a", '"a.b"', "'='", "a ", '"\\""'])
def test_an_endless_key_is_seen_before_tomllib_chokes_on_it(part: str) -> None:
    assert has_endless_key(f"[x]\n{'.'.join([part] * (DEEPEST + 1))} = 1")
    assert not has_endless_key(f"[x]\n{'.'.join([part] * DEEPEST)} = 1")


def test_many_dots_that_are_no_key_are_fine() -> None:
    assert not has_endless_key("free_mail_domains = [" + '"a.example", ' * 10_000 + "]")
    assert not has_endless_key("x" * 1_000_000)


@given(st.lists(names, min_size=1, max_size=4))
def test_a_dotted_key_reads_back_as_it_was(parts: list[str]) -> None:
    assert parse_key(dotted(tuple(parts))) == tuple(parts)


@pytest.mark.parametrize("text", ["", " ", "a.", ".a", "a b", '"a', "a=1", "a\nb", "ICP Fit *"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        parse_key(text)
