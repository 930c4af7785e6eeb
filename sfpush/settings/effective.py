"""Settings as a flat table of dotted keys, for showing them, telling their origin, and fingerprinting."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from sfpush.settings.keys import KeyPath, dotted
from sfpush.settings.schema import Settings
from sfpush.settings.values import FieldRule

NOT_DECIDING = ("push", "notify", "store", "salesforce.api_version", "deals.hide_pulled")
"""Keys and tables that change how and when a plan is carried out or shown, never what it decides."""


def leaves(settings: Settings) -> Iterator[tuple[KeyPath, Any]]:
    """Every key with its value as JSON, in the order of the contract.

    Each line of a map (fields, stage values, constants) is a key of its own; an empty map is one key.
    """
    yield from _leaves((), settings)


def effective(settings: Settings) -> dict[str, Any]:
    """Dotted key → value as JSON: what `settings show` prints."""
    return {dotted(path): value for path, value in leaves(settings)}


def not_default(settings: Settings) -> dict[str, Any]:
    """The same, of what is no default; each line of a map is."""
    defaults = effective(Settings())
    return {key: value for key, value in effective(settings).items() if key not in defaults or value != defaults[key]}


def fingerprint(settings: Settings) -> str:
    """32 hexadecimal digits that change exactly when a setting changes that a decision can rest on."""
    deciding = {
        key: value
        for key, value in effective(settings).items()
        if not any(key == prefix or key.startswith(f"{prefix}.") for prefix in NOT_DECIDING)
    }
    text = json.dumps(deciding, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _leaves(path: KeyPath, value: Any) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, BaseModel) and not isinstance(value, FieldRule):
        for name, field in type(value).model_fields.items():
            yield from _leaves((*path, field.alias or name), getattr(value, name))
    elif isinstance(value, Mapping) and value:
        for name, line in value.items():
            yield (*path, name), _as_json(line)
    else:
        yield path, _as_json(value)


def _as_json(value: Any) -> Any:
    match value:
        case FieldRule(to=to, write=None):
            return to
        case BaseModel():
            return value.model_dump(mode="json", by_alias=True)
        case tuple():
            return [_as_json(each) for each in value]
        case Mapping():
            return dict(value)
        case None:  # a line of a field map that is switched off
            return False
    return value
