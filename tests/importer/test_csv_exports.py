"""CSV exports: every header that Apollo is known to write, and what its cells hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfpush.display.csv_output import PLAN_COLUMNS, RECORD_COLUMNS
from sfpush.errors import SourceUnreadable
from sfpush.importer.export import open_export
from sfpush.importer.kinds import CONTACTS, MAILBOXES
from tests.importer.conftest import EXPORTS, Reader, read_export

HEADER = "First Name,Last Name,Email,Company Name,Mobile Phone,Stage,Apollo Contact Id\n"
ID = "5f0000000000000000000001"


@pytest.mark.parametrize("path", sorted(EXPORTS.glob("contacts_*.csv")), ids=lambda path: path.stem)
def test_I5_every_known_contact_export_loads_whole(path: Path) -> None:
    read = read_export(path)
    assert read.kind == "contacts"
    assert not read.rejects
    ann, bjorn, chloe, dan = read.records
    assert ann.fields["first_name"] == "Ann"
    assert ann.fields["organization_name"] == "Acme Robotics"
    assert ann.fields["mobile_phone"] == "+44 20 7946 0001"
    assert ann.fields["secondary_email"] == "second1@home.example"
    assert ann.fields["linkedin_url"] == "http://www.linkedin.com/in/p1"
    assert bjorn.fields["last_name"] == "O'Brien"
    assert bjorn.fields["email_status"] == "User Managed"
    assert chloe.fields["title"] == "Head of RevOps, EMEA"
    assert chloe.fields["organization_name"] == 'Café "Nord" SARL'
    assert "last_name" not in dan.fields


@pytest.mark.parametrize("stem", ["contacts_2024_25_company", "contacts_2026_full"])
def test_I5_a_full_contact_export_gives_ids_stage_owner_and_company(stem: str) -> None:
    ann, _bjorn, chloe, _dan = read_export(EXPORTS / f"{stem}.csv").records
    assert ann.key == f"contact:{ID}"
    assert ann.apollo_id == ID
    assert ann.fields["account_id"] == "6a0000000000000000000001"
    assert ann.fields["stage"] == "Interested"
    assert ann.fields["owner_email"] == "owner@seller.example"
    assert ann.fields["employees"] == "50"
    assert ann.fields["website"] == "https://www.acme.example/"
    assert ann.fields["keywords"] == "robots, arms,\nand more"
    assert chloe.fields["stage"] == "", "an empty Stage cell is No stage (I2)"


def test_I4_an_account_export_makes_accounts() -> None:
    read = read_export(EXPORTS / "accounts_2026_userpicked.csv")
    assert read.kind == "accounts"
    acme = read.records[0]
    assert acme.key == "account:6a0000000000000000000001"
    assert acme.fields["name"] == "Acme Robotics"
    assert acme.fields["short_description"] == "Makes things.\nMany things."
    assert acme.fields["founded_year"] == "1991"
    assert acme.fields["country"] == "United States"


def test_I4_the_company_columns_of_a_contact_export_make_no_account(read: Reader) -> None:
    assert {record.type for record in read(HEADER + f"Ann,Lee,a@acme.example,Acme,,,{ID}\n").records} == {"contact"}


def test_I1_an_empty_cell_is_given_and_a_missing_column_is_not(read: Reader) -> None:
    (ann,) = read(f"First Name,Last Name,Title,Apollo Contact Id\nAnn,Lee,,{ID}\n").records
    assert "title" in ann.given
    assert "title" not in ann.fields
    assert "email" not in ann.given


def test_I2_without_a_stage_column_no_stage_was_ever_seen(read: Reader) -> None:
    (ann,) = read(f"First Name,Last Name,Apollo Contact Id\nAnn,Lee,{ID}\n").records
    assert "stage" not in ann.fields
    assert "stage" not in ann.given


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_that_spreadsheets_write_is_read(read: Reader, encoding: str) -> None:
    text = HEADER + f'Björn,Müller,b@acme.example,"Café, ""Süd""",,,{ID}\n'
    assert read(text.encode(encoding)).fields["organization_name"] == 'Café, "Süd"'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end_is_read(read: Reader, delimiter: str, line_end: str) -> None:
    text = HEADER + f"Ann,Lee,ann@acme.example,Acme,,Cold,{ID}\n"
    fields = read(text.replace(",", delimiter).replace("\n", line_end)).fields
    assert fields["email"] == "ann@acme.example"
    assert fields["stage"] == "Cold"


def test_excel_s_own_first_line_names_the_delimiter(read: Reader) -> None:
    assert read("sep=;\r\nFirst Name;Last Name;Email\r\nAnn;Lee;ann@acme.example\r\n").fields["last_name"] == "Lee"


