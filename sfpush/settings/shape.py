"""Questions about the schema itself: which tables and keys there are."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import isclass
from typing import Any, get_args

from pydantic import BaseModel

from sfpush.settings.keys import KeyPath
from sfpush.settings.schema import Settings


def all_keys() -> Iterator[tuple[str, ...]]:
    """Every key of the schema that holds a value, in the order of the contract."""
    return (path for path, holds_keys in _walk((), Settings) if not holds_keys)


def all_tables() -> Iterator[tuple[str, ...]]:
    """Every table of the schema whose keys are fixed."""
    return (path for path, holds_keys in _walk((), Settings) if holds_keys)


def keys_at(path: KeyPath) -> tuple[str, ...]:
    """The keys that the table at `path` knows; none where names are free or there is no such table."""
    table = _table_at(path)
    return tuple(field.alias or name for name, field in table.model_fields.items()) if table else ()


def wants_text(path: KeyPath) -> bool:
    """Whether the key at `path` holds text, so that a bare word or number typed for it means that text."""
    table = _table_at(path[:-1])
    annotation = _annotations(table).get(str(path[-1])) if table else None
    choices = get_args(annotation)
    return annotation is str or (bool(choices) and all(isinstance(choice, str) for choice in choices))


def _walk(path: tuple[str, ...], table: type[BaseModel]) -> Iterator[tuple[tuple[str, ...], bool]]:
    for name, annotation in _annotations(table).items():
        holds_keys = isclass(annotation) and issubclass(annotation, BaseModel)
        yield (*path, name), holds_keys
        if holds_keys:
            yield from _walk((*path, name), annotation)


def _table_at(path: KeyPath) -> type[BaseModel] | None:
    table: type[BaseModel] | None = Settings
    for part in path:
        if table is None:
            return None
        annotations = _annotations(table)
        if part in annotations:
            table = _table_within(annotations[str(part)])
    return table


def _annotations(table: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in table.model_fields.items()}


def _table_within(annotation: Any) -> type[BaseModel] | None:
    if isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _table_within(argument))), None)
