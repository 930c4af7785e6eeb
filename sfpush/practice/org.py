"""One practice org: its file, its schema, its user. What the HTTP server and `people` work on."""

from __future__ import annotations

import json
import secrets
import sqlite3
import string
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sfpush.practice import database, ids, validation
from sfpush.practice.catalogue import Catalogue
from sfpush.practice.furnish import furnish, show_duplicate_rules
from sfpush.practice.locks import AccountLocks
from sfpush.practice.rules import Rules

_ALPHANUMERIC = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Who the org is and how its one API user logs in; the values are made when the file is, and stay."""

    org_id: str
    user_id: str
    pod: str
    username: str
    password: str
    security_token: str
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return f"Identity({self.org_id}, {self.username})"


def utc_now() -> datetime:
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """A time as the API writes it: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


class PracticeOrg:
    """Opens the org in `path`, making it if new. With `rules` None the file's own rules stay; given ones replace them.
    RulesError: the rules name what isn't there, or hold a condition that can't be read.

    Safe to use from several threads and, by SQLite's locks, from several processes.
    """

    def __init__(self, path: Path, rules: Rules | None = None, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.path = path
        self.clock = clock
        self.locks = AccountLocks()
        self._lock = threading.RLock()
        self._seen = 0
        self._db = database.opened(path)
        try:
            self.rules = self._kept_rules() if rules is None else rules
            self.catalogue = Catalogue(self.rules)
            validation.check_conditions(self.rules, self.catalogue, clock())
            self._keep_rules()
            database.prepare(self._db, self.catalogue.full.values())
            self.identity = self._settle_identity()
            with self.writing() as db:
                self._show_duplicate_rules(db)
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def now(self) -> str:
        """The present second, as the API writes it."""
        return stamp(self.clock())

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for reading; inside `writing` it sees what that has written."""
        with self._lock:
            yield self._db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection in one transaction: committed at the end, rolled back on any exception. Nests."""
        with self._lock:
            nested = self._db.in_transaction
            self._db.execute("SAVEPOINT nested" if nested else "BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK TO nested" if nested else "ROLLBACK")
                if nested:
                    self._db.execute("RELEASE nested")
                raise
            self._db.execute("RELEASE nested" if nested else "COMMIT")

    def make_id(self, prefix: str, number: int) -> str:
        return ids.make(prefix, self.identity.pod, number)

    def refresh(self) -> None:
        """Take up what another process did to the org itself: a reset gives it another identity."""
        with self._lock:
            seen = self._db.execute("PRAGMA data_version").fetchone()[0]
            if seen != self._seen:
                self._seen = seen
                self.identity = self._kept_identity() or self.identity

    def reset(self) -> None:
        """Begin again: every row, session, job and fault goes, and the org is another one, with other credentials."""
        with self.writing() as db:
            for sobject in self.catalogue.full.values():
                db.execute(f"DELETE FROM {database.quoted(sobject.name)}")
            for table in database.OWN_TABLES:
                db.execute(f"DELETE FROM {table}")
            self.identity = self._new_identity(db)
            self._show_duplicate_rules(db)

    def _kept_rules(self) -> Rules:
        kept = database.setting(self._db, "rules")
        return Rules() if kept is None else Rules.from_mapping(json.loads(kept))

    def _keep_rules(self) -> None:
        with self.writing() as db:
            database.keep_setting(db, "rules", self.rules.model_dump_json())

    def _settle_identity(self) -> Identity:
        with self.writing() as db:
            return self._kept_identity() or self._new_identity(db)

    def _show_duplicate_rules(self, db: sqlite3.Connection) -> None:
        who = self.identity
        rules = self.rules.duplicate_rules
        show_duplicate_rules(db, self.catalogue, rules, pod=who.pod, user_id=who.user_id, now=self.now())

    def _kept_identity(self) -> Identity | None:
        kept = database.setting(self._db, "identity")
        return None if kept is None else Identity(**json.loads(kept))

    def _new_identity(self, db: sqlite3.Connection) -> Identity:
        pod = _letters(3)
        made = Identity(
            org_id=ids.make("00D", pod, secrets.randbelow(62**6)),
            user_id=ids.make("005", pod, 1),
            pod=pod,
            username=f"practice-{secrets.token_hex(4)}@sfpush.example",
            password=secrets.token_urlsafe(12),
            security_token=_letters(24),
            client_id="3MVG9" + _letters(40),
            client_secret=secrets.token_hex(32).upper(),
        )
        database.keep_setting(db, "identity", json.dumps(asdict(made)))
        furnish(
            db,
            self.catalogue,
            pod=pod,
            user_id=made.user_id,
            org_id=made.org_id,
            username=made.username,
            now=self.now(),
        )
        return made


def _letters(count: int) -> str:
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(count))
