"""What makes this org differ from a fresh one, read from a TOML file: custom fields, rules, permissions.

```toml
[[fields]]                              # a custom field, or another value list for a standard picklist
sobject = "Contact"
name = "Apollo_Contact_Id__c"
type = "string"                         # any field type but id and address
length = 50
external_id = true
unique = true

[[sobjects]]                            # a custom sObject whose rows belong to one of `detail_of` and go with it
name = "Project__c"
detail_of = "Account"

[[validation_rules]]
sobject = "Lead"
name = "Country_needed"
when = "Country = null AND Email != null"   # a SOQL condition; a row for which it holds is refused
message = "Give a country."
field = "Country"                       # optional

[duplicate_rules]                       # "alert" (a fresh org's), "block" or "off"
Contact = "block"
Lead = "off"
Account = "alert"
on_update = false                       # also when a row is changed

[user]                                  # what the integration user may not do
hidden = ["Contact.Birthdate"]          # field is absent from describe and every request
read_only = ["Contact.Phone"]
no_access = ["Campaign"]                # sObject is absent
no_create = ["CampaignMember"]
no_update = []
no_delete = ["Account"]
edit_converted_leads = false
view_setup = true                       # sees DuplicateRule and /limits

[org]
daily_api_calls = 15000
write_seconds = 0.0                     # how long each write holds the locks of its accounts
job_seconds = 0.0                       # how long each chunk of 200 rows of a Bulk job takes
soap_login = true
state_country_picklists = false
person_accounts = false
no_bulk = ["EventRelation"]             # sObjects that the Bulk API does not take
```
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sfpush.practice import fields
from sfpush.practice.rule_problems import problems_of

FieldType = Literal[
    "string", "textarea", "email", "phone", "url", "picklist", "multipicklist", "boolean", "int", "double", "currency",
    "percent", "date", "datetime", "reference",
]  # fmt: skip
DuplicateAction = Literal["alert", "block", "off"]


class RulesError(ValueError):
    """The rules can't be used; `problems` has all that is wrong, each as `key: what is wrong. What to do.`"""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CustomField(_Part):
    """A field this org has besides the standard ones, or a standard picklist with other values."""

    sobject: str
    name: str
    type: FieldType = "string"
    label: str = ""
    length: int = 255
    precision: int = 18
    scale: int = 0
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    required: bool = False
    default: str | float | bool | None = None
    values: tuple[str, ...] = ()
    inactive_values: tuple[str, ...] = ()
    restricted: bool = False
    refers_to: str = ""

    def build(self) -> fields.Field:
        """The field as describe will show it."""
        choices = tuple(fields.Choice(value, default=value == self.default) for value in self.values)
        inactive = tuple(fields.Choice(value, active=False) for value in self.inactive_values)
        text = self.type in fields.TEXT_TYPES
        short = self.type != "textarea" or self.length <= 255
        return fields.Field(
            self.name,
            self.type,
            self.label or fields.words(self.name),
            length=self.length if text else 18 if self.type == "reference" else 0,
            precision=self.precision if self.type in fields.NUMBER_TYPES else 0,
            scale=self.scale,
            nillable=not self.required and self.type != "boolean",
            defaulted=self.default is not None or self.type == "boolean",
            default=False if self.type == "boolean" and self.default is None else self.default,
            unique=self.unique,
            external_id=self.external_id,
            id_lookup=self.external_id,
            case_sensitive=self.case_sensitive,
            restricted=self.restricted,
            custom=self.name.endswith("__c"),
            choices=choices + inactive,
            refers_to=(self.refers_to,) if self.refers_to else (),
            relationship=self.name.removesuffix("__c") + "__r" if self.refers_to else None,
            filterable=short,
            sortable=short,
        )


class CustomSObject(_Part):
    """An sObject this org has besides the standard ones: the detail of a master-detail relationship."""

    name: str = Field(pattern="^[A-Za-z]\\w*__c$")
    detail_of: str

    def build(self, prefix: str) -> fields.SObject:
        """The sObject as describe will show it; its lookup is named for its master."""
        master = replace(
            fields.lookup(f"{self.detail_of}__c", self.detail_of, relationship=f"{self.detail_of}__r", required=True),
            custom=True,
            updateable=False,
        )
        label = fields.words(self.name.removesuffix("__c"))
        own = (*fields.identity(), fields.own_name(80, f"{label} Name"), master, *fields.audit())
        return fields.SObject(self.name, label, f"{label}s", prefix, fields=own)


class ValidationRule(_Part):
    """A row of `sobject` for which the SOQL condition `when` holds after saving is refused with `message`."""

    sobject: str
    when: str
    message: str
    name: str = ""
    field: str = ""


class DuplicateRules(_Part):
    """What the three standard duplicate rules do when they find a match."""

    STANDARD: ClassVar[tuple[str, ...]] = ("Account", "Contact", "Lead")

    Account: DuplicateAction = "alert"
    Contact: DuplicateAction = "alert"
    Lead: DuplicateAction = "alert"
    on_update: bool = False


class UserRights(_Part):
    """What the one user of the API may not see or do."""

    hidden: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()
    no_access: tuple[str, ...] = ()
    no_create: tuple[str, ...] = ()
    no_update: tuple[str, ...] = ()
    no_delete: tuple[str, ...] = ()
    edit_converted_leads: bool = False
    view_setup: bool = True


class OrgTraits(_Part):
    """Limits and tempo. Seconds are added to the real time the work takes."""

    daily_api_calls: int = Field(default=15000, ge=0)
    write_seconds: float = Field(default=0.0, ge=0)
    job_seconds: float = Field(default=0.0, ge=0)
    soap_login: bool = True
    state_country_picklists: bool = False
    person_accounts: bool = False
    no_bulk: tuple[str, ...] = ()


class Rules(_Part):
    """All of it; the default is a fresh org."""

    fields: tuple[CustomField, ...] = ()
    sobjects: tuple[CustomSObject, ...] = ()
    validation_rules: tuple[ValidationRule, ...] = ()
    duplicate_rules: DuplicateRules = DuplicateRules()
    user: UserRights = UserRights()
    org: OrgTraits = OrgTraits()

    @classmethod
    def parse(cls, text: str) -> Rules:
        """Rules from the text of a TOML file. RulesError names every problem."""
        try:
            return cls.from_mapping(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise RulesError([f"This is not TOML: {error}. Mend that line."]) from error

    @classmethod
    def load(cls, path: Path) -> Rules:
        """Rules from a TOML file. RulesError if it can't be read or holds something impossible."""
        try:
            return cls.parse(path.read_text("utf-8"))
        except UnicodeDecodeError as error:
            raise RulesError(["It can't be read: it is not UTF-8 text. Save it as such."]) from error
        except OSError as error:
            raise RulesError([f"It can't be read: {error.strerror}. Check its name and permissions."]) from error

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> Rules:
        """Rules from parsed TOML, or from what `model_dump` gave."""
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise RulesError([*problems_of(error.errors(include_url=False), cls)]) from error
