"""`sfpush doctor` (B7): each thing that it looks at, as it should be and not, on real practice orgs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sfpush.practice import faults, sessions
from sfpush.practice.faults import Fault, FaultKind
from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving, serving
from sfpush.runs.lock import only_run

from .conftest import Ran, Sfpush

SOUND = """
[[fields]]
sobject = "Contact"
name = "LeadSource"
type = "picklist"
values = ["Apollo", "Web"]
[[fields]]
sobject = "Contact"
name = "Apollo_Id__c"
external_id = true
unique = true
[[fields]]
sobject = "Account"
name = "Apollo_Id__c"
external_id = true
unique = true
"""
SOUND_SETTINGS = "[salesforce.external_ids]\ncontact = 'Apollo_Id__c'\naccount = 'Apollo_Id__c'\n"
NAMES = [
    "settings", "home", "store", "lock", "connection", "login", "gates", "clock", "api-version", "api-budget",
    "account-access", "account-fields", "account-required", "account-values",
    "contact-access", "contact-fields", "contact-required", "contact-values",
    "lead-access", "lead-fields", "lead-values",
    "external-ids", "duplicate-rules", "person-accounts", "places", "owners",
]  # fmt: skip

Check = dict[str, str]
Checks = dict[str, list[Check]]


def checks_of(ran: Ran) -> Checks:
    """The checks by name; exit code, status and a fix for whatever is not right hold for every one of them."""
    found: Checks = {}
    for check in ran.data["checks"]:
        found.setdefault(check["name"], []).append(check)
        assert bool(check["fix"]) or check["state"] in ("ok", "skipped"), check
        assert not (check["fix"] and check["state"] == "ok"), check
    failed = any(check["state"] == "failure" for check in ran.data["checks"])
    assert ran.code == (7 if failed else 0)
    assert ran.envelope["status"] == ("partial" if failed else "ok")
    return found


def states(checks: Checks) -> dict[str, str]:
    return {name: "+".join(check["state"] for check in each) for name, each in checks.items()}


def said(checks: Checks, name: str) -> str:
    return " ".join(f"{check['message']} → {check['fix']}" for check in checks[name])


Look = Callable[..., Checks]


@pytest.fixture
def look(sfpush: Sfpush, own_place: Path) -> Look:
    """What the doctor says of a home that is connected to a practice org with these rules, under these settings."""

    def call(rules: str = "", settings: str = "") -> Checks:
        (own_place / "rules.toml").write_text(rules)
        (own_place / "sfpush.toml").write_text(settings)
        if not (own_place / "home" / "connection.json").exists():
            assert sfpush("practice", "reset", "--rules", "rules.toml").code == 0
            assert sfpush("connect", "--practice").code == 0
        return checks_of(sfpush("--json", "doctor"))

    return call


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[[Serving], None]:
    """Connects by the environment."""

    def call(served: Serving) -> None:
        monkeypatch.setenv("SFPUSH_INSTANCE_URL", served.url)
        monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", served.access_token)

    return call


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Serving]]:
    """Serves practice orgs of its own for the test."""
    with ExitStack() as opened:

        def call(rules: str = "", **options: Any) -> Serving:
            org = opened.enter_context(closing(PracticeOrg(tmp_path / "served.db", Rules.parse(rules), **options)))
            return opened.enter_context(serving(org))

        yield call


def test_all_is_well(look: Look, sfpush: Sfpush, own_place: Path) -> None:
    look(SOUND, SOUND_SETTINGS)
    (own_place / "contacts.csv").write_text("Last Name,Email,Company Name\nLee,ann@acme.example,Acme\n")
    assert sfpush("import", "contacts.csv").code == 0
    assert sfpush("plan").code == 0
    ran = sfpush("--json", "doctor")
    assert [check["name"] for check in ran.data["checks"]] == NAMES
    assert {check["state"] for check in ran.data["checks"]} == {"ok"}
    assert ran.err == ""


def test_without_a_connection_this_machine_is_looked_at_and_nothing_is_made(sfpush: Sfpush, own_place: Path) -> None:
    checks = checks_of(sfpush("--json", "doctor"))
    assert list(checks) == [name for name in NAMES if name != "store"]
    assert {name for name, state in states(checks).items() if state == "ok"} == {"settings", "home", "lock"}
    assert states(checks)["connection"] == "failure"
    assert "sfpush connect --practice" in said(checks, "connection")
    assert all(check["state"] == "skipped" for name in NAMES[5:] for check in checks[name])
    assert not (own_place / "home").exists()


def test_an_org_out_of_reach_is_a_failure_and_the_rest_is_skipped(
    sfpush: Sfpush, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SFPUSH_INSTANCE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", "00D!s3cret")
    ran = sfpush("--json", "doctor")
    checks = checks_of(ran)
    assert states(checks)["connection"] == "failure"
    assert "can't be reached" in said(checks, "connection")
    assert states(checks)["contact-access"] == "skipped"
    assert "s3cret" not in ran.out


def test_nothing_is_written(
    serve: Callable[..., Serving],
    environment: Callable[[Serving], None],
    sfpush: Sfpush,
    own_place: Path,
) -> None:
    served = serve(SOUND)
    environment(served)
    assert sfpush("plan").code == 0

    def dump() -> list[str]:
        with closing(sqlite3.connect(own_place / "home" / "store.sqlite")) as store:
            return list(store.iterdump())

    before = dump()
    asked = len(served.requests)
    checks_of(sfpush("--json", "doctor"))
    assert dump() == before
    assert {request.method for request in list(served.requests)[asked:]} == {"GET"}
    assert not (own_place / "home" / "run.lock.json").exists()


def test_wrong_settings_are_told_with_their_lines_and_nothing_rests_on_them(look: Look) -> None:
    look()
    checks = look(settings="[contacts]\npush = 1\nstagess = []\n")
    assert states(checks)["settings"] == "failure+failure"
    assert "(sfpush.toml:2)" in said(checks, "settings")
    assert "contacts.stagess" in said(checks, "settings")
    assert {check["state"] for name, each in checks.items() if name not in NAMES[:4] for check in each} == {"skipped"}


def test_settings_that_hardly_mean_what_they_say_are_warnings(look: Look, sfpush: Sfpush, own_place: Path) -> None:
    look()
    (own_place / "contacts.csv").write_text("Last Name,Email,Country\nLee,ann@acme.example,Germany\n")
    assert sfpush("import", "contacts.csv").code == 0
    checks = look(settings="[contacts]\nfilter = \"contry = 'x'\"\nstages = ['Hot']\n")
    assert states(checks)["settings"] == "warning+warning"
    assert "Did you mean country?" in said(checks, "settings")


def test_a_home_that_others_can_write_to(look: Look, own_place: Path) -> None:
    assert states(look())["home"] == "ok"
    (own_place / "home").chmod(0o777)
    checks = look()
    assert states(checks)["home"] == "failure"
    assert "Everybody on this machine can write" in said(checks, "home")
    assert states(checks)["connection"] == "failure"


def test_a_secret_that_others_can_read(
    sfpush: Sfpush, practice_org: Serving, monkeypatch: pytest.MonkeyPatch, own_place: Path
) -> None:
    connect_by_client(sfpush, practice_org, monkeypatch)
    (own_place / "home" / "secrets.json").chmod(0o644)
    checks = checks_of(sfpush("--json", "doctor"))
    assert states(checks)["home"] == "failure"
    assert "chmod 600" in said(checks, "home")
    assert states(checks)["connection"] == "failure"


def test_a_store_that_is_none(look: Look, own_place: Path) -> None:
    look()
    for file in (own_place / "home").glob("store.sqlite*"):
        file.unlink()
    (own_place / "home" / "store.sqlite").write_bytes(b"not a store" * 1000)
    checks = look()
    assert states(checks)["store"] == "failure"
    assert "can't be opened" in said(checks, "store")


def test_the_lock_and_who_holds_it(look: Look, own_place: Path) -> None:
    with only_run(own_place / "home", "sync", now=datetime(2026, 11, 24, 10, 0, tzinfo=UTC)):
        checks = look()
        assert states(checks)["lock"] == "warning"
        assert "sfpush sync, process " in said(checks, "lock")
        left_behind = (own_place / "home" / "run.lock.json").read_bytes()
    assert states(look())["lock"] == "ok"
    (own_place / "home" / "run.lock.json").write_bytes(left_behind)
    assert states(look())["lock"] == "ok"


def connect_by_client(sfpush: Sfpush, served: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFPUSH_CLIENT_SECRET", served.client_secret)
    assert sfpush("connect", "--instance-url", served.url, "--client-id", served.client_id).code == 0
    monkeypatch.delenv("SFPUSH_CLIENT_SECRET")


def test_G4_client_credentials_renew_themselves_and_the_setup_window_is_named(
    sfpush: Sfpush, practice_org: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_by_client(sfpush, practice_org, monkeypatch)
    ran = sfpush("--json", "doctor")
    checks = checks_of(ran)
    assert states(checks)["login"] == "ok"
    assert "without TLS" in said(checks, "connection")
    assert practice_org.url in said(checks, "connection")
    assert states(checks)["gates"] == "warning+warning"
    assert "sfpush enable" in said(checks, "gates")
    assert practice_org.client_secret not in ran.out


def test_an_access_token_is_a_warning_but_not_from_the_environment(
    sfpush: Sfpush,
    practice_org: Serving,
    environment: Callable[[Serving], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment(practice_org)
    checks = checks_of(sfpush("--json", "doctor"))
    assert states(checks)["login"] == "ok"
    assert "environment" in said(checks, "login")
    assert sfpush("connect", "--instance-url", practice_org.url).code == 0
    monkeypatch.delenv("SFPUSH_INSTANCE_URL")
    monkeypatch.delenv("SFPUSH_ACCESS_TOKEN")
    checks = checks_of(sfpush("--json", "doctor"))
    assert states(checks)["login"] == "warning"
    assert "client credentials" in said(checks, "login")


@pytest.mark.parametrize(
    ("ours_ahead", "state", "words"),
    [
        (timedelta(hours=2), "failure", "2 h ahead of"),
        (timedelta(minutes=10), "warning", "10 min ahead of"),
        (timedelta(days=-3, minutes=-5), "warning", "3 d 5 min behind"),
        (timedelta(seconds=20), "ok", "agrees"),
    ],
)
def test_B3_the_clocks_are_compared(
    serve: Callable[..., Serving],
    environment: Callable[[Serving], None],
    sfpush: Sfpush,
    ours_ahead: timedelta,
    state: str,
    words: str,
) -> None:
    environment(serve(clock=lambda: datetime.now(UTC) - ours_ahead))
    checks = checks_of(sfpush("--json", "doctor"))
    assert states(checks)["clock"] == state
    assert words in said(checks, "clock")


def test_an_api_version_that_the_org_does_not_speak(look: Look) -> None:
    checks = look(settings="[salesforce]\napi_version = '99.0'\n")
    assert states(checks)["api-version"] == "failure"
    assert "sfpush settings set salesforce.api_version 67.0" in said(checks, "api-version")
    assert states(checks)["clock"] == "ok"
    assert states(checks)["contact-access"] == "skipped"


@pytest.mark.parametrize(("used", "state"), [(0, "ok"), (85, "warning"), (100, "failure")])
def test_G5_the_api_calls_that_are_left(
    practice_org: Serving, environment: Callable[[Serving], None], sfpush: Sfpush, used: int, state: str
) -> None:
    environment(practice_org)
    for _ in range(used):
        sessions.count_call(practice_org.org)
    checks = checks_of(sfpush("--json", "doctor"))
    assert states(checks)["api-budget"] == state
    assert ("Company Information" in said(checks, "api-budget")) is (state != "ok")


@pytest.fixture
def practice_rules() -> Rules:
    return Rules.parse("[org]\ndaily_api_calls = 100")


def test_G5_an_org_that_is_lost_on_the_way(
    practice_org: Serving, environment: Callable[[Serving], None], sfpush: Sfpush
) -> None:
    environment(practice_org)
    faults.arm(practice_org.org, Fault(FaultKind.DAILY_LIMIT, path="/sobjects/Contact/describe"))
    checks = checks_of(sfpush("--json", "doctor"))
    assert states(checks)["api-budget"] == "failure"
    assert states(checks)["contact-access"] == "skipped"
    assert states(checks)["clock"] == "ok"


def test_an_org_that_goes_away_on_the_way_is_a_failure(
    practice_org: Serving, environment: Callable[[Serving], None], sfpush: Sfpush
) -> None:
    environment(practice_org)
    faults.arm(practice_org.org, Fault(FaultKind.SESSION_EXPIRED, path="/sobjects/Contact/describe"))
    checks = checks_of(sfpush("--json", "doctor"))
    assert states(checks)["connection"] == "ok+failure"
    assert "does not accept the session" in said(checks, "connection")
    assert states(checks)["contact-access"] == "skipped"


def test_G2_G3_gates_that_are_closed(look: Look) -> None:
    checks = look(settings="[push]\nenabled = false\n")
    assert states(checks)["gates"] == "warning+warning"
    assert "sfpush settings set push.enabled true" in said(checks, "gates")
    assert "sfpush plan" in said(checks, "gates")


@pytest.mark.parametrize(
    ("user", "settings", "name", "state", "words"),
    [
        ("no_create = ['Contact']", "", "contact-access", "failure", "tick Read, Create, Edit"),
        ("no_create = ['Lead']", "", "lead-access", "ok", ""),
        ("no_create = ['Lead']", "[contacts]\ncreate_as = 'lead'", "lead-access", "failure", "contacts.create_as"),
        ("no_update = ['Account']", "", "account-access", "failure", "each update is refused"),
        ("no_update = ['Lead']", "", "lead-access", "warning", "Object Settings › Leads"),
        ("no_access = ['Contact']", "", "contact-access", "failure", "can see"),
        ("no_access = ['Contact']", "[contacts]\npush = false", "contact-access", "failure", "no plan"),
        ("no_access = ['Lead']", "", "lead-access", "warning", "taken for new"),
        ("no_delete = ['Contact']", "", "contact-access", "ok", ""),
        ("no_delete = ['Contact']", "[contacts]\ndeletion_sync = true", "contact-access", "failure", "Delete"),
        ("no_update = ['Opportunity']", "[deals]\nmode = 'pull'", "opportunity-access", "ok", ""),
        ("no_update = ['Opportunity']", "[deals]\nmode = 'push'", "opportunity-access", "failure", "Opportunities"),
        ("no_create = ['Task']", "[activities.calls]\npush = true", "task-access", "failure", "Access Activities"),
        ("no_access = ['Event']", "[activities.meetings]\npush = true", "event-access", "failure", "Edit Events"),
    ],
)
def test_what_the_user_may_do(look: Look, user: str, settings: str, name: str, state: str, words: str) -> None:
    checks = look(f"[user]\n{user}\n", settings)
    assert states(checks)[name] == state
    assert words in said(checks, name)


def test_sobjects_are_looked_at_only_where_they_are_used(look: Look) -> None:
    assert not {name for name in look() if name.startswith(("opportunity", "task", "event", "note"))}
    settings = "[deals]\nmode = 'push'\n" + "".join(
        f"[activities.{each}]\npush = true\n" for each in ("calls", "meetings", "notes")
    )
    names = list(look(settings=settings))
    used = ("opportunity", "task", "event", "note")
    assert {f"{each}-{topic}" for each in used for topic in ("access", "fields")} <= {*names}
    assert "opportunity-required" in names
    assert "task-values" not in names


def test_F1_F4_fields_that_are_left_out_and_lines_that_can_not_be_written(look: Look) -> None:
    checks = look(
        "[user]\nhidden = ['Contact.Title']\nread_only = ['Contact.Phone']\n",
        "[contacts.fields]\nSeniority = 'Nope__c'\nKeywords = 'Department'\nTechnologies = 'department'\n",
    )
    assert states(checks)["contact-fields"] == "failure+failure+warning"
    missing, twice, left_out = checks["contact-fields"]
    assert "Contact has no field Nope__c" in missing["message"]
    assert "Setting: contacts.fields.Seniority (sfpush.toml:2)" in missing["fix"]
    assert "Fields & Relationships › Nope__c › Set Field-Level Security" in missing["fix"]
    assert "(sfpush.toml:4)" in twice["fix"]
    assert "Setup" not in twice["fix"]
    assert "Title, Phone" in left_out["message"]
    assert "[contacts.fields], title = false" in left_out["fix"]
    assert states(checks)["lead-fields"] == "ok"


REQUIRED = "[[fields]]\nsobject = 'Contact'\nname = 'Region__c'\nrequired = true\n"


def test_C12_required_fields_need_a_value(look: Look) -> None:
    checks = look(REQUIRED)
    assert states(checks)["contact-required"] == "failure"
    assert "[contacts.on_create]" in said(checks, "contact-required")
    checks = look(settings="[contacts.on_create]\nRegion__c = 'EU'\n")
    assert states(checks)["contact-required"] == "ok"
    assert "Region__c" in said(checks, "contact-required")


INDUSTRIES = """
[[fields]]
sobject = "Account"
name = "Industry"
type = "picklist"
values = ["Retail", "Energy"]
restricted = true
"""


def test_F3_F4_values_of_settings_and_records_are_held_against_picklists(
    look: Look, sfpush: Sfpush, own_place: Path
) -> None:
    assert states(look(SOUND + INDUSTRIES))["account-values"] == "ok"
    (own_place / "accounts.csv").write_text(
        "Company Name,Website,Industry\nAcme,acme.example,retail\nGlobex,globex.example,Mining\nInitech,i.example,\n"
    )
    assert sfpush("import", "accounts.csv").code == 0
    checks = look(settings="[accounts.on_create]\nIndustry = 'Banking'\n")
    assert states(checks)["account-values"] == "failure+warning"
    assert "Setting: accounts.on_create.Industry (sfpush.toml:2)" in checks["account-values"][0]["fix"]
    assert '"Mining"' in checks["account-values"][1]["message"]
    assert "retail" not in checks["account-values"][1]["message"]
    assert "Account › Fields & Relationships › Industry › Values" in checks["account-values"][1]["fix"]


def test_C10_a_source_that_is_new_in_an_open_picklist_is_a_warning(look: Look) -> None:
    checks = look()
    assert states(checks)["contact-values"] == "warning"
    assert "Setting: contacts.source_value (sfpush.toml)." in said(checks, "contact-values")


def test_M7_without_external_ids_only_one_home_should_push(look: Look) -> None:
    checks = look(settings="[activities.calls]\npush = true\n")
    assert states(checks)["external-ids"] == "warning"
    told = said(checks, "external-ids")
    assert "Account, Contact, Task" in told
    for words in ("only one home", "Text", "length 255", '"Unique"', '"External ID"', "external_ids.account Apollo_Id"):
        assert words in told


def test_M7_an_external_id_that_the_org_has_is_named(look: Look) -> None:
    told = said(look(SOUND), "external-ids")
    assert "sfpush settings set salesforce.external_ids.account Apollo_Id__c" in told
    assert "Setup" not in told


def test_M7_external_ids_must_be_there_and_unique(look: Look) -> None:
    rules = SOUND + '[[fields]]\nsobject = "Task"\nname = "Key__c"\nexternal_id = true\n'
    settings = SOUND_SETTINGS.replace("'Apollo_Id__c'\n", "'Nope__c'\n", 1) + "task = 'Key__c'\n"
    checks = look(rules, settings + "[activities.tasks]\npush = true\n")
    assert states(checks)["external-ids"] == "failure+failure"
    assert "Contact has no field Nope__c" in said(checks, "external-ids")
    assert "Key__c of Task is not unique" in said(checks, "external-ids")
    assert "Object Manager › Activity" in said(checks, "external-ids")


def test_duplicate_rules_that_are_active(look: Look) -> None:
    checks = look("[duplicate_rules]\nLead = 'off'\n")
    assert states(checks)["duplicate-rules"] == "ok"
    assert "Standard Contact Duplicate Rule (Contact)" in said(checks, "duplicate-rules")
    assert "Lead" not in said(checks, "duplicate-rules")
    checks = look(settings="[salesforce]\nduplicate_rules = 'allow'\n")
    assert "one that blocks refuses" in said(checks, "duplicate-rules")


def test_duplicate_rules_that_are_off_or_not_to_be_seen(look: Look, sfpush: Sfpush, own_place: Path) -> None:
    checks = look("[duplicate_rules]\nLead = 'off'\nContact = 'off'\nAccount = 'off'\n")
    assert "None is active" in said(checks, "duplicate-rules")
    (own_place / "rules.toml").write_text("[user]\nview_setup = false\n")
    assert sfpush("practice", "reset", "--rules", "rules.toml").code == 0
    assert sfpush("connect", "--practice").code == 0
    checks = checks_of(sfpush("--json", "doctor"))
    assert states(checks)["duplicate-rules"] == "skipped"
    assert "View Setup and Configuration" in said(checks, "duplicate-rules")
    assert states(checks)["api-budget"] == "ok", "any answer tells it"
    assert sfpush("status").code == 0


def test_person_accounts_and_places(look: Look, sfpush: Sfpush, own_place: Path) -> None:
    rules = "[org]\nperson_accounts = true\nstate_country_picklists = true\n"
    checks = look(rules)
    assert states(checks)["person-accounts"] == "warning"
    assert "RecordTypeId" in said(checks, "person-accounts")
    assert states(checks)["places"] == "ok"
    (own_place / "contacts.csv").write_text(
        "Last Name,Email,Country,State\nLee,a@acme.example,united states,CA\nRay,b@acme.example,Deutschland,Bavaria\n"
    )
    assert sfpush("import", "contacts.csv").code == 0
    checks = look()
    assert states(checks)["places"] == "warning"
    assert 'state "Bavaria", country "Deutschland"' in said(checks, "places")
    assert "CA" not in said(checks, "places")
    assert "State and Country/Territory Picklists" in said(checks, "places")


def test_C9_the_share_of_owners_who_are_active_users(look: Look, sfpush: Sfpush, own_place: Path) -> None:
    look()
    assert sfpush("practice", "seed").code == 0
    (own_place / "contacts.csv").write_text(
        "Last Name,Email,Contact Owner\n"
        "Lee,a@acme.example,Sofia.Marin@sfpush.example\nRay,b@acme.example,nobody@sfpush.example\n"
    )
    assert sfpush("import", "contacts.csv").code == 0
    checks = look()
    assert states(checks)["owners"] == "warning"
    assert "1 of 2 Apollo owners" in said(checks, "owners")
    assert "nobody@sfpush.example" in said(checks, "owners")
    assert states(look(settings="[owners]\nmap = false\n"))["owners"] == "ok"


def test_people_read_a_line_each_with_what_to_do_below(
    look: Look, sfpush: Sfpush, monkeypatch: pytest.MonkeyPatch
) -> None:
    look()
    monkeypatch.setenv("COLUMNS", "80")
    ran = sfpush("doctor")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "✓  connection" in ran.out
    assert "!  external-ids" in ran.out
    assert ran.out.rstrip().endswith("3 warnings, 23 ok.")
    assert sfpush("disconnect", "--yes").code == 0
    ran = sfpush("doctor")
    assert ran.code == 7
    assert "·  login" in ran.out
    assert "Likewise: gates, clock" in " ".join(ran.out.split())
