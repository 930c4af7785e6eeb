"""Up to which moment an sObject has been read, by the org's own clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from sfpush.store.times import from_text, to_text

_OVERLAP = timedelta(minutes=10)
"""How much is read once more: a row is stamped when it is written and seen when its transaction ends, and one of Apex
or of a Bulk batch takes ten minutes at most."""


def changed_since(watermark: str) -> str:
    """From where on the next read begins."""
    return to_text(from_text(watermark) - _OVERLAP)


def moved_on(before: str, newest: str, begun: datetime | None, now: datetime) -> str:
    """The watermark after a read that began where `before` was ("": nowhere) and saw `newest` as the last
    SystemModstamp.

    `begun` is when it began by the org's clock, `now` by ours: the earlier counts, so that neither clock can skip
    anything by being ahead. What is newer than that was seen by chance: pages are filled when they are asked for, and
    rows that changed meanwhile on pages that were there already are not among them. Where the org told no time, the
    newest row stands for it, which is then read again each time.
    """
    there = newest if begun is None else to_text(begun)
    return max(before, min(there, to_text(now)))
