"""`sfpush demo`: the whole story on an embedded practice org, with the commands that anyone would type."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Any

import typer

from sfpush.commands.connect import connect_practice
from sfpush.commands.errors import listed
from sfpush.commands.import_files import import_now
from sfpush.commands.planned import plan_now, plan_result
from sfpush.commands.session import Session
from sfpush.commands.sync import sync_now
from sfpush.display.result import Result
from sfpush.errors import UsageError

EXPORT, MENDED, RULES = "contacts.csv", "contacts-mended.csv", "practice-org.toml"
_CONNECTION_VARIABLES = ("SFPUSH_INSTANCE_URL", "SFPUSH_ACCESS_TOKEN", "SFPUSH_CONFIG", "SFPUSH_HOME")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the story: why, what one would type, and doing it."""

    title: str
    typed: str
    do: Callable[[], Result]


def demo(
    context: typer.Context,
    *,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Leave everything in this folder, to play with.")
    ] = None,
) -> Result:
    """See the whole story in less than a minute.

    Nothing is needed, and nothing leaves this machine. A sample export is imported and planned, pushed over HTTP
    into a practice org, which rejects two records; these are mended, and then there is nothing left to do.

    \b
    Examples:
      sfpush demo
      sfpush demo --keep /tmp/sfpush-demo
    """
    from sfpush.display.demo_view import show_closing, show_step

    session = Session.of(context)
    done: list[dict[str, Any]] = []
    with _folder(keep) as folder, contextlib.chdir(folder), _session(session, folder) as inner:
        _furnish(inner, folder)
        for number, step in enumerate(_story(inner), 1):
            if not session.as_json:
                show_step(number, step.title, step.typed, session.out)
            result = step.do()
            if session.as_json:
                done.append({"command": step.typed, "exit_code": result.exit_code, "data": _whole(result.data)})
            else:
                result.view(session.out)
    facts = {"folder": str(keep) if keep else None, "steps": done}
    return Result("demo", facts, view=partial(show_closing, str(keep) if keep else None))


def _story(inner: Session) -> Iterator[Step]:
    yield Step("Connect to a practice org", "sfpush connect --practice", partial(connect_practice, inner))
    yield Step("Load an Apollo export", f"sfpush import {EXPORT}", partial(import_now, inner, [Path(EXPORT)]))
    yield Step("See what would be pushed, and why", "sfpush plan", partial(_plan, inner))
    yield Step("Push it", "sfpush sync", partial(sync_now, inner))
    yield Step("The org rejected two records: see what to mend", "sfpush errors", partial(listed, inner))
    yield Step("Plan again: only those two are left", "sfpush plan", partial(_plan, inner))
    yield Step(
        "Mend an e-mail and a phone number in Apollo, and load the new export",
        f"sfpush import {MENDED}",
        partial(import_now, inner, [Path(MENDED)]),
    )
    yield Step("Push again", "sfpush sync", partial(sync_now, inner))
    yield Step("Nothing is left to do", "sfpush plan", partial(_plan, inner))


def _plan(inner: Session) -> Result:
    from sfpush.store.plans import Scope

    return plan_result(inner, plan_now(inner, Scope()))


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """The folder that was named, else one that is gone afterwards."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="sfpush-demo-") as folder:
            yield Path(folder)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
        if any(keep.iterdir()):
            raise UsageError(f"The folder {keep} is not empty.", hint="Name a new one with --keep.")
    except OSError as problem:
        raise UsageError(f"The folder {keep} can't be used: {problem.strerror}.", hint="Name another.") from None
    yield keep.resolve()


@contextlib.contextmanager
def _session(outer: Session, folder: Path) -> Iterator[Session]:
    """A session in the demo's own home; an org that the environment names is left alone."""
    env = {name: value for name, value in outer.env.items() if name not in _CONNECTION_VARIABLES}
    with Session(env, as_json=outer.as_json) as inner:
        inner.quiet = outer.quiet
        inner.home_given, inner.config = folder / "home", folder / "sfpush.toml"
        yield inner


def _furnish(inner: Session, folder: Path) -> None:
    """The sample's files, settings that suit it, and an org that already holds some of its people."""
    from sfpush.commands.practice import opened
    from sfpush.settings.sample import init_text

    for name in (EXPORT, MENDED):
        (folder / name).write_bytes((files("sfpush.commands") / "demo_data" / name).read_bytes())
    (folder / "sfpush.toml").write_text(init_text(practice=True), encoding="utf-8")
    with (
        as_file(files("sfpush.commands") / "demo_data" / RULES) as rules,
        opened(inner, rules=rules) as org,
    ):
        from sfpush.practice.people import seed_sample

        seed_sample(org)


def _whole(data: Any) -> dict[str, Any]:
    """Data whose streams are read to their end: they end with the demo's store."""
    return {name: list(value) if isinstance(value, Iterator) else value for name, value in data.items()}
