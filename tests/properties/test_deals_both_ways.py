"""A deal that both sides change again and again: what holds of it whatever they do, and in whatever order (D1, D2)."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from sfpush.model import Create, LinkTo, Pull, Unchanged, Update
from sfpush.planning.fitting import same
from tests.planning.deals.made import APOLLO_NAMES, STAGES, Both, opportunity, written

DESCRIBE = opportunity()
AMOUNTS = st.sampled_from([0, 1, 2500, 12.5, 1234567.89, "1234567890123456.78"])
TEXTS = st.sampled_from(["a", "b", "A longer text"])
DATES = st.sampled_from(["2026-12-31", "2027-01-31"])
REQUIRED = {"Name": TEXTS, "StageName": st.sampled_from(STAGES), "CloseDate": DATES}
OPTIONAL = {"Amount": AMOUNTS, "NextStep": TEXTS, "Description": TEXTS}


def field_and_value(optional: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, Any]]:
    return st.one_of(
        *(st.tuples(st.just(name), values) for name, values in REQUIRED.items()),
        *(st.tuples(st.just(name), st.one_of(optional, values)) for name, values in OPTIONAL.items()),
    )


class BothSides(RuleBasedStateMachine):
    """Apollo exports, people work in Salesforce, runs sync in one mode after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.both = Both({"name": "a", "stage": "Prospecting", "closed_date": "2026-12-31", "amount": 1})
        self.last: dict[str, Any] = {}
        """What Salesforce held when its values were last taken over, or Apollo's were written."""

    @property
    def by_people(self) -> dict[str, Any]:
        """What people have changed in Salesforce since then."""
        now = self.both.org or {}
        return {
            name: value for name, value in now.items() if not same(DESCRIBE.field(name), self.last.get(name), value)
        }

    @rule(change=field_and_value(st.none()))
    def apollo_changes(self, change: tuple[str, Any]) -> None:
        name, value = change
        self.both.apollo[APOLLO_NAMES[name]] = value

    @precondition(lambda self: self.both.org is not None)
    @rule(change=field_and_value(st.none()))
    def salesforce_changes(self, change: tuple[str, Any]) -> None:
        name, value = change
        assert self.both.org is not None
        self.both.org[name] = value

    @rule()
    def sync_both_ways(self) -> None:
        by_people = self.by_people
        change = self.both.sync("bidirectional")
        assert isinstance(change, Create | Update | Pull | Unchanged | LinkTo)
        if isinstance(change, Update):
            assert not set(written(change)) & set(by_people), "a change made in Salesforce is never overwritten"
        self.last = dict(self.both.org or {})
        assert self.alike() == list(APOLLO_NAMES), "both sides have one value of every field"
        assert isinstance(self.both.decide("bidirectional"), Unchanged), "a plan after a run has nothing left to do"

    @rule()
    def sync_by_pulling(self) -> None:
        before = dict(self.both.org or {})
        change = self.both.sync("pull")
        assert not isinstance(change, Create | Update), "nothing goes out"
        assert (self.both.org or {}) == before
        if self.both.link is not None:
            for name, value in self.by_people.items():
                assert same(DESCRIBE.field(name), self.both.shown.get(APOLLO_NAMES[name]), value)
            self.last = before
        assert not isinstance(self.both.decide("pull"), Pull)

    @rule()
    def sync_by_pushing(self) -> None:
        known = dict(self.both.shown)
        change = self.both.sync("push")
        assert not isinstance(change, Pull), "nothing comes in"
        for name, value in self.both.shown.items():
            assert value in (known.get(name), self.both.apollo.get(name)), "a deal takes no value but its own"
        now = dict(self.both.org or {})
        done = now if isinstance(change, Create) else {name: now[name] for name in (*written(change), *self.alike())}
        self.last = {**self.last, **done}
        assert not isinstance(self.both.decide("push"), Create | Update | Pull)

    def alike(self) -> list[str]:
        """The fields of which both sides have one value."""
        org, shown = self.both.org or {}, self.both.shown
        return [
            name
            for name, apollo in APOLLO_NAMES.items()
            if same(DESCRIBE.field(name), shown.get(apollo), org.get(name))
        ]


TestBothSides = BothSides.TestCase
TestBothSides.settings = settings(max_examples=60, stateful_step_count=20)


@given(
    apollo=st.fixed_dictionaries(
        {}, optional={APOLLO_NAMES[name]: values for name, values in {**REQUIRED, **OPTIONAL}.items()}
    ),
    org=st.fixed_dictionaries(
        {**REQUIRED, **{name: st.one_of(st.none(), values) for name, values in OPTIONAL.items()}}
    ),
)
def test_D1_at_the_first_meeting_salesforce_keeps_all_that_it_has(apollo: dict[str, Any], org: dict[str, Any]) -> None:
    both = Both(apollo, dict(org))
    change = both.sync()
    kept = {name: value for name, value in org.items() if value is not None}
    assert both.org is not None
    assert {name: both.org[name] for name in kept} == kept
    for name, apollo_name in APOLLO_NAMES.items():
        assert same(DESCRIBE.field(name), both.shown.get(apollo_name), both.org[name])
    assert isinstance(change, Update | Pull | LinkTo)
    assert isinstance(both.decide(), Unchanged)
