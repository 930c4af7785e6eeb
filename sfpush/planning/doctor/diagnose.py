"""From everything that is known to all the doctor's lines, in the order they are read in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfpush.planning.doctor import access, organisation
from sfpush.planning.doctor.checks import Check, skipped
from sfpush.planning.doctor.facts import Facts, OrgFacts, Trouble
from sfpush.planning.doctor.machine import check_machine
from sfpush.planning.doctor.sobjects import Look, check_sobject, names_of
from sfpush.planning.map_check import check_map, used_sobjects
from sfpush.settings.document import Document
from sfpush.settings.schema import Settings

_OF_THE_ORG = ("clock", "api-version", "api-budget")
_OF_ITS_RECORDS = ("external-ids", "duplicate-rules", "person-accounts", "places", "owners")


def diagnose(facts: Facts) -> tuple[Check, ...]:
    """Every check (B7). Without an org those of this machine are made and the others are skipped, each with why."""
    return tuple(_checks(facts))


def _checks(facts: Facts) -> Iterator[Check]:
    settings, connection = facts.examined.settings, facts.connection
    yield from check_machine(facts.examined, facts.machine)
    if settings is None:
        names = ("connection", "login", "gates", *_asking_the_org(Settings()))
        yield from _all_skipped(names, "The settings must be right first.")
        return
    if connection is None or isinstance(connection, Trouble):
        yield access.no_connection(connection or Trouble("Not connected to a Salesforce org.", "sfpush connect --help"))
        yield skipped("login", "Needs the connection.")
    else:
        yield from access.check_connection(connection)
        if facts.org and facts.org.lost and not access.is_used_up(facts.org.lost):
            yield access.no_connection(facts.org.lost)
    if facts.gates is None:
        yield skipped("gates", "Needs the connection.")
    else:
        yield from access.check_gates(facts.gates)
    if facts.org is None:
        yield from _all_skipped(_asking_the_org(settings), "Needs the connection.")
    else:
        yield from _of_org(settings, facts.examined.document, facts.org)


def _of_org(settings: Settings, document: Document, org: OrgFacts) -> Iterator[Check]:
    why_not = org.lost.message if org.lost else ""
    version = access.check_version(settings, org, why_not)
    yield access.check_clock(org, why_not)
    yield version
    if version.state == "failure":
        yield from _all_skipped(_asking_the_org(settings)[2:], "Needs a version of the API that the org speaks.")
        return
    yield access.check_budget(org, why_not)
    if org.describes is None:
        yield from _all_skipped(_asking_the_org(settings)[len(_OF_THE_ORG) :], why_not)
        return
    found = tuple(check_map(settings, org.describes))
    for sobject in used_sobjects(settings):
        about_it = [one for one in found if one.sobject == sobject]
        values = org.values.get(sobject, {})
        yield from check_sobject(Look(sobject, settings, document, org.describes.get(sobject), about_it, values))
    yield from organisation.check_external_ids(settings, document, org.describes, found)
    if org.duplicate_rules is None:
        yield skipped("duplicate-rules", why_not)
    else:
        yield organisation.check_duplicate_rules(org.duplicate_rules, settings)
    yield organisation.check_person_accounts(org.describes.get("Account"), settings)
    yield organisation.check_places(org.describes, settings, org.values)
    if org.owners is None:
        yield skipped("owners", why_not or "The user does not see User.")
    else:
        yield organisation.check_owner_map(org.owners, settings)


def _asking_the_org(settings: Settings) -> tuple[str, ...]:
    """The names of all checks that ask the org, in their order."""
    of_sobjects = (name for sobject in used_sobjects(settings) for name in names_of(sobject, settings))
    return (*_OF_THE_ORG, *of_sobjects, *_OF_ITS_RECORDS)


def _all_skipped(names: Sequence[str], why: str) -> Iterator[Check]:
    return (skipped(name, why) for name in names)
