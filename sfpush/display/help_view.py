"""`--help` without rich, whose import would double the start-up time: quiet colours on Typer's plain text."""

from __future__ import annotations

import re

import typer

_PYTHON_TYPES = re.compile(r" <(?:str|int|float|[Pp]ath|list\[\w+\])>")
_BOUNDS = re.compile(r"  \[(?:required|[\d<=]*x[<>=\d]*)\]|(?<=\d); [\d<=]*x[<>=\d]*(?=\])")
_DEFINITION = re.compile(r"(  )(\S(?:.*?\S)?)((?:  .*)?)")


def coloured(text: str) -> str:
    """Headings bold and the names below them set off; where colours don't belong, echo strips them."""
    lines, defining = [], False
    for line in text.split("\n"):
        if line.startswith("Usage: "):
            lines.append(typer.style("Usage: ", bold=True) + " ".join(line.split()[1:]))
        elif line.endswith(":") and not line.startswith(" "):
            defining = True
            lines.append(typer.style(line[:-1], bold=True))
        elif defining and (parts := _DEFINITION.fullmatch(line)):
            indent, name, rest = parts.groups()
            lines.append(indent + typer.style(name, fg=typer.colors.CYAN) + rest)
        else:
            lines.append(line)
    return "\n".join(lines)


def usage_piece(piece: str) -> str:
    """An argument as it is typed: Typer's braces around what must be given say nothing to a reader."""
    return piece.replace("{", "").replace("}", "")


def help_row(row: tuple[str, str] | None) -> tuple[str, str] | None:
    """One line of a help, without the types and bounds of the code behind it; a wrong value is told in plain words."""
    return row and (_PYTHON_TYPES.sub("", row[0]), _BOUNDS.sub("", row[1]))
