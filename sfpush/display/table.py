"""The one look of all tables: no lines, a quiet head, numbers to the right."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

from rich.cells import cell_len, set_cell_size
from rich.table import Table
from rich.text import Text

from sfpush.display.console import number, safe

Thing = TypeVar("Thing")
ACTION_STYLES = {
    "create": "green",
    "update": "yellow",
    "link": "cyan",
    "pull": "cyan",
    "merge": "magenta",
    "delete": "red",
    "block": "bold red",
    "waiting": "yellow",
    "skip": "bright_black",
    "unchanged": "bright_black",
}
ACTION_SIGNS = {
    "create": "+",
    "update": "~",
    "link": "=",
    "pull": "<",
    "merge": ">",
    "delete": "-",
    "block": "!",
    "waiting": "…",
    "skip": "·",
    "unchanged": " ",
}


def plain_table(*columns: str, numbers: Collection[str] = (), whole: Collection[str] = (), title: str = "") -> Table:
    """An empty table; the columns named in `numbers` are set to the right, those in `whole` are never folded."""
    table = Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", title=title or None, title_justify="left"
    )
    for column in columns:
        right = column in numbers
        folds = not right and column not in whole
        table.add_column(column, justify="right" if right else "left", no_wrap=not folds, overflow="fold")
    return table


def pairs(rows: Mapping[str, str | Text]) -> Table:
    """Names and values, one pair a line."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows.items():
        table.add_row(Text(safe(name)), value if isinstance(value, Text) else Text(safe(value)))
    return table


def shortened(name: str, room: int) -> str:
    """A name in no more columns than this, an ellipsis where it is cut."""
    return name if cell_len(name) <= room else f"{set_cell_size(name, room - 1)}…"


def shown_of(total: int, most: int) -> int:
    """How many of a list are shown: where only one would be left out, it stands instead of the line that says so."""
    return total if total <= most + 1 else most


def first_of(things: Iterator[Thing], most: int) -> tuple[list[Thing], int]:
    """The first of a stream, as many as are shown, and how many more there are."""
    first = list(itertools.islice(things, most + 1))
    rest = sum(1 for _ in things)
    return (first[:most], rest + 1) if rest else (first, 0)


def count_cell(count: int, style: str = "") -> Text:
    """A count; nothing where it is zero, so that the eye finds what there is."""
    return Text(number(count) if count else "", style)
