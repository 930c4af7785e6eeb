"""`sfpush report`: a plan or a run as one HTML file, for people who don't use a terminal (B8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sfpush.commands.named_file import named_file
from sfpush.commands.session import Session, now_text
from sfpush.display.result import Result
from sfpush.errors import SettingsError, UsageError
from sfpush.model import typed

if TYPE_CHECKING:
    from sfpush.display.html_report.page import Page
    from sfpush.model import AnyChange
    from sfpush.store.plans import PlanHead

_PRIVATE = 0o600


def report(
    context: typer.Context,
    *,
    out: Annotated[
        Path, typer.Option(metavar="FILE", callback=named_file, help="The HTML file; an older one is replaced.")
    ],
    plan: Annotated[Path | None, typer.Option(metavar="FILE", help="Of a plan that `plan --out` saved.")] = None,
    run: Annotated[str, typer.Option(metavar="RUN", help="Of a run: its id or the beginning of it, or `latest`.")] = "",
) -> Result:
    """Write a plan or a run as one HTML file.

    For people who don't use a terminal: it opens from disk or from a mail, needs no network, can be searched and
    printed, and links to the records in Salesforce. Without --plan and --run it is of a plan made now, as `sfpush plan`
    makes it. Only you may read the file: it holds personal data.

    \b
    Examples:
      sfpush report --out today.html
      sfpush report --plan monday.json --out monday.html
      sfpush report --run latest --out run.html
    """
    session = Session.of(context)
    if plan is not None and run:
        raise UsageError("A report is of a plan or of a run.", hint="Give one of --plan and --run.")
    if plan is not None:
        page = _of_saved_plan(session, plan)
    elif run:
        page = _of_run(session, run)
    else:
        page = _of_plan_now(session)
    return _written(page, out)


def _of_plan_now(session: Session) -> Page:
    from sfpush.commands.planned import plan_now
    from sfpush.commands.sobjects import SObject
    from sfpush.display.html_report.plan_page import Listing, plan_page
    from sfpush.display.plan_view import pending
    from sfpush.store.plans import Scope, changes, tally

    head = plan_now(session, Scope())
    head = replace(head, instance_url=session.connected_org.instance_url)  # an embedded practice org's does not last

    def first(action: str, sobject: str) -> Iterator[AnyChange]:
        return changes(session.store, head.plan, actions=(action,), sobject=sobject)

    def all_of(sobject: str) -> str:
        return f"sfpush plan --object {sobject} --csv FILE" if sobject in list(SObject) else "sfpush plan --csv FILE"

    listed = {kind: count for kind, count in tally(session.store, head.plan).items() if kind[0] != "unchanged"}
    carry_out = pending(head.summary) and not head.gates
    return plan_page(
        head,
        Listing(listed, first),
        written_at=now_text(),
        settings=_settings(session, head.settings_fingerprint),
        closing="To carry it out: sfpush sync" if carry_out else "",
        all_of=all_of,
    )


def _of_saved_plan(session: Session, file: Path) -> Page:
    from sfpush.commands.plan_file import open_plan_file
    from sfpush.display.html_report.plan_page import listing_of, plan_page
    from sfpush.display.plan_view import pending
    from sfpush.store.database import FILE_NAME

    saved = open_plan_file(file)
    known = _known_head(session, saved.head.plan_id) if (session.home / FILE_NAME).exists() else None
    name = typed(str(file))
    head = replace(saved.head, scope=known.scope) if known else saved.head
    org = session.known_org if known else None
    return plan_page(
        replace(head, instance_url=org.instance_url) if org and org.org_id == head.org_id else head,
        listing_of(saved.changes()),
        written_at=now_text(),
        settings=_settings(session, known.settings_fingerprint if known else ""),
        closing=f"To carry it out: sfpush push --plan {name}" if known and pending(saved.head.summary) else "",
        all_of=lambda _: f"sfpush --json plan show {name}",
    )


def _of_run(session: Session, run_id: str) -> Page:
    from sfpush.display.html_report.run_page import run_page
    from sfpush.store.runs import run_named

    org = session.connected_org
    run = run_named(session.store, org.org, run_id)
    head = _known_head(session, run.plan_id) if run.plan_id else None
    return run_page(
        session.store,
        run,
        head,
        org_id=org.org_id,
        instance_url=org.instance_url,
        written_at=now_text(),
        settings=_settings(session, head.settings_fingerprint if head else ""),
        closing="What is rejected, and what to mend: sfpush errors" if run.results.get("rejected") else "",
    )


def _known_head(session: Session, plan_id: str) -> PlanHead | None:
    """The plan as this home keeps it; None where it does not."""
    from sfpush.store.plans import plan_head

    try:
        return plan_head(session.store, plan_id)
    except UsageError:
        return None


def _settings(session: Session, decided_under: str) -> Mapping[str, Any] | None:
    """The settings that are no defaults; None unless those that decide are still what the plan was made under.

    What others are told of is left out: a command may hold a password.
    """
    from sfpush.settings.effective import fingerprint, not_default

    try:
        settings = session.settings.settings
    except SettingsError:
        return None
    if fingerprint(settings) != decided_under:
        return None
    return {key: value for key, value in not_default(settings).items() if not key.startswith("notify.")}


def _written(page: Page, out: Path) -> Result:
    from sfpush.commands.disk import written
    from sfpush.display.html_report.page import write_page
    from sfpush.display.report_view import show_report_written
    from sfpush.settings.whole_file import whole_file

    with written(out), whole_file(out, mode=_PRIVATE) as file:
        write_page(page, file)
    facts = {"file": str(out), "of": page.kind, "id": page.id, "records": page.total, "shown": page.shown}
    return Result(
        "report",
        facts,
        view=partial(show_report_written, facts, page.title),
        next_step="Open it in a browser. It holds personal data: pass it on with care.",
    )
