"""Filters at work (B6): `contacts.filter` and `accounts.filter` in a plan, and the records that `--where` means."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from sfpush.apollo_fields import known_names
from sfpush.errors import UsageError
from sfpush.filters.expression import Expression, IsBlank, Not
from sfpush.filters.parse import FilterError, parse
from sfpush.model import RecordType
from sfpush.planning.context import Context
from sfpush.planning.field_map import RECORD_TYPES
from sfpush.planning.list_check import user_lines
from sfpush.planning.map_check import TABLES
from sfpush.planning.subjects import Subject
from sfpush.settings.keys import KeyPath
from sfpush.settings.schema import Settings
from sfpush.store.filters import Vocabulary, filtering, held_names, unseen_names

_FILTERED = (RecordType.CONTACT, RecordType.ACCOUNT)


def settings_filters(settings: Settings) -> Mapping[RecordType, Expression]:
    """The filters that the settings name; they were checked when the settings loaded."""
    texts = {RecordType.CONTACT: settings.contacts.filter, RecordType.ACCOUNT: settings.accounts.filter}
    return {record_type: parse(text, record_type) for record_type, text in texts.items() if text.strip()}


def with_filter(
    connection: sqlite3.Connection, context: Context, record_type: RecordType, subjects: Sequence[Subject]
) -> list[Subject]:
    """Say of each subject whether its record passes the filter of the settings; what is not stored passes."""
    expression = settings_filters(context.settings).get(record_type)
    if expression is None:
        return list(subjects)
    keys = [subject.record.key for subject in subjects]
    with filtering(connection, Not(expression), record_type, vocabulary_of(context)) as failing:
        held = failing.passing(keys)
    return [replace(one, passes_filter=False) if one.record.key in held else one for one in subjects]


def filter_warnings(connection: sqlite3.Connection, settings: Settings) -> Mapping[RecordType, str]:
    """Of each filter of the settings that asks for fields which no record has: a sentence saying so."""
    vocabulary = Vocabulary.of(connection)
    found = {}
    for record_type, expression in settings_filters(settings).items():
        unseen = unseen_names(connection, expression, record_type, vocabulary)
        if unseen:
            found[record_type] = f"No {record_type.value} of the store has {_unknown(connection, unseen, record_type)}"
    return found


def field_map_warnings(connection: sqlite3.Connection, settings: Settings) -> Mapping[KeyPath, str]:
    """Of each line of a field map whose Apollo side nobody knows, neither Apollo nor a record: a sentence (F1)."""
    vocabulary = Vocabulary.of(connection)
    found: dict[KeyPath, str] = {}
    for sobject in TABLES:
        record_type = RECORD_TYPES[sobject]
        for name, path in user_lines(settings, sobject).items():
            if name in known_names(record_type):
                continue
            if unseen_names(connection, IsBlank(name), record_type, vocabulary):
                found[path] = f"No {record_type.value} of the store has {_unknown(connection, (name,), record_type)}"
    return found


def keys_where(connection: sqlite3.Connection, text: str) -> frozenset[str]:
    """The keys of the contacts and accounts that pass a filter; accounts only if they can have every field of it.

    Raises UsageError for a text that is no filter, and for a field that neither contacts nor accounts have.
    """
    vocabulary = Vocabulary.of(connection)
    found: set[str] = set()
    unknown: dict[RecordType, tuple[str, ...]] = {}
    for record_type in _FILTERED:
        expression = _parsed(text, record_type)
        unknown[record_type] = unseen_names(connection, expression, record_type, vocabulary)
        if unknown[record_type]:
            continue
        with filtering(connection, expression, record_type, vocabulary) as asked:
            found.update(asked.all_passing())
    if all(unknown.values()):
        fewest = min(unknown, key=lambda record_type: len(unknown[record_type]))
        raise UsageError(
            f"No record of the store has {_unknown(connection, unknown[fewest], fewest)}",
            hint="Names are Apollo's in snake case; `sfpush records show KEY` shows a record's.",
            code="unknown-field",
        )
    return frozenset(found)


def _parsed(text: str, record_type: RecordType) -> Expression:
    try:
        return parse(text, record_type)
    except FilterError as problem:
        raise UsageError(
            f"This is no filter. {problem}",
            hint="Write it like: country = 'Germany' and employees >= 50",
            code="filter-invalid",
        ) from None


def _unknown(connection: sqlite3.Connection, unseen: Sequence[str], record_type: RecordType) -> str:
    """`the field contry. Did you mean country?`, or the same of several."""
    known = known_names(record_type) | held_names(connection, record_type)
    close = [near for name in unseen for near in get_close_matches(name, known, n=1)]
    fields = f"the field{'s' if len(unseen) > 1 else ''} {', '.join(unseen)}"
    return f"{fields}. Did you mean {' or '.join(close)}?" if close else f"{fields}."


def vocabulary_of(context: Context) -> Vocabulary:
    """What the names of a filter can mean in this plan."""
    stages = {one: context.stage_names.get(f"{one.value}_stages", {}) for one in _FILTERED}
    return Vocabulary(stages, context.custom_fields)
