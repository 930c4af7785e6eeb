"""One line of the doctor's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "failure", "skipped"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is, and what to do about it: `fix` is empty exactly where there is nothing to do.

    A `failure` keeps records from going or makes them go wrong; a `warning` may be just what is wanted; what could
    not be looked at is `skipped`. One thing may have several lines, all of one `name`.
    """

    name: str
    state: State
    message: str
    fix: str = ""


def ok(name: str, message: str) -> Check:
    return Check(name, "ok", message)


def warning(name: str, message: str, fix: str) -> Check:
    return Check(name, "warning", message, fix)


def failure(name: str, message: str, fix: str) -> Check:
    return Check(name, "failure", message, fix)


def skipped(name: str, why: str, fix: str = "") -> Check:
    return Check(name, "skipped", why, fix)
