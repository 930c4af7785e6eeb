"""The figures of the last run and of all runs so far, for `notify.metrics_file`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sfpush.commands.session import Session, now
from sfpush.display.metrics import Family
from sfpush.display.result import Result

_COUNTED = ("created", "updated", "linked", "deleted", "merged", "pulled", "members", "rejected")
"""Results that happen; the others say how things stand, and would be counted again in every run."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the home knows beyond this run. `runs` by status, `records` by result, over all runs."""

    rejected_open: int | None = None
    last_success: datetime | None = None
    runs: Mapping[str, int] = field(default_factory=dict)
    records: Mapping[str, int] = field(default_factory=dict)


def families_of(session: Session, result: Result, began: datetime) -> Iterator[Family]:
    """Every figure that is known; what a run that failed early can't know is left out, never zero.

    Raises SfpushError or sqlite3.Error if the store can't be read.
    """
    ended = now()
    org_id, remaining = _org(session)
    kept = _kept(session, org_id)
    labels = {"home": str(session.home), **({"org": org_id} if org_id else {})}

    def gauge(name: str, text: str, value: float | None) -> Family:
        return Family(f"sfpush_{name}", "gauge", text, () if value is None else ((labels, value),))

    def by(label: str, counts: Mapping[str, int]) -> tuple[tuple[Mapping[str, str], float], ...]:
        return tuple(({**labels, label: word}, count) for word, count in counts.items())

    yield gauge("last_run_timestamp_seconds", "When the last run ended.", ended.timestamp())
    yield gauge("last_run_duration_seconds", "How long it took.", (ended - began).total_seconds())
    yield gauge("last_run_exit_code", "Its exit code: 0 done, 7 done with rejections.", result.exit_code)
    yield gauge("last_run_api_calls", "API calls that it made.", result.data.get("api_calls"))
    yield Family(
        "sfpush_last_run_records",
        "gauge",
        "Records by what it did with them.",
        by("result", result.data.get("results", {})),
    )
    yield gauge(
        "last_success_timestamp_seconds",
        "When a run last went through, with or without rejections.",
        kept.last_success.timestamp() if kept.last_success else None,
    )
    yield gauge("rejected_open", "Records that Salesforce rejected and that have not gone since.", kept.rejected_open)
    yield gauge("api_calls_remaining", "API calls that the org allows for the rest of the day.", remaining)
    yield Family("sfpush_runs", "counter", "Runs of this home, by how they ended.", by("status", kept.runs))
    yield Family("sfpush_records", "counter", "Records by what became of them in all runs.", by("result", kept.records))


def _org(session: Session) -> tuple[str | None, int | None]:
    """The org's id, and its remaining API calls where it has been asked in this run."""
    from sfpush.org.connection import environment_access, load_connection

    org = session.opened_org
    if org is not None:
        return org.identity.org_id, org.budget.remaining if org.budget else None
    connection = None if environment_access(session.env) else load_connection(session.home)
    return (connection.identity.org_id if connection else None), None


def _kept(session: Session, org_id: str | None) -> _Kept:
    from sfpush.store.database import FILE_NAME
    from sfpush.store.error_log import count_unresolved
    from sfpush.store.orgs import org_state
    from sfpush.store.run_totals import last_success, records_by_result, runs_by_status
    from sfpush.store.times import from_text

    if org_id is None or not (session.home / FILE_NAME).exists():
        return _Kept()
    with session.anew() as reading:  # the run's own store may be closed already
        state = org_state(reading.store, org_id)
        if state is None:
            return _Kept()
        success = last_success(reading.store, state.org)
        return _Kept(
            count_unresolved(reading.store, state.org),
            from_text(success) if success else None,
            runs_by_status(reading.store, state.org),
            records_by_result(reading.store, state.org, _COUNTED),
        )
