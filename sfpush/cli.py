"""The command line: global options, the one renderer, and the one place that catches errors.

A command returns a `Result`; `run` draws it or writes its JSON envelope, and turns whatever went wrong into a
message with a hint and the contract's exit code.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from sfpush import __version__
from sfpush.commands import register
from sfpush.commands.grouping import CONTEXT, Group, command_words
from sfpush.commands.session import Session, now_text
from sfpush.display.result import ErrorLine, Result, error_lines
from sfpush.errors import SfpushError

NAME = "sfpush"
BUG, USAGE, INTERRUPTED = 1, 2, 130
_COMPLETION_VARIABLE = "_SFPUSH_COMPLETE"
_VALUE_CHECKS = {
    ": Value error, ": ": ",
    ": Input should be a valid integer, unable to parse string as an integer": ": it should be a whole number.",
    ": Input should be ": ": it should be ",
}
"""How Typer, which checks values by Pydantic, says what is wrong with one, and how we do."""

app = typer.Typer(
    name=NAME,
    cls=Group,
    help="Push Apollo.io records into Salesforce, by rules you can read before anything is written.",
    epilog="The whole story in under a minute, without an org: sfpush demo",
    rich_markup_mode=None,
    context_settings=CONTEXT,
    pretty_exceptions_enable=False,
)


def _show_version(context: typer.Context, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        _render(
            Session.of(context), Result("version", {"version": __version__}, view=lambda out: out.print(__version__))
        )
        raise typer.Exit


@app.callback()
def global_options(
    context: typer.Context,
    *,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The settings (or SFPUSH_CONFIG). Default: ./sfpush.toml, else your own."),
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Everything local: store, connection, logs (or SFPUSH_HOME)."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Exactly one JSON document on standard output, for scripts.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the result: no progress, no advice.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more about what is being done.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    session = Session.of(context)
    session.config, session.home_given = config, home
    session.as_json = session.as_json or as_json
    session.quiet = quiet
    if verbose:
        session.show_log()


register(app)


def main() -> None:
    """The `sfpush` command."""
    if _COMPLETION_VARIABLE in os.environ:
        app(prog_name=NAME)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does: files closed, exit 130
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line; returns its exit code and never raises, but for what the interpreter must see."""
    as_json, arguments = _take_json(arguments)
    _make_streams_safe(as_json=as_json)
    session = Session(os.environ, as_json=as_json)
    try:
        with session:
            return _render(session, _invoke(arguments, session))
    except BrokenPipeError:
        return _reader_left()
    except SfpushError as error:
        return _fail(session, error.exit_code, error_lines(error), summary=_summary(error))
    except typer.Exit as finished:
        return finished.exit_code
    except typer.TyperException as error:
        return _fail(session, USAGE, (_usage_line(session, error, arguments),))
    except (KeyboardInterrupt, typer.Abort, EOFError):
        message = "Interrupted. Everything done so far is kept; the next run goes on."
        return _fail(session, INTERRUPTED, (ErrorLine("interrupted", message),))
    except Exception as error:  # noqa: BLE001  the one place that catches all: a bug must not show a traceback
        from sfpush.commands.disk import disk_trouble

        trouble = disk_trouble(error)
        if trouble is not None:
            return _fail(session, trouble.exit_code, error_lines(trouble))
        return _fail(session, BUG, (_bug_line(session, error),))


def _invoke(arguments: Sequence[str], session: Session) -> Any:
    command = get_command(app)
    colour = False if "NO_COLOR" in os.environ else None
    with command.make_context(NAME, list(arguments), obj=session, color=colour) as context:
        return command.invoke(context)


def _take_json(arguments: Sequence[str]) -> tuple[bool, list[str]]:
    """`--json` counts wherever it stands, so that a usage error knows of it too."""
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    options = [argument for argument in arguments[:end] if argument != "--json"]
    return len(options) < end, [*options, *arguments[end:]]


def _render(session: Session, result: Any) -> int:
    if not isinstance(result, Result):
        return 0
    try:
        if session.as_json:
            from sfpush.display.json_output import write_result

            session.document_begun = True
            write_result(sys.stdout, result)
        else:
            result.view(session.out)
            if result.next_step:
                session.say(result.next_step)
        sys.stdout.flush()
    except BrokenPipeError:
        _reader_left()
    _tell_others(session, result)
    return result.exit_code


def _fail(session: Session, exit_code: int, errors: tuple[ErrorLine, ...], *, summary: str = "") -> int:
    errors = tuple(_without_secrets(session, error) for error in errors)
    try:
        if session.as_json and not session.document_begun:
            from sfpush.display.json_output import write_failure

            write_failure(sys.stdout, session.command, exit_code, errors)
            sys.stdout.flush()
        else:
            from sfpush.display.failure_view import show_failure

            show_failure(session.err, errors, summary=summary)
    except BrokenPipeError:
        _reader_left()
    if session.run_began is not None:
        from sfpush.commands.notify import failed

        _tell_others(session, failed(session.command, exit_code, errors))
    return exit_code


def _tell_others(session: Session, result: Result) -> None:
    began, session.run_began = session.run_began, None
    if began is not None:
        from sfpush.commands.notify import tell_others

        tell_others(session, result, began)


def _without_secrets(session: Session, error: ErrorLine) -> ErrorLine:
    """A message that repeats what was typed or answered may repeat a token that was put in the wrong place."""
    from sfpush.commands.bug_report import without_secrets

    return replace(
        error, message=without_secrets(error.message, session.env), hint=without_secrets(error.hint, session.env)
    )


def _summary(error: SfpushError) -> str:
    return error.message if getattr(error, "problems", ()) else ""


def _usage_line(session: Session, error: typer.TyperException, arguments: Sequence[str]) -> ErrorLine:
    context: typer.Context | None = getattr(error, "ctx", None)
    session.command = command_words(context) if context else _command_meant(arguments)
    said = error.format_message()
    for checked, plain in _VALUE_CHECKS.items():
        said = said.replace(checked, plain)
    return ErrorLine("usage", said, f"See: {f'{NAME} {session.command}'.strip()} --help")


def _command_meant(arguments: Sequence[str]) -> str:
    """The command as far as it was typed right; some usage errors do not say where they happened."""
    command, words = get_command(app), []
    for argument in arguments:
        command = getattr(command, "commands", {}).get(argument, command)
        if command.name == argument:
            words.append(argument)
    return " ".join(words)


def _bug_line(session: Session, error: Exception) -> ErrorLine:
    from sfpush.commands.bug_report import write_bug_report

    said = f"This is a bug in sfpush ({type(error).__name__})."
    try:
        name = f"bug-{now_text().replace(':', '')}"
        path = write_bug_report(session.home / "logs", error, session.env, name=name)
    except (OSError, SfpushError):  # the home itself may be what is broken
        return ErrorLine("bug", said, "Its traceback could not be written; try again with another --home.")
    return ErrorLine("bug", said, f"Please report it; the traceback, without secrets, is in {path}")


def _reader_left() -> int:
    """The reader of a pipe has seen enough (`| head`): leave quietly, also when the interpreter flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _make_streams_safe(*, as_json: bool) -> None:
    """No name may break the output: JSON is UTF-8, and a terminal that lacks a letter shows a mark for it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8" if as_json else None, errors="replace")
