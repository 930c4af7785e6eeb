"""What the doctor makes of facts that no practice org brings about (B7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sfpush.describe import Describe, FieldDescribe
from sfpush.planning.doctor.checks import Check
from sfpush.planning.doctor.diagnose import diagnose
from sfpush.planning.doctor.facts import (
    Calls,
    Clock,
    Connection,
    DuplicateRule,
    Facts,
    Home,
    Machine,
    OrgFacts,
    Owners,
    Trouble,
)
from sfpush.planning.doctor.sobjects import asked_values
from sfpush.planning.gates import Gate
from sfpush.settings.document import Document
from sfpush.settings.examine import examine
from sfpush.settings.schema import Settings
from tests.planning.made import describe, text_field

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
HOME = Home("/home/ann/.sfpush", exists=True, writable=True, free_bytes=10**12, secret_mode=0o600)
LEAD_FIELDS = ("Company", "City", "State", "Country", "Website", "Industry", "NumberOfEmployees", "AnnualRevenue")
OPTED_OUT = FieldDescribe("HasOptedOutOfEmail", "Opted Out", "boolean", nillable=False, defaulted_on_create=True)
KEY = text_field("Apollo_Id__c", 255, external_id=True, unique=True)
ACCOUNT_FIELDS = (
    "Industry", "NumberOfEmployees", "AnnualRevenue", "BillingStreet", "BillingCity", "BillingState",
    "BillingPostalCode", "BillingCountry", "Description",
)  # fmt: skip
ORG = {
    "Account": describe("Account", *map(text_field, ACCOUNT_FIELDS), KEY),
    "Contact": describe("Contact", OPTED_OUT, KEY),
    "Lead": describe("Lead", *map(text_field, LEAD_FIELDS), OPTED_OUT),
}
ASKED = OrgFacts(
    versions=("61.0", "62.0"),
    clock=Clock(NOW, NOW, timedelta(hours=1)),
    calls=Calls(1000, 900),
    describes=ORG,
    duplicate_rules=(),
    owners=Owners(frozenset(), frozenset()),
)
EXTERNAL_IDS = {"salesforce": {"external_ids": {"contact": "Apollo_Id__c", "account": "Apollo_Id__c"}}}


def told(settings: dict[str, Any] | None = None, org: OrgFacts | None = ASKED, **facts: Any) -> list[Check]:
    given: dict[str, Any] = {
        "machine": Machine(HOME),
        "connection": Connection("client-credentials", "https://acme.my.salesforce.com", "00D1", "ann@acme.example"),
        "gates": (),
        "org": org,
        **facts,
    }
    return list(diagnose(Facts(examine(Document("sfpush.toml", settings or EXTERNAL_IDS)), **given)))


def of(checks: list[Check], name: str) -> Check:
    """The one check of this name."""
    (found,) = (check for check in checks if check.name == name)
    return found


def with_org(**facts: Any) -> OrgFacts:
    return replace(ASKED, **facts)


def test_all_is_well() -> None:
    checks = told()
    assert [check for check in checks if check.state != "ok"] == []
    assert all(check.message and not check.fix for check in checks)
    assert "over TLS, its certificate verified" in of(checks, "connection").message


@pytest.mark.parametrize(
    ("home", "state", "words"),
    [
        (replace(HOME, exists=False), "ok", "made when it is first needed"),
        (replace(HOME, writable=False), "failure", "can't be written"),
        (replace(HOME, free_bytes=5 * 1024 * 1024), "warning", "5 MB left"),
        (replace(HOME, secret_mode=0o640), "failure", "mode 0640"),
        (replace(HOME, secret_mode=None), "ok", "closed to others"),
        (replace(HOME, trouble=Trouble("Somebody else's.", "Use your own.")), "failure", "Somebody else's."),
    ],
)
def test_the_home(home: Home, state: str, words: str) -> None:
    check = of(told(machine=Machine(home)), "home")
    assert check.state == state
    assert words in check.message


@pytest.mark.parametrize(
    ("way", "state"),
    [
        ("practice", "ok"),
        ("client-credentials", "ok"),
        ("jwt", "ok"),
        ("sf-alias", "ok"),
        ("environment", "ok"),
        ("token", "warning"),
        ("password", "warning"),
    ],
)
def test_every_way_to_log_in_has_its_line(way: str, state: str) -> None:
    checks = told(connection=Connection(way, "https://acme.my.salesforce.com", "00D1", "ann@acme.example"))
    assert of(checks, "login").state == state


@pytest.mark.parametrize(
    ("ahead", "state"),
    [
        (timedelta(seconds=-119), "ok"),
        (timedelta(seconds=120), "warning"),
        (timedelta(minutes=59), "warning"),
        (timedelta(hours=1), "failure"),
        (timedelta(hours=-30), "warning"),
    ],
)
def test_B3_a_clock_that_is_ahead_by_the_tolerance_is_a_failure(ahead: timedelta, state: str) -> None:
    clock = Clock(NOW + ahead, NOW, timedelta(hours=1))
    assert of(told(org=with_org(clock=clock)), "clock").state == state


def test_an_org_that_tells_neither_its_time_nor_its_versions() -> None:
    checks = told(org=with_org(clock=None, versions=()))
    assert (of(checks, "clock").state, of(checks, "api-version").state) == ("skipped", "skipped")


@pytest.mark.parametrize(("remaining", "state"), [(200, "ok"), (199, "warning"), (0, "failure")])
def test_G5_a_fifth_of_the_calls_is_the_reserve(remaining: int, state: str) -> None:
    assert of(told(org=with_org(calls=Calls(1000, remaining))), "api-budget").state == state


def test_what_was_not_asked_any_more_is_skipped_with_the_reason() -> None:
    lost = Trouble("The org went away.", "Try again.", "unreachable")
    org = OrgFacts(versions=("62.0",), clock=ASKED.clock, calls=Calls(10, 9), describes=ORG, lost=lost)
    checks = told(org=org)
    assert [check.state for check in checks if check.name == "connection"] == ["ok", "failure"]
    assert of(checks, "contact-access").state == "ok"
    assert {of(checks, name).message for name in ("duplicate-rules", "owners")} == {"The org went away."}
    checks = told(org=replace(org, describes=None, calls=None))
    assert of(checks, "api-budget").state == "skipped"
    assert of(checks, "places").message == "The org went away."


def test_gates_are_known_without_the_org() -> None:
    gate = Gate("setup-window", "The setup window holds.", "2026-11-24T12:00:00Z")
    checks = told(connection=Trouble("Out of reach.", "Look at the network."), gates=(gate,), org=None)
    assert of(checks, "connection").state == "failure"
    assert of(checks, "gates") == Check("gates", "warning", "The setup window holds.", "sfpush enable")
    assert of(checks, "clock").state == "skipped"


def test_what_can_not_be_read_can_not_be_matched() -> None:
    blind = {**ORG, "Account": replace(ORG["Account"], queryable=False)}
    check = of(told(org=with_org(describes=blind)), "account-access")
    assert check.state == "failure"
    assert "may not read Account" in check.message


def test_F1_the_currency_is_missing_where_there_is_one_only() -> None:
    deal_fields = ("Name", "StageName", "Amount", "CloseDate", "NextStep", "Description")
    deals = Describe("Opportunity", {name: text_field(name) for name in deal_fields})
    settings = {**EXTERNAL_IDS, "deals": {"mode": "pull"}}
    check = of(told(settings, with_org(describes={**ORG, "Opportunity": deals})), "opportunity-fields")
    assert check == Check("opportunity-fields", "ok", "All mapped fields (6) are there.")
    read_only = {name: text_field(name, createable=False, updateable=False) for name in deal_fields}
    org = with_org(describes={**ORG, "Opportunity": replace(deals, fields=read_only)})
    assert of(told(settings, org), "opportunity-fields").state == "ok", "what is only pulled need not be written (D2)"
    pushed = {**settings, "deals": {"mode": "push"}}
    assert of(told(pushed, org), "opportunity-fields").state == "warning"


def test_person_accounts_with_a_record_type_for_new_accounts() -> None:
    flag = FieldDescribe("IsPersonAccount", "Is Person Account", "boolean", createable=False, updateable=False)
    record_type = FieldDescribe("RecordTypeId", "Record Type", "reference", 18)
    fields = {**ORG["Account"].fields, flag.name: flag, record_type.name: record_type}
    org = with_org(describes={**ORG, "Account": replace(ORG["Account"], fields=fields)})
    assert of(told(org=org), "person-accounts").state == "warning"
    settings = {**EXTERNAL_IDS, "accounts": {"on_create": {"RecordTypeId": "012000000000001AAA"}}}
    assert of(told(settings, org), "person-accounts").state == "ok"


def test_duplicate_rules_of_other_sobjects_are_none_of_ours() -> None:
    rules = (DuplicateRule("Cases", "Case", True), DuplicateRule("Leads", "Lead", False))
    assert "None is active" in of(told(org=with_org(duplicate_rules=rules)), "duplicate-rules").message
    hidden = of(told(org=with_org(duplicate_rules=Trouble("Not to be seen.", "Give access."))), "duplicate-rules")
    assert hidden == Check("duplicate-rules", "skipped", "Not to be seen.", "Give access.")


def test_C9_owners_are_compared_without_case() -> None:
    owners = Owners(frozenset({"Ann@Acme.example", "bob@acme.example "}), frozenset({"ann@acme.example"}))
    check = of(told(org=with_org(owners=owners)), "owners")
    assert check.state == "warning"
    assert check.message.startswith("1 of 2 Apollo owners")
    everyone = replace(owners, active=frozenset({"ann@acme.example", "bob@acme.example"}))
    assert of(told(org=with_org(owners=everyone)), "owners").state == "ok"


def test_values_are_asked_for_where_it_matters_which_they_are() -> None:
    kinds = FieldDescribe("Industry", "Industry", "picklist", 40, restricted_picklist=True, picklist=("Retail",))
    code = FieldDescribe("BillingCountryCode", "Code", "picklist", 10, picklist=("DE",), labels=("Germany",))
    account = replace(ORG["Account"], fields={**ORG["Account"].fields, kinds.name: kinds, code.name: code})
    describes = {**ORG, "Account": account}
    asked = asked_values(Settings(), describes)
    assert asked == {"Account": {"industry", "country"}, "Contact": frozenset(), "Lead": frozenset()}
    values = {"Account": {"industry": ("retail", "Mining"), "country": ("germany", "de", "Gemany")}}
    checks = told(org=with_org(describes=describes, values=values))
    assert '"Mining"' in of(checks, "account-values").message
    assert of(checks, "places").message.endswith('refused: country "Gemany".')
