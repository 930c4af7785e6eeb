"""The one SQLite file an org lives in: a table for each sObject, a column for each field, and the org's own settings.

Texts compare without case (NOCASE), ids, dates and times byte for byte; times are kept as the API writes them, so
that they sort as text. Rows are never removed: deleting sets IsDeleted, as in Salesforce's recycle bin, and `n`, the
row's number, is what its id is made from.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from sfpush.practice.fields import ID_TYPES, TEXT_TYPES, Field, SObject

BUSY_SECONDS = 30.0
KEYS = {
    "Account": ("key_name", "key_domain", "key_phone"),
    "Contact": ("key_company",),
    "Lead": ("key_company",),
}
"""Columns no one sees: values made comparable for the duplicate rules."""

_INDEXED = frozenset({"Account.Name", "Account.key_name", "Email", "LastName", "SystemModstamp"})
OWN_TABLES = ("session", "job", "job_content", "job_row", "fault", "api_call")
"""What an org keeps beside its sObjects' rows and its settings."""

_OWN_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session (token TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS job (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, state TEXT NOT NULL, object TEXT NOT NULL,
    operation TEXT NOT NULL, external_id TEXT, delimiter TEXT NOT NULL, line_ending TEXT NOT NULL,
    version TEXT NOT NULL, query TEXT, created TEXT NOT NULL, modified TEXT NOT NULL, processed INTEGER NOT NULL,
    failed INTEGER NOT NULL, error TEXT, milliseconds INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS job_content (job TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS job_row (
    job TEXT NOT NULL, row INTEGER NOT NULL, id TEXT, created INTEGER NOT NULL, error TEXT, PRIMARY KEY (job, row)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fault (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, nth INTEGER NOT NULL,
    times INTEGER NOT NULL, seconds REAL NOT NULL, retry_after INTEGER, every INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS api_call (hour INTEGER PRIMARY KEY, calls INTEGER NOT NULL);
"""


def opened(path: Path) -> sqlite3.Connection:
    """A connection to the org's file, made readable to its owner only if it is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA cache_size = -32000")
    db.executescript(_OWN_SCHEMA)
    db.create_function("fold", 1, _fold, deterministic=True)
    db.create_function("likefold", 2, _like_fold, deterministic=True)
    return db


def prepare(db: sqlite3.Connection, sobjects: Iterable[SObject]) -> None:
    """Bring the file's tables up to this schema, adding what is missing; nothing is ever dropped."""
    every = tuple(sobjects)
    mark = _fingerprint(every)
    if setting(db, "schema") == mark:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        for sobject in every:
            _prepare_table(db, sobject)
        keep_setting(db, "schema", mark)
    except BaseException:  # Ctrl-C too: no transaction stays open
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def setting(db: sqlite3.Connection, name: str) -> str | None:
    """One of the org's own settings; None if it was never set."""
    row = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def keep_setting(db: sqlite3.Connection, name: str, value: str) -> None:
    db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))


def quoted(name: str) -> str:
    return f'"{name}"'


def _prepare_table(db: sqlite3.Connection, sobject: SObject) -> None:
    table = quoted(sobject.name)
    there = {row[1].lower() for row in db.execute(f"PRAGMA table_info({table})")}
    if not there:
        columns = ", ".join(_column(each) for each in sobject.columns)
        hidden = "" if sobject.has("IsDeleted") else ', "IsDeleted" INTEGER NOT NULL DEFAULT 0'
        keys = "".join(f", {quoted(key)} TEXT" for key in KEYS.get(sobject.name, ()))
        db.execute(f"CREATE TABLE {table} (n INTEGER PRIMARY KEY, {columns}{hidden}{keys})")
    else:
        for each in sobject.columns:
            if each.name.lower() not in there:
                db.execute(f"ALTER TABLE {table} ADD COLUMN {_column(each)}")
    keys_used = [key for key in KEYS.get(sobject.name, ()) if f"{sobject.name}.{key}" in _INDEXED]
    for name in [each.name for each in sobject.columns if _is_indexed(sobject, each)] + keys_used:
        unique = "UNIQUE " if name == "Id" else ""
        db.execute(
            f'CREATE {unique}INDEX IF NOT EXISTS "{sobject.name}.{name}" ON {table} ({quoted(name)})'
            f" WHERE {quoted(name)} IS NOT NULL"
        )


def _column(each: Field) -> str:
    if each.type in ("boolean", "int"):
        kind = "INTEGER"
    elif each.type in ("double", "currency", "percent"):
        kind = "REAL"
    elif each.type in TEXT_TYPES and not each.case_sensitive:
        kind = "TEXT COLLATE NOCASE"
    else:
        kind = "TEXT"
    return f"{quoted(each.name)} {kind}" + (" NOT NULL DEFAULT 0" if each.type == "boolean" else "")


def _is_indexed(sobject: SObject, each: Field) -> bool:
    lookup = each.type in ID_TYPES and each.name not in ("CreatedById", "LastModifiedById", "OwnerId")
    return (
        lookup or each.external_id or each.unique or not _INDEXED.isdisjoint({each.name, f"{sobject.name}.{each.name}"})
    )


def _fingerprint(sobjects: tuple[SObject, ...]) -> str:
    shape = ";".join(f"{each.name}:{','.join(_column(column) for column in each.columns)}" for each in sobjects)
    return hashlib.sha256(shape.encode()).hexdigest()


def _fold(text: str | None) -> str | None:
    return None if text is None else str(text).lower()


def _like_fold(pattern: str, text: str | None) -> bool:
    """LIKE for what SQLite's own does only for ASCII; `%` and `_` in `pattern`, `\\` before a literal one."""
    import re

    if text is None:
        return False
    made = []
    chars = iter(pattern)
    for char in chars:
        if char == "\\":
            made.append(re.escape(next(chars, "\\")))
        else:
            made.append({"%": ".*", "_": "."}.get(char) or re.escape(char))
    return re.fullmatch("".join(made), str(text), re.IGNORECASE | re.DOTALL) is not None
