"""What may be in flight at one time."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from sfpush.model import Verb
from sfpush.push.batches import Parcel, Placed, split
from sfpush.push.schedule import Schedule
from tests.push.test_batches import create


def parcel(number: int, *accounts: str, stage: int = 1) -> Parcel:
    placed = tuple(Placed(create(f"contact:{number}.{n}"), near=account) for n, account in enumerate(accounts))
    return Parcel(stage, "Contact", Verb.CREATE, placed or (Placed(create(f"contact:{number}")),))


def test_as_many_are_in_flight_as_there_are_lanes() -> None:
    schedule = Schedule([parcel(n) for n in range(5)], lanes=2)
    first, second = schedule.next(), schedule.next()
    assert first is not None
    assert second is not None
    assert schedule.next() is None
    schedule.answered(first)
    assert schedule.next() is not None


def test_two_that_touch_one_account_are_never_in_flight_together() -> None:
    one, same, other = parcel(1, "a"), parcel(2, "a", "b"), parcel(3, "c")
    schedule = Schedule([one, same, other], lanes=3)
    assert [schedule.next(), schedule.next(), schedule.next()] == [one, other, None]
    schedule.answered(one)
    assert schedule.next() == same


def test_people_wait_for_every_account() -> None:
    account, person = parcel(1, stage=0), parcel(2, stage=1)
    schedule = Schedule([account, person], lanes=2)
    assert [schedule.next(), schedule.next()] == [account, None]
    schedule.answered(account)
    assert schedule.next() == person


def test_what_goes_again_leaves_alone_and_before_the_next_stage() -> None:
    first, second, later = parcel(1), parcel(2), parcel(3, stage=2)
    schedule = Schedule([first, second, later], lanes=2)
    assert schedule.next() == first
    (again,) = split(first, 10)
    schedule.answered(first, [again])
    assert schedule.next() == second
    assert schedule.next() is None
    schedule.answered(second)
    assert schedule.next() == again
    assert schedule.next() is None
    schedule.answered(again)
    assert schedule.next() == later
    schedule.answered(later)
    assert schedule.over


@given(
    st.lists(st.tuples(st.integers(0, 2), st.sets(st.sampled_from("abcd"), max_size=2)), max_size=30),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_everything_goes_once_stage_by_stage_without_a_clash(
    shape: list[tuple[int, set[str]]], lanes: int, chance: random.Random
) -> None:
    all_of_it = [
        parcel(n, *sorted(accounts), stage=stage)
        for n, (stage, accounts) in enumerate(sorted(shape, key=lambda one: one[0]))
    ]
    schedule = Schedule(all_of_it, lanes=lanes)
    flying: list[Parcel] = []
    gone: list[Parcel] = []
    while not schedule.over:
        if (ready := schedule.next()) is not None:
            assert all(ready.accounts.isdisjoint(other.accounts) for other in flying)
            assert all(other.stage == ready.stage for other in flying)
            flying.append(ready)
            gone.append(ready)
            assert len(flying) <= lanes
        else:
            schedule.answered(flying.pop(chance.randrange(len(flying))))
    assert sorted(one.placed[0].change.record for one in gone) == sorted(
        one.placed[0].change.record for one in all_of_it
    )
    assert [one.stage for one in gone] == sorted(one.stage for one in gone)
