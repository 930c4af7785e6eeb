"""Changing one key of a settings file and nothing else: comments, order and layout stay."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, InlineTable, Item, Table, Whitespace

from sfpush.errors import SettingsError
from sfpush.settings.assignment import as_toml, key_path, value_of, with_value
from sfpush.settings.document import BYTE_ORDER_MARK, Document, parse, read_text
from sfpush.settings.examine import examine
from sfpush.settings.keys import KeyPath, dotted
from sfpush.settings.load import Loaded, load, refusal
from sfpush.settings.problems import Problem

_NEW_FILE_MODE = 0o644
_LEFT_ALONE = "The file was left as it is."


def set_value(path: Path, key: str, value: str) -> Loaded:
    """Write one value into a settings file, keeping its comments, and return the settings it now holds.

    The value is read as `overlay` reads it. A file that does not exist is made. The file is replaced in one step,
    and only if all of its settings are then right. Raises SettingsError with every problem if not.
    """
    name = str(path)
    text = read_text(path) if path.exists() else ""
    if isinstance(text, Problem):
        raise refusal([text], _LEFT_ALONE)
    before = parse(text, name)
    if before.problems:
        raise refusal(before.problems, _LEFT_ALONE)
    try:
        parts = key_path(key)
        changed = with_line(text, parts, as_toml(parts, value))
    except ValueError as error:
        raise refusal([Problem(name, 0, key, str(error))], _LEFT_ALONE) from None
    problems = examine(parse(changed, name)).problems
    if problems:
        raise refusal([_in_file_as_it_is(problem, before, parts) for problem in problems], _LEFT_ALONE)
    _write(path, changed)
    return load(path)


def with_line(text: str, path: tuple[str, ...], toml: str) -> str:
    """A TOML document with one key set, and all else as it was.

    Raises ValueError where that can't be done, such as a key inside something that is not a table.
    """
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    line_end = "\r\n" if "\r\n" in text else "\n"
    plain = text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n")
    if plain and not plain.endswith("\n"):
        plain += "\n"
    wanted = with_value(tomllib.loads(plain), path, value_of(toml))
    for changed in _ways(plain, path, toml):
        if _holds(changed, wanted):
            return mark + changed.replace("\n", line_end)
    raise ValueError("The key can't be changed without touching others. Change it in an editor.")


def _ways(text: str, path: tuple[str, ...], toml: str) -> Iterator[str]:
    """The text with the key set, best-looking way first; some documents allow only some ways, or none."""
    yield from (changed for changed in (_in_place(text, path, toml),) if changed)
    table, name = dotted(path[:-1]), dotted(path[-1:])
    gap = "\n" if text.strip() else ""
    yield f"{text}{gap}[{table}]\n{name} = {toml}\n" if table else f"{name} = {toml}\n{text}"


def _in_place(text: str, path: tuple[str, ...], toml: str) -> str | None:
    """The text with the key replaced, or added to its table, if that table is there."""
    try:
        document = tomlkit.parse(text)
        table: Any = document
        for part in path[:-1]:
            if part not in table and isinstance(table, InlineTable):
                table[part] = tomlkit.inline_table()
            table = table[part]
        is_new = path[-1] not in table
        if not is_new and isinstance(table[path[-1]], Table | AoT):
            return None
        value = tomlkit.parse(f"value = {toml}\n")["value"]
        if is_new and isinstance(table, InlineTable) and not table.as_string().endswith(" }"):
            table.append(path[-1], value)  # an assignment puts no blank behind the comma here
        else:
            table[path[-1]] = value
        if is_new and isinstance(table, Table):
            _move_up(table.value.body, path[-1])
    except (TOMLKitError, KeyError, TypeError, ValueError):  # TypeError, ValueError: part of the way is no table
        return None
    return tomlkit.dumps(document)


def _move_up(body: list[tuple[Any, Item]], name: str) -> None:
    """Move a new key to right behind the other keys of its table or, if it is the first, behind the remarks below the
    header: what stands there after a blank line is about the next table.
    """
    new = next(place for place, (key, _) in enumerate(body) if key is not None and key.key == name)
    entry = body.pop(new)
    others = [place for place, (key, item) in enumerate(body) if key is not None and not isinstance(item, Table | AoT)]
    gap = next((place for place, (_, item) in enumerate(body[:new]) if isinstance(item, Whitespace)), new)
    body.insert(others[-1] + 1 if others else gap, entry)


def _holds(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _in_file_as_it_is(problem: Problem, before: Document, edited: KeyPath) -> Problem:
    """The problem with the line that its key has in the file on disk; none for the key that was to be set."""
    lines = {dotted(path): line for path, line in before.lines.items() if path[: len(edited)] != edited}
    return replace(problem, line=lines.get(problem.key, 0))


def _write(path: Path, text: str) -> None:
    """Replace the file, or what a symbolic link leads to, in one step; its permissions stay. OSError: a full disk."""
    target = path.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("wb", dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        new = Path(file.name)
        if target.exists():
            shutil.copymode(target, new)
        else:
            new.chmod(_NEW_FILE_MODE)
        new.replace(target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise SettingsError(
            f"The settings file {path} can't be written: {error.strerror or error}.",
            hint="Check the folder's permissions, or name another file with --config.",
        ) from None
