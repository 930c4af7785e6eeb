"""E3: the exclusion rules against a plain restatement of the specification, and its own words one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sfpush.planning.activities.email_exclusion import excludes, excluding_rule
from sfpush.planning.activities.participants import Participant, Role
from sfpush.settings.activities import ExcludeRule, ExcludeSide

_DOMAINS = ("ymail.org", "eu.ymail.org", "mail.org", "acme.example")
_ADDRESSES = tuple(f"{name}@{domain}" for name in ("ann", "bob") for domain in _DOMAINS)
_SUBJECTS = ("Confidential", "confidential terms", "Re: CONFIDENTIAL", "Lunch", "")

_some_domains = st.lists(st.sampled_from(_DOMAINS), max_size=2).map(tuple)
_some_addresses = st.lists(st.sampled_from(_ADDRESSES), max_size=2).map(tuple)
_some_subjects = st.lists(st.sampled_from([one for one in _SUBJECTS if one]), max_size=2).map(tuple)
_sides = st.builds(ExcludeSide, domains=_some_domains, addresses=_some_addresses, subjects=_some_subjects)
_rules = (
    st.tuples(st.sampled_from(["and", "or"]), _sides, _sides)
    .filter(lambda parts: not (parts[1].is_empty and parts[2].is_empty))
    .map(lambda parts: ExcludeRule.model_validate({"match": parts[0], "from": parts[1], "to": parts[2]}))
)
_people = st.lists(st.sampled_from(_ADDRESSES), max_size=3)


def _restated(rule: ExcludeRule, senders: list[str], recipients: list[str], subject: str) -> bool:
    """The specification, sentence by sentence."""
    answers = []
    for side, addresses in ((rule.from_, senders), (rule.to, recipients)):
        kinds = []
        if side.domains:  # a domain includes its subdomains
            kinds.append(
                any(f".{one.split('@')[1]}".endswith(f".{domain}") for one in addresses for domain in side.domains)
            )
        if side.addresses:
            kinds.append(bool(set(addresses) & set(side.addresses)))
        if side.subjects:  # keywords are substrings, without case
            kinds.append(any(subject.lower().find(word.lower()) >= 0 for word in side.subjects))
        if kinds:  # kinds combine with AND, several values of one kind with OR
            answers.append(False not in kinds)
        elif rule.match == "or":  # a side without values never matches under "or"
            answers.append(False)
    return (True in answers) if rule.match == "or" else (False not in answers)


@given(_rules, _people, _people, st.sampled_from(_SUBJECTS))
def test_E3_the_filter_is_what_the_specification_says(
    rule: ExcludeRule, senders: list[str], recipients: list[str], subject: str
) -> None:
    assert excludes(rule, senders, recipients, subject) == _restated(rule, senders, recipients, subject)


@given(st.lists(_rules, max_size=3), _people, _people, _people, st.sampled_from(_SUBJECTS))
def test_E3_any_rule_excludes_and_cc_is_never_looked_at(
    rules: list[ExcludeRule], senders: list[str], recipients: list[str], copied: list[str], subject: str
) -> None:
    everyone = [
        Participant(address, role)
        for role, addresses in ((Role.FROM, senders), (Role.TO, recipients), (Role.CC, copied))
        for address in addresses
    ]
    place = excluding_rule(rules, everyone, subject)
    matching = [number for number, rule in enumerate(rules, 1) if _restated(rule, senders, recipients, subject)]
    assert place == (matching[0] if matching else None)


def test_E3_addresses_of_the_settings_compare_without_case() -> None:
    rule = ExcludeRule.model_validate({"from": {"addresses": ["Ann@Acme.example"]}})
    assert excludes(rule, ["ann@acme.example"], [], "")
