"""Whatever people delete, merge and convert on both sides, one push settles it (S1–S3, C5)."""

from __future__ import annotations

import random
from contextlib import closing, suppress
from typing import Any

import pytest

from sfpush.model import ParsedRecord, RecordType
from sfpush.practice import people
from sfpush.practice.org import PracticeOrg
from sfpush.practice.serve import Serving
from sfpush.settings.schema import Settings
from sfpush.store import plans, removals
from sfpush.store.database import writing
from sfpush.store.times import to_text

from .conftest import Home, contact

PEOPLE, COMPANIES = 12, 4
PENDING = {"create", "update", "link", "delete", "merge"}


def settings_with(sync: random.Random) -> Settings:
    def toggles() -> dict[str, Any]:
        return {"deletion_sync": sync.random() < 0.7, "merge_sync": sync.random() < 0.7}

    create_as = sync.choice(["contact", "lead"])
    return Settings.model_validate({"contacts": {**toggles(), "create_as": create_as}, "accounts": toggles()})


def person(number: int) -> ParsedRecord:
    company = number % COMPANIES
    return contact(
        number,
        organization_name=f"Acme {company}",
        website=f"https://acme{company}.example",
        title="CEO" if number % 2 else None,
        mobile_phone=f"+1 555 01{number:02}" if number % 3 else None,
    )


def company(number: int) -> ParsedRecord:
    fields = {"name": f"Acme {number}", "website": f"https://acme{number}.example"}
    return ParsedRecord(f"account:a{number}", RecordType.ACCOUNT, fields, set(fields), apollo_id=f"a{number}")


def links(home: Home) -> dict[str, tuple[str, str]]:
    return {
        key: (sobject, sf_id)
        for key, sobject, sf_id in home.connection.execute("SELECT key, sobject, sf_id FROM links ORDER BY key")
    }


def deeds(home: Home, org: PracticeOrg, dice: random.Random) -> None:
    """What people do: some of it is refused, as it would be in Salesforce."""
    for _ in range(6):
        linked = links(home)
        key = dice.choice(list(linked))
        sobject, row = linked[key]
        same = [sf_id for other, sf_id in linked.values() if other == sobject and sf_id != row]
        with suppress(people.OrgRefusal):
            match dice.choice(["delete", "merge", "merge", "convert", "here"]):
                case "delete":
                    people.delete(org, row)
                case "merge" if same:
                    people.merge(org, row, [dice.choice(same)])
                case "convert" if sobject == "Lead":
                    people.convert_lead(org, row)
                case "here":
                    with writing(home.connection):
                        removals.delete_records(home.connection, [key], now=to_text(home.now()))


def told(change: Any) -> str:
    return f"{change.record}: {change.action} {change.rule} ({change.reason})"


@pytest.mark.parametrize("seed", range(8))
def test_S1_S3_one_push_settles_whatever_people_did(home: Home, practice_org: Serving, seed: int) -> None:
    dice = random.Random(seed)
    home.settings = settings_with(dice)
    home.add(*map(person, range(PEOPLE)), *map(company, range(COMPANIES)))
    home.push()
    with closing(PracticeOrg(practice_org.org.path)) as org:
        deeds(home, org, dice)
    report = home.push(over_limit=True)
    assert report.results.rejected == 0, report.rejects
    head = home.recovered_plan()
    assert [told(one) for one in plans.changes(home.connection, head.plan) if one.action in PENDING] == []
    living = {
        sf_id for sobject in ("Contact", "Lead", "Account") for sf_id in (row["Id"] for row in home.rows(sobject))
    }
    blocked = {one.record for one in plans.changes(home.connection, head.plan, actions=("block", "skip"))}
    assert {key for key, (_, sf_id) in links(home).items() if sf_id not in living} <= blocked | deleted(home)


def deleted(home: Home) -> set[str]:
    return {key for (key,) in home.connection.execute("SELECT key FROM records WHERE deleted_at IS NOT NULL")}