@pytest.mark.parametrize("cell", ["'+44 20 7946 0000", '"=""+44 20 7946 0000"""', "+44 20 7946 0000"])
def test_the_spreadsheet_guard_before_a_phone_goes(read: Reader, cell: str) -> None:
    assert read(HEADER + f"Ann,Lee,,Acme,{cell},,{ID}\n").fields["mobile_phone"] == "+44 20 7946 0000"


def test_an_apostrophe_that_is_no_guard_stays(read: Reader) -> None:
    assert read(HEADER + f"'t Hooft,O'Brien,,'Acme,,,{ID}\n").fields["first_name"] == "'t Hooft"


def test_columns_are_found_by_name_in_any_order_and_case(read: Reader) -> None:
    fields = read(f" EMAIL ,apollo contact id,last name,first name\nann@acme.example,{ID},Lee,Ann\n").fields
    assert fields == {"email": "ann@acme.example", "id": ID, "last_name": "Lee", "first_name": "Ann"}


def test_unknown_columns_are_kept_and_nameless_ones_too(read: Reader) -> None:
    fields = read(f"First Name,ICP Fit 8478 0723201923,,Apollo Contact Id,\nAnn,yes,stray,{ID},\n").fields
    assert fields == {"first_name": "Ann", "icp_fit_8478_0723201923": "yes", "column_3": "stray", "id": ID}


def test_two_unknown_columns_of_one_name_are_both_kept(read: Reader) -> None:
    fields = read(f"First Name,Notes,Notes,Apollo Contact Id\nAnn,one,two,{ID}\n").fields
    assert (fields["notes"], fields["notes_2"]) == ("one", "two")


def test_two_known_columns_of_one_name_are_refused(read: Reader) -> None:
    with pytest.raises(SourceUnreadable, match=r"two columns 'Email': number 2 and 3"):
        read("First Name,Email,Email\nAnn,a@acme.example,b@acme.example\n")


@pytest.mark.parametrize(
    ("company", "company_name", "expected"),
    [
        ("", "Acme", {"organization_name": "Acme"}),
        ("Acme", "", {"organization_name": "Acme"}),
        ("Acme", "Acme", {"organization_name": "Acme"}),
        ("Old Acme", "Acme", {"organization_name": "Acme", "company": "Old Acme"}),
    ],
)
def test_two_spellings_of_one_field_lose_nothing(
    read: Reader, company: str, company_name: str, expected: dict[str, str]
) -> None:
    fields = read(f"Company,Company Name,Apollo Contact Id,First Name\n{company},{company_name},{ID},Ann\n").fields
    assert fields == {"id": ID, "first_name": "Ann"} | expected


def test_a_second_spelling_under_the_canonical_name_itself_is_kept_too(read: Reader) -> None:
    fields = read(f"organization_name,Company,Apollo Contact Id,First Name\nOld,Acme,{ID},Ann\n").fields
    assert fields["organization_name"] == "Acme"
    assert fields["organization_name_2"] == "Old"


def test_exports_put_together_with_their_headers_are_read_as_one(read: Reader) -> None:
    row = "{0},Lee,{0}@acme.example,Acme,,,\n"
    read_rows = read(HEADER + row.format("ann") + "\ufeff" + HEADER + row.format("bob"))
    assert [record.fields["first_name"] for record in read_rows.records] == ["ann", "bob"]
    assert not read_rows.rejects


def test_deleted_in_a_csv_is_a_tombstone(read: Reader) -> None:
    text = f"First Name,Apollo Contact Id,Deleted\nAnn,{ID},TRUE\nBob,5f02,false\nCy,5f03,\nDee,5f04,maybe\n"
    result = read(text)
    assert [record.deleted for record in result.records] == [True, False, False]
    assert "deleted" not in result.records[0].fields
    assert result.reasons == [(5, "bad-value")]


def test_I5_the_line_of_a_reject_is_the_one_its_row_starts_on(read: Reader) -> None:
    text = HEADER + f'Ann,Lee,a@acme.example,"Acme\nand\nSons",,,{ID}\n' + "short,row\n" + ",,,,+1,,\n"
    assert read(text).reasons == [(5, "ragged"), (6, "no-identity")]


def test_blank_rows_and_blank_cells_beyond_the_header_are_no_problem(read: Reader) -> None:
    result = read(HEADER + f"\n,,,,,,\n   \nAnn,Lee,,Acme,,,{ID},,\n")
    assert len(result.records) == 1
    assert not result.rejects


def test_I5_a_stray_quote_spoils_one_row_only(read: Reader) -> None:
    text = (
        HEADER
        + 'Ann,"Lee,a@acme.example,Acme,,,\n'
        + "".join(f"P{n},Ray,p{n}@acme.example,Acme,,,\n" for n in range(9))
    )
    result = read(text)
    assert result.reasons == [(2, "bad-quotes")]
    assert [record.fields["first_name"] for record in result.records] == [f"P{n}" for n in range(9)]


