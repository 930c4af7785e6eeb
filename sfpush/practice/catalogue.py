"""The sObjects of one org: the standard ones, changed by its rules, less what its user may not see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from sfpush.practice.fields import Field, SObject, checkbox, read_only
from sfpush.practice.rules import Rules, RulesError
from sfpush.practice.schema import STANDARD
from sfpush.practice.schema.places import with_codes

IS_PERSON_ACCOUNT = read_only(checkbox("IsPersonAccount", label="Is Person Account"))
"""What tells an org with person accounts from others; persons themselves are not kept as accounts here."""


class Catalogue:
    """Finds sObjects by API name, without regard to case, and by the key prefix of an id."""

    def __init__(self, rules: Rules) -> None:
        self.full = _customised(rules)
        self._visible = {name: self._seen_by_user(each, rules) for name, each in self.full.items()}
        if not rules.user.view_setup:
            del self._visible["duplicaterule"]
        for place, hidden in enumerate(rules.user.no_access):
            self._visible.pop(_known(hidden, self.full, f"user.no_access.{place}").name.lower(), None)

    def __iter__(self) -> Iterator[SObject]:
        return iter(self._visible.values())

    def get(self, name: str) -> SObject | None:
        """The sObject as the API's user sees it; None if there is none, or none for this user."""
        return self._visible.get(name.lower())

    def whole(self, name: str) -> SObject:
        """The sObject with all its fields, whoever asks."""
        return self.full[name.lower()]

    @cached_property
    def by_prefix(self) -> dict[str, tuple[SObject, ...]]:
        found: dict[str, tuple[SObject, ...]] = {}
        for each in self.full.values():
            found[each.prefix] = (*found.get(each.prefix, ()), each)
        return found

    def of_id(self, record_id: str) -> SObject | None:
        """The sObject whose key prefix this id carries."""
        found = self.by_prefix.get(record_id[:3])
        return found[0] if found else None

    def _seen_by_user(self, sobject: SObject, rules: Rules) -> SObject:
        user = rules.user
        hidden = _names(user.hidden, sobject, self.full, "user.hidden")
        fixed = _names(user.read_only, sobject, self.full, "user.read_only")
        denied = [
            any(name.lower() == sobject.name.lower() for name in names)
            for names in (user.no_create, user.no_update, user.no_delete)
        ]
        if not (hidden or fixed or any(denied)):
            return sobject
        return replace(
            sobject,
            fields=tuple(
                replace(each, createable=False, updateable=False) if each.name.lower() in fixed else each
                for each in sobject.fields
                if each.name.lower() not in hidden
            ),
            createable=sobject.createable and not denied[0],
            updateable=sobject.updateable and not denied[1],
            deletable=sobject.deletable and not denied[2],
        )


def _customised(rules: Rules) -> dict[str, SObject]:
    full = {each.name.lower(): each for each in STANDARD}
    if rules.org.state_country_picklists:
        full = {name: with_codes(each) for name, each in full.items()}
    if rules.org.person_accounts:
        account = full["account"]
        full["account"] = replace(account, fields=(*account.fields, IS_PERSON_ACCOUNT))
    for number, made in enumerate(rules.sobjects):
        _known(made.detail_of, full, f"sobjects.{number}.detail_of")
        full[made.name.lower()] = made.build(f"a{number:02}")
    for number, custom in enumerate(rules.fields):
        sobject = _known(custom.sobject, full, f"fields.{number}.sobject")
        full[sobject.name.lower()] = replace(sobject, fields=_with(sobject, custom.build(), f"fields.{number}.name"))
    for number, rule in enumerate(rules.validation_rules):
        _known(rule.sobject, full, f"validation_rules.{number}.sobject")
    return full


def _with(sobject: SObject, made: Field, key: str) -> tuple[Field, ...]:
    standard = sobject.field(made.name)
    if standard is None:
        if not made.custom:
            raise RulesError(
                [f"{key}: {sobject.name} has no field {made.name} of its own. End the name of a custom field in __c."]
            )
        return (*sobject.fields, made)
    changed = replace(
        standard,
        choices=made.choices or standard.choices,
        restricted=made.restricted or standard.restricted,
        nillable=standard.nillable and made.nillable,
        default=made.default if made.default is not None else standard.default,
    )
    return tuple(changed if each is standard else each for each in sobject.fields)


def _known(name: str, full: dict[str, SObject], key: str) -> SObject:
    found = full.get(name.lower())
    if found is None:
        raise RulesError([f"{key}: This org has no sObject {name!r}. Correct the name."])
    return found


def _names(qualified: tuple[str, ...], sobject: SObject, full: dict[str, SObject], key: str) -> frozenset[str]:
    """The lower-case names of those `Contact.Phone`-like names that are fields of `sobject`."""
    found = set()
    for place, each in enumerate(qualified):
        owner, _, name = each.partition(".")
        known = _known(owner, full, f"{key}.{place}")
        if not known.has(name):
            raise RulesError(
                [f"{key}.{place}: {known.name} has no field {name!r}. Write sObject and field, as in Contact.Phone."]
            )
        if known.name == sobject.name:
            found.add(name.lower())
    return frozenset(found)
