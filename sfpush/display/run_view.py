"""What a run did: counts by result, what was rejected, and what a pull brought."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from sfpush.display.console import counted, moment, number, safe
from sfpush.display.import_view import show_import
from sfpush.display.plan_view import values_text
from sfpush.display.result import ErrorLine
from sfpush.display.table import plain_table, shown_of
from sfpush.model import Verb
from sfpush.store.journal import LocalChange, SentRow
from sfpush.store.runs import Run

RESULT_STYLES = {
    "created": "green",
    "updated": "yellow",
    "linked": "cyan",
    "deleted": "red",
    "merged": "magenta",
    "pulled": "cyan",
    "members": "green",
    "rejected": "bold red",
    "waiting": "yellow",
    "blocked": "red",
    "skipped": "dim",
    "unchanged": "dim",
}
_STATUS_STYLES = {"done": "green", "rejected": "yellow", "stopped": "red", "failed": "red", "running": "cyan"}
_OUTCOMES = {
    None: "no answer yet",
    "written": "done",
    "repeatable": "no answer; it goes again where it did not arrive",
    "absent": "no answer, and it did not arrive",
    "linked": "no answer; linked since",
}
"""The journal's words, as people say it; the others are plain."""
_MOST_ROWS = 40
_WIDE = 120
_MOST_REJECTS = 10


def show_pulled(facts: Mapping[str, Any], console: Console) -> None:
    """Rows read by object, what was deleted or merged meanwhile, and how many deals came."""
    table = plain_table("object", "rows read", numbers={"rows read"})
    for sobject, count in facts["read"].items():
        table.add_row(safe(sobject), number(count))
    console.print(table)
    gone = [f"{number(facts[word])} {word}" for word in ("deleted", "merged") if facts[word]]
    said = f" Of these rows, {' and '.join(gone)} in Salesforce." if gone else ""
    if facts["pulled"]:
        said += f" {counted(facts['pulled'], 'deal')} pulled."
    console.print(
        Text.assemble(("✓ ", "green"), f"The snapshot is up to date ({counted(facts['api_calls'], 'API call')}).{said}")
    )


def show_report(
    facts: Mapping[str, Any],
    errors: Sequence[ErrorLine],
    not_sent: int,
    notes: Sequence[str],
    name_of: Callable[[str], str],
    console: Console,
) -> None:
    """What an import brought, what recovery found (`notes`), what a run did, each rejection, what an undo left alone,
    and what stopped it."""
    if "import" in facts:
        show_import(facts["import"], (), console)
        console.print()
    for note in notes:
        console.print(Text.assemble(("Note: ", "bold"), safe(note)))
    shown = shown_of(len(facts["rejects"]), _MOST_REJECTS)
    for reject in facts["rejects"][:shown]:
        console.print(
            Text.assemble(
                ("! ", "bold red"),
                (safe(name_of(reject["record"])) or safe(reject["record"]), "bold"),
                f"  {safe(reject['sobject'])}  ",
                (safe(reject["code"]), "red"),
            )
        )
        console.print(Padding(Text(safe(reject["message"])), (0, 0, 0, 4), expand=False))
    rest = len(facts["rejects"]) - shown
    if rest:
        console.print(Text(f"and {number(rest)} more: sfpush errors lists them.", "dim"))
    shown = shown_of(len(facts["left"]), _MOST_REJECTS)
    for one in facts["left"][:shown]:
        name = safe(name_of(one["record"])) or safe(one["record"])
        console.print(Text.assemble(("! ", "bold red"), (name, "bold"), f"  left as it is. {safe(one['reason'])}"))
    if len(facts["left"]) > shown:
        console.print(Text(f"and {number(len(facts['left']) - shown)} more are left as they are.", "dim"))
    for error in errors:
        if error.code != "rejected":
            console.print(Text.assemble((safe(error.message), "red"), f" {safe(error.hint)}"))
    if not_sent:
        console.print(f"{counted(not_sent, 'change')} not sent.")
    open_ends = errors or facts["results"].get("waiting") or facts["results"].get("blocked")
    done = Text("") if open_ends else Text("✓ ", "green")
    console.print(
        done.append_text(counts_text(facts["results"])).append(
            f" ({counted(facts['api_calls'], 'API call')}, run {facts['run']}).", "dim"
        )
    )


def show_history(runs: Sequence[Run], console: Console) -> None:
    """One line a run."""
    if not runs:
        console.print("No run has written to this org yet.")
        return
    wide = console.width >= _WIDE
    columns = ("run", *(["started"] if wide else []), "command", "status", *(["API calls"] if wide else []), "results")
    table = plain_table(*columns, numbers={"API calls"}, whole={"run", "command"})
    for run in runs:
        table.add_row(
            run.run_id,
            *([moment(run.started_at)] if wide else []),
            run.command,
            Text(run.status, _STATUS_STYLES[run.status]),
            *([number(run.api_calls)] if wide else []),
            counts_text(run.results),
        )
    console.print(table)


def show_run(
    run: Run,
    rows: Callable[[], Iterator[tuple[str, Verb, SentRow, str | None]]],
    here: Callable[[], Iterator[LocalChange]],
    console: Console,
) -> None:
    """One run, its counts, what it sent, and what it did to records here."""
    console.print(Text.assemble(("Run ", "bold"), (run.run_id, "bold"), f", {run.command}, {moment(run.started_at)}: "))
    console.print(Text.assemble((run.status, _STATUS_STYLES[run.status]), "  ", counts_text(run.results)))
    console.print()
    sent = rows()
    for sobject, verb, row, outcome in itertools.islice(sent, _MOST_ROWS):
        result = Text(_OUTCOMES.get(outcome, str(outcome)), RESULT_STYLES.get(outcome or "", ""))
        console.print(Text.assemble((safe(row.key), "bold"), f"  {verb.value} {sobject}: ").append_text(result))
        if row.sent:
            console.print(Padding(values_text(row.sent.items()), (0, 0, 0, 4), expand=False))
    rest = sum(1 for _ in sent)
    local = here()
    for change in itertools.islice(local, _MOST_ROWS):
        console.print(_local(change))
    rest += sum(1 for _ in local)
    if rest:
        console.print(Text(f"and {number(rest)} more: --json lists them all.", "dim"))


def _local(change: LocalChange) -> Text:
    if change.action == "delete":
        said = f"deleted here, as {change.sobject} {change.id} was in Salesforce"
    elif change.merged_into:
        said = f"merged into {safe(change.merged_into)}, as in Salesforce"
    else:
        said = f"linked to {change.sobject} {change.id}, which its org record was merged into"
    return Text.assemble((safe(change.record), "bold"), f"  {said}")


def counts_text(results: Mapping[str, int]) -> Text:
    """`12 created, 2 rejected`, in the colours of the results; what is zero is left out."""
    said = Text()
    for word, style in RESULT_STYLES.items():
        if results.get(word):
            what = word.removesuffix("s") if results[word] == 1 else word
            said.append(", " if said else "").append(f"{number(results[word])} {what}", style)
    return said or Text("nothing to do", "dim")
