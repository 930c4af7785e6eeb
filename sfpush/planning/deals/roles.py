"""The contacts of a deal, each an OpportunityContactRole of its own; those that are there are left as they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sfpush.model import (
    AnyChange,
    Block,
    Create,
    FieldChange,
    LinkTo,
    Pull,
    Record,
    RecordType,
    Rule,
    Unchanged,
    Update,
)
from sfpush.planning import verdicts
from sfpush.planning.activities.standings import Here, Standing, ToCome
from sfpush.planning.context import Context
from sfpush.planning.fitting import Misfit, fitter, truth_of
from sfpush.planning.subjects import Subject

CONTACT_ROLE = "OpportunityContactRole"
_ROLE_NAMES = ("role", "role_name", "contact_role")
_PRIMARY_NAMES = ("is_primary", "primary")


@dataclass(frozen=True, slots=True)
class NamedContact:
    """A contact that a deal names. `key` is the one its role is kept under, `contact` that of the contact record."""

    key: str
    contact: str
    role: str
    primary: bool


def contacts_of(deal: Record) -> tuple[NamedContact, ...]:
    """The contacts that a deal names, each once; entries that name none are passed over."""
    listed = deal.fields.get("opportunity_contact_roles")
    found: dict[str, NamedContact] = {}
    for entry in listed if isinstance(listed, list) else ():
        if not isinstance(entry, dict) or not (identity := str(entry.get("contact_id") or "").strip()):
            continue
        role = next((str(entry[name]) for name in _ROLE_NAMES if entry.get(name)), "")
        primary = any(truth_of(entry.get(name)) for name in _PRIMARY_NAMES)
        contact = f"{RecordType.CONTACT.value}:{identity}"
        found.setdefault(identity, NamedContact(f"{deal.key}:{identity}", contact, role, primary))
    return tuple(found.values())


def pair_of(deal: str, contact: str) -> str:
    """What finds an existing role: the Ids of its Opportunity and its Contact."""
    return f"{deal} {contact}"


def decide_roles(
    deal: Record,
    change: AnyChange,
    contacts: Sequence[NamedContact],
    people: Mapping[str, Standing],
    roles: Mapping[str, Subject],
    there: Collection[str],
    context: Context,
) -> Iterator[Create | Block]:
    """A role for each contact of a deal that is a Contact in Salesforce, or becomes one with this plan.

    `contacts` are those that the deal names; `people` says how contacts stand, by key; `roles` are the roles as
    subjects, by their keys; `there` holds what `pair_of` says of the roles that the org has. A Lead can't have one.
    """
    describe = context.describes.get(CONTACT_ROLE)
    if describe is None or not describe.createable or not isinstance(change, _GOES):
        return
    opportunity = change.salesforce_id or deal.key
    for one in contacts:
        standing = people.get(one.contact)
        if not isinstance(standing, Here | ToCome) or standing.sobject != "Contact":
            continue
        contact = standing.id if isinstance(standing, Here) else standing.key
        subject = roles[one.key]
        if subject.link is not None or pair_of(opportunity, contact) in there:
            continue
        if (held := verdicts.held(subject, CONTACT_ROLE)) is not None:
            yield held
            continue
        needs = [opportunity] if isinstance(change, Create) else []
        needs += [contact] if isinstance(standing, ToCome) else []
        fields: dict[str, Any] = {"OpportunityId": opportunity, "ContactId": contact}
        role = describe.field("Role")
        if one.role and role is not None and role.createable:
            value = fitter(role, "block")(one.role)
            fields |= {} if isinstance(value, Misfit) else {"Role": value}
        fields |= {"IsPrimary": True} if one.primary else {}
        yield Create(
            record=one.key,
            name=deal.name,
            sobject=CONTACT_ROLE,
            rule=change.rule if isinstance(change, Create) else Rule.NEW,
            reason=f"{one.contact} is a contact of {deal.key}.",
            needs=tuple(needs),
            fields=tuple(FieldChange(name, None, value) for name, value in fields.items()),
        )


_GOES = Create | Update | LinkTo | Unchanged | Pull
"""Decisions after which the deal has an Opportunity."""
