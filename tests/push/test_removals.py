"""Deletions and merges carried out: limits, order, what stays behind (S1–S3)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from typing import Any

import pytest

from sfpush.errors import AnswerLost, OutOfBounds
from sfpush.model import Batch, Delete, Link, Outcome, ParsedRecord, RecordType, Rule, SalesforceId
from sfpush.practice import people
from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules
from sfpush.practice.save import Manner, create
from sfpush.practice.serve import Serving
from sfpush.runs.plan import make_plan
from sfpush.runs.progress import Silent
from sfpush.settings.schema import Settings
from sfpush.store import journal, plans, removals
from sfpush.store.database import writing
from sfpush.store.links import links_for, save_links
from sfpush.store.plans import Scope
from sfpush.store.records import get
from sfpush.store.times import to_text

from .conftest import Home, contact


@pytest.fixture
def settings() -> Settings:
    sync = {"deletion_sync": True, "merge_sync": True}
    return Settings.model_validate({"contacts": sync, "accounts": sync, "push": {"max_deletes": 2}})


@pytest.fixture
def practice(practice_org: Serving) -> Iterator[PracticeOrg]:
    with closing(PracticeOrg(practice_org.org.path)) as org:
        yield org


def key(number: int) -> str:
    return f"contact:c{number:05}"


def account(number: int) -> ParsedRecord:
    fields = {"name": f"Acme {number}", "website": f"https://acme{number}.example"}
    return ParsedRecord(f"account:a{number}", RecordType.ACCOUNT, fields, set(fields), apollo_id=f"a{number}")


def pushed(home: Home, *records: ParsedRecord) -> None:
    home.add(*records)
    assert home.push().results.rejected == 0


def delete(home: Home, *keys: str) -> None:
    with writing(home.connection):
        removals.delete_records(home.connection, keys, now=to_text(home.now()))


def link_of(home: Home, record: str) -> Link | None:
    return links_for(home.connection, home.state.org, [record]).get(record)


def id_of(home: Home, record: str) -> SalesforceId:
    link = link_of(home, record)
    assert link is not None
    return link.id


def changes(home: Home, head: plans.PlanHead) -> dict[str, Any]:
    return {change.record: change for change in plans.changes(home.connection, head.plan)}


def test_S1_more_deletes_than_the_limit_are_refused_unless_it_is_lifted(home: Home) -> None:
    pushed(home, *map(contact, range(3)))
    delete(home, *map(key, range(3)))
    with pytest.raises(OutOfBounds, match=r"3 records in the org; 2 is the limit \(push\.max_deletes\)") as refused:
        home.push()
    assert "--over-limit" in refused.value.hint
    assert len(home.rows("Contact")) == 3
    assert home.push(over_limit=True).results.deleted == 3
    assert home.rows("Contact") == []


def test_S1_an_account_and_its_contacts_all_count(home: Home) -> None:
    pushed(home, account(1), contact(1), contact(2, website="https://acme1.example", organization_name="Acme 1"))
    delete(home, "account:a1", key(1), key(2))
    with pytest.raises(OutOfBounds, match="3 records"):
        home.push()
    assert home.push(over_limit=True).results.deleted == 3
    assert home.rows("Account") == []


def test_S1_what_goes_in_the_store_alone_is_not_limited_and_costs_no_call(home: Home, practice: PracticeOrg) -> None:
    pushed(home, *map(contact, range(4)))
    for number in range(4):
        people.delete(practice, id_of(home, key(number)))
    head = home.plan()
    assert head.estimated_calls == 0
    report = home.push(head)
    assert (report.results.deleted, report.api_calls) == (4, 0)
    assert home.plan().summary == {}


def test_S1_deletes_leave_before_everything_else_children_first(home: Home) -> None:
    pushed(home, account(1), contact(1))
    delete(home, "account:a1", key(1))
    home.add(contact(2))
    sent: list[tuple[str, str]] = []
    write = home.org.write

    def noted(batch: Batch) -> tuple[Outcome, ...]:
        sent.append((batch.verb.value, batch.sobject))
        return write(batch)

    home.org.write = noted  # type: ignore[method-assign]
    home.push()
    assert sent == [("delete", "Contact"), ("delete", "Account"), ("create", "Account"), ("create", "Contact")]


def test_S1_an_account_waits_for_a_contact_that_could_not_be_deleted(home: Home) -> None:
    pushed(home, account(1), contact(1))
    home.refresh()
    nobody = SalesforceId("003000000000009AAA")
    with writing(home.connection):
        save_links(home.connection, home.state.org, [Link(key(1), "Contact", nobody)], now=to_text(home.now()))
    facts: dict[str, Any] = {"rule": Rule.DELETED_IN_APOLLO, "reason": "", "name": ""}
    report = home.push(
        home.planned(
            [
                Delete(record=key(1), sobject="Contact", salesforce_id=nobody, **facts),
                Delete(
                    record="account:a1",
                    sobject="Account",
                    salesforce_id=id_of(home, "account:a1"),
                    needs=(key(1),),
                    **facts,
                ),
            ]
        )
    )
    assert (report.results.rejected, report.results.waiting, report.results.deleted) == (1, 1, 0)
    assert len(home.rows("Account")) == 1


def test_S1_a_deleted_record_lets_go_of_its_row_only_when_the_row_is_gone(home: Home) -> None:
    pushed(home, contact(1))
    delete(home, key(1))
    assert link_of(home, key(1)) is not None
    home.push()
    assert link_of(home, key(1)) is None
    record = get(home.connection, key(1))
    assert record is not None
    assert record.deleted


def test_S2_a_deleted_record_gives_its_row_to_a_living_one(home: Home) -> None:
    home.settings = Settings()
    pushed(home, contact(1))
    row = id_of(home, key(1))
    delete(home, key(1))
    home.add(contact(2, email="ann1@acme1.example", last_name="Lee 1"))
    report = home.push()
    assert (report.results.linked + report.results.updated, report.results.blocked) == (1, 0)
    assert id_of(home, key(2)) == row
    assert link_of(home, key(1)) is None


def test_S1_a_new_contact_waits_where_its_account_is_being_deleted(home: Home) -> None:
    pushed(home, account(1), contact(1))
    delete(home, "account:a1", key(1))
    home.add(contact(3, organization_name="Acme 1", website="https://acme1.example"))
    head = home.plan()
    assert changes(home, head)[key(3)].rule is Rule.WAITS_FOR_ACCOUNT
    home.push(head)
    assert home.push().results.created == 2


@pytest.mark.parametrize("practice_rules", [Rules.from_mapping({"user": {"no_access": ["Opportunity"]}})])
def test_S1_an_account_is_left_alone_where_its_opportunities_are_hidden(home: Home) -> None:
    pushed(home, account(1))
    delete(home, "account:a1")
    change = changes(home, home.plan())["account:a1"]
    assert change.rule is Rule.HAS_CHILDREN
    assert "Opportunity" in change.reason


def test_S3_three_records_become_one_and_a_plan_then_has_nothing_to_do(home: Home, practice: PracticeOrg) -> None:
    pushed(home, contact(1), contact(2, title="CEO"), contact(3, mobile_phone="+1 555 0100"))
    people.merge(practice, id_of(home, key(1)), [id_of(home, key(2)), id_of(home, key(3))])
    report = home.push()
    assert (report.results.merged, report.results.updated, report.results.deleted) == (2, 1, 0)
    record = get(home.connection, key(1))
    assert record is not None
    assert (record.fields["title"], record.fields["mobile_phone"]) == ("CEO", "+1 555 0100")
    (row,) = home.rows("Contact", "Title", "MobilePhone")
    assert (row["Title"], row["MobilePhone"]) == ("CEO", "+1 555 0100")
    assert home.plan().summary == {"contact": {"unchanged": 1}}


def test_S3_of_two_losers_without_a_master_one_becomes_it(home: Home, practice: PracticeOrg) -> None:
    pushed(home, contact(1), contact(2, title="CEO"))
    account_id = home.rows("Account")[0]["Id"]
    row = {"LastName": "Master", "AccountId": account_id}
    (saved,) = create(practice, practice.catalogue.whole("Contact"), [row], Manner())
    people.merge(practice, str(saved.id), [id_of(home, key(1)), id_of(home, key(2))])
    report = home.push()
    assert report.results.merged == 2
    assert id_of(home, key(1)) == saved.id
    assert link_of(home, key(2)) is None
    assert get(home.connection, key(1)).fields["title"] == "CEO"  # type: ignore[union-attr]


def test_S3_C6_an_account_made_for_a_contact_gives_way_to_apollos_own(home: Home, practice: PracticeOrg) -> None:
    pushed(home, contact(1, website=None), account(2))
    made = id_of(home, "account:name:acme 1")
    people.merge(practice, made, [id_of(home, "account:a2")])
    assert home.push().results.merged == 1
    assert id_of(home, "account:a2") == made
    assert get(home.connection, "account:name:acme 1") is None
    assert get(home.connection, "account:a2").deleted is False  # type: ignore[union-attr]


def test_S3_the_journal_notes_what_was_done_here(home: Home, practice: PracticeOrg) -> None:
    pushed(home, contact(1), contact(2, title="CEO"), contact(3))
    people.merge(practice, id_of(home, key(1)), [id_of(home, key(2))])
    people.delete(practice, id_of(home, key(3)))
    deleted, survivor = id_of(home, key(3)), id_of(home, key(1))
    home.push()
    (run,) = home.connection.execute("SELECT MAX(run) FROM runs").fetchone()
    noted = [asdict(change) for change in journal.local_changes(home.connection, run)]
    assert noted == [
        {
            "record": key(2),
            "action": "merge",
            "sobject": "Contact",
            "id": survivor,
            "merged_into": key(1),
            "fields": {"title": "CEO"},
        },
        {
            "record": key(3),
            "action": "delete",
            "sobject": "Contact",
            "id": deleted,
            "merged_into": None,
            "fields": {},
        },
    ]
    assert journal.counts(home.connection, run)["merged"] == 1


def test_S3_a_merged_record_restored_is_as_new(home: Home, practice: PracticeOrg) -> None:
    pushed(home, contact(1), contact(2))
    people.merge(practice, id_of(home, key(1)), [id_of(home, key(2))])
    home.push()
    with writing(home.connection):
        assert removals.restore_records(home.connection, [key(2), key(1)]) == {key(2)}
    head = home.plan()
    assert changes(home, head)[key(2)].action == "create"


def test_S1_only_records_in_scope_go(home: Home) -> None:
    pushed(home, contact(1), contact(2))
    delete(home, key(1), key(2))
    home.refresh()
    for scope, going in (
        (Scope(frozenset([key(1)])), {key(1)}),
        (Scope(None, "Contact"), {key(1), key(2)}),
        (Scope(None, "Account"), set()),
    ):
        head = make_plan(home.connection, home.state, home.settings, now=home.now(), progress=Silent(), scope=scope)
        assert {record for record, one in changes(home, head).items() if one.action == "delete"} == going


def test_S1_a_row_deleted_meanwhile_is_done(home: Home, practice: PracticeOrg) -> None:
    pushed(home, contact(1))
    delete(home, key(1))
    head = home.plan()
    people.delete(practice, id_of(home, key(1)))
    assert home.push(head).results.deleted == 1
    assert home.plan().summary == {}


def test_S1_a_delete_whose_answer_is_lost_goes_again_and_is_done(home: Home) -> None:
    pushed(home, contact(1))
    delete(home, key(1))
    head = home.plan()
    write = home.org.write

    def lost(batch: Batch) -> tuple[Outcome, ...]:
        home.org.write = write  # type: ignore[method-assign]
        write(batch)
        raise AnswerLost("The connection broke.")

    home.org.write = lost  # type: ignore[method-assign]
    assert home.push(head).results.deleted == 1
    assert (home.rows("Contact"), link_of(home, key(1))) == ([], None)
