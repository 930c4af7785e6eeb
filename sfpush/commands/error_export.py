"""`sfpush errors export`: rejected records as a table that can be mended and imported again (L2)."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sfpush.commands.named_file import named_file
from sfpush.commands.session import Session
from sfpush.display.result import Result

if TYPE_CHECKING:
    from sfpush.runs.rejected import RejectedRecords


def export(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", callback=named_file, help="The CSV file to write.")],
) -> Result:
    """Write the rejected records to a CSV file.

    It can be mended in a spreadsheet and imported again. The first columns say what Salesforce refused and what to
    mend; an import passes over them. If records of several types were rejected, each further type gets a file of its
    own beside it.

    \b
    Examples:
      sfpush errors export rejected.csv
      sfpush import rejected.csv && sfpush sync
    """
    from sfpush.display.error_view import show_exported
    from sfpush.runs.rejected import rejected_records

    session = Session.of(context)
    org = session.known_org
    found = list(rejected_records(session.store, org.org)) if org else []
    written = [_write(_beside(file, one, first=place == 0), one) for place, one in enumerate(found)]
    return Result(
        "errors export",
        {"files": written},
        view=partial(show_exported, written),
        next_step=f"Mend them, then: sfpush import {shlex.join(one['file'] for one in written)}" if written else "",
    )


def _beside(file: Path, rejected: RejectedRecords, *, first: bool) -> Path:
    return file if first else file.with_stem(f"{file.stem}-{rejected.type}s")


def _write(file: Path, rejected: RejectedRecords) -> dict[str, Any]:
    from sfpush.commands.disk import written
    from sfpush.display.csv_output import write_csv
    from sfpush.settings.private import open_private

    with written(file), open_private(file, encoding="utf-8-sig", newline="") as table:
        write_csv(table, rejected.columns, rejected.rows())
    return {"file": str(file), "type": f"{rejected.type}s", "rows": rejected.count}
