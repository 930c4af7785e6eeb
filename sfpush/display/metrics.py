"""Figures as OpenMetrics text, version 1.0, of the kinds that readers of Prometheus' older format understand too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TextIO

from sfpush.display.console import safe


@dataclass(frozen=True, slots=True)
class Family:
    """One metric with its samples, each a value by labels. A counter's samples are named `<name>_total`."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    samples: tuple[tuple[Mapping[str, str], float], ...]

    @property
    def unit(self) -> str:
        """What it is measured in, as its name ends."""
        return "seconds" if self.name.endswith("_seconds") else ""


def write_metrics(file: TextIO, families: Iterable[Family]) -> None:
    """The families that have samples, and the end mark."""
    for family in families:
        if family.samples:
            file.write(f"# TYPE {family.name} {family.kind}\n")
            if family.unit:
                file.write(f"# UNIT {family.name} {family.unit}\n")
            file.write(f"# HELP {family.name} {_escaped(family.help)}\n")
            suffix = "_total" if family.kind == "counter" else ""
            for labels, value in family.samples:
                inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
                file.write(f"{family.name}{suffix}{{{inside}}} {value:.15g}\n")
    file.write("# EOF\n")


def _escaped(text: str) -> str:
    return safe(text).replace("\\", r"\\").replace('"', r"\"")
