"""Situations for hypothesis: an org, an export and settings, drawn from so few words that everything collides.

A handful of addresses, companies and stages makes duplicates, ambiguous matches, shared companies and rows held back
the normal case rather than the rare one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from sfpush.model import ParsedRecord, RecordType
from sfpush.settings.schema import Settings

ADDRESSES = ("ann@acme.example", "Ann@Acme.Example", "bob@acme.example", "cy@beta.example", "n/a")
COMPANIES = ("Acme", "ACME, Inc.", "Acme Italy", "Beta", "")
WEBSITES = ("acme.example", "https://www.acme.example/it", "beta.example", "gmail.com", "postbox.example", "")
STATUSES = ("Verified", "Extrapolated", "")
STAGES = ("Cold", "Hot", "", None)
EXTERNAL_ID = "Apollo_Id__c"


@dataclass(frozen=True)
class Situation:
    """What there is before a plan: rows of the org, in the order of their age, and the records of an export."""

    settings: Settings
    accounts: tuple[Mapping[str, Any], ...]
    people: tuple[tuple[str, Mapping[str, Any]], ...]
    """Contacts and Leads; `AccountId` is the place of an account in `accounts`."""
    records: tuple[ParsedRecord, ...]


def situations() -> st.SearchStrategy[Situation]:
    """Any situation."""
    return st.builds(
        Situation,
        settings=_settings(),
        accounts=st.lists(_org_account(), max_size=4).map(tuple),
        people=st.lists(_org_person(), max_size=4).map(tuple),
        records=exports(),
    )


def exports() -> st.SearchStrategy[tuple[ParsedRecord, ...]]:
    """The records of an export, each once."""
    return st.lists(_record(), min_size=1, max_size=8, unique_by=lambda one: one.key).map(tuple)


def _settings() -> st.SearchStrategy[Settings]:
    return st.builds(
        _settings_of,
        create_as=st.sampled_from(["contact", "lead"]),
        push=st.sampled_from([True, True, False]),
        accounts_push=st.booleans(),
        stages=st.sampled_from([None, ("Hot",), ("Hot", "No stage")]),
        on_ambiguous_match=st.sampled_from(["block", "oldest"]),
        on_ambiguous_account=st.sampled_from(["random", "oldest", "block"]),
        on_missing_account=st.sampled_from(["create", "create", "block"]),
        unverified=st.booleans(),
        write=st.sampled_from(["overwrite", "always", "fill"]),
        external_ids=st.booleans(),
    )


def _settings_of(
    *,
    create_as: str,
    push: bool = True,
    accounts_push: bool = True,
    stages: tuple[str, ...] | None = None,
    on_ambiguous_match: str = "block",
    on_ambiguous_account: str = "random",
    on_missing_account: str = "create",
    unverified: bool = False,
    write: str = "overwrite",
    external_ids: bool = False,
) -> Settings:
    by_stage = {"new_records": "stages", "stages": stages} if stages else {}
    return Settings.model_validate(
        {
            "mailboxes": {"free_mail_domains": ["postbox.example"]},
            "salesforce": {
                "duplicate_rules": "allow",
                "external_ids": dict.fromkeys(("contact", "lead", "account"), EXTERNAL_ID if external_ids else ""),
            },
            "push": {"max_change_percent": 100},
            "contacts": {
                "push": push,
                "create_as": create_as,
                "on_ambiguous_match": on_ambiguous_match,
                "on_ambiguous_account": on_ambiguous_account,
                "on_missing_account": on_missing_account,
                "push_unverified_emails": unverified,
                "fields": {"Title": {"to": "Title", "write": write}},
                **by_stage,
            },
            "accounts": {"push": accounts_push, "on_ambiguous_match": on_ambiguous_match},
        }
    )


def _org_account() -> st.SearchStrategy[Mapping[str, Any]]:
    return st.fixed_dictionaries(
        {"Name": st.sampled_from([name for name in COMPANIES if name]), "Website": st.sampled_from(WEBSITES)}
    )


def _org_person() -> st.SearchStrategy[tuple[str, Mapping[str, Any]]]:
    shared = {
        "LastName": st.sampled_from(["Lee", "Ray"]),
        "Email": st.sampled_from([one for one in ADDRESSES if "@" in one]),
        "Title": st.sampled_from(["CEO", ""]),
        EXTERNAL_ID: st.sampled_from(["", "", "a", "b"]),
    }
    contact = st.fixed_dictionaries({**shared, "AccountId": st.sampled_from([None, 0, 1, 2, 3])})
    lead = st.fixed_dictionaries({**shared, "Company": st.just("Acme")})
    return st.one_of(st.tuples(st.just("Contact"), contact), st.tuples(st.just("Lead"), lead))


def _record() -> st.SearchStrategy[ParsedRecord]:
    return st.one_of(_contact(), _contact(), _account())


def _contact() -> st.SearchStrategy[ParsedRecord]:
    fields = st.fixed_dictionaries(
        {
            "first_name": st.sampled_from(["Ann", "Bob"]),
            "last_name": st.sampled_from(["Lee", "Ray", ""]),
            "title": st.sampled_from(["CEO", "Buyer", "x" * 200, ""]),
            "email": st.sampled_from(ADDRESSES),
            "email_status": st.sampled_from(STATUSES),
            "secondary_email": st.sampled_from([*ADDRESSES, "", ""]),
            "organization_name": st.sampled_from(COMPANIES),
            "website": st.sampled_from(WEBSITES),
            "employees": st.sampled_from(["12", "many", ""]),
            "stage": st.sampled_from(STAGES),
            "account_id": st.sampled_from(["a0", "a1", "", ""]),
        }
    )
    return st.builds(_parsed, st.just(RecordType.CONTACT), st.sampled_from("abcdefgh"), fields)


def _account() -> st.SearchStrategy[ParsedRecord]:
    fields = st.fixed_dictionaries(
        {
            "name": st.sampled_from(COMPANIES),
            "website": st.sampled_from(WEBSITES),
            "employees": st.sampled_from(["12", "many", ""]),
            "stage": st.sampled_from(STAGES),
        }
    )
    return st.builds(_parsed, st.just(RecordType.ACCOUNT), st.sampled_from(["a0", "a1", "a2", "a3"]), fields)


def _parsed(record_type: RecordType, apollo_id: str, values: Mapping[str, Any]) -> ParsedRecord:
    stage = {} if values["stage"] is None else {"stage": values["stage"]}
    fields = {name: value for name, value in values.items() if value and name != "stage"} | stage
    given = {name for name in values if name != "stage"} | stage.keys()
    return ParsedRecord(f"{record_type.value}:{apollo_id}", record_type, fields, given, apollo_id=apollo_id)
