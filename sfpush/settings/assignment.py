"""`KEY=VALUE` as typed on a command line: what it means, and laying it over what a file says."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from sfpush.settings.keys import KeyPath, dotted, has_endless_key, parse_key, quote, scan_key
from sfpush.settings.shape import wants_text


def split(assignment: str) -> tuple[tuple[str, ...], str]:
    """`KEY=VALUE` as the key's parts and the value as typed. Raises ValueError with the sentence to show."""
    try:
        path, end = scan_key(assignment, 0)
    except ValueError:
        path, end = (), 0
    if not path or not assignment.startswith("=", end):
        raise ValueError(
            "This is not KEY=VALUE. Write the whole key, as in contacts.push=false; "
            "names with blanks or signs go in double quotes."
        )
    return path, assignment[end + 1 :]


def key_path(text: str) -> tuple[str, ...]:
    """A dotted key as typed. Raises ValueError with the sentence to show."""
    try:
        return parse_key(text)
    except ValueError:
        raise ValueError(
            "This is not a key. Write table and name, as in contacts.push; "
            "names with blanks or signs go in double quotes."
        ) from None


def as_toml(path: KeyPath, text: str) -> str:
    """The TOML that a typed value stands for: itself where it is TOML that fits, else a text with these letters.

    So `Interested`, `country = 'Germany'` and, for a key that holds text, `62.0` need no quotes of their own.
    Raises ValueError for letters that are none.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("The value holds bytes that are not text. Type it anew.") from None
    if has_endless_key(text):
        raise ValueError("The value is nested too deeply. Write it simpler.")
    text = text.strip()
    try:
        document = tomllib.loads(f"value = {text}\n")
    except (ValueError, RecursionError):
        return quote(text)
    fits = len(document) == 1 and (isinstance(document["value"], str) or not wants_text(path))
    return text if fits else quote(text)


def value_of(toml: str) -> Any:
    """The value that `as_toml` wrote."""
    return tomllib.loads(f"value = {toml}")["value"]


def with_value(values: Mapping[str, Any], path: KeyPath, value: Any) -> dict[str, Any]:
    """The same values but for one key; tables on the way are made. Raises ValueError where one can't be."""
    return _with_value(values, path, 0, value)


def _with_value(values: Mapping[str, Any], path: KeyPath, depth: int, value: Any) -> dict[str, Any]:
    name = str(path[depth])
    if depth == len(path) - 1:
        return {**values, name: value}
    inner = values.get(name, {})
    if not isinstance(inner, Mapping):
        raise ValueError(  # noqa: TRY004 - what the user typed is wrong, not what a caller passed
            f"{dotted(path[: depth + 1])} is not a table, so it has no keys. Set it as a whole."
        )
    return {**values, name: _with_value(inner, path, depth + 1, value)}


def without(values: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
    """The same values without one key."""
    name = str(path[0])
    if len(path) == 1 or not isinstance(values.get(name), Mapping):
        return {key: value for key, value in values.items() if key != name}
    return {**values, name: without(values[name], path[1:])}
