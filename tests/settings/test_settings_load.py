"""What loaded settings hold, where each value comes from, and what their fingerprint tells."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from sfpush.errors import SettingsError
from sfpush.settings.effective import effective, fingerprint
from sfpush.settings.load import load, overlay
from sfpush.settings.schema import Settings
from sfpush.settings.values import FieldRule
from tests.settings.conftest import Write


def test_without_a_file_the_defaults_hold() -> None:
    loaded = load(None)
    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {"default"}


def test_an_empty_file_holds_the_defaults(write: Write) -> None:
    assert load(write("")).settings == Settings()


def test_F2_a_field_line_is_a_field_a_rule_or_off(write: Write) -> None:
    fields = load(
        write(
            """\
            [contacts.fields]
            "Seniority" = "Job_Level__c"
            "ICP Fit *" = { to = "ICP_Fit__c", write = "fill" }
            "Title" = false
            """
        )
    ).settings.contacts.fields
    assert fields == {
        "Seniority": FieldRule(to="Job_Level__c"),
        "ICP Fit *": FieldRule(to="ICP_Fit__c", write="fill"),
        "Title": None,
    }
    assert fields["Seniority"] is not None
    assert fields["Seniority"].write is None


def test_F6_constants_keep_their_kind(write: Write) -> None:
    constants = load(
        write("[deals.on_create]\nA__c = true\nB__c = 3\nC__c = 0.5\nType = 'New'\nD__c = 2026-11-24\n")
    ).settings.deals.on_create
    assert constants == {"A__c": True, "B__c": 3, "C__c": 0.5, "Type": "New", "D__c": "2026-11-24"}
    assert constants["A__c"] is True


def test_E3_an_exclusion_rule_reads_as_written(write: Write) -> None:
    (rule,) = load(
        write(
            """\
            [[activities.emails.exclude]]
            match = "and"
            from = { domains = ["YMail.org"], subjects = ["Confidential"] }
            to = { addresses = [] }
            """
        )
    ).settings.activities.emails.exclude
    assert rule.match == "and"
    assert rule.from_.domains == ("ymail.org",)
    assert rule.from_.subjects == ("Confidential",)
    assert rule.to.is_empty


@pytest.mark.parametrize("name", ["Title", "Job_Level__c", "ns__My_Field__c", "MailingCity", "A1"])
def test_api_names_of_every_form_are_taken(write: Write, name: str) -> None:
    assert load(write(f"[salesforce.external_ids]\ncontact = '{name}'\n")).settings.salesforce.external_ids.contact


@pytest.mark.parametrize("version", ["31.0", "62.0", "99.0"])
def test_api_versions_within_the_bounds_are_taken(write: Write, version: str) -> None:
    assert load(write(f"[salesforce]\napi_version = '{version}'\n")).settings.salesforce.api_version == version


def test_settings_cannot_be_changed_in_passing() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().push.enabled = False


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_every_value_tells_its_origin(write: Write, prefix: bytes, line_end: bytes) -> None:
    path = write("")
    path.write_bytes(
        prefix
        + line_end.join(
            [
                b"[push]",
                b"max_deletes = 50",
                b"[contacts]",
                b'fields."ICP Fit *" = "ICP__c"',
                b'filter = """',
                b"country = 'x'",
                b'"""',
                b'stage_map = { field = "X__c", values = { Cold = "c" } }',
            ]
        )
    )
    origins = load(path).origins
    assert origins["push.max_deletes"] == "sfpush.toml:2"
    assert origins["push.enabled"] == "default"
    assert origins['contacts.fields."ICP Fit *"'] == "sfpush.toml:4"
    assert origins["contacts.filter"] == "sfpush.toml:5"
    assert origins["contacts.stage_map.field"] == "sfpush.toml:8"
    assert origins["contacts.stage_map.values.Cold"] == "sfpush.toml:8"
    assert origins["contacts.stage_map.write"] == "default"


def test_effective_settings_have_an_origin_each(write: Write) -> None:
    loaded = load(
        write(
            """\
            [leads.fields]
            "A" = "A__c"
            "B" = { to = "B__c", write = "never" }
            "C" = false
            [[activities.emails.exclude]]
            from = { domains = ["a.example"] }
            """
        )
    )
    shown = effective(loaded.settings)
    assert list(shown) == list(loaded.origins)
    assert shown["leads.fields.A"] == "A__c"
    assert shown["leads.fields.B"] == {"to": "B__c", "write": "never"}
    assert shown["leads.fields.C"] is False
    assert shown["contacts.fields"] == {}
    assert shown["activities.emails.exclude"] == [
        {
            "match": "and",
            "from": {"domains": ["a.example"], "addresses": [], "subjects": []},
            "to": {"domains": [], "addresses": [], "subjects": []},
        }
    ]


