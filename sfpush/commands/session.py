"""One command's surroundings: what was typed before it, and what it opened, closed again when it ends."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO, cast

import typer

from sfpush.errors import Interrupted, NotReady, UsageError

if TYPE_CHECKING:
    import sqlite3

    from rich.console import Console
    from typer._click.core import Context

    from sfpush.org.connected import Org
    from sfpush.runs.progress import Progress
    from sfpush.runs.refresh import Refreshed
    from sfpush.settings.load import Loaded
    from sfpush.store.orgs import OrgState


class Session:
    """Opens home, settings, store and org when a command first asks for them.

    `config` and `home_given` are the global options as typed; `as_json` and `quiet` say how to speak. `command` is
    the command that is running, `document_begun` whether its JSON document is already on its way out, `run_began`
    when a run began that others are told of (`[notify]`).
    """

    def __init__(self, env: Mapping[str, str], *, as_json: bool = False) -> None:
        self.env = env
        self.as_json = as_json
        self.quiet = False
        self.config: Path | None = None
        self.home_given: Path | None = None
        self.command = ""
        self.document_begun = False
        self.run_began: datetime | None = None
        self._opened = contextlib.ExitStack()

    @staticmethod
    def of(context: Context) -> Session:
        """The session of the command that is running."""
        return cast(Session, context.find_root().obj)

    def anew(self) -> Session:
        """A session with the same options that has opened nothing yet: settings and connection are read again."""
        session = Session(self.env, as_json=self.as_json)
        session.quiet, session.config, session.home_given = self.quiet, self.config, self.home_given
        session.command = self.command
        return session

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.__exit__(kind, error, trace)

    @cached_property
    def home(self) -> Path:
        """The folder of everything local. Raises NotReady for one that others can put files into."""
        from sfpush.settings.paths import find_home
        from sfpush.settings.private import checked_home

        return checked_home(find_home(self.home_given, self.env))

    @cached_property
    def config_file(self) -> Path | None:
        """The settings file in use; None: the defaults hold."""
        from sfpush.settings.paths import find_config

        return find_config(self.config, self.env, Path())

    def require_named_config(self) -> None:
        """Raise UsageError if a settings file was named and is not there, also where no setting is asked for."""
        _ = self.config_file

    @property
    def config_named(self) -> Path | None:
        """The settings file that was named on the command line or in the environment, whether it exists or not."""
        from sfpush.settings.paths import CONFIG_VARIABLE

        named = self.config or self.env.get(CONFIG_VARIABLE)
        return Path(named).expanduser() if named else None

    @cached_property
    def settings(self) -> Loaded:
        """The settings, checked whole. Raises SettingsError."""
        from sfpush.settings.load import load

        return load(self.config_file)

    @cached_property
    def store(self) -> sqlite3.Connection:
        """The local store, closed when the command ends. Raises SfpushError."""
        from sfpush.store.database import open_store

        return self._opened.enter_context(contextlib.closing(open_store(self.home)))

    @cached_property
    def org(self) -> Org:
        """The org that this home, or the environment, is connected to; an embedded one is served meanwhile (G1).

        Raises NotReady.
        """
        from sfpush.commands.embedded import serving_embedded
        from sfpush.org.opening import open_org

        practice = self._opened.enter_context(serving_embedded(self.home)) if self._is_practice() else None
        return self._opened.enter_context(open_org(self.home, self.settings.settings, self.env, practice=practice))

    @property
    def opened_org(self) -> Org | None:
        """The org, if this session has opened it; what is known of it stays known when it is closed."""
        return self.__dict__.get("org")

    def begin_run(self) -> None:
        """From here on nobody needs to be at the terminal: however the run ends, others are told (`[notify]`)."""
        self.run_began = self.run_began or now()

    @property
    def state(self) -> OrgState:
        """What is remembered of that org now (G0). One that the environment names is remembered when first seen, and
        has no setup window (G4)."""
        from sfpush.org.connection import environment_access
        from sfpush.store.orgs import org_state, remember_org

        identity = self.org.identity
        known = org_state(self.store, identity.org_id)
        if known is None:
            known = remember_org(
                self.store, identity.org_id, identity.instance_url, now=now_text(), window_ends_at=None
            )
        known = replace(known, instance_url=identity.instance_url)
        return replace(known, window_ends_at=None) if environment_access(self.env) else known

    @property
    def known_org(self) -> OrgState | None:
        """What is remembered of the org this home is connected to, without asking it; None if it is to none.

        Only an org that the environment names must be asked who it is.
        """
        from sfpush.org.connection import environment_access, load_connection
        from sfpush.store.orgs import org_state

        if environment_access(self.env):
            return self.state
        connection = load_connection(self.home)
        return org_state(self.store, connection.identity.org_id) if connection else None

    @property
    def connected_org(self) -> OrgState:
        """The same; raises NotReady where this home is connected to none (G1)."""
        known = self.known_org
        if known is None:
            raise NotReady(
                "Not connected to a Salesforce org.",
                hint="Try everything on a practice org with `sfpush connect --practice`, "
                "or see `sfpush connect --help` for your own.",
                code="not-connected",
            )
        return known

    def refresh(self) -> Refreshed:
        """Read what changed in the org (G3). The caller holds the home's lock."""
        from sfpush.runs.refresh import refresh

        return refresh(self.store, self.org, self.state, self.settings.settings, now=now(), progress=self.progress)

    def only_run(self, command: str) -> AbstractContextManager[None]:
        """Hold the home's lock. Raises AlreadyRunning."""
        from sfpush.runs.lock import only_run

        return only_run(self.home, command, now=now())

    def _is_practice(self) -> bool:
        from sfpush.org.connection import environment_access, load_connection

        if environment_access(self.env) is not None:
            return False
        connection = load_connection(self.home)
        return connection is not None and connection.login.way == "practice"

    @cached_property
    def out(self) -> Console:
        """Where results are drawn."""
        from sfpush.display.console import make_console

        return make_console(sys.stdout, self.env)

    @cached_property
    def err(self) -> Console:
        """Where messages and progress are drawn."""
        from sfpush.display.console import make_console

        return make_console(sys.stderr, self.env, stderr=True)

    @cached_property
    def progress(self) -> Progress:
        """Bars for a person who watches; else nothing."""
        from sfpush.runs.progress import Silent

        if not self.speaks or not is_terminal(sys.stderr):
            return Silent()
        from sfpush.display.progress import Bars

        return Bars(self.err)

    @property
    def speaks(self) -> bool:
        """Whether anyone wants messages besides the result."""
        return not (self.quiet or self.as_json)

    def say(self, message: str) -> None:
        """A message for people, on standard error; nothing under --quiet and --json."""
        if self.speaks:
            from sfpush.display.failure_view import show_next_step

            show_next_step(self.err, message)

    def show_log(self) -> None:
        """Show what the rooms log, until the command ends."""
        from sfpush.commands.verbose import log_shown

        self._opened.enter_context(log_shown(self.env))

    def said_stopping(self) -> None:
        """What is said when a first Ctrl-C asks for a clean stop."""
        self.say("Stopping after the batches under way; Ctrl-C again stops at once.")

    def require_an_answer(self, *, yes: bool) -> None:
        """Raise UsageError if a question would have to be asked and there is nobody to ask; before any work."""
        if not yes and (self.as_json or not is_terminal(sys.stdin) or not is_terminal(sys.stderr)):
            raise UsageError(
                f"`sfpush {self.command}` asks before it acts, and there is nobody to ask.",
                hint="Add --yes to answer it beforehand.",
                code="needs-yes",
            )

    def confirm(self, question: str, *, yes: bool) -> None:
        """Go on only with a yes: from `--yes`, else from the person at the terminal.

        Raises UsageError where nobody can be asked, Interrupted when the answer is no.
        """
        from sfpush.display.console import safe

        self.require_an_answer(yes=yes)
        if not yes and not typer.confirm(safe(question), err=True):
            raise Interrupted("Nothing was done.", code="declined")


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sits at this stream; cron may have closed it altogether."""
    return stream is not None and not stream.closed and stream.isatty()


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def now_text() -> str:
    """The time as the store keeps it."""
    from sfpush.store.times import to_text

    return to_text(now())
