"""A case as it is written down: a folder of small files, one sub-folder for each step that follows."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_ROWS = (
    "User", "Account", "Contact", "Lead", "Opportunity", "OpportunityContactRole", "Campaign", "CampaignMember", "Task",
    "Event", "EventRelation", "Note",
)  # fmt: skip
_OF_THE_ORG = {*_ROWS, "people", "rules", "connection"}
_EXPECTED = {
    "record",
    "partial", "warnings", "gates", "refused", "no_plan", "unchanged", "change", "import", "reject", "push", "org",
    "one_value", "why", "not_synced",
}  # fmt: skip
_SAID = {"delete", "restore", "link", "unlink"}
_CHANGE = {
    "record", "action", "sobject", "rule", "reason", "salesforce_id", "needs", "candidates", "fields", "before",
    "without",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One folder: what is brought in, what people do in the org, and what must come of it."""

    folder: Path
    exports: tuple[Path, ...]
    settings: Path | None
    by_hand: frozenset[str] | None
    campaign: str = ""
    rows: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    people: tuple[Mapping[str, Any], ...] = ()
    rules: Mapping[str, Any] | None = None
    connection: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    expected: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A folder of `cases/`: what it is about, and its steps."""

    name: str
    about: str
    steps: tuple[Step, ...]


def read_case(folder: Path) -> Case:
    """The case in this folder. Raises ValueError for a word that no file of a case knows."""
    about = (folder / "about.txt").read_text("utf-8").strip()
    later = sorted(path for path in folder.iterdir() if path.is_dir())
    steps = [_step(folder, None)]
    for path in later:
        steps.append(_step(path, steps[-1].settings))
    return Case(folder.name, about, tuple(steps))


def _step(folder: Path, settings_before: Path | None) -> Step:
    org = _toml(folder / "org.toml", _OF_THE_ORG)
    expected = _toml(folder / "expected.toml", _EXPECTED)
    for change in expected.get("change", ()):
        _refuse_unknown(folder / "expected.toml", change, _CHANGE)
    settings = folder / "settings.toml"
    keys = folder / "by_hand.txt"
    campaign = folder / "campaign.txt"
    return Step(
        folder=folder,
        exports=tuple(sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".json", ".jsonl"))),
        settings=settings if settings.exists() else settings_before,
        by_hand=frozenset(keys.read_text("utf-8").split()) if keys.exists() else None,
        campaign=campaign.read_text("utf-8").strip() if campaign.exists() else "",
        rows=tuple((sobject, row) for sobject in _ROWS for row in org.get(sobject, ())),
        people=tuple(org.get("people", ())),
        rules=org.get("rules"),
        connection=org.get("connection", {}),
        said=_toml(folder / "said.toml", _SAID),
        expected=expected,
    )


def _toml(path: Path, known: set[str]) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    found = tomllib.loads(path.read_text("utf-8"))
    _refuse_unknown(path, found, known)
    return found


def _refuse_unknown(path: Path, found: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(found) - known):
        raise ValueError(f"{path}: unknown: {', '.join(unknown)}")
