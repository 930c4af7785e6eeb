"""A plan as a page: what would be done, what is held back and why, by object and action."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sfpush.display.console import counted, moment, number
from sfpush.display.html_report.page import (
    ROWS_SHOWN,
    Cell,
    Entry,
    Group,
    Notice,
    Page,
    Section,
    Summary,
    Tone,
    ValueLine,
    value_text,
)
from sfpush.display.html_report.words import (
    ACTION_NAMES,
    ACTION_TONES,
    actions_in_order,
    in_reading_order,
    object_name,
    org_link,
    org_text,
)
from sfpush.display.plan_view import HEADINGS, pending
from sfpush.model import WAITS, AnyChange
from sfpush.store.plans import PlanHead, Scope

_MODES = {
    "automatic": "automatic, under all settings",
    "manual": "by hand, whatever push and stage settings say",
    "undo": "takes a run back",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A plan's changes without the unchanged ones: counted by action, sObject and rule; the first of each kind."""

    tally: Mapping[tuple[str, str, str], int]
    first: Callable[[str, str], Iterable[AnyChange]]
    """The first `ROWS_SHOWN` changes of an action and sObject."""

    @property
    def total(self) -> int:
        """All changes listed."""
        return sum(self.tally.values())

    def count(self, action: str, sobject: str) -> int:
        """Changes of an action and sObject."""
        return sum(count for (a, s, _), count in self.tally.items() if (a, s) == (action, sobject))


def listing_of(changes: Iterator[AnyChange]) -> Listing:
    """A listing of changes that can only be read once: those that are shown are kept, the others only counted."""
    tally: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str], list[AnyChange]] = {}
    for change in changes:
        if change.action != "unchanged":
            tally[change.action, change.sobject, change.rule.value] += 1
            shown = first.setdefault((change.action, change.sobject), [])
            if len(shown) < ROWS_SHOWN:
                shown.append(change)
    return Listing(tally, lambda action, sobject: first.get((action, sobject), ()))


def plan_page(
    head: PlanHead,
    listing: Listing,
    *,
    written_at: str,
    settings: Mapping[str, Any] | None,
    closing: str,
    all_of: Callable[[str], str],
) -> Page:
    """The page of a plan. `all_of` is the command that lists all changes of an sObject; `closing` what to do next."""
    sobjects = in_reading_order({sobject for _, sobject, _ in listing.tally})
    actions = actions_in_order({action for action, _, _ in listing.tally})
    return Page(
        kind="plan",
        id=head.plan_id,
        title=f"Plan of {moment(head.created_at)}",
        introduction="What a push to Salesforce would do, and why. Nothing of it has been written by making this plan.",
        facts=tuple(_facts(head)),
        figures=_figures(head, sum(count for (_, _, rule), count in listing.tally.items() if rule in WAITS)),
        notices=(
            *(Notice("Held back", gate.message) for gate in head.gates),
            *(Notice("Warning", warning) for warning in (*head.recovered, *head.warnings)),
        ),
        summary=Summary(
            tuple((ACTION_NAMES[action], ACTION_TONES[action]) for action in actions),
            tuple((object_name(sobject), _cells(listing, sobject, actions)) for sobject in sobjects),
        ),
        sections=tuple(
            Section(
                object_name(sobject),
                tuple(
                    _group(listing, action, sobject, head.instance_url, all_of(sobject))
                    for action in actions
                    if listing.count(action, sobject)
                ),
            )
            for sobject in sobjects
        ),
        written_at=written_at,
        settings=settings,
        closing=closing,
        actions=tuple(ACTION_NAMES[action] for action in actions),
        objects=tuple(map(object_name, sobjects)),
        rules=tuple(sorted({rule for _, _, rule in listing.tally})),
    )


def _group(listing: Listing, action: str, sobject: str, instance_url: str, all_of: str) -> Group:
    total = listing.count(action, sobject)
    shown = itertools.islice(listing.first(action, sobject), ROWS_SHOWN)
    return Group(
        anchor=f"{action}-{sobject}",
        title=HEADINGS[action].partition(":")[0],
        tone=ACTION_TONES[action],
        total=total,
        entries=(entry_of(change, instance_url) for change in shown),
        remark=_REMARKS.get(action, ""),
        more=more_text(total, all_of),
    )


def more_text(total: int, all_of: str) -> str:
    """What is said where a group is cut."""
    if total <= ROWS_SHOWN:
        return ""
    where = f" All of them: {all_of}" if all_of else ""
    return f"The first {number(ROWS_SHOWN)} of {number(total)} are shown here.{where}"


def entry_of(change: AnyChange, instance_url: str, *, action: str = "") -> Entry:
    """A change as the page shows it."""
    deletes = change.action == "delete"
    return Entry(
        record=change.record,
        name=change.name,
        sobject=object_name(change.sobject),
        action=action or ACTION_NAMES[change.action],
        reason=change.reason,
        rule=change.rule.value,
        link=org_link(instance_url, change.salesforce_id),
        candidates=tuple(link for one in change.candidates if (link := org_link(instance_url, one))),
        needs=change.needs,
        needs_lead="Into" if change.action == "merge" else "Goes after",
        values=tuple(
            ValueLine(one.field, value_text(one.before), value_text(one.before if deletes else one.after))
            for one in change.fields
        ),
        two_sided=change.action not in ("create", "delete"),
    )


_REMARKS = {
    "block": "Each needs something mended or decided before it can go.",
    "link": "They are in Salesforce already, as they are in Apollo; only the tie is kept.",
    "skip": "A setting says that they do not go.",
}


def _facts(head: PlanHead) -> Iterator[tuple[str, str]]:
    yield "Org", org_text(head.org_id, head.instance_url)
    yield "Mode", _MODES.get(head.mode, head.mode)
    if head.scope != Scope():
        yield "Only", _scope(head.scope)
    yield "Plan", head.plan_id


def _scope(scope: Scope) -> str:
    said = [object_name(scope.sobject)] if scope.sobject else []
    if scope.keys is not None:
        said.append(counted(len(scope.keys), "chosen record"))
    return ", ".join(said)


def _figures(head: PlanHead, held_up: int) -> Sequence[tuple[str, str, Tone]]:
    totals: Counter[str] = Counter()
    for counts in head.summary.values():
        totals.update(counts)
    waiting = pending(head.summary)
    figures: list[tuple[str, str, Tone]] = [
        (number(waiting), "change pending" if waiting == 1 else "changes pending", "good")
    ]
    if totals["block"] > held_up:
        figures.append((number(totals["block"] - held_up), "blocked", "bad"))
    if held_up:
        figures.append((number(held_up), "waiting for another record", "quiet"))
    if totals["skip"]:
        figures.append((number(totals["skip"]), "skipped by the settings", "quiet"))
    figures.append((number(totals["unchanged"]), "unchanged", "quiet"))
    left = f" of {number(head.remaining_calls)} left today" if head.remaining_calls is not None else ""
    figures.append((number(head.estimated_calls), f"API calls{left}", "quiet"))
    return figures


def _cells(listing: Listing, sobject: str, actions: Sequence[str]) -> Sequence[Cell]:
    return tuple(Cell(listing.count(action, sobject), f"{action}-{sobject}") for action in actions)
