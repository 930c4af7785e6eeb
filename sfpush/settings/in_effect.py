"""Settings that are accepted although nothing acts on them yet; `settings check` says so."""

from __future__ import annotations

from sfpush.settings.effective import effective
from sfpush.settings.schema import Settings

NOT_YET: tuple[str, ...] = ("notify",)
"""A key, or a table for all of its keys. Whoever builds one takes it out."""


def not_in_effect(settings: Settings) -> tuple[str, ...]:
    """The keys that differ from their default and that nothing acts on yet."""
    defaults = effective(Settings())
    return tuple(
        key
        for key, value in effective(settings).items()
        if value != defaults.get(key) and any(key == prefix or key.startswith(f"{prefix}.") for prefix in NOT_YET)
    )
