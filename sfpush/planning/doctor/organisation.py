"""What the org has on that meets every push: external ids, duplicate rules, person accounts, places, owners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sfpush.describe import Describe
from sfpush.planning.doctor import setup_paths
from sfpush.planning.doctor.checks import Check, failure, ok, skipped, warning
from sfpush.planning.doctor.facts import DuplicateRule, Owners, Trouble
from sfpush.planning.doctor.sobjects import place_lines, setting_of
from sfpush.planning.fitting import plain_text, shown, some_of
from sfpush.planning.list_check import check_owners, unknown_owners
from sfpush.planning.map_check import Found, created_sobjects
from sfpush.settings.document import Document
from sfpush.settings.schema import Settings

_HAVE_EXTERNAL_IDS = ("Account", "Contact", "Lead", "Opportunity", "Task", "Event")
_RULED = ("Account", "Contact", "Lead")
_RECORD_TYPE = "recordtypeid"


def check_external_ids(
    settings: Settings, document: Document, describes: Mapping[str, Describe], found: tuple[Found, ...]
) -> Iterator[Check]:
    """The fields for the Apollo id: there, external ids, unique; without them homes are not kept apart (M7)."""
    name = "external-ids"
    wrong = [one for one in found if one.about == "external-id"]
    for one in wrong:
        where = f"A new one in Salesforce: {setup_paths.new_external_id(one.sobject)}."
        yield failure(name, one.finding.message, f"{one.finding.fix} {setting_of(one, document)} {where}")
    made = [
        sobject
        for sobject in _HAVE_EXTERNAL_IDS
        if sobject in describes and (sobject in created_sobjects(settings) or sobject in ("Task", "Event"))
    ]
    configured = {sobject: getattr(settings.salesforce.external_ids, sobject.lower()) for sobject in made}
    without = [sobject for sobject, field in configured.items() if not field]
    if without:
        message = (
            f"No field is named that holds the Apollo id of {', '.join(without)}: only one home may push to this org,"
            " as nothing keeps two of them from making the same record twice."
        )
        yield warning(name, message, _naming(without, describes))
    elif not wrong:
        fields = ", ".join(f"{sobject}.{field}" for sobject, field in configured.items())
        yield ok(name, f"External and unique: {fields}." if fields else "Nothing new is made that would need one.")


def _naming(without: list[str], describes: Mapping[str, Describe]) -> str:
    """How the first of these gets a field for the Apollo id: the org's, where it has one that looks like it."""
    first, *others = without
    likewise = f", and likewise for {', '.join(others)}" if others else ""
    there = [
        field.name
        for field in describes[first].fields.values()
        if field.external_id and field.unique and "apollo" in field.name.lower()
    ]
    make = "" if there else f"{setup_paths.new_external_id(first)}. Then: "
    name = there[0] if there else "Apollo_Id__c"
    return f"{make}sfpush settings set salesforce.external_ids.{first.lower()} {name}{likewise}."


def check_duplicate_rules(rules: tuple[DuplicateRule, ...] | Trouble, settings: Settings) -> Check:
    """Which duplicate rules meet our creates: the API is refused also where people are only warned."""
    name = "duplicate-rules"
    if isinstance(rules, Trouble):
        return skipped(name, rules.message, rules.fix)
    active = [f"{rule.name} ({rule.sobject})" for rule in rules if rule.active and rule.sobject in _RULED]
    if not active:
        return ok(name, f"None is active for {', '.join(_RULED)}.")
    if settings.salesforce.duplicate_rules == "allow":
        then = 'A rule that only alerts is passed, as salesforce.duplicate_rules is "allow"; one that blocks refuses.'
    else:
        then = (
            "What they take for a duplicate is refused and shown by `sfpush errors`; salesforce.duplicate_rules ="
            ' "allow" passes those that only alert.'
        )
    return ok(name, f"Active: {', '.join(active)}. {then}")


def check_person_accounts(describe: Describe | None, settings: Settings) -> Check:
    """Whether Accounts may be persons, which new ones of ours must not become."""
    name = "person-accounts"
    if describe is None:
        return skipped(name, "The user does not see Account.")
    if describe.field("IsPersonAccount") is None:
        return ok(name, "Person Accounts are off.")
    if any(field.lower() == _RECORD_TYPE for field in settings.accounts.on_create):
        return ok(name, "Person Accounts are on, and accounts.on_create gives new accounts their record type.")
    return warning(
        name,
        "Person Accounts are on: where a person record type is the user's default, new accounts are refused.",
        'Name a business record type: in [accounts.on_create], RecordTypeId = "012…"; its id is in the address of'
        " Setup › Object Manager › Account › Record Types › the type.",
    )


def check_places(
    describes: Mapping[str, Describe], settings: Settings, values: Mapping[str, Mapping[str, tuple[Any, ...]]]
) -> Check:
    """Where states and countries are picklists, an address with any other is refused."""
    name = "places"
    lines = [
        (describe, each) for sobject, describe in describes.items() for each in place_lines(sobject, settings, describe)
    ]
    if not lines:
        return ok(name, "States and countries are plain text.")
    unknown: dict[str, None] = {}
    for describe, each in lines:
        code = describe.field(f"{each.line.salesforce}Code")
        assert code is not None
        known = {value.lower() for value in (*code.picklist, *code.labels)}
        kind = "country" if each.line.salesforce.endswith("Country") else "state"
        for value in values.get(describe.sobject, {}).get(each.line.apollo, ()):
            if plain_text(value).lower() not in known:
                unknown[f"{kind} {shown(value)}"] = None
    if not unknown:
        return ok(name, "State and Country Picklists are on, and have every place of the stored records.")
    fields = ", ".join(dict.fromkeys(each.line.salesforce for _, each in lines))
    return warning(
        name,
        f"State and Country Picklists are on, and lack places of the stored records, which are refused:"
        f" {some_of(tuple(unknown))}.",
        f"Add them: {setup_paths.PLACES}; or leave the fields out of the map ({fields}).",
    )


def check_owner_map(owners: Owners, settings: Settings) -> Check:
    """How many of the Apollo owners are active users of the org (C9)."""
    name = "owners"
    if not settings.owners.map:
        return ok(name, "owners.map is off: what is new belongs to the integration user.")
    if not owners.emails:
        return ok(name, "No stored record or imported list names an owner yet.")
    emails = {email.strip().lower() for email in owners.emails}
    known = len(emails) - len(unknown_owners(emails, owners.active))
    share = f"{known:,} of {len(emails):,} Apollo owners are active Salesforce users."
    for finding in check_owners(settings, emails, owners.active):
        fix = f"Make or activate them, with that e-mail: {setup_paths.USERS}; or set owners.map = false."
        return warning(name, f"{share} {finding.message}", fix)
    return ok(name, share)
