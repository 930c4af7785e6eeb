"""A run as a result: what `push`, `sync` and `errors retry` hand back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from sfpush.commands.import_files import import_errors, import_facts, tell_doubts
from sfpush.commands.session import Session
from sfpush.display.result import DONE, REJECTED, ErrorLine, Result, error_lines
from sfpush.errors import Interrupted

if TYPE_CHECKING:
    from sfpush.runs.import_files import ImportReport
    from sfpush.runs.report import RunReport
    from sfpush.runs.undo import LeftAlone


def run_result(
    session: Session,
    command: str,
    report: RunReport,
    *,
    imported: ImportReport | None = None,
    left: Sequence[LeftAlone] = (),
) -> Result:
    """The contract's shape of a run, its exit code (first what stopped it, then rejections), and its view."""
    from sfpush.display.run_view import show_report
    from sfpush.store.records import record_name

    if imported:
        tell_doubts(session, imported)
    facts = {
        "run": report.run_id,
        **({"import": import_facts(imported)} if imported else {}),
        "results": asdict(report.results),
        "api_calls": report.api_calls,
        "rejects": [asdict(one) for one in report.rejects],
        "left": [asdict(one) for one in left],
    }
    not_sent = 0 if isinstance(report.stopped_by, Interrupted) else report.left  # an interruption says so itself
    stopped = error_lines(report.stopped_by) if report.stopped_by else ()
    rejected = _rejected(len(report.rejects))
    errors = (*stopped, *(import_errors(imported) if imported else ()), *rejected, *_left_alone(len(left)))
    return Result(
        command,
        facts,
        view=partial(show_report, facts, errors, not_sent, report.notes, partial(record_name, session.store)),
        exit_code=report.stopped_by.exit_code if report.stopped_by else REJECTED if errors else DONE,
        errors=errors,
        next_step=_next_step(report),
    )


def _next_step(report: RunReport) -> str:
    if report.results.rejected:
        return "See what to mend: sfpush errors"
    return "See what is blocked, and why: sfpush plan" if report.results.blocked else ""


def _rejected(count: int) -> tuple[ErrorLine, ...]:
    if not count:
        return ()
    said = f"Salesforce rejected {count:,} {'record' if count == 1 else 'records'}."
    return (ErrorLine("rejected", said, "See: sfpush errors"),)


def _left_alone(count: int) -> tuple[ErrorLine, ...]:
    if not count:
        return ()
    said = f"{count:,} {'record was' if count == 1 else 'records were'} left as they are."
    return (ErrorLine("left-alone", said, "Change them in Salesforce if they are to go back too."),)
