"""The demo's own words between the results of its steps."""

from __future__ import annotations

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text


def show_step(number: int, title: str, typed: str, console: Console) -> None:
    """What comes now, and what one would type for it."""
    console.print()
    console.print(Rule(Text.assemble((f"{number}  ", "cyan"), (title, "bold")), style="dim", align="left"))
    console.print(Text(f"$ {typed}", "cyan"))
    console.print()


def show_closing(folder: str | None, console: Console) -> None:
    """What to try next."""
    console.print()
    console.print(Rule(Text("That was the whole story. What next?", "bold"), style="dim", align="left"))
    if folder:
        console.print(f"Everything is still in {folder}:")
        console.print(Text(f"  cd {folder} && sfpush --home home status", "cyan"))
    lines = (
        ("sfpush connect --practice", "a practice org of your own, in your home"),
        ("sfpush import your-export.csv", "your own Apollo export"),
        ("sfpush plan", "what would be pushed, record by record"),
        ("sfpush init", "a settings file with everything explained"),
        ("sfpush connect --help", "your own Salesforce org"),
    )
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(style="dim")
    for line in lines:
        table.add_row(*line)
    console.print(table)
