"""Whatever a settings file holds, loading it ends in settings or in a SettingsError."""

from __future__ import annotations

from typing import Any

import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfpush.errors import SettingsError
from sfpush.settings.document import parse
from sfpush.settings.effective import effective
from sfpush.settings.examine import examine
from sfpush.settings.load import load, overlay
from sfpush.settings.sample import init_text
from sfpush.settings.shape import all_keys
from tests.settings.conftest import Write

SAMPLE = init_text()
anything = st.recursive(
    st.none().map(lambda _: "")
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(codec="utf-8"), max_size=12)
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.sampled_from(["lead", "contact", "stages", "Title", "a@b.example", "a.example", "{{ subject }}", "{%", False]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["to", "write", "from", "field", "values", "domains", "match", "x y"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


def laid_out(assignments: dict[tuple[str, ...], Any]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for path, value in assignments.items():
        table = document
        for part in path[:-1]:
            table = table.setdefault(part, {})
        table[path[-1]] = value
    return document


def holds_or_is_refused(text: str) -> None:
    examined = examine(parse(text, "sfpush.toml"))
    assert (examined.settings is None) == bool(examined.problems)
    for problem in examined.problems:
        assert str(problem).isprintable()
        assert problem.message.endswith((".", "?"))
        assert 0 <= problem.line <= text.count("\n") + 1
    if examined.settings is not None:
        assert set(effective(examined.settings)) == set(examined.origins)


@given(st.dictionaries(st.sampled_from(list(all_keys())), anything, max_size=8))
def test_any_values_of_known_keys(assignments: dict[tuple[str, ...], Any]) -> None:
    holds_or_is_refused(tomlkit.dumps(laid_out(assignments)))


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), anything, max_size=4))
def test_any_document(document: dict[str, Any]) -> None:
    holds_or_is_refused(tomlkit.dumps(document))


@given(st.text(st.characters(codec="utf-8")) | st.text("[]{}=.#\"'\\\n \tabt1-:", max_size=40))
def test_any_text(text: str) -> None:
    holds_or_is_refused(text)


@given(st.integers(0, len(SAMPLE)), st.integers(0, 60), st.text("[]{}=.#\"'\\\n ab1", max_size=5))
def test_any_damage_to_the_sample(start: int, length: int, instead: str) -> None:
    holds_or_is_refused(SAMPLE[:start] + instead + SAMPLE[start + length :])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=80))
def test_any_bytes(write: Write, content: bytes) -> None:
    path = write("")
    path.write_bytes(content)
    try:
        load(path)
    except SettingsError as error:
        assert error.problems


@given(st.lists(st.text(max_size=20) | st.sampled_from([f"{'.'.join(key)}=" for key in all_keys()]), max_size=4))
def test_any_overlay(assignments: list[str]) -> None:
    try:
        overlay(load(None), assignments)
    except SettingsError as error:
        assert error.problems
