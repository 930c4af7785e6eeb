"""Files that are not what they seem, or hold one bad row: no traceback, nothing lost, nothing injected (I5)."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from sfpush.errors import SourceUnreadable
from tests.importer.conftest import Reader, read_export

HEADER = "First Name,Last Name,Email,Company Name\n"
ANN = "Ann,Lee,ann@acme.example,Acme\n"
BOB = "Bob,Ray,bob@acme.example,Acme\n"


def workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


UNREADABLE: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b"", "is empty"),
    "only a BOM": ("a.csv", b"\xef\xbb\xbf\r\n", "is empty"),
    "only blank lines": ("a.csv", b"\n\n \n", "is empty"),
    "an Excel workbook": ("a.csv", workbook(), "Excel workbook"),
    "an old Excel workbook": ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel workbook"),
    "gzip": ("a.csv.gz", b"\x1f\x8b\x08\x00" + bytes(range(200)), "gzip"),
    "a PDF": ("a.csv", b"%PDF-1.7\n", "PDF"),
    "a database": ("a.csv", b"SQLite format 3\x00" + bytes(200), "SQLite"),
    "a login page": ("a.csv", b"<!DOCTYPE html><html><title>Log in</title></html>", "web page"),
    "a login page as JSON": ("a.json", b"\n <html></html>", "web page"),
    "random bytes": ("a.csv", bytes((n * 37 + n // 251) % 256 for n in range(4000)), "not a text file"),
    "zeros": ("a.csv", bytes(4000), "is empty"),
    "half of a UTF-16 letter": ("a.csv", b"\xff\xfeF", "header"),
    "prose": ("a.csv", b"Dear colleague,\nattached you find the export.\n", "not the header"),
    "another vendor's header": ("a.csv", b"lead_source_x,foo,bar\n1,2,3\n", "not the header"),
    "no header": ("a.csv", ANN.encode() + BOB.encode(), "not the header"),
    "an open quote in the header": ("a.csv", b'First Name,"Last Name\nAnn,Lee\n', "header"),
    "a NUL in the header": ("a.csv", b"First Name,Em\x00ail\nAnn,a@acme.example\n", "header"),
    "broken from the start": ("a.json", b'{"contacts": [{"id": ', "no record that can be read"),
    "only broken lines": ("a.jsonl", b"{]\n{]\n", "no record that can be read"),
    "a number": ("a.json", b"42", "no record that can be read"),
    "an API error": ("a.json", b'{"error": "Invalid access credentials."}', "does not tell what it holds"),
    "somebody else's JSON": ("a.json", b'{"features": [{"type": "Point"}]}', "does not tell what it holds"),
    "nothing but brackets": ("a.json", b"[" * 100_000, "no record that can be read"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_is_no_export_is_refused_with_one_sentence(read: Reader, case: str) -> None:
    name, content, said = UNREADABLE[case]
    with pytest.raises(SourceUnreadable) as refused:
        read(content, name)
    assert said in refused.value.message
    assert refused.value.hint
    assert refused.value.message.isprintable()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="is a folder"):
        read_export(tmp_path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="No such file"):
        read_export(tmp_path / "none.csv")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    with pytest.raises(SourceUnreadable, match="not a regular file"):
        read_export(path)


BAD_ROWS: dict[str, tuple[bytes, str]] = {
    "a NUL": (b"E\x00ve,Poe,eve@acme.example,Acme\n", "nul"),
    "too few cells": (b"Eve,Poe\n", "ragged"),
    "too many cells": (b"Eve,Poe,eve@acme.example,Acme,Inc\n", "ragged"),
    "a stray quote": (b'Eve,"Poe" Jr,eve@acme.example,Acme\n', "bad-quotes"),
    "an open quote": (b'Eve,"Poe,eve@acme.example,Acme\n', "bad-quotes"),
    "nobody": (b",,,Acme\n", "no-identity"),
    "a broken letter": ("Björn,".encode() + b"P\xf6,eve@acme.example,Acme\n", "encoding"),
}


@pytest.mark.parametrize("case", BAD_ROWS)
def test_I5_one_bad_row_stops_none_of_the_others(read: Reader, case: str) -> None:
    row, reason = BAD_ROWS[case]
    result = read(HEADER.encode() + ANN.encode() + row + BOB.encode())
    assert [record.fields["first_name"] for record in result.records] == ["Ann", "Bob"]
    assert result.reasons == [(3, reason)]
    assert all(reject.message.isprintable() for reject in result.rejects)


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[31mred\x1b[0m",
        "\x1b]0;title\x07",
        "[bold]markup[/bold]",
        "' OR Id != '",
        "O'Brien\\",
        "=HYPERLINK(1)",
        "%s {0} {{ name }}",
        "\u202eevil",
        "👩\u200d🚀",
        "\\u0000",
        "NULL",
    ],
)
def test_hostile_text_is_kept_letter_for_letter(read: Reader, text: str) -> None:
    assert read(f"{HEADER}{text},Lee,ann@acme.example,Acme\n").fields["first_name"] == text
    assert read(json.dumps({"id": "5f", "first_name": text}), "a.json").fields["first_name"] == text


def test_a_cell_of_ten_megabytes_is_loaded(read: Reader) -> None:
    cell = "long text, \n" * 900_000
    assert read(f'{HEADER}Ann,Lee,ann@acme.example,"{cell}"\n').fields["organization_name"] == cell.strip()


def test_a_cell_beyond_all_measure_is_one_bad_row(read: Reader) -> None:
    result = read(HEADER + ANN + "Eve,Poe,eve@acme.example," + "x" * 17_000_000 + "\n" + BOB)
    assert len(result.records) == 2
    assert result.reasons == [(3, "too-long")]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ('{"id": "5f", "first_name": "E\\u0000ve"}', "nul"),
        ('{"id": "5f", "first_name": {"a": 1}}', "bad-value"),
        ('{"id": ["5f"], "first_name": "Eve"}', "bad-value"),
        ('{"id": "5f", "first_name": "Eve", "x": ' + "[" * 300 + "]" * 300 + "}", "too-deep"),
        ('{"first_name": null, "last_name": ""}', "no-identity"),
        ('{"id": "5f", "first_name": "Eve", "deleted": "perhaps"}', "bad-value"),
        ('"Eve"', "not-a-record"),
        ("[1, 2]", "not-a-record"),
    ],
)
def test_I5_one_bad_json_record_stops_none_of_the_others(read: Reader, record: str, reason: str) -> None:
    good = ['{"id": "5f01", "first_name": "Ann"}', '{"id": "5f02", "first_name": "Bob"}']
    result = read(f"[{good[0]},\n{record},\n{good[1]}]", "a.json")
    assert result.keys == ["contact:5f01", "contact:5f02"]
    assert result.reasons == [(2, reason)]


def test_a_number_of_thousands_of_digits_is_one_bad_record(read: Reader) -> None:
    result = read(
        '{"id":"5f01","first_name":"A"}\n{"id":"5f02","n":' + "9" * 9000 + '}\n{"id":"5f03","first_name":"C"}', "a.json"
    )
    assert result.keys == ["contact:5f01", "contact:5f03"]
    assert result.reasons == [(2, "bad-json")]


def test_a_record_without_end_is_not_held_in_memory(read: Reader) -> None:
    flood = '{"id": "5f02", "x": [' + "1," * 600_000 + "1]}"
    result = read(f'[{{"id": "5f01", "first_name": "Ann"}},\n{flood}]', "a.json")
    assert result.keys == ["contact:5f01"]
    assert result.reasons == [(2, "too-large")]


def test_control_letters_in_a_header_are_not_repeated_in_the_message(read: Reader) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read("\x1b[2Jfoo,\x1b]0;bar\x07,baz\n1,2,3\n")
    assert refused.value.message.isprintable()
