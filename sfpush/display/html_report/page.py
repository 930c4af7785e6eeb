"""A page, whatever it is of: what stands on it, in plain values, and writing it as it comes.

Every value that the template shows passes `_harmless` and then Jinja2's escaping, so that no name of an export or an
org can do anything on the page but be read. The page loads nothing and its policy forbids everything but its own
style and script.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, TextIO

from markupsafe import Markup

from sfpush import __version__
from sfpush.display.console import counted, number, safe

if TYPE_CHECKING:
    from jinja2 import Template

ROWS_SHOWN = 500
"""Of one object and action. More would only make the page slow; a table for spreadsheets is the place for all."""

LONGEST_VALUE = 1000
"""Characters shown of one value, so that a page of long e-mails stays a page."""

Tone = Literal["good", "change", "known", "bad", "quiet"]
"""What a heading's colour says: is made, is changed, is tied or taken over, needs somebody, is left alone."""


@dataclass(frozen=True, slots=True)
class OrgLink:
    """An org record: its Id, and its address in the org where there is a safe one."""

    id: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class ValueLine:
    """One field. `before` and `after` as text; None where there is nothing."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One record on the page. `two_sided`: its values before and after are both worth showing."""

    record: str
    name: str
    sobject: str
    action: str
    reason: str
    rule: str = ""
    link: OrgLink | None = None
    candidates: tuple[OrgLink, ...] = ()
    needs: tuple[str, ...] = ()
    needs_lead: str = "Goes after"
    values: tuple[ValueLine, ...] = ()
    two_sided: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading, read as they are written. `more` says where those beyond the shown ones are."""

    anchor: str
    title: str
    tone: Tone
    total: int
    entries: Iterable[Entry]
    remark: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Groups of one object, or of one kind of trouble."""

    title: str
    groups: Sequence[Group]

    @property
    def total(self) -> int:
        """Entries in all of its groups, shown or not."""
        return sum(group.total for group in self.groups)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of the summary, and the group that it leads to."""

    count: int
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts by object and action; `columns` holds the actions with their tones."""

    columns: Sequence[tuple[str, Tone]]
    rows: Sequence[tuple[str, Sequence[Cell]]]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know before reading on: a closed gate, a warning, what stopped a run."""

    lead: str
    text: str
    tone: Tone = "change"


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report. `figures` are the few numbers that matter first; `settings` those that are no defaults, None
    where they are not known."""

    kind: Literal["plan", "run"]
    id: str
    title: str
    introduction: str
    facts: Sequence[tuple[str, str]]
    figures: Sequence[tuple[str, str, Tone]]
    notices: Sequence[Notice]
    summary: Summary
    sections: Sequence[Section]
    written_at: str
    settings: Mapping[str, Any] | None
    closing: str
    actions: Sequence[str] = ()
    objects: Sequence[str] = ()
    rules: Sequence[str] = ()

    @property
    def total(self) -> int:
        """Records that the page is about, but for the unchanged ones."""
        return sum(section.total for section in self.sections)

    @property
    def shown(self) -> int:
        """Those of them that are on it."""
        return sum(min(group.total, ROWS_SHOWN) for section in self.sections for group in section.groups)


def write_page(page: Page, file: TextIO) -> None:
    """Write the page, an entry at a time; whatever its entries raise while they are read comes through."""
    style, script = _text("page.css"), _text("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " base-uri 'none'; form-action 'none'"
    )
    file.writelines(
        _template().generate(page=page, policy=policy, style=Markup(style), script=Markup(script))  # noqa: S704  our own
    )


def value_text(value: Any) -> str | None:
    """A field's value as it is read; None where there is none. Long text is cut, and says so."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict | tuple) else str(value)
    if len(text) <= LONGEST_VALUE:
        return text
    return f"{text[:LONGEST_VALUE]} … ({counted(len(text), 'character')} in all)"


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_harmless, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "counted": counted, "toml": _toml, "harmless": _harmless}
    environment.globals["version"] = __version__
    return environment.from_string(_text("page.html"))


def _harmless(value: Any) -> Any:
    """Text without control and direction-changing characters; its lines stay."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return "\n".join(map(safe, value.splitlines())) if "\n" in value else safe(value)


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(name: str) -> str:
    return (files("sfpush.display.html_report") / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
