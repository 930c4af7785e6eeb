"""Settings as people read them: what is wrong, what holds and where it comes from."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from sfpush.display.console import counted, safe
from sfpush.display.table import plain_table

if TYPE_CHECKING:
    from sfpush.settings.examine import Examined
    from sfpush.settings.problems import Problem


def show_check(examined: Examined, skipped: tuple[str, ...], file: Path | None, console: Console) -> None:
    """Every problem and warning, then one line of conclusion."""
    name = safe(file) if file else "the defaults (there is no settings file)"
    _lines(console, "red", "", examined.problems)
    _lines(console, "yellow", "Warning: ", examined.warnings)
    for sentence in skipped:
        console.print(Text(safe(sentence), "dim"))
    if examined.problems:
        console.print(Text(f"{counted(len(examined.problems), 'problem')} in {name}.", "bold red"))
    else:
        said = f", with {counted(len(examined.warnings), 'warning')}" if examined.warnings else ""
        console.print(Text.assemble(("✓ ", "green"), f"The settings are sound{said}: {name}."))


def show_settings(rows: Mapping[str, Mapping[str, Any]], others: Collection[str], console: Console) -> None:
    """Keys, values as TOML would have them, and origins; `others`, which are no defaults, stand out. Templates have an
    example."""
    table = plain_table("setting", "value", "from")
    for key, row in rows.items():
        default = key not in others
        table.add_row(
            Text(safe(key), "" if default else "bold"),
            Text(safe(json.dumps(row["value"], ensure_ascii=False)), "" if default else "bold cyan"),
            Text(safe(row["origin"]), "dim"),
        )
        if example := row.get("example"):
            table.add_row("", Text(safe(example), "italic dim"), "")
    if table.row_count:
        console.print(table)
    else:
        console.print("Every setting has its default.")


def show_set(
    rows: Mapping[str, Mapping[str, Any]], others: Collection[str], doubts: Iterable[Problem], console: Console
) -> None:
    """What holds now, and what the records say against it."""
    show_settings(rows, others, console)
    _lines(console, "yellow", "Warning: ", doubts)


def show_written(file: Path, console: Console, *, account_source: bool = False) -> None:
    """That a settings file has been written, where, and what in it is no default."""
    console.print(Text.assemble(("✓ ", "green"), "Wrote ", (safe(file), "bold"), ": every setting, explained."))
    if account_source:
        console.print('The org has AccountSource, so accounts.source_field is "AccountSource"; empty it to write none.')


def show_schema(schema: Mapping[str, Any], console: Console) -> None:
    """The schema itself, as a file that editors read."""
    console.file.write(json.dumps(schema, indent=2) + "\n")


def _lines(console: Console, style: str, lead: str, problems: Iterable[Problem]) -> None:
    for problem in problems:
        place = f"{problem.file}:{problem.line}" if problem.line else problem.file
        key = f"{problem.key}: " if problem.key else ""
        console.print(
            Text.assemble((lead, style), (f"{safe(place)}: ", "dim"), (safe(key), style), safe(problem.message))
        )
