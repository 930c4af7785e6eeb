"""`--help` without rich, whose import would double the start-up time: quiet colours on Typer's plain text."""

from __future__ import annotations

import re

import typer

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
