"""`Settings`: every table and key of the settings file, with its type, range and default.

The names, values and defaults are the contract with every settings file out there; what each key means is said in
`sample-config.toml`, which a test holds against this file.
"""

from __future__ import annotations

import re
import shlex
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sfpush.settings.activities import ActivitySettings
from sfpush.settings.keys import shown
from sfpush.settings.record_types import AccountSettings, ContactSettings, DealSettings, LeadSettings
from sfpush.settings.values import Addresses, Domains, OptionalApiName, Table

_OLDEST_API, _NEWEST_API = 31.0, 99.0


def _api_version(text: str) -> str:
    if not re.fullmatch(r"[0-9]{2}\.0", text) or not _OLDEST_API <= float(text) <= _NEWEST_API:
        raise ValueError(
            f"{shown(text)} is not a version of the Salesforce API. "
            f'Write one from "{_OLDEST_API}" to "{_NEWEST_API}", such as "62.0".'
        )
    return text


def _command(text: str) -> str:
    try:
        shlex.split(text)
    except ValueError:
        raise ValueError('A quote in the command is not closed. Close it, or write it as \\".') from None
    return _no_nul(text)


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("There is a NUL character in it. Take it out.")
    return text


class PushSettings(Table):
    """`[push]`: the gates and limits of a push (G2, G4 to G6, S1, B3) and how it is carried out."""

    enabled: bool = True
    setup_window_hours: Annotated[int, Field(ge=0, le=8_760)] = 6
    max_deletes: Annotated[int, Field(ge=0, le=1_000_000)] = 50
    max_change_percent: Annotated[int, Field(ge=0, le=100)] = 30
    api_budget_percent: Annotated[int, Field(ge=0, le=100)] = 80
    bulk_threshold: Annotated[int, Field(ge=1, le=100_000_000)] = 2_000
    parallel_batches: Annotated[int, Field(ge=1, le=10)] = 2
    settle_seconds: Annotated[int, Field(ge=0, le=86_400)] = 120


class ExternalIdSettings(Table):
    """`[salesforce.external_ids]`: the org's field for the Apollo id, one an sObject; empty: none (M1, M7)."""

    contact: OptionalApiName = ""
    lead: OptionalApiName = ""
    account: OptionalApiName = ""
    opportunity: OptionalApiName = ""
    task: OptionalApiName = ""
    event: OptionalApiName = ""


class SalesforceSettings(Table):
    """`[salesforce]`: how sfpush speaks to the org."""

    api_version: Annotated[str, AfterValidator(_api_version)] = "62.0"
    duplicate_rules: Literal["respect", "allow"] = "respect"
    assignment_rules: bool = False
    external_ids: ExternalIdSettings = ExternalIdSettings()


class OwnerSettings(Table):
    """`[owners]`: whether Apollo owners become Salesforce owners (C9)."""

    map: bool = True


class MailboxSettings(Table):
    """`[mailboxes]`: which addresses and domains are ours (E1), and which belong to nobody (M3)."""

    addresses: Addresses = ()
    free_mail_domains: Domains = ()


class StoreSettings(Table):
    """`[store]`: how long the local store keeps what it no longer needs."""

    keep_days: Annotated[int, Field(ge=1, le=36_500)] = 90


class NotifySettings(Table):
    """`[notify]`: what is told to others after a run."""

    command: Annotated[str, AfterValidator(_command)] = ""
    metrics_file: Annotated[str, AfterValidator(_no_nul)] = ""


class Settings(Table):
    """All settings; `Settings()` are the defaults."""

    push: PushSettings = PushSettings()
    salesforce: SalesforceSettings = SalesforceSettings()
    owners: OwnerSettings = OwnerSettings()
    mailboxes: MailboxSettings = MailboxSettings()
    store: StoreSettings = StoreSettings()
    notify: NotifySettings = NotifySettings()
    contacts: ContactSettings = ContactSettings()
    leads: LeadSettings = LeadSettings()
    accounts: AccountSettings = AccountSettings()
    deals: DealSettings = DealSettings()
    activities: ActivitySettings = ActivitySettings()
