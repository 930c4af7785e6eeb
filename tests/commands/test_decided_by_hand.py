"""What a person decides: link, unlink, records delete and restore, campaigns (M8, S1, P2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sfpush.commands.embedded import FILE_NAME
from sfpush.practice import people
from sfpush.practice.org import PracticeOrg
from sfpush.practice.save import Manner, create
from sfpush.store import error_log
from sfpush.store.database import open_store, writing

from .conftest import Ran, Sfpush

HEAD = "First Name,Last Name,Company Name,Email,Email Status,Website,Apollo Contact Id\n"
ANN = "Ann,Lee,Initech,ann@initech.example,Verified,initech.example,a1\n"
BOB = "Bob,Ray,Initech,bob@initech.example,Verified,initech.example,a2\n"
NOBODY = "003000000000009AAA"

InOrg = Callable[..., str]


@pytest.fixture
def connected(sfpush: Sfpush, own_place: Path) -> Path:
    (own_place / "contacts.csv").write_text(HEAD + ANN + BOB, encoding="utf-8")
    (own_place / "sfpush.toml").write_text("[contacts]\ndeletion_sync = true\n")
    assert sfpush("connect", "--practice").code == 0
    assert sfpush("import", "contacts.csv").code == 0
    return own_place


@pytest.fixture
def practice(connected: Path) -> Iterator[PracticeOrg]:
    with closing(PracticeOrg(connected / "home" / FILE_NAME)) as org:
        yield org


@pytest.fixture
def in_org(practice: PracticeOrg) -> InOrg:
    """Make a row in the org; its Id."""

    def add(sobject: str, **values: Any) -> str:
        (saved,) = create(practice, practice.catalogue.whole(sobject), [values], Manner(allow_duplicates=True))
        assert saved.success, saved
        return str(saved.id)

    return add


def code_of(ran: Ran) -> tuple[int, str]:
    return ran.code, ran.envelope["errors"][0]["code"]


def changes(sfpush: Sfpush, *options: str) -> dict[str, Any]:
    return {change["record"]: change for change in sfpush("--json", "plan", *options).data["changes"]}


def test_M8_a_linked_record_is_updated_and_unlinked_it_is_new(sfpush: Sfpush, in_org: InOrg) -> None:
    row = in_org("Contact", LastName="Leigh", AccountId=in_org("Account", Name="Other"))
    ran = sfpush("--json", "link", "ann@initech.example", row[:15])
    assert ran.code == 0
    assert ran.data == {"record": "contact:a1", "sobject": "Contact", "salesforce_id": row, "before": None}
    change = changes(sfpush)["contact:a1"]
    assert (change["action"], change["salesforce_id"]) == ("update", row)
    assert {"field": "LastName", "before": "Leigh", "after": "Lee"} in change["fields"]
    ran = sfpush("--json", "unlink", "a1")
    assert ran.data == {"record": "contact:a1", "sobject": None, "salesforce_id": None, "before": row}
    assert changes(sfpush)["contact:a1"]["action"] == "create"


def test_M8_linking_again_to_the_same_row_keeps_what_was_pushed(sfpush: Sfpush, practice: PracticeOrg) -> None:
    assert sfpush("sync").code == 0
    row = sfpush("--json", "records", "--search", "contact:a1").data["records"][0]["salesforce_id"]
    people.edit(practice, row, {"LastName": "Leigh"})
    assert sfpush("link", "a1", row).code == 0
    assert "contact:a1" not in changes(sfpush)


def test_M8_a_plan_made_offline_knows_the_row_that_was_linked(sfpush: Sfpush, in_org: InOrg) -> None:
    assert sfpush("pull").code == 0
    row = in_org("Contact", LastName="Leigh", AccountId=in_org("Account", Name="Other"))
    assert sfpush("link", "a1", row).code == 0
    assert changes(sfpush, "--offline")["contact:a1"]["action"] == "update"


@pytest.mark.parametrize(
    ("salesforce_id", "code"),
    [
        ("003", "usage"),
        ("not an id at all!!", "usage"),
        (NOBODY, "unknown-row"),
        ("001000000000001AAA", "other-object"),
    ],
)
def test_M8_an_id_that_can_not_be_is_refused(sfpush: Sfpush, connected: Path, salesforce_id: str, code: str) -> None:
    assert code_of(sfpush("--json", "link", "a1", salesforce_id)) == (2, code)


def test_M8_M4_an_org_record_of_another_record_is_refused_naming_it(sfpush: Sfpush, in_org: InOrg) -> None:
    row = in_org("Lead", LastName="Leigh", Company="Initech")
    assert sfpush("link", "a1", row).code == 0
    ran = sfpush("--json", "link", "a2", row)
    assert code_of(ran) == (2, "linked-elsewhere")
    (error,) = ran.envelope["errors"]
    assert "contact:a1 (Ann Lee)" in error["message"]
    assert "sfpush unlink contact:a1" in error["hint"]
    assert sfpush("unlink", "a1").code == 0
    assert sfpush("link", "a2", row).code == 0


def test_M8_rows_that_are_gone_are_refused_saying_where_to(
    sfpush: Sfpush, in_org: InOrg, practice: PracticeOrg
) -> None:
    winner, loser, gone = (in_org("Lead", LastName=name, Company="Initech") for name in ("One", "Two", "Three"))
    people.merge(practice, winner, [loser])
    people.delete(practice, gone)
    ran = sfpush("--json", "link", "a1", loser)
    assert code_of(ran) == (2, "merged-row")
    assert winner in ran.envelope["errors"][0]["message"]
    assert code_of(sfpush("--json", "link", "a1", gone)) == (2, "deleted-row")


def test_M8_link_needs_a_connection_and_a_known_living_record(sfpush: Sfpush, own_place: Path) -> None:
    (own_place / "contacts.csv").write_text(HEAD + ANN, encoding="utf-8")
    sfpush("import", "contacts.csv")
    assert code_of(sfpush("--json", "link", "a1", NOBODY)) == (5, "not-connected")
    assert code_of(sfpush("--json", "unlink", "a1")) == (5, "not-connected")
    assert sfpush("connect", "--practice").code == 0
    assert code_of(sfpush("--json", "link", "nobody", NOBODY)) == (2, "unknown-record")
    assert sfpush("records", "delete", "a1", "--yes").code == 0
    assert code_of(sfpush("--json", "link", "a1", NOBODY)) == (2, "deleted-record")


def test_M8_unlinking_what_is_not_linked_is_no_error(sfpush: Sfpush, connected: Path) -> None:
    ran = sfpush("unlink", "a1")
    assert (ran.code, "linked to nothing" in ran.out) == (0, True)


def test_S1_records_delete_asks_and_restore_brings_them_back(sfpush: Sfpush, connected: Path) -> None:
    assert code_of(sfpush("--json", "records", "delete", "a1")) == (2, "needs-yes")
    ran = sfpush("--json", "records", "delete", "a1", "bob@initech.example", "--yes")
    assert ran.data == {"deleted": ["contact:a1", "contact:a2"], "unchanged": []}
    assert sfpush("--json", "records", "delete", "a1", "--yes").data["unchanged"] == ["contact:a1"]
    assert sfpush("--json", "records").data["records"] == []
    deleted = sfpush("--json", "records", "contacts", "--deleted").data["records"]
    assert [one["key"] for one in deleted] == ["contact:a1", "contact:a2"]
    ran = sfpush("--json", "records", "restore", "contact:a1", "contact:a1")
    assert ran.data == {"restored": ["contact:a1"], "unchanged": []}
    assert "not deleted" in sfpush("records", "restore", "a1").out
    assert code_of(sfpush("--json", "records", "delete", "nobody", "--yes")) == (2, "unknown-record")


def test_S1_a_deleted_record_goes_in_the_org_and_more_than_the_limit_exit_6(sfpush: Sfpush, connected: Path) -> None:
    assert sfpush("sync").code == 0
    (connected / "sfpush.toml").write_text("[push]\nmax_deletes = 1\n[contacts]\ndeletion_sync = true\n")
    assert sfpush("records", "delete", "a1", "a2", "--yes").code == 0
    plan = sfpush("--json", "plan").data
    assert plan["summary"]["contact"] == {"delete": 2}
    assert [change["rule"] for change in plan["changes"]] == ["deleted-in-apollo"] * 2
    assert any("--over-limit" in warning for warning in plan["warnings"])
    assert code_of(sfpush("--json", "sync")) == (6, "over-limit")
    assert sfpush("--json", "sync", "--over-limit").data["results"]["deleted"] == 2


def test_S1_history_shows_what_a_run_did_here(sfpush: Sfpush, practice: PracticeOrg) -> None:
    assert sfpush("sync").code == 0
    row = sfpush("--json", "records", "--search", "contact:a1").data["records"][0]["salesforce_id"]
    people.delete(practice, row)
    run = sfpush("--json", "sync").data["run"]
    shown = sfpush("--json", "history", "show", run).data
    assert shown["rows"] == []
    assert [(one["record"], one["action"], one["salesforce_id"]) for one in shown["here"]] == [
        ("contact:a1", "delete", row)
    ]
    assert "contact:a1  deleted here" in sfpush("history", "show", run).out


def test_P2_campaigns_are_listed_active_ones_first(sfpush: Sfpush, in_org: InOrg) -> None:
    old = in_org("Campaign", Name="Autumn", Status="Completed")
    new = in_org("Campaign", Name="Spring", IsActive=True)
    assert sfpush("--json", "campaigns").data == {
        "campaigns": [
            {"id": new, "name": "Spring", "status": "Planned", "is_active": True},
            {"id": old, "name": "Autumn", "status": "Completed", "is_active": False},
        ]
    }
    assert "Spring" in sfpush("campaigns").out


def test_P2_pushed_people_join_a_campaign_and_its_members_are_counted(sfpush: Sfpush, in_org: InOrg) -> None:
    campaign = in_org("Campaign", Name="Spring", IsActive=True)
    assert sfpush("pull").code == 0
    dry = sfpush("--json", "push", "a1", "a2", "--campaign", campaign, "--dry-run").data
    assert dry["summary"]["campaign-member"] == {"create": 2}
    last = dry["changes"][-1]
    assert (last["sobject"], last["rule"], last["needs"]) == ("CampaignMember", "campaign-member", ["contact:a2"])
    done = sfpush("--json", "push", "a1", "a2", "--campaign", "spring", "--yes").data
    assert (done["results"]["created"], done["results"]["members"]) == (3, 2)
    again = sfpush("--json", "push", "a1", "a2", "--campaign", "spring", "--yes").data
    assert (again["results"]["members"], again["results"]["unchanged"]) == (0, 4)
    (record, *_) = sfpush("--json", "records", "contacts").data["records"]
    assert record["last_reason"] == "Salesforce already has what Apollo has."


def test_L2_the_error_of_a_deleted_record_is_closed(sfpush: Sfpush, connected: Path) -> None:
    assert sfpush("pull").code == 0
    refused = [error_log.Rejection(key, "Contact", "create", "X", "No.") for key in ("contact:a1", "contact:a2")]
    with closing(open_store(connected / "home")) as store, writing(store):
        error_log.record_rejections(store, 1, refused, plan=None, now="2026-11-24T08:00:00.000Z")
    assert sfpush("records", "delete", "a1", "--yes").code == 0
    assert [one["record"] for one in sfpush("--json", "errors").data["errors"]] == ["contact:a2"]


def test_L4_why_takes_no_membership_for_a_former_link(sfpush: Sfpush, in_org: InOrg) -> None:
    campaign = in_org("Campaign", Name="Spring", IsActive=True)
    assert sfpush("pull").code == 0
    assert sfpush("push", "a1", "--campaign", campaign, "--yes").code == 0
    answer = sfpush("--json", "why", "a1").data["answer"]
    assert "created it on" in answer
    assert "before" not in answer


def test_L4_why_says_on_which_side_a_record_was_deleted(sfpush: Sfpush, practice: PracticeOrg) -> None:
    assert sfpush("sync").code == 0
    row = sfpush("--json", "records", "--search", "contact:a1").data["records"][0]["salesforce_id"]
    people.delete(practice, row)
    assert sfpush("sync").code == 0
    data = sfpush("--json", "why", "contact:a1").data
    assert data["rule"] == "deleted-in-salesforce"
    assert f"It was in Salesforce as Contact {row}" in data["answer"]
    assert "deleted there, and the record went along" in data["answer"]


def test_L2_memberships_are_retried_apart_from_records(sfpush: Sfpush, in_org: InOrg, own_place: Path) -> None:
    campaign = in_org("Campaign", Name="Spring", IsActive=True)
    assert sfpush("pull").code == 0
    assert sfpush("push", "a1", "a2", "--yes").code == 0
    refused = [
        error_log.Rejection("contact:a1", "CampaignMember", "create", "X", "No.", payload={"CampaignId": campaign}),
        error_log.Rejection("contact:a2", "Contact", "update", "X", "No."),
        error_log.Rejection("contact:a1", "Contact", "update", "X", "No."),
    ]
    with closing(open_store(own_place / "home")) as store, writing(store):
        error_log.record_rejections(store, 1, refused, plan=None, now="2026-11-24T08:00:00.000Z")
    assert [one["key"] for one in sfpush("--json", "records", "contacts").data["records"]] == [
        "contact:a1",
        "contact:a2",
    ]
    errors = sfpush("--json", "errors").data["errors"]
    (membership,) = [str(one["id"]) for one in errors if one["sobject"] == "CampaignMember"]
    mixed = sfpush("--json", "errors", "retry", "--all", "--yes")
    assert mixed.code == 2
    assert f"sfpush errors retry {membership}" in mixed.envelope["errors"][0]["hint"]
    retried = sfpush("--json", "errors", "retry", membership, "--yes").data
    assert (retried["results"]["members"], retried["results"]["created"]) == (1, 0)
    assert [one["record"] for one in sfpush("--json", "errors").data["errors"]] == ["contact:a2"]


def test_P2_a_campaign_refused_exits_5_each_with_its_own_sentence(sfpush: Sfpush, in_org: InOrg) -> None:
    in_org("Campaign", Name="Twice")
    in_org("Campaign", Name="twice")
    assert sfpush("pull").code == 0
    assert code_of(sfpush("--json", "push", "a1", "--yes", "--campaign", "Winter")) == (5, "campaign-unknown")
    assert code_of(sfpush("--json", "push", "a1", "--yes", "--campaign", "")) == (5, "campaign-unknown")
    assert code_of(sfpush("--json", "push", "a1", "--yes", "--campaign", "Twice")) == (5, "campaign-ambiguous")
    assert sfpush("--json", "records", "--synced", "yes").data["records"] == []


@pytest.mark.parametrize(
    ("rights", "code"),
    [('no_access = ["Campaign"]', "campaign-no-access"), ('no_create = ["CampaignMember"]', "campaign-no-right")],
)
def test_P2_what_the_user_may_not_do_exits_5(sfpush: Sfpush, own_place: Path, rights: str, code: str) -> None:
    (own_place / "contacts.csv").write_text(HEAD + ANN, encoding="utf-8")
    (own_place / "rules.toml").write_text(f"[user]\n{rights}\n")
    assert sfpush("practice", "reset", "--rules", "rules.toml").code == 0
    assert sfpush("connect", "--practice").code == 0
    sfpush("import", "contacts.csv")
    assert sfpush("pull").code == 0
    with closing(PracticeOrg(own_place / "home" / FILE_NAME)) as org:
        create(org, org.catalogue.whole("Campaign"), [{"Name": "Spring"}], Manner())
    assert code_of(sfpush("--json", "push", "a1", "--yes", "--campaign", "Spring")) == (5, code)


def test_P2_a_saved_plan_takes_no_campaign(sfpush: Sfpush, connected: Path) -> None:
    assert sfpush("plan", "--out", "plan.json").code == 0
    ran = sfpush("push", "--plan", "plan.json", "--campaign", "Spring", "--yes")
    assert (ran.code, "exactly as it is" in ran.err) == (2, True)
