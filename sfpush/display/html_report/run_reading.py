"""What became of a run's records, by object and ending: what the run sent, did here, and left."""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sfpush.display.html_report.page import ROWS_SHOWN, Entry, Group, Tone, ValueLine, value_text
from sfpush.display.html_report.plan_page import entry_of, more_text
from sfpush.display.html_report.words import object_name, org_link
from sfpush.model import WRITING_ACTIONS, Verb
from sfpush.push.hints import hint_for
from sfpush.store import plans, run_rows
from sfpush.store.journal import LocalChange, local_changes
from sfpush.store.plans import PlanHead
from sfpush.store.records import record_name
from sfpush.store.run_rows import Kind, RunRow
from sfpush.store.runs import Run


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of records, as a heading, with a remark where it is not plain."""

    title: str
    tone: Tone
    remark: str = ""


_REJECTED = Ending("Rejected", "bad")
_UNANSWERED = Ending(
    "Unanswered", "bad", "Salesforce gave no answer. The next run finds out what became of them; none is sent twice."
)
_CREATED = Ending("Created", "good")
_UPDATED = Ending("Updated", "change")
_DELETED = Ending("Deleted", "bad")
_LINKED = Ending("Linked", "known", "They were in Salesforce already, as they are in Apollo.")
_FOUND = Ending("Found again", "known", "No answer came; they have been tied to their records since.")
_GO_AGAIN = Ending("Without a trace", "change", "No answer came, and Salesforce does not have them: they go again.")
_PULLED = Ending("Pulled", "known", "Salesforce's values were taken over here.")
_MERGED_HERE = Ending("Merged here", "change", "As their records were merged in Salesforce.")
_DELETED_HERE = Ending("Deleted here", "bad", "As their records were deleted in Salesforce.")
_UNSENT = Ending(
    "Not sent", "change", "Each waits for another record that did not go, or the run ended before its turn."
)
_BLOCKED = Ending("Blocked", "bad", "Each needs something mended or decided before it can go.")
_LEFT = Ending("Left as they are", "bad", "What cannot be taken back without undoing somebody else's work.")
ORDER = (
    _REJECTED, _UNANSWERED, _CREATED, _UPDATED, _DELETED, _LINKED, _FOUND, _GO_AGAIN, _PULLED, _MERGED_HERE,
    _DELETED_HERE, _UNSENT, _BLOCKED, _LEFT,
)  # fmt: skip
_HERE = {"delete": _DELETED_HERE, "merge": _MERGED_HERE, "pull": _PULLED}
_ALL_NOW = {
    _UNSENT: "sfpush plan --csv FILE",
    _BLOCKED: "sfpush plan --csv FILE",
    _LEFT: "",
    _LINKED: "sfpush records --synced yes --csv FILE",
}
"""Where those are that the run did not send, as they stand now."""


class RunReading:
    """A run's records by object and ending: counted first, then read a group at a time as the page is written."""

    def __init__(self, connection: sqlite3.Connection, run: Run, head: PlanHead | None, instance_url: str) -> None:
        self._connection, self._run, self._instance_url = connection, run, instance_url
        self._plan = head.plan if head else None
        self._kinds: dict[tuple[str, Ending], dict[Kind, int]] = defaultdict(dict)
        for kind, count in run_rows.kinds_of_rows(connection, run.run).items():
            self._kinds[kind.sobject, _ending(kind)][kind] = count
        self._here = Counter((one.sobject, _HERE[one.action]) for one in local_changes(connection, run.run))
        self._planned = {"block": _LEFT if run.mode == "undo" else _BLOCKED}
        if run.results.get("linked"):
            self._planned["link"] = _LINKED
        self._unsent = run_rows.unsent(connection, run.run, head.plan) if head else {}
        self._left: Counter[tuple[str, Ending]] = Counter()
        for (action, sobject, _), count in plans.tally(connection, head.plan).items() if head else ():
            if action in self._planned:
                self._left[sobject, self._planned[action]] += count

    def counts(self) -> Mapping[tuple[str, Ending], int]:
        """Records by sObject and ending; none is zero."""
        found = Counter({pair: sum(kinds.values()) for pair, kinds in self._kinds.items()})
        found.update(self._here)
        found.update({(sobject, _UNSENT): count for sobject, count in self._unsent.items()})
        found.update(self._left)
        return +found

    def groups(self, sobject: str, ending: Ending) -> Sequence[Group]:
        """The groups of an sObject and ending: one, or for rejected records one a cause."""
        if ending is _REJECTED:
            causes: dict[str, dict[Kind, int]] = defaultdict(dict)
            for kind, count in self._kinds[sobject, ending].items():
                causes[kind.code or ""][kind] = count
            return tuple(
                self._group(
                    sobject,
                    ending,
                    sum(kinds.values()),
                    self._rows(kinds, ending),
                    title=f"Rejected: {code}",
                    remark=hint_for(code),
                )
                for code, kinds in sorted(causes.items())
            )
        if ending is _UNSENT:
            return (self._group(sobject, ending, self._unsent[sobject], self._unsent_entries(sobject)),)
        if ending in self._planned.values():
            return (self._group(sobject, ending, self._left[sobject, ending], self._planned_entries(sobject, ending)),)
        total = sum(self._kinds[sobject, ending].values()) + self._here[sobject, ending]
        entries = itertools.chain(self._rows(self._kinds[sobject, ending], ending), self._here_entries(sobject, ending))
        return (self._group(sobject, ending, total, entries),)

    def _group(
        self, sobject: str, ending: Ending, total: int, entries: Iterable[Entry], *, title: str = "", remark: str = ""
    ) -> Group:
        title = title or ending.title
        all_of = _ALL_NOW.get(ending, f"sfpush --json history show {self._run.run_id}")
        return Group(
            anchor="-".join(f"{title} {sobject}".replace(":", "").split()),
            title=title,
            tone=ending.tone,
            total=total,
            entries=itertools.islice(entries, ROWS_SHOWN),
            remark=remark or ending.remark,
            more=more_text(total, all_of),
        )

    def _rows(self, kinds: Iterable[Kind], ending: Ending) -> Iterator[Entry]:
        for kind in kinds:
            for row in run_rows.rows_of_kind(self._connection, self._run.run, self._plan, kind, limit=ROWS_SHOWN):
                yield self._row_entry(row, kind, ending)

    def _row_entry(self, row: RunRow, kind: Kind, ending: Ending) -> Entry:
        two_sided = row.before is not None and kind.verb is not Verb.DELETE
        before = row.before or {}
        values = before if kind.verb is Verb.DELETE else row.sent
        return Entry(
            record=row.key,
            name=row.name,
            sobject=object_name(kind.sobject),
            action=ending.title,
            reason=row.message or row.reason,
            rule="" if ending is _REJECTED else row.rule,
            link=org_link(self._instance_url, row.id),
            values=tuple(
                ValueLine(field, value_text(before.get(field)), value_text(value)) for field, value in values.items()
            ),
            two_sided=two_sided,
        )

    def _here_entries(self, sobject: str, ending: Ending) -> Iterator[Entry]:
        for change in local_changes(self._connection, self._run.run):
            if (change.sobject, _HERE[change.action]) == (sobject, ending):
                yield self._here_entry(change, ending)

    def _here_entry(self, change: LocalChange, ending: Ending) -> Entry:
        return Entry(
            record=change.record,
            name=record_name(self._connection, change.record),
            sobject=object_name(change.sobject),
            action=ending.title,
            reason=f"Merged into {change.merged_into}." if change.merged_into else "",
            link=org_link(self._instance_url, change.id),
            values=tuple(ValueLine(field, None, value_text(value)) for field, value in change.fields.items()),
        )

    def _unsent_entries(self, sobject: str) -> Iterator[Entry]:
        assert self._plan is not None
        keys = run_rows.unsent_keys(self._connection, self._run.run, self._plan, sobject, limit=ROWS_SHOWN)
        for change in plans.changes(self._connection, self._plan, actions=WRITING_ACTIONS, sobject=sobject, keys=keys):
            yield entry_of(change, self._instance_url, action=_UNSENT.title)

    def _planned_entries(self, sobject: str, ending: Ending) -> Iterator[Entry]:
        assert self._plan is not None
        actions = [action for action, found in self._planned.items() if found is ending]
        for change in plans.changes(self._connection, self._plan, actions=actions, sobject=sobject):
            yield entry_of(change, self._instance_url, action=ending.title)


def _ending(kind: Kind) -> Ending:
    match kind.outcome:
        case "rejected":
            return _REJECTED
        case "created":
            return _CREATED
        case "written":
            return _DELETED if kind.verb is Verb.DELETE else _UPDATED
        case "linked":
            return _FOUND
        case None:
            return _UNANSWERED
        case _:
            return _GO_AGAIN
