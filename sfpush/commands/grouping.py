"""How commands are grouped: panels in the help of `sfpush`, and groups that are commands of their own.

`plan`, `errors`, `records` and `history` do something by themselves and have subcommands too (`plan show FILE`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from sfpush.commands.session import Session
from sfpush.display.help_view import coloured, help_row, usage_piece
from sfpush.errors import UsageError

if TYPE_CHECKING:
    from typer._click.core import Context

CONTEXT = {"help_option_names": ["--help", "-h"], "max_content_width": 100}
START = "Start here"
DAILY = "Every day"
LOOK = "Look and mend"
PRACTICE = "Practice"
HELP_ORDER = (
    "demo", "init", "connect", "settings", "import", "pull", "plan", "push", "sync", "watch", "schedule", "status",
    "doctor", "records", "why", "errors", "link", "unlink", "history", "undo", "report", "fields", "campaigns",
    "enable", "disconnect", "practice",
)  # fmt: skip
"""Typer keeps groups behind commands; the help follows what a person does first."""
_UNNAMED = "sfpush.unnamed"
"""That a group's default command was meant and not named: its usage then does without its name too."""


_MAKE_CONFIG = frozenset({"init", "settings set"})
"""Commands that may name a settings file that is not there yet."""


class Command(TyperCommand):
    """A command whose help is quick to draw, and that tells the session its name before it begins."""

    def get_help(self, ctx: Context) -> str:
        return coloured(super().get_help(ctx))

    def collect_usage_pieces(self, ctx: Context) -> list[str]:
        return [usage_piece(piece) for piece in super().collect_usage_pieces(ctx)]

    def format_usage(self, ctx: Context, formatter: Any) -> None:
        path = ctx.parent.command_path if ctx.parent and ctx.meta.get(_UNNAMED) else ctx.command_path
        formatter.write_usage(path, " ".join(self.collect_usage_pieces(ctx)))

    def format_options(self, ctx: Context, formatter: Any) -> None:
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            rows = [
                row
                for param in self.get_params(ctx)
                if param.param_type_name == kind and (row := help_row(param.get_help_record(ctx)))
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
        group = ctx.parent.command if ctx.parent else None
        if isinstance(group, GroupWithDefault) and self.name == group.default and ctx.parent:
            group.format_commands(ctx.parent, formatter)

    def invoke(self, ctx: Context) -> Any:
        session = Session.of(ctx)
        session.command = command_words(ctx)
        if session.command not in _MAKE_CONFIG:
            session.require_named_config()
        return super().invoke(ctx)


class Group(TyperGroup):
    """Commands below one word, shown by panel."""

    def get_help(self, ctx: Context) -> str:
        return coloured(super().get_help(ctx))

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Without a command, show which there are. Raises UsageError then."""
        if not args and not ctx.resilient_parsing:
            if not Session.of(ctx).as_json:
                typer.echo(self.get_help(ctx) + "\n", err=True)
            raise UsageError("No command is given.", hint=f"See: {ctx.command_path} --help")
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: Context, formatter: Any) -> None:
        panels: dict[str, list[tuple[str, str]]] = {}
        for name, command in sorted(self.commands.items(), key=lambda each: _place(each[0])):
            if not command.hidden:
                panel = getattr(command, "rich_help_panel", None) or "Commands"
                panels.setdefault(panel, []).append((name, command.get_short_help_str(limit=200)))
        width = max((len(name) for rows in panels.values() for name, _ in rows), default=0)
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl([(name.ljust(width), text) for name, text in rows])


class GroupWithDefault(Group):
    """A group whose first command is meant where no other is named, so that `errors` is `errors list`."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        completing_first_word = ctx.resilient_parsing and not args
        if not completing_first_word and (not args or args[0] not in self.commands):
            args = [self.default, *args]
            ctx.meta[_UNNAMED] = True
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return ("" if command is not None and command.hidden else name), command, rest

    @property
    def default(self) -> str:
        return next(iter(self.commands))

    def shell_complete(self, ctx: Context, incomplete: str) -> list[Any]:
        command = self.commands[self.default]
        default = command.make_context(self.default, [], parent=ctx, resilient_parsing=True)
        return [*super().shell_complete(ctx, incomplete), *command.shell_complete(default, incomplete)]


def _place(name: str) -> int:
    return HELP_ORDER.index(name) if name in HELP_ORDER else len(HELP_ORDER)


def command_words(ctx: Context) -> str:
    """The command as it would be typed after `sfpush`: `errors show`."""
    return " ".join(ctx.command_path.split()[1:])


def group(help_text: str, *, has_default: bool = False) -> typer.Typer:
    """A Typer app for the commands below one word."""
    return typer.Typer(
        help=help_text,
        cls=GroupWithDefault if has_default else Group,
        rich_markup_mode=None,
        context_settings=CONTEXT,
        add_completion=False,
        pretty_exceptions_enable=False,
    )


def add(app: typer.Typer, command: Callable[..., Any], name: str, *, panel: str = "", **settings: Any) -> None:
    """Register a command under its name in a panel of the help."""
    app.command(name, cls=Command, rich_help_panel=panel or None, context_settings=CONTEXT, **settings)(command)