def test_overlay_lays_values_over_the_file_and_says_so(write: Write) -> None:
    loaded = load(write("[contacts]\ncreate_as = 'lead'\nstages = ['Cold']\n"))
    over = overlay(
        loaded,
        [
            "contacts.create_as=contact",
            'contacts.stages=["Interested", "No stage"]',
            "contacts.new_records=stages",
            'contacts.fields."ICP Fit *"=ICP__c',
            "contacts.filter=country = 'Germany' and employees >= 50",
            "salesforce.api_version=60.0",
            "push.enabled = false",
        ],
    )
    assert over.settings.contacts.create_as == "contact"
    assert over.settings.contacts.stages == ("Interested", "No stage")
    assert over.settings.contacts.fields == {"ICP Fit *": FieldRule(to="ICP__c")}
    assert over.settings.contacts.filter == "country = 'Germany' and employees >= 50"
    assert over.settings.salesforce.api_version == "60.0"
    assert over.settings.push.enabled is False
    assert over.origins["contacts.create_as"] == "--set"
    assert over.origins['contacts.fields."ICP Fit *"'] == "--set"
    assert over.origins["contacts.push"] == "default"
    assert loaded.settings.contacts.create_as == "lead"


def test_overlay_can_be_laid_over_an_overlay(write: Write) -> None:
    over = overlay(overlay(load(write("[push]\nmax_deletes = 7\n")), ["contacts.push=false"]), ["accounts.push=false"])
    assert over.origins["contacts.push"] == over.origins["accounts.push"] == "--set"
    assert over.origins["push.max_deletes"] == "sfpush.toml:2"


def test_overlay_tells_every_problem(write: Write) -> None:
    loaded = load(write("[deals]\nmode = 'push'\n[activities.conversations]\npush_summaries = true\n"))
    with pytest.raises(SettingsError) as caught:
        overlay(
            loaded,
            [
                "contacts.pus=true",
                "contacts.stages=Cold",
                "deals.mode=off",
                "nonsense",
                "contacts.push.deep=1",
                "contacts.filter=\udcff",
            ],
        )
    assert [problem.split(". ")[0] for problem in caught.value.problems] == [
        '--set: "contacts.filter=\\uDCFF": The value holds bytes that are not text',
        '--set: "nonsense": This is not KEY=VALUE',
        "--set: contacts.pus: There is no such key",
        "--set: contacts.push: A table can't stand here",
        '--set: contacts.stages: "Cold" can\'t stand here',
        "sfpush.toml:4: activities.conversations.push_summaries: "
        'Meeting summaries are put on deals, and deals.mode is "off"',
    ]


def test_fingerprint_holds_still_while_nothing_decides_differently(write: Write) -> None:
    plain = load(None)
    same = overlay(
        plain,
        [
            "push.parallel_batches=5", "push.enabled=false", "notify.command=mail", "store.keep_days=3",
            "deals.hide_pulled=true", "salesforce.api_version=60.0",
        ],
    )  # fmt: skip
    assert fingerprint(same.settings) == fingerprint(plain.settings)
    assert fingerprint(load(write("[contacts]\ncreate_as = 'contact'\n")).settings) == fingerprint(plain.settings)


@pytest.mark.parametrize(
    "assignment",
    [
        "contacts.create_as=lead",
        "contacts.fields.Title=false",
        'contacts.fields.Title={ to = "Title", write = "fill" }',
        "accounts.on_create.Type=Prospect",
        'leads.stage_map={ field = "Status", values = { Cold = "Open" } }',
        "salesforce.external_ids.contact=Id__c",
        "salesforce.duplicate_rules=allow",
        'activities.emails.exclude=[{ from = { domains = ["a.example"] } }]',
    ],
)
def test_fingerprint_changes_with_what_decides(assignment: str) -> None:
    plain = load(None)
    assert fingerprint(overlay(plain, [assignment]).settings) != fingerprint(plain.settings)


def test_fingerprint_does_not_mind_the_order_of_a_map() -> None:
    one = overlay(load(None), ['contacts.fields={ A = "A__c", B = "B__c" }'])
    other = overlay(load(None), ['contacts.fields={ B = "B__c", A = "A__c" }'])
    assert fingerprint(one.settings) == fingerprint(other.settings)
