"""What can't hold together, and what is allowed but rarely meant: checks over several keys at once."""

from __future__ import annotations

from collections.abc import Iterator, Set

from sfpush.settings.keys import KeyPath
from sfpush.settings.problems import Finding
from sfpush.settings.schema import Settings
from sfpush.settings.values import StageMap


def impossible(settings: Settings, unknown: Set[KeyPath]) -> Iterator[Finding]:
    """Combinations that can't be carried out. Those that rest on a key in `unknown` (itself wrong) are left out."""
    deals_known = not _touches(unknown, ("deals", "mode"))
    if settings.activities.conversations.push_summaries and settings.deals.mode == "off" and deals_known:  # E7
        yield Finding(
            ("activities", "conversations", "push_summaries"),
            'Meeting summaries are put on deals, and deals.mode is "off". '
            'Set deals.mode to "push" or "bidirectional", or push_summaries to false.',
        )
    for name, stage_map in _stage_maps(settings):
        path = (name, "stage_map", "field")
        names_field = stage_map.field or name == "deals"  # a deal's stage is its StageName (D5)
        if stage_map.values and not names_field and not _touches(unknown, path):
            yield Finding(path, 'The map has values but no field. Name the Salesforce field: field = "Status".')


def doubtful(settings: Settings) -> Iterator[Finding]:
    """Combinations that work, but hardly as meant: the warnings of `settings check`."""
    for name, records in (("contacts", settings.contacts), ("accounts", settings.accounts)):
        if records.new_records == "all" and records.stages:
            yield Finding(
                (name, "stages"),
                'The list is not used while new_records is "all". Set new_records to "stages", or empty the list.',
            )
        if records.new_records == "stages" and not records.stages:
            yield Finding(
                (name, "new_records"),
                "No stage is listed, so nothing new is created. Name the stages in `stages`.",
            )
    for name, stage_map in _stage_maps(settings):
        if stage_map.field and not stage_map.values:
            yield Finding(
                (name, "stage_map", "field"),
                "The map names a field but no values, so it writes nothing. Add values, or take the field out.",
            )
    if settings.activities.emails.push and settings.activities.emails.push_without_match:
        yield Finding(
            ("activities", "emails", "push_without_match"),
            "E-mails to and from strangers create contacts that nobody may expect. Leave it false if in doubt.",
        )
    if settings.activities.meetings.push and settings.activities.meetings.push_all_calendar_events:
        yield Finding(
            ("activities", "meetings", "push_all_calendar_events"),
            "Meetings with strangers create contacts that nobody may expect. Leave it false if in doubt.",
        )


def _stage_maps(settings: Settings) -> Iterator[tuple[str, StageMap]]:
    yield "contacts", settings.contacts.stage_map
    yield "leads", settings.leads.stage_map
    yield "accounts", settings.accounts.stage_map
    yield "deals", settings.deals.stage_map


def _touches(paths: Set[KeyPath], key: KeyPath) -> bool:
    return any(key[: len(path)] == path for path in paths)
