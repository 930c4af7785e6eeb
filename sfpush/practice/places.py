"""Addresses in an org with state and country picklists: names and codes kept in step, unknown places refused."""

from __future__ import annotations

from sfpush.practice.fields import SObject
from sfpush.practice.incoming import Draft
from sfpush.practice.schema.places import COUNTRIES, STATES

_PROBLEM = (
    "There's a problem with this {0}, even though it may appear correct. "
    "Please select a {0} from the list of valid {1}."
)


def fit(sobject: SObject, draft: Draft) -> None:
    """Complete each address a draft sets, code from name and name from code; refuse a place that isn't in the lists."""
    for field in sobject.fields:
        if field.name.endswith("CountryCode"):
            _fit_address(field.name.removesuffix("CountryCode"), draft)


def _fit_address(prefix: str, draft: Draft) -> None:
    names = [f"{prefix}{part}" for part in ("Country", "CountryCode", "State", "StateCode")]
    if not any(name in draft.values for name in names):
        return
    country = _chosen(draft, names[0], names[1], COUNTRIES)
    if country == "":
        draft.refuse("FIELD_INTEGRITY_EXCEPTION", _PROBLEM.format("country/territory", "countries"), names[0])
        return
    state = _chosen(draft, names[2], names[3], STATES.get(country or "", {}))
    if state is not None and country is None:
        message = f"A country/territory must be specified before specifying a state value for field: {names[2]}"
        draft.refuse("FIELD_INTEGRITY_EXCEPTION", message, names[2])
    elif state == "":
        draft.refuse("FIELD_INTEGRITY_EXCEPTION", _PROBLEM.format("state", "states"), names[2])


def _chosen(draft: Draft, name: str, code: str, known: dict[str, str]) -> str | None:
    """The code of the place that the draft sets, or that is there; None: no place. `""`: a place that isn't known."""
    for column in (code, name):
        if column in draft.values:
            given = draft.values[column]
            break
    else:
        given = (draft.before[code] or draft.before[name]) if draft.before is not None else None
    if given is None:
        draft.values[name] = draft.values[code] = None
        return None
    folded = str(given).lower()
    for each, label in known.items():
        if folded in (each.lower(), label.lower()):
            draft.values[code], draft.values[name] = each, label
            return each
    return ""
