"""The commented settings file that `sfpush init` writes, and the JSON Schema that editors complete from."""

from __future__ import annotations

import itertools
import tomllib
from importlib.resources import files
from typing import Any

from sfpush.settings.edit import with_line
from sfpush.settings.keys import KeyPath, dotted
from sfpush.settings.locate import locate
from sfpush.settings.schema import Settings
from sfpush.settings.shape import all_keys, all_tables

_PRACTICE_REMARK = """\
# For the practice org (`sfpush connect --practice`), where nothing can go wrong: lost answers are followed up at once.
#
"""


def init_text(*, practice: bool = False, account_source: bool = False) -> str:
    """The settings file with every key explained and at its default.

    `account_source` writes AccountSource for new accounts, for orgs that have it (A2); `practice` suits the
    practice org.
    """
    text = (files("sfpush.settings") / "sample-config.toml").read_text("utf-8")
    if account_source:
        text = with_line(text, ("accounts", "source_field"), '"AccountSource"')
    if practice:
        text = _PRACTICE_REMARK + with_line(text, ("push", "settle_seconds"), "0")
    return text


def explanations() -> dict[KeyPath, str]:
    """What the sample file says about each key and table that it says something about: the remark above it."""
    text = init_text()
    lines, places = text.splitlines(), locate(text)
    said: dict[KeyPath, str] = {}
    for path in (*all_tables(), *all_keys()):
        example = f"# [[{dotted(path)}]]"
        place = places[path] - 1 if path in places else lines.index(example)
        above = itertools.takewhile(lambda line: line.startswith("# "), reversed(lines[:place]))
        remark = " ".join(line[2:] for line in reversed(list(above)) if not _is_example(line[2:]))
        if remark:
            said[path] = remark
    return said


def json_schema() -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) of the settings file, each key explained in the sample's words."""
    schema = Settings.model_json_schema()
    for definition in schema["$defs"].values():
        del definition["description"]  # a docstring, meant for readers of the code
    for path, remark in explanations().items():
        table = schema
        for part in path[:-1]:
            table = schema["$defs"][table["properties"][part]["$ref"].rpartition("/")[2]]
        table["properties"][path[-1]]["description"] = remark
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Settings of sfpush",
        "description": "What goes from Apollo to Salesforce, and how.",
    }


def _is_example(remark: str) -> bool:
    try:
        return bool(tomllib.loads(remark))
    except tomllib.TOMLDecodeError:
        return False
