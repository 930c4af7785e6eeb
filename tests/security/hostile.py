"""Names that do something wherever they are not treated as text, and how to tell that they did."""

from __future__ import annotations

import csv
import io
import re

ACTED_ON = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""What a terminal acts on, and what changes the direction of text or hides some. Line feeds and tabs are ours."""

NAMES = {
    "colour": "\x1b[31mred\x1b[0m",
    "clear": "x\x1b[2J\x1b[Hy",
    "link": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07z",
    "title": "\x1b]0;owned\x07t",
    "eight-bit": "\x9b31mC1\x9d0;t\x9c",
    "bidi": "\u202egnp.exe\u2066",
    "zero-width": "a\u200bb\u2060c",
    "line": "over\rwritten\ntwice\u2028x",
    "markup": "[red]x[/red][link=http://evil.example]y[/link][/]",
    "html": "<script>alert(1)</script>&amp;",
    "template": "{{ 7*7 }}{% raw %}${7*7}%s{0}",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(1+1)",
    "quoted formula": "'=1+1",
    "semicolon": "a;=cmd|' /C calc'!A0;b",
    "soql": "O'Brien\\' OR Name != '",
    "wildcards": "100%_\\%",
    "null": "#N/A",
    "csv": 'a,"b"",c',
    "sql": "Robert'); DROP TABLE records;--",
    "shell": "$(touch pwned) `touch pwned` ; touch pwned",
}

ALL_NAMES = "".join(NAMES.values())

FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


def active(text: str) -> list[str]:
    """What of a text a terminal would act on, with a little around it."""
    return [repr(text[max(0, found.start() - 30) : found.end() + 10]) for found in ACTED_ON.finditer(text)]


def formulas(table: str) -> list[str]:
    """The cells of a CSV that a spreadsheet would run, whichever of its two separators it goes by."""
    rows = [*csv.reader(io.StringIO(table)), *csv.reader(io.StringIO(table), delimiter=";")]
    return [cell for row in rows for cell in row if FORMULA.match(cell) and not _is_number(cell)]


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None
