"""The secrets that the environment may hold, and an environment without them for whatever sfpush starts."""

from __future__ import annotations

from collections.abc import Mapping

SECRET_VARIABLES = (
    "SFPUSH_ACCESS_TOKEN",
    "SFPUSH_CLIENT_SECRET",
    "SFPUSH_PASSWORD",
    "SFPUSH_SECURITY_TOKEN",
)


def for_children(env: Mapping[str, str]) -> dict[str, str]:
    """What another program that sfpush starts may see of the environment: everything but our secrets."""
    return {name: value for name, value in env.items() if name not in SECRET_VARIABLES}
