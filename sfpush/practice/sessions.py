"""Access tokens, and the count of API calls in the last 24 hours."""

from __future__ import annotations

import secrets
import sqlite3
import string
from typing import Any

from sfpush.practice import database
from sfpush.practice.org import PracticeOrg

_TOKEN_CHARS = string.ascii_letters + string.digits + "._"


def open_session(org: PracticeOrg) -> str:
    """A new access token, good until `expire_all`."""
    token = org.identity.org_id[:15] + "!AQEAQ" + "".join(secrets.choice(_TOKEN_CHARS) for _ in range(90))
    with org.writing() as db:
        db.execute("INSERT INTO session (token) VALUES (?)", (token,))
    return token


def standing_token(org: PracticeOrg) -> str:
    """The oldest token that is still good, or a new one: what `practice serve` prints."""
    with org.reading() as db:
        row = db.execute("SELECT token FROM session ORDER BY rowid LIMIT 1").fetchone()
    return open_session(org) if row is None else str(row[0])


def is_open(org: PracticeOrg, token: str) -> bool:
    with org.reading() as db:
        return db.execute("SELECT 1 FROM session WHERE token = ?", (token,)).fetchone() is not None


def expire_all(org: PracticeOrg) -> None:
    """Every token given out so far stops working; logging in again gives a new one."""
    with org.writing() as db:
        db.execute("DELETE FROM session")


def count_call(org: PracticeOrg) -> None:
    with org.writing() as db:
        db.execute(
            "INSERT INTO api_call VALUES (?, 1) ON CONFLICT (hour) DO UPDATE SET calls = calls + 1", (_hour(org),)
        )


def calls_today(org: PracticeOrg) -> int:
    """API calls in the last 24 hours."""
    with org.reading() as db:
        return _calls(db, _hour(org))


def trust_certificate(org: PracticeOrg, pem: str) -> None:
    """Accept JWTs signed with the key of this PEM certificate. ValueError if it is none."""
    from cryptography import x509

    x509.load_pem_x509_certificate(pem.encode())
    with org.writing() as db:
        database.keep_setting(db, "jwt_certificate", pem)


def trusted_key(org: PracticeOrg) -> Any:
    """The public key that JWTs must be signed for; None before a certificate was given."""
    from cryptography import x509

    with org.reading() as db:
        pem = database.setting(db, "jwt_certificate")
    return None if pem is None else x509.load_pem_x509_certificate(pem.encode()).public_key()


def _calls(db: sqlite3.Connection, hour: int) -> int:
    return int(db.execute("SELECT coalesce(sum(calls), 0) FROM api_call WHERE hour > ?", (hour - 24,)).fetchone()[0])


def _hour(org: PracticeOrg) -> int:
    return int(org.clock().timestamp() // 3600)
