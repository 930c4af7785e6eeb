"""Taking runs back, on a practice org."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sfpush.errors import UsageError
from sfpush.practice import people
from sfpush.practice.faults import Fault, FaultKind, arm
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving
from sfpush.runs.progress import Silent
from sfpush.runs.report import RunReport
from sfpush.runs.undo import left_alone, make_undo_plan
from sfpush.store import plans
from tests.push.conftest import Home, contact

SEEN = {
    "Account": ("Name", "Website"),
    "Contact": ("FirstName", "LastName", "Title", "Email", "AccountId"),
    "Lead": ("LastName", "Title"),
}


def org_rows(home: Home) -> Mapping[str, list[dict[str, Any]]]:
    return {sobject: home.rows(sobject, *fields) for sobject, fields in SEEN.items()}


def without_ids(found: Mapping[str, list[dict[str, Any]]]) -> list[tuple[Any, ...]]:
    return sorted(
        tuple(str(value) for name, value in row.items() if not name.endswith("Id"))
        for rows in found.values()
        for row in rows
    )


def undo(home: Home, run_id: str) -> tuple[RunReport, dict[str, str]]:
    head = make_undo_plan(
        home.connection, home.org, home.state, run_id, home.settings, now=home.now(), progress=Silent()
    )
    report = home.push(head)
    return report, {one.record: one.reason for one in left_alone(home.connection, head.plan)}


def test_B4_the_org_is_as_before_the_run_and_as_after_it_when_the_undo_is_undone(
    home: Home, practice_org: Serving
) -> None:
    account = home_account(practice_org)
    there = people_row(practice_org, "Contact", LastName="Lee 1", Email="ann1@acme1.example", AccountId=account)
    before = org_rows(home)
    home.add(*(contact(n, title=f"Title {n}") for n in range(1, 70)))
    pushed = home.push()
    assert (pushed.results.updated, pushed.results.created) == (1, 68 * 2)
    after = org_rows(home)
    undone, left = undo(home, pushed.run_id)
    assert (undone.results.deleted, undone.results.updated, left) == (68 * 2, 1, {})
    assert org_rows(home) == before
    assert [row["Id"] for row in before["Contact"]] == [there]
    again, left = undo(home, undone.run_id)
    assert (again.results.created, again.results.updated, left) == (68 * 2, 1, {})
    assert without_ids(org_rows(home)) == without_ids(after)
    assert {row["AccountId"] for row in home.rows("Contact", "AccountId")} == {
        row["Id"] for row in home.rows("Account")
    }


def test_B4_what_someone_changed_since_is_left_alone_and_listed(home: Home, practice_org: Serving) -> None:
    home.add(contact(1, title="CFO"), contact(2, title="CFO"), contact(3, title="CFO"))
    pushed = home.push()
    first, second, _ = (row["Id"] for row in home.rows("Contact"))
    practice_org.org.clock = lambda: datetime.now(UTC) + timedelta(minutes=5)
    people.edit(practice_org.org, first, {"Title": "CEO"})
    people.edit(practice_org.org, second, {"Description": "Met at the fair"})
    report, left = undo(home, pushed.run_id)
    assert report.results.deleted == 2
    assert left == {
        "contact:c00001": "Changed since: Title.",
        "contact:c00002": "Someone has worked on it since.",
        "account:name:acme 1@acme1.example": "It would take 1 row from elsewhere along (Contact).",
        "account:name:acme 2@acme2.example": "It would take 1 row from elsewhere along (Contact).",
    }


def test_B4_an_updated_row_keeps_what_others_changed_and_gets_back_what_we_wrote(
    home: Home, practice_org: Serving
) -> None:
    home.add(contact(1, title="CFO"))
    home.push()
    (row,) = home.rows("Contact")
    home.add(contact(1, title="CEO"))
    pushed = home.push()
    people.edit(practice_org.org, row["Id"], {"Description": "Met at the fair"})
    report, left = undo(home, pushed.run_id)
    assert (report.results.updated, left) == (1, {})
    (found,) = home.rows("Contact", "Title", "Description")
    assert (found["Title"], found["Description"]) == ("CFO", "Met at the fair")


def test_B4_runs_are_undone_the_latest_first(home: Home) -> None:
    home.add(contact(1, title="CFO"))
    made = home.push()
    home.add(contact(1, title="CEO"))
    changed = home.push()
    home.add(contact(1, title="Chair"))
    last = home.push()
    report, left = undo(home, changed.run_id)
    assert (report.results.updated, left) == (0, {"contact:c00001": "Changed since: Title."})
    assert undo(home, last.run_id)[0].results.updated == 1
    assert undo(home, changed.run_id)[0].results.updated == 1
    assert undo(home, made.run_id)[0].results.deleted == 2
    assert org_rows(home) == {"Account": [], "Contact": [], "Lead": []}


def test_B4_a_converted_lead_and_a_row_that_is_gone(home: Home, practice_org: Serving) -> None:
    lead = people_row(practice_org, "Lead", LastName="Lee 1", Company="Old", Email="ann1@acme1.example")
    gone = people_row(practice_org, "Lead", LastName="Lee 2", Company="Old", Email="ann2@acme2.example")
    home.add(contact(1, title="CFO"), contact(2, title="CFO"))
    pushed = home.push()
    people.convert_lead(practice_org.org, lead)
    people.delete(practice_org.org, gone)
    report, left = undo(home, pushed.run_id)
    assert report.results.updated == 0
    assert left == {"contact:c00001": "The lead was converted; a conversion can't be taken back."}


def test_B4_an_account_that_someone_put_a_contact_under_stays(home: Home, practice_org: Serving) -> None:
    home.add(contact(1))
    pushed = home.push()
    (account,) = home.rows("Account")
    people_row(practice_org, "Contact", LastName="Other", AccountId=account["Id"])
    report, left = undo(home, pushed.run_id)
    assert report.results.deleted == 1
    assert list(left) == ["account:name:acme 1@acme1.example"]


def under_a_new_account(home: Home, practice_org: Serving) -> RunReport:
    """A run that puts a Contact of the org under an Account that it makes."""
    people_row(practice_org, "Contact", LastName="Lee 1", Email="ann1@acme1.example")
    home.add(contact(1))
    pushed = home.push()
    assert (pushed.results.created, pushed.results.updated) == (1, 1)
    return pushed


def test_B4_a_contact_leaves_the_account_that_the_run_made_before_it_goes(home: Home, practice_org: Serving) -> None:
    pushed = under_a_new_account(home, practice_org)
    report, left = undo(home, pushed.run_id)
    assert (report.results.updated, report.results.deleted, left) == (1, 1, {})
    assert (home.rows("Account"), [row["AccountId"] for row in home.rows("Contact", "AccountId")]) == ([], [None])


def test_B4_an_account_stays_as_long_as_a_contact_could_not_leave_it(home: Home, practice_org: Serving) -> None:
    pushed = under_a_new_account(home, practice_org)
    arm(practice_org.org, Fault(FaultKind.ROW_LOCKED, method="PATCH", times=20))
    report, left = undo(home, pushed.run_id)
    assert (report.results.rejected, report.results.deleted, report.results.waiting, left) == (1, 0, 1, {})
    assert (len(home.rows("Account")), len(home.rows("Contact"))) == (1, 1)


def test_B4_after_an_undo_the_next_plan_decides_as_before_the_run(home: Home) -> None:
    home.add(contact(1), contact(2))
    pushed = home.push()
    undo(home, pushed.run_id)
    head = home.plan()
    assert head.summary == {"contact": {"create": 2}, "account": {"create": 2}}


def test_B4_a_run_that_wrote_nothing_has_nothing_to_undo(home: Home) -> None:
    report = home.push(home.planned([]))
    with pytest.raises(UsageError, match="wrote nothing"):
        undo(home, report.run_id)
    with pytest.raises(UsageError, match="No run"):
        undo(home, "20200101")


def test_B4_the_dry_run_is_a_plan_like_any_other(home: Home) -> None:
    home.add(contact(1, title="CFO"))
    pushed = home.push()
    head = make_undo_plan(
        home.connection, home.org, home.state, pushed.run_id, home.settings, now=home.now(), progress=Silent()
    )
    assert (head.mode, head.summary) == ("undo", {"contact": {"delete": 1}, "account": {"delete": 1}})
    (change,) = plans.changes(home.connection, head.plan, sobject="Contact")
    assert ("Title", "CFO", None) in [(one.field, one.before, one.after) for one in change.fields]
    assert len(home.rows("Contact")) == 1


def home_account(practice_org: Serving) -> str:
    return people_row(practice_org, "Account", Name="Acme 1", Website="acme1.example")


def people_row(practice_org: Serving, sobject: str, **fields: Any) -> str:
    """A row that someone else has made."""
    request = urllib.request.Request(
        f"{practice_org.url}/services/data/v62.0/sobjects/{sobject}",
        json.dumps(fields).encode(),
        {"Authorization": f"Bearer {practice_org.access_token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["id"])


@pytest.fixture
def practice_rules() -> Rules:
    return Rules.from_mapping({"duplicate_rules": {"Contact": "off", "Lead": "off", "Account": "off"}})


class TestWithDetails:
    @pytest.fixture
    def practice_rules(self) -> Rules:
        return Rules.from_mapping({"sobjects": [{"name": "Project__c", "detail_of": "Account"}]})

    def test_B4_a_row_stays_that_would_take_details_of_the_orgs_own_along(
        self, home: Home, practice_org: Serving
    ) -> None:
        home.add(contact(1), contact(2))
        pushed = home.push()
        theirs, ours = (row["Id"] for row in home.rows("Account"))
        for account in (theirs, ours):
            people_row(practice_org, "Project__c", Name="Trial", Account__c=account)
        with practice_org.org.writing() as db:  # the other was made by automation, in our name
            db.execute("UPDATE Project__c SET CreatedById = '005000000000999AAA' WHERE Account__c = ?", (theirs,))
        report, left = undo(home, pushed.run_id)
        assert report.results.deleted == 3
        assert list(left.values()) == ["It would take 1 row from elsewhere along (Project__c)."]
        assert [row["Id"] for row in home.rows("Account")] == [theirs]
        assert [row["Account__c"] for row in home.rows("Project__c", "Account__c")] == [theirs]


def test_M5_an_id_of_15_characters_in_the_settings_is_no_change_of_someone_else(home: Home) -> None:
    contacts = home.settings.contacts.model_copy(update={"on_create": {"OwnerId": home.org.identity.user_id[:15]}})
    home.settings = home.settings.model_copy(update={"contacts": contacts})
    home.add(contact(1))
    pushed = home.push()
    report, left = undo(home, pushed.run_id)
    assert (report.results.deleted, left) == (2, {})
