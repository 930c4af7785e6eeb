"""Cutting a plan's changes into parcels, and filling a parcel into a batch."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sfpush.model import Create, Delete, FieldChange, Rule, SalesforceId, Update, Verb
from sfpush.push.batches import JOB_TEXT, Parcel, Placed, Writing, fill, parcels, split, stage_of

ACCOUNT_ID = SalesforceId("001000000000001")


def create(key: str, sobject: str = "Contact", needs: tuple[str, ...] = (), **fields: object) -> Create:
    changes = tuple(FieldChange(name, None, value) for name, value in fields.items())
    return Create(record=key, name=key, sobject=sobject, rule=Rule.NEW, reason="", needs=needs, fields=changes)


def update(key: str, sobject: str = "Contact", **fields: object) -> Update:
    changes = tuple(FieldChange(name, "old", value) for name, value in fields.items())
    sf_id = SalesforceId("003000000000001")
    return Update(
        record=key, name=key, sobject=sobject, rule=Rule.CHANGED, reason="", salesforce_id=sf_id, fields=changes
    )


def cut(*placed: Placed | Writing, size: int = 200, **external_ids: str) -> list[Parcel]:
    stream = [one if isinstance(one, Placed) else Placed(one) for one in placed]
    return list(parcels(stream, external_ids, size=size))


def test_a_parcel_holds_at_most_200_rows_of_one_sobject_and_verb() -> None:
    found = cut(*(create(f"contact:{n}") for n in range(450)), *(update(f"contact:u{n}") for n in range(3)))
    assert [(one.verb, len(one.placed)) for one in found] == [
        (Verb.CREATE, 200),
        (Verb.CREATE, 200),
        (Verb.CREATE, 50),
        (Verb.UPDATE, 3),
    ]


def test_a_bulk_job_is_cut_before_its_text_fills_the_memory() -> None:
    long = "x" * (JOB_TEXT // 3)
    stream = [Placed(create(f"contact:{n}", Description=long, LastName="Lee")) for n in range(5)]
    found = list(parcels(stream, {}, in_bulk={("create", "Contact")}))
    assert [len(one.placed) for one in found] == [2, 2, 1]
    assert [placed for one in found for placed in one.placed] == stream
    assert (
        len(list(parcels([Placed(create("contact:1", Description=long * 4))], {}, in_bulk={("create", "Contact")})))
        == 1
    )


def test_accounts_stand_in_an_earlier_stage_than_people_and_deletes_in_the_earliest_children_first() -> None:
    order = [
        stage_of("delete", "Task"),
        stage_of("delete", "Contact"),
        stage_of("delete", "Account"),
        stage_of("create", "Account"),
        stage_of("update", "Lead"),
        stage_of("create", "CampaignMember"),
        stage_of("create", "Opportunity"),
        stage_of("create", "Task"),
    ]
    assert order == sorted(order)
    assert stage_of("create", "Contact") == stage_of("update", "Lead")


def test_a_stage_is_closed_before_the_next_begins() -> None:
    found = cut(create("account:1", "Account"), create("contact:1"), create("contact:2"))
    assert [(one.stage, one.sobject) for one in found] == [(0, "Account"), (1, "Contact")]


def test_rows_of_one_account_are_not_torn_apart_where_they_fit() -> None:
    rows = [Placed(create(f"contact:{n}"), near=f"account:{n // 3}") for n in range(9)]
    assert [len(one.placed) for one in cut(*rows, size=4)] == [3, 3, 3]


def test_an_account_larger_than_half_a_parcel_is_cut() -> None:
    rows = [Placed(create(f"contact:{n}"), near="account:1") for n in range(9)]
    assert [len(one.placed) for one in cut(*rows, size=4)] == [4, 4, 1]


def test_B3_a_create_with_a_value_for_the_external_id_becomes_an_upsert_by_it() -> None:
    found = cut(
        create("contact:1", Apollo__c="1", LastName="Lee"), create("contact:2", LastName="Lee"), Contact="Apollo__c"
    )
    assert [(one.verb, one.external_id_field) for one in found] == [
        (Verb.UPSERT, "Apollo__c"),
        (Verb.CREATE, None),
    ]


def test_C8_a_lookup_by_record_key_is_resolved_once_that_record_has_an_id() -> None:
    one = create("contact:1", needs=("account:1",), AccountId="account:1", LastName="account:2")
    (parcel,) = cut(one)
    going, batch, waiting = fill(parcel, {"account:1": ACCOUNT_ID})
    assert [placed.change for placed in going] == [one]
    assert waiting == ()
    assert batch.rows[0].values == {"AccountId": ACCOUNT_ID, "LastName": "account:2"}


def test_C8_a_change_whose_needed_record_was_not_written_is_not_sent() -> None:
    waits = create("contact:1", needs=("account:1",), AccountId="account:1")
    goes = create("contact:2", LastName="Lee")
    (parcel,) = cut(waits, goes)
    going, batch, waiting = fill(parcel, {})
    assert [placed.change for placed in going] == [goes]
    assert [row.key for row in batch.rows] == ["contact:2"]
    assert waiting == ((waits, ("account:1",)),)


def test_a_delete_carries_the_id_and_no_values() -> None:
    one = Delete(
        record="contact:1",
        name="",
        sobject="Contact",
        rule=Rule.DELETED_IN_APOLLO,
        reason="",
        salesforce_id=SalesforceId("003000000000001"),
    )
    _, batch, _ = fill(cut(one)[0], {})
    assert (batch.verb, batch.rows[0].id, batch.rows[0].values) == (Verb.DELETE, "003000000000001AAA", {})


def test_split_keeps_every_row_and_counts_the_attempt() -> None:
    (parcel,) = cut(*(create(f"contact:{n}") for n in range(7)))
    parts = list(split(parcel, 3))
    assert [len(part.placed) for part in parts] == [3, 3, 1]
    assert {part.attempt for part in parts} == {1}
    assert tuple(placed for part in parts for placed in part.placed) == parcel.placed


@given(
    st.lists(st.tuples(st.sampled_from(["create", "update"]), st.integers(0, 5)), max_size=60),
    st.integers(1, 7),
)
def test_every_change_is_in_exactly_one_parcel_and_in_order(shape: list[tuple[str, int]], size: int) -> None:
    stream = [
        Placed(create(f"contact:{n}") if verb == "create" else update(f"contact:{n}"), near=f"account:{account}")
        for n, (verb, account) in enumerate(sorted(shape))
    ]
    found = list(parcels(stream, {}, size=size))
    assert all(0 < len(one.placed) <= size for one in found)
    for verb in (Verb.CREATE, Verb.UPDATE):
        sent = [placed for one in found if one.verb is verb for placed in one.placed]
        assert sent == [placed for placed in stream if placed.change.action == verb.value]
