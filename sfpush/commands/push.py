"""`sfpush push`: named records now, whatever stages and filters say; or exactly a saved plan."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sfpush.commands.planned import plan_result
from sfpush.commands.run_result import run_result
from sfpush.commands.session import Session, now
from sfpush.display.result import Result
from sfpush.errors import OutOfBounds, UsageError

if TYPE_CHECKING:
    from sfpush.runs.undo import LeftAlone
    from sfpush.store.plans import PlanHead, Scope

_ANSWER_WITHIN = timedelta(minutes=15)


def push(
    context: typer.Context,
    *,
    keys: Annotated[list[str] | None, typer.Argument(metavar="KEY", help="Keys, Apollo ids or e-mails.")] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="A file of keys, one a line; - is standard input.")
    ] = None,
    where: Annotated[
        str | None, typer.Option(metavar="EXPR", help="The contacts and accounts that pass this filter.")
    ] = None,
    stage: Annotated[str, typer.Option(metavar="S", help="The contacts and accounts in this stage.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every record of the store.")] = False,
    campaign: Annotated[
        str | None, typer.Option(metavar="C", help="Add the pushed people to this campaign: its name or Id.")
    ] = None,
    plan_file: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="Exactly this saved plan, or nothing if it is stale.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    over_budget: Annotated[
        bool, typer.Option("--over-budget", help="Even if it takes most of today's API calls.")
    ] = False,
    over_limit: Annotated[
        bool, typer.Option("--over-limit", help="Even if it changes more than the limits allow.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> Result:
    """Push records by hand, or a saved plan.

    Named records go whatever the push and stage settings say; matching, validity and limits still hold. A saved
    plan goes exactly as it is, or not at all if it is stale.

    \b
    Examples:
      sfpush push ann@acme.example --dry-run
      sfpush push --stage Interested --campaign "Spring webinar" --yes
      sfpush push --where "country = 'Germany' and employees >= 50" --dry-run
      sfpush plan --out monday.json && sfpush push --plan monday.json
    """
    session = Session.of(context)
    chosen = [bool(keys), from_file is not None, where is not None, bool(stage), everything, plan_file is not None]
    if sum(chosen) != 1:
        raise UsageError(
            "It is not said which records to push."
            if not any(chosen)
            else "Records are selected in more than one way.",
            hint="Give keys, or one of --from, --where, --stage, --all and --plan.",
        )
    if plan_file is not None and campaign is not None:
        raise UsageError(
            "A saved plan is pushed exactly as it is: nobody can be added to a campaign with it.",
            hint="Push the same records by their keys, with --campaign.",
        )
    if plan_file is not None:
        return _push_saved(session, plan_file, dry_run=dry_run, over_budget=over_budget, over_limit=over_limit, yes=yes)
    names = keys or (_lines(from_file) if from_file else [])
    return push_selected(
        session,
        "push",
        _scope(session, names, where=where, stage=stage, everything=everything),
        campaign=campaign,
        dry_run=dry_run,
        over_budget=over_budget,
        over_limit=over_limit,
        yes=yes,
    )


def push_selected(
    session: Session,
    command: str,
    scope: Scope,
    *,
    campaign: str | None = None,
    dry_run: bool = False,
    over_budget: bool = False,
    over_limit: bool = False,
    yes: bool = False,
) -> Result:
    """Plan these records as a manual push (P1), with the campaign that its people join (P2); ask, carry it out."""
    from sfpush.runs.campaigns import campaign_named
    from sfpush.runs.fresh import fresh_plan
    from sfpush.runs.gate import MANUAL_PUSH, refuse_closed

    if not dry_run:
        session.require_an_answer(yes=yes)
    if yes and not dry_run:
        session.begin_run()
    settings = session.settings.settings
    with session.only_run(command):
        refuse_closed(settings, session.state, MANUAL_PUSH, now=now())
        head = fresh_plan(
            session.store,
            session.org,
            session.state,
            settings,
            scope=scope,
            mode="manual",
            campaign=None if campaign is None else campaign_named(session.org, campaign),
            now=now,
            progress=session.progress,
        )
        if dry_run:
            return plan_result(session, head, command=command)
        return carry_out_plan(session, command, head, over_budget=over_budget, over_limit=over_limit, yes=yes)


def _push_saved(
    session: Session, file: Path, *, dry_run: bool, over_budget: bool, over_limit: bool, yes: bool
) -> Result:
    from sfpush.commands.plan_file import open_plan_file, refuse_edited
    from sfpush.runs.gate import MANUAL_PUSH, refuse_closed
    from sfpush.runs.stale import refuse_stale
    from sfpush.store.plans import plan_head

    if yes and not dry_run:
        session.begin_run()
    saved = open_plan_file(file)
    if not dry_run:
        session.require_an_answer(yes=yes)
    settings = session.settings.settings
    with session.only_run("push"):
        head = plan_head(session.store, saved.head.plan_id)
        refuse_edited(saved, head, session.store)
        refuse_closed(settings, session.state, MANUAL_PUSH, now=now())
        session.refresh()
        refuse_stale(session.store, session.state, head, settings, now=now(), progress=session.progress)
        if dry_run:
            return plan_result(session, head, command="push")
        return carry_out_plan(session, "push", head, over_budget=over_budget, over_limit=over_limit, yes=yes)


def carry_out_plan(
    session: Session,
    command: str,
    head: PlanHead,
    *,
    asking: str = "Push",
    left: Sequence[LeftAlone] = (),
    over_budget: bool = False,
    over_limit: bool = False,
    yes: bool,
) -> Result:
    """Show a stored plan, ask, and carry it out; `left` is what an undo does not touch. The caller holds the lock."""
    from sfpush.display.console import counted
    from sfpush.display.plan_view import pending
    from sfpush.runs.carry_out import carry_out
    from sfpush.runs.stop import stop_on_signal

    waiting = pending(head.summary)
    if waiting and not yes:
        plan_result(session, head).view(session.err)
        asked_at = now()
        session.confirm(f"{asking} {counted(waiting, 'change')} to org {head.org_id}?", yes=yes)
        _refuse_late_answer(now() - asked_at)
    session.begin_run()
    with stop_on_signal(session.said_stopping) as stop:
        report = carry_out(
            session.store,
            session.org,
            session.state,
            head.plan_id,
            session.settings.settings,
            command=command,
            now=now,
            progress=session.progress,
            stop=stop,
            over_budget=over_budget,
            over_limit=over_limit,
            calls_before=0,
        )
    return run_result(session, command, report, left=left)


def _refuse_late_answer(after: timedelta) -> None:
    """What is shown was decided on by what the org held then: somebody may have made or changed the same records while
    the question stood."""
    if after > _ANSWER_WITHIN:
        minutes = after.total_seconds() / 60
        raise OutOfBounds(
            f"The answer came {minutes:,.0f} minutes after the question; the org may have changed meanwhile.",
            hint="Nothing was written. Run the same command again, and look at what it shows.",
            code="plan-stale",
        )


def _scope(session: Session, names: Sequence[str], *, where: str | None, stage: str, everything: bool) -> Scope:
    from sfpush.model import RecordType
    from sfpush.runs.filters import keys_where
    from sfpush.store.plans import Scope
    from sfpush.store.record_list import list_records
    from sfpush.store.records import find

    if everything:
        return Scope()
    if where is not None:
        return Scope(keys_where(session.store, where))
    if stage:
        listed = list_records(session.store, None, types=(RecordType.CONTACT, RecordType.ACCOUNT), stage=stage)
        keys = frozenset(record.key for record in listed)
        if not keys:
            raise UsageError(f"No record is in stage {stage!r}.", hint="See the stages: sfpush records")
        return Scope(keys)
    return Scope(frozenset(find(session.store, name) for name in names))


def _lines(file: Path) -> list[str]:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{file} can't be read: {reason}.", hint="Give a text file with one key a line.") from None
    names = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not names:
        raise UsageError(f"{file} names no records.", hint="Give a text file with one key a line.")
    return names
