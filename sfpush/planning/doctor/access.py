"""The way to the org: connection, login, both clocks, API version and calls, and the gates (G1 to G5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sfpush.planning.doctor import setup_paths
from sfpush.planning.doctor.checks import Check, failure, ok, skipped, warning
from sfpush.planning.doctor.facts import Connection, OrgFacts, Trouble
from sfpush.planning.gates import Gate
from sfpush.settings.schema import Settings

_WAYS = {
    "practice": "It is the practice org in this home: no login is needed.",
    "client-credentials": "Client credentials: an expired session is renewed by itself.",
    "jwt": "A JWT key: an expired session is renewed by itself.",
    "sf-alias": "The sf command line's login: an expired session is renewed by it.",
    "environment": "An access token from the environment: whoever sets it must renew it.",
}
_OPENS = {
    "push-disabled": "sfpush settings set push.enabled true",
    "initial-pull": "sfpush plan",
    "setup-window": "sfpush enable",
}
_LOOK_CLOSER = "Try again later; `sfpush -v doctor` shows what is asked and how it is answered."
_APART = timedelta(minutes=2)
"""JWT logins stop working at three minutes; no rule of ours minds less than that."""
_RESERVE_PERCENT = 20


def check_connection(connection: Connection) -> Iterator[Check]:
    """Whom the connection reaches, how safely, and how long it lasts."""
    tls = connection.address.startswith("https://")
    how = "over TLS, its certificate verified" if tls else "on this machine, without TLS"
    yield ok("connection", f"Org {connection.org_id} as {connection.username}, {connection.address}, {how}.")
    if connection.way == "token":
        yield warning(
            "login",
            "An access token: when it expires, nobody can renew it, and runs by cron stop.",
            "For unattended runs connect with client credentials or a JWT key: sfpush connect --help",
        )
    elif connection.way == "password":
        yield warning(
            "login",
            "User name and password use Salesforce's SOAP login, which ends with Summer '27.",
            "Connect with client credentials or a JWT key: sfpush connect --help",
        )
    else:
        yield ok("login", _WAYS[connection.way])


def no_connection(trouble: Trouble) -> Check:
    """That the org can't be reached, or could not be any more."""
    return failure("connection", trouble.message, trouble.fix or _LOOK_CLOSER)


def is_used_up(trouble: Trouble) -> bool:
    """Whether it is the daily API calls that keep the org from answering: that is the budget's line (G5)."""
    return trouble.code == "daily-limit"


def check_gates(gates: tuple[Gate, ...]) -> Iterator[Check]:
    """Which gates hold back pushes now."""
    for gate in gates:
        yield warning("gates", gate.message, _OPENS[gate.gate])
    if not gates:
        yield ok("gates", "Every gate is open.")


def check_clock(facts: OrgFacts, why_not: str) -> Check:
    """Whether this machine's clock agrees with the org's: what was sent and never answered is looked for by time."""
    clock = facts.clock
    if clock is None:
        return skipped("clock", why_not or "The org's answers do not say what time it is there.")
    ahead = clock.ours - clock.orgs
    if abs(ahead) < _APART:
        return ok("clock", "This machine's clock agrees with the org's.")
    message = (
        f"This machine's clock is {_length(abs(ahead))} {'ahead of' if ahead > timedelta() else 'behind'} the org's."
    )
    fix = (
        "Set it by network time: `timedatectl set-ntp true` on Linux, Date & Time in the settings of macOS and Windows."
    )
    if ahead >= clock.tolerance:
        return failure(
            "clock", f"{message} A create whose answer was lost would not be found again, and be made twice.", fix
        )
    return warning("clock", f"{message} A login by JWT key is refused from three minutes on.", fix)


def check_version(settings: Settings, facts: OrgFacts, why_not: str) -> Check:
    """Whether the org speaks the version of the API that the settings name."""
    wanted, versions = settings.salesforce.api_version, facts.versions
    if not versions:
        return skipped("api-version", why_not or "The org does not list the versions of its API.")
    if wanted in versions:
        return ok("api-version", f"The org speaks version {wanted} of the API, of {versions[0]} to {versions[-1]}.")
    return failure(
        "api-version",
        f"The org does not speak version {wanted} of the API, but {versions[0]} to {versions[-1]}.",
        f"sfpush settings set salesforce.api_version {versions[-1]}",
    )


def check_budget(facts: OrgFacts, why_not: str) -> Check:
    """How many API calls are left (G5)."""
    if facts.lost is not None and is_used_up(facts.lost):
        return failure("api-budget", facts.lost.message, f"Wait; see who uses them: {setup_paths.API_USE}")
    calls = facts.calls
    if calls is None:
        return skipped("api-budget", why_not)
    said = f"{calls.remaining:,} of {calls.max:,} API calls for 24 hours are left."
    if calls.remaining <= 0:
        return failure("api-budget", said, f"Wait; see who uses them: {setup_paths.API_USE}")
    if calls.remaining * 100 < _RESERVE_PERCENT * calls.max:
        return warning("api-budget", said, f"See who uses them: {setup_paths.API_USE}")
    return ok("api-budget", said)


def _length(apart: timedelta) -> str:
    minutes = round(apart.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{count} {word}" for count, word in ((days, "d"), (hours, "h"), (rest, "min")) if count]
    return " ".join(parts[:2])
