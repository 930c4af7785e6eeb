"""`sfpush watch`: a sync whenever an export appears in a folder (G7)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sfpush.commands.session import Session, now, now_text
from sfpush.commands.sync import sync_until
from sfpush.display.result import DONE, ErrorLine, Result, error_lines, status_of
from sfpush.errors import AlreadyRunning, NotReady, SfpushError

if TYPE_CHECKING:
    from sfpush.display.json_output import GrowingDocument
    from sfpush.runs.watch import Fresh


def watch(
    context: typer.Context,
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that exports are put into.")],
) -> None:
    """Sync whenever an export appears in a folder.

    New and changed ones alike, as soon as the file is whole, until Ctrl-C. Each time it does what `sfpush sync
    --inbox DIR` does. When Salesforce is out of reach, or another run is at work,
    it tries again a minute later. It ends with the exit code of the last sync.

    \b
    Examples:
      sfpush watch ~/Downloads/apollo
      sfpush --json --quiet watch /data/apollo >> /var/log/sfpush.json
    """
    from sfpush.runs.inbox import fresh_exports
    from sfpush.runs.stop import stop_on_signal
    from sfpush.runs.watch import exports_to_sync

    session = Session.of(context)
    session.begin_run()
    _ = session.settings, session.connected_org  # what is wrong now is better said now
    watching = _Watching(session, folder)

    def fresh() -> Fresh:
        return dict(fresh_exports(session.store, folder))

    fresh()
    watching.begin()
    try:
        with stop_on_signal(watching.said_stopping) as stop:
            for _due in exports_to_sync(folder, fresh, lambda: watching.to_repeat, stop):
                watching.sync(stop)
    except SfpushError as error:  # the folder itself is gone
        watching.exit_code = error.exit_code
        watching.end(error_lines(error))
        raise
    watching.end()
    raise typer.Exit(watching.exit_code)


class _Watching:
    """What has been synced so far, told as it happens. `to_repeat`: the last sync could not begin."""

    def __init__(self, session: Session, folder: Path) -> None:
        self._session, self._folder = session, folder
        self._document: GrowingDocument | None = None
        self.exit_code = DONE
        self.to_repeat = False
        self._syncing = False

    def begin(self) -> None:
        if self._session.as_json:
            from sfpush.display.json_output import GrowingDocument

            self._session.document_begun = True
            self._document = GrowingDocument(sys.stdout, "watch", "syncs")
        self._session.say(f"Watching {self._folder}; Ctrl-C ends it.")

    def sync(self, stop: Callable[[], bool]) -> None:
        from sfpush.commands.notify import failed, tell_others

        started, began = now_text(), now()
        self._syncing = True
        with self._session.anew() as session:
            try:
                result = sync_until(session, stop, self._folder)
            except SfpushError as error:
                result = failed("sync", error.exit_code, error_lines(error))
                told_before = self.to_repeat and error.exit_code == self.exit_code
                self._tell_failure(started, result, told_before=told_before)
                self.to_repeat = isinstance(error, NotReady | AlreadyRunning)
            else:
                told_before = self.to_repeat = False
                self._tell(started, result)
            tell_others(session, result, began, told_before=told_before)
        self._syncing = False

    def said_stopping(self) -> None:
        if self._syncing:
            self._session.said_stopping()
        else:
            self._session.say("Stopped watching.")

    def end(self, errors: tuple[ErrorLine, ...] = ()) -> None:
        if self._document is not None:
            self._document.end(self.exit_code, errors)

    def _tell(self, started: str, result: Result) -> None:
        self.exit_code = result.exit_code
        if self._document is None:
            from sfpush.display.console import moment

            self._session.say(f"{moment(started)}:")
            result.view(self._session.out)
        else:
            self._document.add(_element(started, result.exit_code, dict(result.data), result.errors))

    def _tell_failure(self, started: str, result: Result, *, told_before: bool) -> None:
        self.exit_code = result.exit_code
        if self._document is not None:
            self._document.add(_element(started, result.exit_code, {}, result.errors))
        elif not told_before:
            from sfpush.display.failure_view import show_failure

            show_failure(self._session.err, result.errors)


def _element(started: str, exit_code: int, data: dict[str, object], errors: tuple[ErrorLine, ...]) -> dict[str, object]:
    return {"started_at": started, "status": status_of(exit_code), "data": data, "errors": errors}
