"""`sfpush practice fault`: what goes wrong on the practice org's next requests."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sfpush.commands.practice import DataFile, opened
from sfpush.commands.session import Session
from sfpush.display.result import Result
from sfpush.errors import UsageError

if TYPE_CHECKING:
    from sfpush.practice.faults import FaultKind


def fault(
    context: typer.Context,
    *,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="What happens; without it, the armed ones.")] = "",
    method: Annotated[
        str, typer.Option(metavar="M", help="Only requests with this method; JOB: chunks of Bulk jobs.")
    ] = "*",
    path: Annotated[
        str, typer.Option(metavar="PATTERN", help="Only requests whose path, below /services/data/vN, fits.")
    ] = "*",
    nth: Annotated[int, typer.Option(min=1, metavar="N", help="Strike from the Nth such request on.")] = 1,
    times: Annotated[int, typer.Option(min=1, metavar="N", help="Strike so many requests.")] = 1,
    seconds: Annotated[float, typer.Option(min=0, metavar="S", help="How much later a slow answer comes.")] = 1.0,
    retry_after: Annotated[
        int | None, typer.Option(min=0, metavar="S", help="The Retry-After that an unavailable org sends.")
    ] = None,
    every: Annotated[int, typer.Option(min=1, metavar="N", help="Lock every Nth row of a request.")] = 1,
    clear: Annotated[bool, typer.Option("--clear", help="Forget every armed fault.")] = False,
    data: DataFile = None,
) -> Result:
    """Let requests to the practice org fail.

    To see what sfpush makes of it. A fault is armed, strikes the next requests that fit, and is spent. Without a
    kind, those still armed are listed.

    \b
    Kinds, before the org does anything:
      close-before-commit   the connection closes
      silent-before-commit  no answer ever comes
      unavailable           503, come back later
      session-expired       every access token stops working
      daily-limit           the API calls of the day are used up
      concurrent-limit      too many long calls at once
      row-locked            rows are locked by somebody else
    Kinds, after the org has done everything:
      close-after-commit    the connection closes instead of an answer
      silent-after-commit   no answer ever comes
      truncated             the answer's JSON ends in the middle
      cut-off               the connection breaks within the answer
      slow                  the answer comes late
    Kinds of Bulk jobs (with --method JOB):
      job-fails             a job ends as failed, with a part of its rows saved

    \b
    Examples:
      sfpush practice fault close-after-commit --method POST --path '/composite/sobjects*'
      sfpush practice fault unavailable --times 3 --retry-after 2
      sfpush practice fault --clear
    """
    from sfpush.display.practice_view import show_faults

    with opened(Session.of(context), data) as org:
        from sfpush.practice import faults

        if clear:
            faults.disarm(org)
        if kind:
            strikes = faults.Fault(_kind(kind), method.upper(), path, nth, times, seconds, retry_after, every)
            faults.arm(org, strikes)
        armed = faults.armed(org)
    facts = {"armed": [asdict(one) for one in armed]}
    return Result("practice fault", facts, view=partial(show_faults, facts["armed"]))


def _kind(text: str) -> FaultKind:
    from sfpush.practice.faults import FaultKind

    try:
        return FaultKind(text.lower())
    except ValueError:
        raise UsageError(
            f"There is no fault {text!r}.", hint=f"Kinds: {', '.join(kind.value for kind in FaultKind)}."
        ) from None
