"""`sfpush import`: Apollo exports into the local store."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sfpush.commands.session import Session, now
from sfpush.display.result import DONE, REJECTED, ErrorLine, Result
from sfpush.errors import SourceUnreadable

if TYPE_CHECKING:
    from sfpush.runs.import_files import ImportReport


def import_files(
    context: typer.Context,
    *,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="CSV or JSON files.", show_default=False)],
    record_type: Annotated[
        str,
        typer.Option("--type", metavar="T", help="What the files hold, where their content leaves it open (below)."),
    ] = "",
) -> Result:
    """Load Apollo exports into the local store.

    Nothing is sent anywhere. Contacts, accounts, deals, activities and Apollo's own lists, as CSV or as JSON from its
    API. What a file holds is found from its content. The same file again changes nothing. A row that can't be loaded
    is listed with its line and reason, and the others go on.

    \b
    Types, for --type:
      contacts, accounts, deals
      emails, calls, tasks, meetings, notes, conversations
      contact_stages, account_stages, opportunity_stages, users, typed_custom_fields
      email_accounts  the connected mailboxes

    \b
    Examples:
      sfpush import apollo-contacts.csv apollo-accounts.csv
      sfpush import contacts.json contact_stages.json users.json
      sfpush import --type email_accounts mailboxes.csv
    """
    return import_now(Session.of(context), files, record_type=record_type or None)


def import_now(session: Session, files: Sequence[Path], *, record_type: str | None = None) -> Result:
    """Load files into the session's store."""
    from sfpush.display.import_view import show_import
    from sfpush.runs.import_files import import_files as load

    report = load(
        session.store,
        files,
        record_type=record_type,
        now=now(),
        progress=session.progress,
        lock=partial(session.only_run, "import"),
    )
    tell_doubts(session, report)
    facts, errors = import_facts(report), import_errors(report)
    return Result(
        "import",
        facts,
        view=partial(show_import, facts, errors),
        exit_code=import_exit_code(report),
        errors=errors,
        next_step="See what would be pushed: sfpush plan" if report.files else "",
    )


def import_facts(report: ImportReport) -> dict[str, Any]:
    """An import in the contract's shape."""
    return {
        "files": [
            {"file": one.file, "type": one.type, "rows": one.rows, **one.counts._asdict(), "rejected": one.rejected}
            for one in report.files
        ],
        "rejects": [
            {"file": row.file, "line": row.line, "reason": row.reason, "message": row.message} for row in report.rejects
        ],
    }


def tell_doubts(session: Session, report: ImportReport) -> None:
    """On standard error: what was taken for something that it may not be."""
    from sfpush.display.failure_view import show_warning

    for sentence in () if session.quiet else report.doubts:
        show_warning(session.err, sentence)


def import_exit_code(report: ImportReport) -> int:
    """A file that can't be read as a whole weighs more than rows that can't be loaded."""
    if report.unreadable:
        return SourceUnreadable.exit_code
    return REJECTED if report.rejects else DONE


def import_errors(report: ImportReport) -> tuple[ErrorLine, ...]:
    """One line a file that can't be read, and one for all rows that could not be loaded."""
    lines = [ErrorLine(one.problem.code, one.problem.message, one.problem.hint) for one in report.unreadable]
    if report.rejects:
        said = f"{len(report.rejects):,} rows could not be loaded."
        lines.append(ErrorLine("rows-rejected", said, "Mend them in the file and import it again."))
    return tuple(lines)
