"""A file as lines of text: its encoding found, and whatever is not an export refused with one sentence."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sfpush.errors import SourceUnreadable

BROKEN = "\N{REPLACEMENT CHARACTER}"
"""Stands where bytes could not be read; only in a source that is `doubtful`."""

_HEAD = 64 * 1024
_MAGIC = (
    (b"PK\x03\x04", "an Excel workbook or a zip file", "Save it as CSV (UTF-8), or unpack it, and import that."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save it as CSV (UTF-8) and import that."),
    (b"\x1f\x8b", "a gzip file", "Unpack it and import what is inside."),
    (b"%PDF", "a PDF", "Export from Apollo as CSV."),
    (b"SQLite format 3\x00", "an SQLite database", "Export from Apollo as CSV."),
)
_MOST_CONTROLS = 0.05
_FEW = 8
"""Control letters that may be single bad rows of a short file."""
_SAMPLE_FOR_UTF16 = 1_000


@dataclass(frozen=True, slots=True)
class Source:
    """An open file: its text, and how far its bytes have been read."""

    path: Path
    size: int
    text: io.TextIOWrapper
    binary: BinaryIO
    doubtful: bool
    """Some of its bytes can't be read; lines that hold `BROKEN` are not what was exported."""
    start: str
    """The first 64k characters."""

    def position(self) -> int:
        """Bytes read so far."""
        return self.binary.tell()


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open an export as text (UTF-8 with or without BOM, UTF-16, else Windows-1252), line ends as they are.

    Raises SourceUnreadable for a folder, an empty file, a workbook, a web page and whatever else is no text.
    """
    try:
        source = _opened(path)
    except OSError as problem:
        raise lost(path, problem) from problem
    with source.text:
        yield source


def lost(path: Path, problem: OSError) -> SourceUnreadable:
    """What to raise when the file can't be read (any further)."""
    return _unreadable(path, f"can't be read: {problem.strerror or problem}", "Check its name and permissions.")


def _opened(path: Path) -> Source:
    if path.is_dir():
        raise _unreadable(path, "is a folder", "Name the files in it.")
    if path.exists() and not path.is_file():
        raise _unreadable(path, "is not a regular file", "Save the export to a file first.")
    binary = path.open("rb")
    try:
        head = binary.read(_HEAD)
        _refuse_what_is_no_text(path, head)
        encoding, doubtful = _encoding(binary, head)
        binary.seek(0)
        text = io.TextIOWrapper(binary, encoding, errors="replace" if doubtful else "strict", newline="")
        start = text.read(_HEAD)
        _refuse_what_is_no_export(path, start, guessed=doubtful or encoding == "cp1252")
        text.seek(0)
    except BaseException:  # Ctrl-C too: nobody else knows of the open file yet
        binary.close()
        raise
    return Source(path, path.stat().st_size, text, binary, doubtful, start)


def _refuse_what_is_no_text(path: Path, head: bytes) -> None:
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise _unreadable(path, "is empty", "Export it from Apollo again.")
    for magic, what, hint in _MAGIC:
        if head.startswith(magic):
            raise _unreadable(path, f"is {what}, not a CSV or JSON export", hint)


def _refuse_what_is_no_export(path: Path, head: str, *, guessed: bool) -> None:
    start = head.lstrip("\ufeff \t\r\n")[:200].lower()
    if start.startswith("<"):
        raise _unreadable(
            path,
            "is a web page or XML, not a CSV or JSON export",
            "Was the login page saved instead of the export? Download it again.",
        )
    # Every file can be read as Windows text, so there control letters count; elsewhere only NULs are no text.
    controls = sum(1 for letter in head if letter < " " and letter not in "\t\r\n") if guessed else head.count("\0")
    if controls > _MOST_CONTROLS * len(head) and controls > _FEW:
        raise _unreadable(path, "is not a text file", "Export it from Apollo as CSV or JSON.")


def _encoding(binary: BinaryIO, head: bytes) -> tuple[str, bool]:
    """The encoding, and whether the file breaks it somewhere."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", not _reads_as(binary, "utf-16")
    for name, zeros in (("utf-16-le", head[1:_SAMPLE_FOR_UTF16:2]), ("utf-16-be", head[0:_SAMPLE_FOR_UTF16:2])):
        if len(zeros) > 3 and zeros.count(0) > 0.8 * len(zeros):
            return name, not _reads_as(binary, name)
    if _reads_as(binary, "utf-8-sig"):
        return "utf-8-sig", False
    # One byte that is no UTF-8 in a file with real UTF-8 elsewhere is a broken cell; without any, it is Windows text.
    if _has_utf8_letters(binary):
        return "utf-8-sig", True
    return "cp1252", not _reads_as(binary, "cp1252")


def _reads_as(binary: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(binary):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _has_utf8_letters(binary: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="ignore")
    return any(not decoder.decode(chunk).isascii() for chunk in _chunks(binary))


def _chunks(binary: BinaryIO) -> Iterator[bytes]:
    binary.seek(0)
    while chunk := binary.read(_HEAD):
        yield chunk


def _unreadable(path: Path, what: str, hint: str) -> SourceUnreadable:
    return SourceUnreadable(f"{path.name or path} {what}.", hint=hint)
