"""Whatever text a CSV holds, its cells come through unchanged but for outer blanks."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.importer.conftest import read_export

CELLS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)
HEADER = ["Apollo Contact Id", "First Name", "Title", "Some Custom Column", "Company Name"]
NAMES = ["first_name", "title", "some_custom_column", "organization_name"]


@given(
    rows=st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=5),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    delimiter=st.sampled_from(",;\t"),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_I5_any_text_in_any_cell_loads_unchanged(
    rows: list[list[str]], encoding: str, delimiter: str, line_end: str, quoting: int
) -> None:
    if any("\r" in cell for cells in rows for cell in cells):
        quoting = csv.QUOTE_ALL  # Python's writer forgets to quote a lone carriage return
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(HEADER)
    writer.writerows([f"5f{number:022x}", *cells] for number, cells in enumerate(rows))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.csv")
        path.write_bytes(text.getvalue().encode(encoding))
        read = read_export(path)
    assert not read.rejects
    assert [[record.fields.get(name, "") for name in NAMES] for record in read.records] == [
        [cell.strip() for cell in cells] for cells in rows
    ]


@given(content=st.binary(max_size=400))
def test_no_bytes_bring_the_reader_down(content: bytes) -> None:
    from sfpush.errors import SourceUnreadable

    for start in (b"", b"First Name,Email\n", b'{"contacts": [', b"[{"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "export.csv")
            path.write_bytes(start + content)
            try:
                read = read_export(path)
            except SourceUnreadable as refused:
                assert refused.message.isprintable()
            else:
                assert all(reject.line >= 1 for reject in read.rejects)
