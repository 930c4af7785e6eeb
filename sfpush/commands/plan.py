"""`sfpush plan`: what would be pushed, and why; `plan show` for a saved one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sfpush.commands.grouping import add, group
from sfpush.commands.named_file import named_file
from sfpush.commands.planned import LISTED, changes_of, plan_now, plan_result
from sfpush.commands.session import Session
from sfpush.commands.sobjects import SObject
from sfpush.display.result import Result

if TYPE_CHECKING:
    from sfpush.model import AnyChange
    from sfpush.store.plans import PlanHead

app = group("Show what a push would do, and why.", has_default=True)


def plan(
    context: typer.Context,
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", callback=named_file, help="Save the plan, for `push --plan FILE`.")
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(metavar="FILE", callback=named_file, help="Also as a table for spreadsheets, one line a field."),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="KEY", help="Only these records; may be repeated.")] = None,
    sobject: Annotated[
        SObject | None,
        typer.Option("--object", metavar="O", case_sensitive=False, help=f"Only these: {', '.join(SObject)}."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="List unchanged records too.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Use the snapshot as it is; no call to the org.")] = False,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="As if this setting were so; may be repeated."),
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(metavar="TOML", help="What would be different under these other settings.")
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 10 if a change is pending.")] = False,
) -> Result:
    """Show what a push would do, and why.

    Every record with its rule and its reason, every field before and after, as `sfpush sync` would push it. Reads
    first what changed in the org. Nothing is written to it. `sfpush plan show FILE` shows a saved plan.

    \b
    Examples:
      sfpush plan
      sfpush plan --object Account --csv accounts.csv
      sfpush plan --only ann@acme.example
      sfpush plan --set contacts.create_as=lead
      sfpush plan --compare stricter.toml
      sfpush plan --out monday.json && sfpush push --plan monday.json
    """
    from sfpush.commands.compare import compared, what_if
    from sfpush.settings.load import overlay
    from sfpush.store.plans import Scope
    from sfpush.store.records import find

    session = Session.of(context)
    if assignments:
        session.settings = overlay(session.settings, assignments)
    keys = frozenset(find(session.store, name) for name in only) if only else None
    scope = Scope(keys, sobject.value if sobject else None)
    other = None if compare is None else what_if(session, compare, scope, offline=offline)
    head = plan_now(session, scope, offline=offline, remember=not assignments)
    _save(session, head, out=out, csv=csv, everything=everything)
    result = plan_result(session, head, everything=everything, exit_code=exit_code, saved=out)
    if assignments:
        result = replace(result, next_step="Only tried out: `sfpush settings set KEY VALUE` makes it so.")
    return result if compare is None or other is None else compared(session, result, compare, head, other)


def show(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `plan --out` wrote.")],
) -> Result:
    """Show a saved plan, also one that is stale or was pushed long ago.

    \b
    Example:
      sfpush plan show monday.json
    """
    from sfpush.commands.plan_file import open_plan_file
    from sfpush.display.plan_view import WAITING, kind_of, show_plan
    from sfpush.display.shapes import plan_shape

    saved = open_plan_file(file)

    def of(kind: str) -> Iterator[AnyChange]:
        return (change for change in saved.changes("block" if kind == WAITING else kind) if kind_of(change) == kind)

    def waiting() -> Mapping[str, int]:
        return Counter(change.record.partition(":")[0] for change in of(WAITING))

    return Result(
        "plan show",
        plan_shape(saved.head, saved.changes()),
        view=partial(show_plan, saved.head, of, waiting, with_unchanged=True),
    )


def _save(session: Session, head: PlanHead, *, out: Path | None, csv: Path | None, everything: bool) -> None:
    from sfpush.commands.disk import written
    from sfpush.display.csv_output import PLAN_COLUMNS, plan_rows, write_csv
    from sfpush.display.json_output import write_object
    from sfpush.display.shapes import plan_shape
    from sfpush.settings.private import open_private
    from sfpush.store.plans import mark_saved

    actions = None if everything else LISTED
    if out is not None:
        with written(out), open_private(out) as file:
            write_object(file, plan_shape(head, changes_of(session, head, actions)))
        mark_saved(session.store, head.plan)
    if csv is not None:
        with written(csv), open_private(csv, encoding="utf-8-sig", newline="") as file:
            write_csv(file, PLAN_COLUMNS, plan_rows(changes_of(session, head, actions)))


add(app, plan, "plan", hidden=True)
add(app, show, "show")
