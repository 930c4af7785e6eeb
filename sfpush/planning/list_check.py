"""What of the settings does not agree with Apollo's own lists: stages that there are none of, owners nobody knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches

from sfpush.apollo_fields import canonical, is_apollo_id
from sfpush.model import RecordType
from sfpush.planning.context import NO_STAGE
from sfpush.planning.field_map import RECORD_TYPES
from sfpush.planning.fitting import shown, some_of
from sfpush.planning.map_check import TABLES
from sfpush.settings.keys import KeyPath
from sfpush.settings.problems import Finding
from sfpush.settings.schema import Settings

_LISTS = {
    "contacts": ("contact", "contact_stages"),
    "leads": ("contact", "contact_stages"),
    "accounts": ("account", "account_stages"),
    "deals": ("deal", "opportunity_stages"),
}
"""What the stages of each table are called, and the imported list that has them."""
STAGE_LISTS: Mapping[str, RecordType] = {
    "contact_stages": RecordType.CONTACT,
    "account_stages": RecordType.ACCOUNT,
    "opportunity_stages": RecordType.DEAL,
}
"""The lists of stages, and whose stages they are."""


def check_stages(
    settings: Settings, stage_lists: Mapping[str, Mapping[str, str]], held: Mapping[str, Collection[str]]
) -> Iterator[Finding]:
    """Stages of the settings that neither the imported list of their record type nor any record has (C3, D5, F3).

    `stage_lists` has names by Apollo id under the lists' names (`contact_stages` …), `held` the stages of the records
    as the records have them. Nothing is said where there is neither, or where only the list could name them.
    """
    for path, stage in _stages(settings):
        words, stages = _LISTS[str(path[0])]
        names = stage_lists.get(stages, {})
        named = [one for one in held.get(stages, ()) if one.strip() and one not in names]
        if not names and any(map(is_apollo_id, named)):
            continue
        known = {name.strip().lower(): name for name in (*names.values(), *named)}
        sought = stage.strip().lower()
        if not known or sought in known or sought == NO_STAGE:
            continue
        close = get_close_matches(sought, known, n=1)
        lacks = f"Apollo has no {words} stage" if names else f"No imported {words} has the stage"
        if close:
            hint = f"Did you mean {shown(known[close[0]])}?"
        else:
            more = "" if names else f" If Apollo has more, import its {stages}."
            hint = f"Stages are {some_of(tuple(known.values()))}.{more}"
        yield Finding(path, f"{lacks} {shown(stage)}. {hint}")


def user_lines(settings: Settings, sobject: str) -> Mapping[str, KeyPath]:
    """The Apollo side of the lines that the user wrote for this sObject (F1): canonical name to key."""
    table = TABLES[sobject]
    return {canonical(name, RECORD_TYPES[sobject]): (table, "fields", name) for name in getattr(settings, table).fields}


def unknown_owners(emails: Iterable[str], users: Collection[str]) -> tuple[str, ...]:
    """Those of the Apollo owners' e-mails that no active Salesforce user has; `users` are in lower case (C9)."""
    return tuple(sorted({email.strip().lower() for email in emails if email.strip()} - set(users)))


def check_owners(settings: Settings, emails: Iterable[str], users: Collection[str]) -> Iterator[Finding]:
    """Apollo owners who are no active Salesforce user (C9); e-mails are compared in lower case."""
    if not settings.owners.map:
        return
    unknown = unknown_owners(emails, users)
    if unknown:
        who = "owner has" if len(unknown) == 1 else f"{len(unknown)} owners have"
        yield Finding(
            ("owners", "map"),
            f"Apollo's {who} no active Salesforce user of the same e-mail: {some_of(unknown)}. What is new of"
            " theirs will belong to the integration user.",
        )


def check_mailboxes(settings: Settings, connected: Collection[str]) -> Iterator[Finding]:
    """E-mails that are to be pushed while nobody knows whose mailboxes are ours (E1)."""
    if settings.activities.emails.push and not connected and not settings.mailboxes.addresses:
        yield Finding(
            ("activities", "emails", "push"),
            "No connected mailbox is known, so that hardly an e-mail counts as outgoing and none as internal."
            " Import Apollo's email_accounts, or name your addresses in mailboxes.addresses.",
        )


def _stages(settings: Settings) -> Iterator[tuple[KeyPath, str]]:
    for table, records in (("contacts", settings.contacts), ("accounts", settings.accounts)):
        for place, stage in enumerate(records.stages):
            yield (table, "stages", place), stage
    for table, stage_map in (
        ("contacts", settings.contacts.stage_map),
        ("leads", settings.leads.stage_map),
        ("accounts", settings.accounts.stage_map),
        ("deals", settings.deals.stage_map),
    ):
        for stage in stage_map.values:
            yield (table, "stage_map", "values", stage), stage
