"""Exports written and read: what a file's rows come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sfpush.importer.export import open_export
from sfpush.importer.kinds import kind_named
from sfpush.importer.parsed import ListEntry, Reject
from sfpush.model import ParsedRecord

EXPORTS = Path(__file__).parent / "exports"


@dataclass
class Read:
    """What came out of one export."""

    kind: str
    records: list[ParsedRecord] = field(default_factory=list)
    entries: list[ListEntry] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return [record.key for record in self.records]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(reject.line, reject.reason) for reject in self.rejects]

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the only record."""
        (record,) = self.records
        return dict(record.fields)


def read_export(path: Path, record_type: str | None = None) -> Read:
    """Read a whole export."""
    with open_export(path, kind_named(record_type) if record_type else None) as export:
        read = Read(export.kind.name)
        for row in export.rows:
            match row:
                case ParsedRecord():
                    read.records.append(row)
                case ListEntry():
                    read.entries.append(row)
                case Reject():
                    read.rejects.append(row)
    return read


Reader = Callable[..., Read]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Write this content to a file (CSV by default) and read it as an export."""

    def write_and_read(content: str | bytes, name: str = "export.csv", record_type: str | None = None) -> Read:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_export(path, record_type)

    return write_and_read
