from __future__ import annotations

from pathlib import Path

import pytest

from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules, RulesError
from sfpush.practice.serve import Serving
from tests.practice.conftest import Wire, error_of


def test_every_problem_of_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('unknown = 1\n[duplicate_rules]\nContact = "maybe"\n[org]\ndaily_api_calls = -1\n', "utf-8")
    with pytest.raises(RulesError) as caught:
        Rules.load(path)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "duplicate_rules.Contact",
        "org.daily_api_calls",
        "unknown",
    ]


@pytest.mark.parametrize("text", ["not = = toml", '[[fields]]\nsobject = "Contact"'])
def test_what_is_no_rules_file(text: str) -> None:
    with pytest.raises(RulesError):
        Rules.parse(text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="can't be read"):
        Rules.load(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[[fields]]\nsobject = "Nothing"\nname = "A__c"', "fields.0.sobject"),
        ('[[fields]]\nsobject = "Contact"\nname = "NoSuffix"', "fields.0.name"),
        ('[[fields]]\nsobject = "Contact"\nname = "A__c"\ndefault = [1]', "fields.0.default"),
        ('[[sobjects]]\nname = "Project"\ndetail_of = "Account"', "sobjects.0.name"),
        ('[[sobjects]]\nname = "Project__c"\ndetail_of = "Nothing"', "sobjects.0.detail_of"),
        ('[user]\nhidden = ["Contact.Phone", "Contact.Nothing"]', "user.hidden.1"),
        ('[user]\nno_access = ["Nothing"]', "user.no_access.0"),
        ('[[validation_rules]]\nsobject = "Nothing"\nwhen = "A = 1"\nmessage = "x"', "validation_rules.0.sobject"),
        ('[[validation_rules]]\nsobject = "Contact"\nwhen = "Nothing = 1"\nmessage = "x"', "validation_rules.0.when"),
        ('[[validation_rules]]\nsobject = "Contact"\nwhen = "Title ="\nmessage = "x"', "validation_rules.0.when"),
    ],
)
def test_rules_that_name_what_is_not_there(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(RulesError) as caught:
        PracticeOrg(tmp_path / "org.db", Rules.parse(text))
    (problem,) = caught.value.problems
    assert problem.startswith(f"{key}: ")
    PracticeOrg(tmp_path / "org.db").close()


def test_an_org_remembers_its_rules(tmp_path: Path) -> None:
    rules = Rules.parse('[[fields]]\nsobject = "Lead"\nname = "Key__c"\nexternal_id = true')
    PracticeOrg(tmp_path / "org.db", rules).close()
    again = PracticeOrg(tmp_path / "org.db")
    assert again.rules == rules
    assert again.catalogue.whole("Lead").has("Key__c")
    again.close()
    later = PracticeOrg(tmp_path / "org.db", Rules.parse('[[fields]]\nsobject = "Lead"\nname = "Other__c"'))
    assert later.catalogue.whole("Lead").has("Other__c")
    later.close()


def test_a_reset_by_another_process_is_another_org(practice_org: Serving, wire: Wire) -> None:
    wire.create("Account", Name="A")
    before = practice_org.org.identity
    other = PracticeOrg(practice_org.org.path)
    other.reset()
    assert error_of(wire.get("/limits"))[1] == "INVALID_SESSION_ID"
    assert practice_org.org.identity == other.identity != before
    form = {"grant_type": "client_credentials", "client_id": other.identity.client_id}
    answer = wire.session.post(
        f"{practice_org.url}/services/oauth2/token", data={**form, "client_secret": other.identity.client_secret}
    )
    wire.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    assert wire.query("SELECT COUNT() FROM Account", "/queryAll")["totalSize"] == 0
    assert wire.rows("SELECT Name FROM Organization") == [{"Name": "Practice"}]
    other.close()


class TestPlaces:
    @pytest.fixture
    def practice_rules(self) -> Rules:
        return Rules.parse("[org]\nstate_country_picklists = true\nperson_accounts = true")

    def test_names_and_codes_go_together(self, wire: Wire) -> None:
        for given in (
            {"MailingCountry": "united states", "MailingState": "CA"},
            {"MailingCountryCode": "US", "MailingStateCode": "CA"},
        ):
            contact = wire.create("Contact", LastName="A", **given)
            row = wire.get(f"/sobjects/Contact/{contact}").json()
            assert (row["MailingCountry"], row["MailingCountryCode"]) == ("United States", "US")
            assert (row["MailingState"], row["MailingStateCode"]) == ("California", "CA")
        assert wire.patch(f"/sobjects/Contact/{contact}", {"MailingState": "Texas"}).status_code == 204
        assert wire.get(f"/sobjects/Contact/{contact}").json()["MailingStateCode"] == "TX"

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"Country": "Atlantis"}, "Country"),
            ({"Country": "Germany", "State": "Bavaria"}, "State"),
            ({"State": "Texas"}, "State"),
        ],
    )
    def test_unknown_places_are_refused(self, wire: Wire, given: dict[str, str], field: str) -> None:
        answer = wire.post("/sobjects/Lead", {"LastName": "A", "Company": "B", **given})
        assert error_of(answer)[:2] == (400, "FIELD_INTEGRITY_EXCEPTION")
        assert answer.json()[0]["fields"] == [field]

    def test_codes_are_described_with_the_names_of_the_places(self, wire: Wire) -> None:
        described = {each["name"]: each for each in wire.get("/sobjects/Contact/describe").json()["fields"]}
        labels = {each["value"]: each["label"] for each in described["MailingCountryCode"]["picklistValues"]}
        assert labels["US"] == "United States"
        assert described["MailingCountry"]["type"] == "string"

    def test_person_accounts_show_in_describe(self, wire: Wire) -> None:
        assert "IsPersonAccount" in {each["name"] for each in wire.get("/sobjects/Account/describe").json()["fields"]}
