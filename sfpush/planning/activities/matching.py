"""Which org row an activity is (M6)."""

from __future__ import annotations

from sfpush.model import OrgRow
from sfpush.planning.matching import Found, Gone, Match, Several
from sfpush.planning.subjects import Level, Subject


def match_activity(subject: Subject) -> Match:
    """Which org row an activity is (M6): the one it is linked to, else the one that holds its external id."""
    link = subject.link
    if link is not None:
        row = next((one.row for one in subject.candidates if one.level is Level.LINK), None)
        if row is None:  # written since the org was read last: it holds what was pushed
            row = OrgRow(link.sobject, link.id, link.pushed)
        return Gone(row) if row.deleted else Found(row, Level.LINK)
    rows = [one.row for one in subject.candidates if one.level is Level.EXTERNAL_ID and not one.row.deleted]
    if not rows:
        return None
    return Found(rows[0], Level.EXTERNAL_ID) if len(rows) == 1 else Several(tuple(rows), Level.EXTERNAL_ID)
