"""A run as a page: what became of each record, what Salesforce refused and why, what is left to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sfpush.display.console import counted, moment, number
from sfpush.display.html_report.page import Cell, Notice, Page, Section, Summary, Tone
from sfpush.display.html_report.run_reading import ORDER, RunReading
from sfpush.display.html_report.words import in_reading_order, object_name, org_text
from sfpush.store.plans import PlanHead
from sfpush.store.runs import Run

_RESULT_TONES: Mapping[str, Tone] = {
    "created": "good",
    "updated": "change",
    "linked": "known",
    "deleted": "bad",
    "merged": "change",
    "pulled": "known",
    "members": "good",
    "rejected": "bad",
    "waiting": "change",
    "blocked": "bad",
    "skipped": "quiet",
    "unchanged": "quiet",
}
_NOTICES = {
    "stopped": Notice("Stopped", "The run ended early. The next one goes on; nothing is written twice.", "bad"),
    "failed": Notice("Failed", "The run was killed or failed. What it sent is listed as far as it is known.", "bad"),
    "running": Notice("Not over", "The run is still at work, or was killed; in that case the next run closes it."),
}


def run_page(
    connection: sqlite3.Connection,
    run: Run,
    head: PlanHead | None,
    *,
    org_id: str,
    instance_url: str,
    written_at: str,
    settings: Mapping[str, Any] | None,
    closing: str,
) -> Page:
    """The page of a run, its records streamed from the store. `head` is its plan, None once that is forgotten."""
    reading = RunReading(connection, run, head, instance_url)
    counts = reading.counts()
    sobjects = in_reading_order({sobject for sobject, _ in counts})
    endings = [ending for ending in ORDER if any(found is ending for _, found in counts)]
    groups = {pair: reading.groups(*pair) for pair in counts}
    return Page(
        kind="run",
        id=run.run_id,
        title=f"Run of {moment(run.started_at)}",
        introduction="What was written to Salesforce, what it refused and why, and what is left to do.",
        facts=tuple(_facts(run, org_id, instance_url)),
        figures=_figures(run),
        notices=(
            *((_NOTICES[run.status],) if run.status in _NOTICES else ()),
            *(Notice("Warning", warning) for warning in ((*head.recovered, *head.warnings) if head else ())),
        ),
        summary=Summary(
            tuple((ending.title, ending.tone) for ending in endings),
            tuple(
                (
                    object_name(sobject),
                    tuple(
                        Cell(count, groups[sobject, ending][0].anchor)
                        if (count := counts.get((sobject, ending), 0))
                        else Cell(0)
                        for ending in endings
                    ),
                )
                for sobject in sobjects
            ),
        ),
        sections=tuple(
            Section(
                object_name(sobject),
                tuple(group for ending in endings for group in groups.get((sobject, ending), ())),
            )
            for sobject in sobjects
        ),
        written_at=written_at,
        settings=settings,
        closing=closing,
        actions=tuple(ending.title for ending in endings),
        objects=tuple(map(object_name, sobjects)),
    )


def _facts(run: Run, org_id: str, instance_url: str) -> Iterator[tuple[str, str]]:
    yield "Org", org_text(org_id, instance_url)
    yield "Command", f"sfpush {run.command}"
    yield "Mode", run.mode
    if run.ended_at:
        yield "Took", _lasted(run.started_at, run.ended_at)
    yield "API calls", number(run.api_calls)
    yield "Run", run.run_id


def _lasted(started: str, ended: str) -> str:
    seconds = round((datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds())
    minutes, seconds = divmod(seconds, 60)
    if minutes:
        return f"{counted(minutes, 'minute')} {seconds} s"
    return counted(seconds, "second") if seconds else "less than a second"


def _figures(run: Run) -> Sequence[tuple[str, str, Tone]]:
    figures = [(number(run.results[word]), word, tone) for word, tone in _RESULT_TONES.items() if run.results.get(word)]
    return figures or [("0", "changes", "quiet")]
