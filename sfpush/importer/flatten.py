"""The API's nested records as flat fields under canonical names: JSON and CSV say the same thing the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sfpush.apollo_fields import canonical, snake_case, spellings
from sfpush.importer.parsed import RowProblem, shown
from sfpush.model import RecordType

_TEXT_FIELDS = frozenset(
    {
        "id",
        "first_name",
        "last_name",
        "name",
        "title",
        "email",
        "secondary_email",
        "tertiary_email",
        "email_status",
        "organization_name",
        "account_name",
        "account_id",
        "website",
        "domain",
        "primary_domain",
        "stage",
        "owner_email",
        "owner_id",
    }
)
_PHONE_BY_TYPE = {
    "work_direct": "work_direct_phone",
    "work_hq": "corporate_phone",
    "corporate": "corporate_phone",
    "mobile": "mobile_phone",
    "home": "home_phone",
}
_OTHER_PHONE = "other_phone"
_PHONES = ("work_direct_phone", "corporate_phone", "mobile_phone", "home_phone", _OTHER_PHONE)
_EMAILS = (
    "secondary_email",
    "secondary_email_status",
    "tertiary_email",
    "tertiary_email_status",
    "other_emails",
)
_COMPANY = (
    ("organization_name", ("name",)),
    ("website", ("website_url", "primary_domain", "domain")),
    ("company_phone", ("phone", "sanitized_phone")),
    ("employees", ("estimated_num_employees",)),
    ("industry", ("industry",)),
    ("annual_revenue", ("annual_revenue", "organization_revenue")),
    ("company_linkedin_url", ("linkedin_url",)),
    ("company_address", ("raw_address", "street_address")),
    ("company_city", ("city",)),
    ("company_state", ("state",)),
    ("company_country", ("country",)),
    ("company_postal_code", ("postal_code",)),
    ("founded_year", ("founded_year",)),
)
_NESTED_IN_CONTACT = frozenset({"phone_numbers", "contact_emails", "account", "organization"})

Flat = tuple[dict[str, Any], set[str]]
"""The fields that are not empty, and the names of all that were there."""


def flatten(record_type: RecordType, body: Mapping[str, Any]) -> Flat:
    """One API record as flat fields. Raises RowProblem when a name, e-mail or id in it is no text."""
    match record_type:
        case RecordType.CONTACT:
            return _contact(body)
        case RecordType.ACCOUNT:
            fields, given = _plain(record_type, body)
            _fill_phone_of_account(body, fields, given)
            return fields, given
        case _:
            return _plain(record_type, body)


def _plain(
    record_type: RecordType, body: Mapping[str, Any], without: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], set[str]]:
    fields: dict[str, Any] = {}
    given: set[str] = set()
    spelt_as: dict[str, str] = {}
    for name, raw in body.items():
        if name in without:
            continue
        field = canonical(name, record_type) or name
        given.add(field)
        value = _trimmed(raw)
        if _is_empty(value):
            continue
        if field in _TEXT_FIELDS:
            value = _as_text(field, value)
        spelling = snake_case(name)
        if field not in fields:
            fields[field] = value
            spelt_as[field] = spelling
            continue
        # Two spellings of one field: the one that counts first has it, the other keeps its own name.
        order = spellings(record_type)[field]
        if order.index(spelling) < order.index(spelt_as[field]):
            fields[field], value = value, fields[field]
            spelt_as[field], spelling = spelling, spelt_as[field]
        if spelling != field and value != fields[field]:
            fields[spelling] = value
    return fields, given


def _contact(body: Mapping[str, Any]) -> Flat:
    fields, given = _plain(RecordType.CONTACT, body, _NESTED_IN_CONTACT)
    if isinstance(body.get("phone_numbers"), list):
        given.update(_PHONES, ("other_phones",))
        _add_phones(body["phone_numbers"], fields)
    if isinstance(body.get("contact_emails"), list):
        given.update(_EMAILS)
        _add_emails(body["contact_emails"], fields, given)
    account, organization = body.get("account"), body.get("organization")
    if isinstance(account, dict) and account.get("id"):
        given.add("account_id")
        fields.setdefault("account_id", _as_text("account_id", account["id"]))
    # The team's own account says more about the company than Apollo's public organization.
    for company in (account, organization):
        if isinstance(company, dict):
            _add_company(company, fields, given)
    return fields, given


def _add_phones(numbers: Iterable[Any], fields: dict[str, Any]) -> None:
    more = []
    for number in _by_position(numbers):
        text = _stripped(number.get("sanitized_number")) or _stripped(number.get("raw_number"))
        if not text:
            continue
        name = _PHONE_BY_TYPE.get(str(number.get("type")), _OTHER_PHONE)
        if name not in fields:
            fields[name] = text
        elif fields[name] != text:
            more.append(text)
    if more and _OTHER_PHONE not in fields:
        fields[_OTHER_PHONE] = more.pop(0)
    if more:
        fields["other_phones"] = more


def _add_emails(emails: Iterable[Any], fields: dict[str, Any], given: set[str]) -> None:
    known = {str(fields[name]).lower() for name in ("email", "secondary_email", "tertiary_email") if name in fields}
    places = [name for name in ("email", "secondary_email", "tertiary_email") if name not in fields]
    more = []
    for email in _by_position(emails):
        address = _stripped(email.get("email"))
        if not address or address.lower() in known:
            continue
        known.add(address.lower())
        if not places:
            more.append(address)
            continue
        name = places.pop(0)
        given.update((name, f"{name}_status"))
        fields[name] = address
        if status := _stripped(email.get("email_true_status")) or _stripped(email.get("email_status")):
            fields[f"{name}_status"] = status
    if more:
        fields["other_emails"] = more


def _add_company(company: Mapping[str, Any], fields: dict[str, Any], given: set[str]) -> None:
    for name, sources in _COMPANY:
        for source in sources:
            if source not in company:
                continue
            given.add(name)
            value = _trimmed(company[source])
            if name not in fields and not _is_empty(value):
                fields[name] = _as_text(name, value) if name in _TEXT_FIELDS else value


def _fill_phone_of_account(body: Mapping[str, Any], fields: dict[str, Any], given: set[str]) -> None:
    primary = body.get("primary_phone")
    if isinstance(primary, dict):
        given.add("phone")
        if number := _stripped(primary.get("number")):
            fields.setdefault("phone", number)


def _by_position(parts: Iterable[Any]) -> list[Mapping[str, Any]]:
    found = [part for part in parts if isinstance(part, dict)]
    return sorted(found, key=lambda part: part["position"] if isinstance(part.get("position"), int) else len(found))


def _stripped(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _as_text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise RowProblem("bad-value", f"{name} is {shown(str(value))}; text is expected.")