def test_own_columns_for_deals_nest_at_dots(read: Reader) -> None:
    header = "id,name,closed_date,opportunity_stage_id,account.name,contacts.1.id,contacts.0.id,contacts.0.role\n"
    result = read(header + "d1,Big deal,2026-12-31,s1,Acme,c2,c1,Buyer\n")
    assert result.kind == "opportunities"
    assert result.fields["account"] == {"name": "Acme"}
    assert result.fields["contacts"] == [{"id": "c1", "role": "Buyer"}, {"id": "c2"}]
    assert result.fields["stage"] == "s1"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("First Name,Last Name,Company Name,Website", "contacts"),
        ("Email", "contacts"),
        ("Person Linkedin Url,Company Name,Website", "contacts"),
        ("Company,Website,Account Stage", "accounts"),
        ("Company Name,Website", "accounts"),
        ("id,name,domain", "accounts"),
        ("id,name,amount,closed_date", "opportunities"),
        ("id,type,due_at,status,priority", "tasks"),
        ("id,from_number,to_number,duration", "phone_calls"),
        ("id,subject,from_email,to_email,due_at,status", "emailer_messages"),
        ("id,content,contact_id", "notes"),
        ("id,title,start_time,end_time", "calendar_events"),
        ("id,topic,summary", "conversations"),
    ],
)
def test_what_a_csv_holds_is_told_by_its_header(read: Reader, header: str, kind: str) -> None:
    assert read(header + "\n").kind == kind


def test_a_header_that_tells_nothing_needs_a_type(read: Reader) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read("id,name\ns1,Cold\n")
    assert "--type" in refused.value.hint
    result = read("id,name\ns1,Cold\n", record_type="contact_stages")
    assert [(entry.list_name, entry.id, entry.name) for entry in result.entries] == [("contact_stages", "s1", "Cold")]


@pytest.mark.parametrize(
    ("name", "content", "option"),
    [
        ("records.csv", ",".join(RECORD_COLUMNS) + "\ncontact:a1,contact,Ann Lee,,,,,,,,\n", "records --csv"),
        ("records.csv", ";".join(RECORD_COLUMNS) + "\ncontact:a1;contact;Ann Lee;;;;;;;;\n", "records --csv"),
        ("plan.csv", ",".join(PLAN_COLUMNS) + "\ncontact:a1,Ann Lee,create,Contact,,new,,,,\n", "plan --csv"),
        ("records.json", '{"sfpush": 1, "command": "records", "status": "ok", "data": {}, "errors": []}', "--json"),
        ("plan.json", '{"plan_id": "p", "created_at": "", "mode": "auto", "gates": [], "changes": []}', "plan --out"),
    ],
)
@pytest.mark.parametrize("record_type", [None, "contacts"])
def test_what_sfpush_wrote_itself_is_no_export(
    read: Reader, name: str, content: str, option: str, record_type: str | None
) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read(content, name, record_type)
    assert refused.value.message == f"{name} was written by sfpush itself ({option}); it is no export of Apollo's."
    assert refused.value.code == "own-file"


@pytest.mark.parametrize(
    ("header", "said", "told"),
    [
        ("id,name,amount,stage,closed_date\nd1,Big,3,Won,2026-01-01\n", "contacts", "opportunities"),
        (HEADER + "Ann,Lee,a@acme.example,Acme,,,a1\n", "accounts", "contacts"),
        (HEADER + "Ann,Lee,a@acme.example,Acme,,,a1\n", "deals", "contacts"),
        ("id,type,priority,status,due_at\nt1,a,high,open,2026-01-01\n", "contacts", "tasks"),
    ],
)
def test_a_type_that_is_plainly_another_is_refused(read: Reader, header: str, said: str, told: str) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read(header, record_type=said)
    assert f"plainly holds {told}, not " in refused.value.message
    assert f"--type {told}" in refused.value.hint


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("name,website\nAcme,acme.example\n", "deals"),
        ("email,company_street\na@acme.example,1 Main St\n", "contacts"),
        ("email\nsam@ours.example\n", "email_accounts"),
        ("id,first_name,last_name,email\nu1,Sam,Hill,sam@ours.example\n", "users"),
        (HEADER + "Ann,Lee,a@acme.example,Acme,,,a1\n", "contacts"),
    ],
)
def test_a_type_decides_what_the_header_leaves_open(read: Reader, header: str, said: str) -> None:
    assert not read(header, record_type=said).rejects


def test_a_bare_list_of_emails_is_contacts_and_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "mailboxes.csv"
    path.write_text("Email\nsam@ours.example\n")
    with open_export(path) as export:
        assert export.kind is CONTACTS
        assert "taken as contacts" in export.doubt
        assert "--type email_accounts" in export.doubt
    for kind in (MAILBOXES, CONTACTS):
        with open_export(path, kind) as export:
            assert (export.kind, export.doubt) == (kind, "")
    path.write_text("Email,Last Name\nann@acme.example,Lee\n")
    with open_export(path) as export:
        assert not export.doubt
