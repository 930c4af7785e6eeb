"""What holds of every plan, whatever the export, the org and the settings."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sfpush.model import AnyChange, Block, Create, LinkTo, ParsedRecord, Record, Rule, Skip, Update
from sfpush.planning.accounts import different_companies, made_up_account, made_up_key
from sfpush.planning.field_map import object_map
from sfpush.planning.keys import company_domain, company_key, contact_emails, email_key
from sfpush.practice import people
from sfpush.runs import plan, plan_accounts
from sfpush.store import records, subjects
from sfpush.store.describes import describes
from sfpush.store.links import links_for
from sfpush.store.plans import Scope
from tests.properties.place import Place, played
from tests.properties.situations import Situation, exports, situations

FREE_MAIL = frozenset({"postbox.example"})
quick = settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@quick
@given(situation=situations(), data=st.data())
def test_I1_a_plan_does_not_depend_on_the_order_of_rows(
    tmp_path: Path, situation: Situation, data: st.DataObject
) -> None:
    with played(tmp_path, situation) as place:
        place.take_in(situation.records)
        first = place.changes()
        place.forget()
        place.take_in(data.draw(st.permutations(situation.records)))
        assert place.changes() == first


@quick
@given(situation=situations(), size=st.integers(1, 3), remembered=st.integers(1, 3))
def test_a_plan_does_not_depend_on_where_chunks_are_cut_and_what_is_remembered_between_them(
    tmp_path: Path, situation: Situation, size: int, remembered: int
) -> None:
    with played(tmp_path, situation) as place:
        place.take_in(situation.records)
        whole = place.changes()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(plan, "record_chunks", partial(subjects.record_chunks, size=size))
            patch.setattr(plan_accounts, "_REMEMBERED", remembered)
            assert place.changes() == whole


@quick
@given(situation=situations())
def test_M4_no_two_creates_for_one_person_or_company(tmp_path: Path, situation: Situation) -> None:
    with played(tmp_path, situation) as place:
        place.take_in(situation.records)
        creates = [change for change in place.changes() if isinstance(change, Create)]
        persons = [change for change in creates if change.sobject != "Account"]
        addresses = Counter(
            address for one in persons for address in contact_emails(record_of(place, one.record).fields)
        )
        primary = [email_key(record_of(place, one.record).fields.get("email")) for one in persons]
        assert all(addresses[address] == 1 for address in primary if address)
        there = {email_key(row.get("Email")) for row in place.rows().values() if not row.get("IsConverted")}
        assert not there & set(primary) - {None}

        companies = [company_of(place, change) for change in creates if change.sobject == "Account"]
        for number, one in enumerate(companies):
            for other in companies[number + 1 :]:
                assert not same_company(one, other), (one, other)


@quick
@given(situation=situations())
def test_F1_nothing_outside_the_map_is_written(tmp_path: Path, situation: Situation) -> None:
    with played(tmp_path, situation) as place:
        place.take_in(situation.records)
        known = describes(place.store, place.state.org)
        for change in place.changes():
            assert not isinstance(change, Skip | Block) or not change.fields
            mapped = object_map(change.sobject, situation.settings, known[change.sobject])
            allowed = {line.salesforce for line in mapped.lines} | {"AccountId", mapped.external_id_field}
            if isinstance(change, Create):
                allowed |= {"OwnerId", mapped.source_field, *mapped.on_create}
            assert {one.field for one in change.fields} <= allowed
            assert not any(one.after in (None, "") for one in change.fields)


@quick
@given(situation=situations())
def test_C8_every_need_is_met_by_the_same_plan(tmp_path: Path, situation: Situation) -> None:
    with played(tmp_path, situation) as place:
        place.take_in(situation.records)
        by_key = {change.record: change for change in place.changes()}
        for change in by_key.values():
            if isinstance(change, Create | Update):
                assert all(isinstance(by_key[key], Create) for key in change.needs)
                assert set(change.needs) == {
                    one.after for one in change.fields if one.field == "AccountId" and one.after in by_key
                }
        needed = {key for change in by_key.values() for key in change.needs}
        made = {key for key, change in by_key.items() if change.rule is Rule.ACCOUNT_FOR_CONTACT}
        assert made <= needed


@quick
@given(situation=situations())
def test_a_push_writes_what_the_plan_says_and_nothing_else_and_then_the_plan_is_empty(
    tmp_path: Path, situation: Situation
) -> None:
    with played(tmp_path, situation) as place:
        place.take_in(situation.records)
        before = place.rows()
        head = place.plan()
        changes = place.changes(head)
        report = place.push(head)
        assert report.results.rejected == 0
        after = place.rows()
        written = [change for change in changes if isinstance(change, Create | Update)]
        links = links_for(place.store, place.state.org, [change.record for change in changes])
        targets: dict[str, AnyChange] = {links[change.record].id: change for change in written}
        assert after.keys() - before.keys() == {
            links[change.record].id for change in written if isinstance(change, Create)
        }
        for row_id, row in after.items():
            was = before.get(row_id)
            if row_id not in targets:
                assert row == was
                continue
            for one in targets[row_id].fields:
                waited_for = one.field == "AccountId" and one.after in links
                expected = links[one.after].id if waited_for else one.after
                assert alike(row[one.field], expected)
            if was is not None:
                touched = {name for name in row if row[name] != was[name]}
                assert {name for name in touched if not derived(name)} <= {one.field for one in targets[row_id].fields}
        if not written:
            assert report.api_calls == 0

        # a duplicate whose address the push has moved to its rival's row may be found by another row now, or by none:
        # then it is created, with the account that it needs
        freed = {change.record for change in changes if change.rule is Rule.DUPLICATE_IN_IMPORT}
        place.refresh()
        again = [change for change in place.changes() if change.action not in ("unchanged", "skip", "block")]
        freed |= {key for change in again if change.record in freed for key in change.needs}
        assert [change for change in again if change.record not in freed] == []


@quick
@given(situation=situations(), later=exports(), edited=st.booleans())
def test_M4_a_later_export_makes_no_second_row_of_anyone(
    tmp_path: Path, situation: Situation, later: tuple[ParsedRecord, ...], edited: bool
) -> None:
    with played(tmp_path, situation) as place:
        place.take_in(situation.records)
        place.push(place.plan())
        if edited:
            for row_id in place.rows():
                people.edit(place.practice, row_id, {"Phone": "1"})
        place.take_in(later)
        place.refresh()
        changes = place.changes()
        linked = links_for(place.store, place.state.org, [one.key for one in (*situation.records, *later)])
        known = {address for key in linked for address in contact_emails(record_of(place, key).fields)}
        there = {email_key(row.get("Email")) for row in place.rows().values()}
        for change in changes:
            assert not (isinstance(change, Create) and change.record in linked)
            if isinstance(change, Create) and change.sobject != "Account":
                assert email_key(record_of(place, change.record).fields.get("email")) not in (known | there) - {None}
        targets = Counter(change.salesforce_id for change in changes if isinstance(change, Update | LinkTo))
        assert max(targets.values(), default=1) == 1
        place.push(place.plan())
        linked_rows = place.store.execute("SELECT sf_id FROM links").fetchall()
        assert len(linked_rows) == len(set(linked_rows))


@quick
@given(situation=situations(), data=st.data())
def test_P1_a_manual_push_keeps_to_its_records_and_their_accounts(
    tmp_path: Path, situation: Situation, data: st.DataObject
) -> None:
    with played(tmp_path, situation) as place:
        place.take_in(situation.records)
        keys = data.draw(st.sets(st.sampled_from([one.key for one in situation.records]), min_size=1))
        head = place.plan(Scope(frozenset(keys)))
        changes = place.changes(head)
        more = [change for change in changes if change.record not in keys]
        asked_for = {key for change in changes if change.record in keys for key in change.needs}
        assert {change.record for change in more if isinstance(change, Create)} <= asked_for
        assert {change.sobject for change in more} <= {"Account"}
        assert not any(isinstance(change, Skip) for change in changes)
        assert place.push(head).results.rejected == 0


def record_of(place: Place, key: str) -> Record:
    found = records.get(place.store, key)
    assert found is not None
    return found


def company_of(place: Place, change: AnyChange) -> Record:
    """The account record a create is for: stored, or made of the first contact of that company."""
    found = records.get(place.store, change.record)
    if found is not None:
        return found
    people = [record_of(place, key) for (key,) in place.store.execute("SELECT key FROM records WHERE type = 'contact'")]
    return next(made_up_account(change.record, one) for one in people if made_up_key(one, FREE_MAIL) == change.record)


def same_company(one: Record, other: Record) -> bool:
    mine, its = (company_domain(record.fields.get("website"), FREE_MAIL) for record in (one, other))
    if mine is not None and mine == its:
        return True
    return company_key(one.name) == company_key(other.name) and not different_companies(one, other, FREE_MAIL)


def alike(there: Any, wanted: Any) -> bool:
    return bool(there == wanted or (isinstance(wanted, bool) and bool(there) is wanted))


def derived(name: str) -> bool:
    """What an org fills in by itself."""
    return name in ("Name", "LastModifiedDate", "LastModifiedById", "SystemModstamp") or name.startswith("key_")
