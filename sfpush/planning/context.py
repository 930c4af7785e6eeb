"""What holds for every decision of one plan: settings, the org's describes, maps, users, stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from sfpush.apollo_fields import is_apollo_id
from sfpush.describe import Describe
from sfpush.model import Record, RecordType, SalesforceId
from sfpush.planning.activities.email_classes import Mailboxes
from sfpush.planning.activities.lines import ACTIVITY_DEFAULTS
from sfpush.planning.activities.titles import Titles
from sfpush.planning.custom_fields import CustomFields
from sfpush.planning.deals.stages import DealStages, with_stages
from sfpush.planning.writing import Writer
from sfpush.settings.schema import Settings

NO_STAGE = "no stage"


@dataclass(frozen=True)
class Context:
    """The facts of one plan. Mode `manual` overrides push switches, stages and filters (P1)."""

    settings: Settings
    describes: Mapping[str, Describe]
    mode: Literal["automatic", "manual"] = "automatic"
    stage_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Stage names by id, for `contact_stages` and `account_stages`."""
    user_emails: Mapping[str, str] = field(default_factory=dict)
    """E-mail of each Apollo user, by Apollo user id."""
    user_names: Mapping[str, str] = field(default_factory=dict)
    """Name of each Apollo user, by Apollo user id."""
    connected_mailboxes: tuple[str, ...] = ()
    """Addresses of Apollo's `email_accounts`, besides those of `mailboxes.addresses` (E1)."""
    owners: Mapping[str, SalesforceId] = field(default_factory=dict)
    """Active Salesforce users by lower-cased e-mail (C9)."""
    user_ids: frozenset[SalesforceId] = frozenset()
    """Active Salesforce users."""
    custom_fields: CustomFields = field(default_factory=CustomFields)
    deal_stages: DealStages = field(default_factory=DealStages)

    @cached_property
    def writers(self) -> Mapping[str, Writer]:
        """The writer of each sObject, with its map compiled against the describe."""
        compiled = {
            sobject: Writer.of(sobject, self.settings, describe, self.custom_fields)
            for sobject, describe in self.describes.items()
            if sobject in ("Contact", "Lead", "Account", "Opportunity", *ACTIVITY_DEFAULTS)
        }
        if (deals := compiled.get("Opportunity")) is not None:
            compiled["Opportunity"] = with_stages(deals, self.deal_stages, self.settings.deals)
        return compiled

    @cached_property
    def mailboxes(self) -> Mailboxes:
        """Whose e-mails are ours (E1)."""
        addresses = (*self.connected_mailboxes, *self.settings.mailboxes.addresses)
        return Mailboxes.of(addresses, self.free_mail_domains)

    @cached_property
    def titles(self) -> Titles:
        """The title templates, compiled (E4)."""
        return Titles.of(self.settings.activities)

    @cached_property
    def contact_stages(self) -> frozenset[str]:
        """`contacts.stages`, lower-cased."""
        return frozenset(stage.strip().lower() for stage in self.settings.contacts.stages)

    @cached_property
    def account_stages(self) -> frozenset[str]:
        """`accounts.stages`, lower-cased."""
        return frozenset(stage.strip().lower() for stage in self.settings.accounts.stages)

    @cached_property
    def free_mail_domains(self) -> frozenset[str]:
        """`mailboxes.free_mail_domains`: domains that are nobody's company, besides the built-in list (M3)."""
        return frozenset(self.settings.mailboxes.free_mail_domains)

    def stage_of(self, record: Record) -> Stage:
        """The record's stage as the settings see it (C3, I2)."""
        text = record.fields.get("stage")
        if text is None:
            return Stage(None, known=True)
        text = str(text).strip()
        names = self.stage_names.get(f"{record.type.value}_stages", {})
        if text in names:
            return Stage(names[text], known=True)
        return Stage(text, known=not is_apollo_id(text))

    def owner_of(self, record: Record) -> tuple[SalesforceId | None, str]:
        """The Salesforce user a new record gets, and the owner's e-mail in Apollo ("" if it has none) (C9)."""
        email = record.fields.get("owner_email") or self.user_emails.get(str(record.fields.get("owner_id") or ""), "")
        email = str(email).strip().lower()
        user = self.owners.get(email) if email else None
        if user is None and record.type is RecordType.DEAL:
            user = next((user for user in _named_users(record) if user in self.user_ids), None)
        return user, email


def _named_users(record: Record) -> Iterator[SalesforceId]:
    """The Salesforce users that a record itself names as its owner."""
    for name in ("salesforce_owner_id", "crm_owner_id"):
        try:
            yield SalesforceId(str(record.fields.get(name) or ""))
        except ValueError:
            continue


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage's name; None: the export has no stage; "": No stage. Not `known`: an id no imported list resolves."""

    name: str | None
    known: bool

    @property
    def written(self) -> str | None:
        """What may be written to the org: a name, never an id that stands for an unknown one."""
        return self.name if self.known else None
