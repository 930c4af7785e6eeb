"""The sample settings file: every key, its default, an explanation; the same in the package and for editors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import sfpush
from sfpush.settings.effective import effective
from sfpush.settings.keys import dotted
from sfpush.settings.load import check, load
from sfpush.settings.locate import locate
from sfpush.settings.sample import explanations, init_text, json_schema
from sfpush.settings.schema import Settings
from sfpush.settings.shape import all_keys, all_tables
from tests.settings.conftest import Write

EXAMPLE = re.compile(r"""# ("[^"]+"|\w+) = [\["{\w]""")
SAMPLE = Path(sfpush.__file__).parent.parent / "sample-config.toml"


def test_the_sample_at_the_top_is_the_one_in_the_package() -> None:
    assert SAMPLE.read_text("utf-8") == init_text()


def test_the_sample_loads_to_exactly_the_defaults() -> None:
    loaded = load(SAMPLE)
    assert loaded.settings == Settings()
    assert loaded.warnings == ()


def test_the_sample_writes_out_every_key_of_the_schema() -> None:
    written = set(locate(init_text()))
    only_as_example = {("activities", "emails", "exclude")}
    assert set(all_keys()) - written == only_as_example
    assert "# [[activities.emails.exclude]]" in init_text()


def test_every_key_is_explained_above_it() -> None:
    assert set(explanations()) >= set(all_keys())


def examples() -> dict[str, list[str]]:
    """Header → the examples that stand below it, switched on."""
    found: dict[str, list[str]] = {}
    header = ""
    for line in init_text().splitlines():
        if line.startswith(("[", "# [[")):
            header = line.removeprefix("# ")
        elif EXAMPLE.match(line):
            found.setdefault(header, []).append(line.removeprefix("# "))
    return found


@pytest.mark.parametrize(
    ("header", "lines"), examples().items(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_example_is_right_when_it_is_switched_on(write: Write, header: str, lines: list[str]) -> None:
    assert check(write("\n".join([header, *lines]))).problems == ()


def test_no_line_of_the_sample_is_too_wide_to_read() -> None:
    assert max(map(len, init_text().splitlines())) <= 118


def test_init_for_the_practice_org_does_not_wait_for_lost_answers(write: Write) -> None:
    loaded = load(write(init_text(practice=True)))
    changed = {key for key, value in effective(loaded.settings).items() if value != effective(Settings())[key]}
    assert changed == {"push.settle_seconds"}


def test_A2_init_offers_the_account_source_where_the_org_has_it(write: Write) -> None:
    assert load(write(init_text(account_source=True))).settings.accounts.source_field == "AccountSource"


def resolved(schema: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    table = schema
    for part in path[:-1]:
        table = schema["$defs"][table["properties"][part]["$ref"].rpartition("/")[2]]
    found: dict[str, Any] = table["properties"][path[-1]]
    return found


@pytest.mark.parametrize("path", tuple(all_keys()), ids=dotted)
def test_the_json_schema_explains_each_key_and_gives_its_default(path: tuple[str, ...]) -> None:
    described = resolved(json_schema(), path)
    assert described["description"]
    assert described.get("default", {}) == effective(Settings())[dotted(path)]


def test_the_json_schema_is_closed() -> None:
    schema = json_schema()
    for path in all_tables():
        table = resolved(schema, path)
        assert schema["$defs"][table["$ref"].rpartition("/")[2]]["additionalProperties"] is False
