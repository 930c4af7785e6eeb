"""Why a record is, or is not, in Salesforce: the answer to `sfpush why` (L4), from everything known of it."""

from __future__ import annotations

from dataclasses import dataclass

from sfpush.model import AnyChange, Link, Record, Rule
from sfpush.planning.context import Stage
from sfpush.planning.gates import Gate
from sfpush.planning.verdicts import Refusal

_LEAVES_AS_IT_IS = ("update", "link", "unchanged")
_GONE = frozenset({Rule.LINKED_DELETED, Rule.LINKED_MERGED, Rule.DELETED_IN_SALESFORCE, Rule.MERGED_IN_SALESFORCE})


@dataclass(frozen=True, slots=True)
class Made:
    """How sfpush created an org row for the record: the run, when, and what its plan had said.

    `id` is that row's; the link may have moved since. Of a plan that is no longer kept, rule and reason are not known.
    """

    run: str
    at: str
    id: str
    rule: Rule | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """The record's unresolved entry in the error log; `hint` says what to mend."""

    number: int
    code: str
    message: str
    attempts: int
    hint: str
    waits: bool
    """It does not go again by itself (L3)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one record. Times are ISO-8601 UTC text.

    `change` is what an automatic push would do with it now. `refusals` are the settings that would hold it back if it
    were new, `unmet` the conditions of its filter that it does not meet, with its values. `made_for` is the contact
    that an account without an Apollo record was made for.
    """

    record: Record
    stage: Stage
    change: AnyChange
    link: Link | None = None
    linked_at: str = ""
    made: Made | None = None
    made_for: str | None = None
    rejection: Rejection | None = None
    refusals: tuple[Refusal, ...] = ()
    unmet: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    follows_deletions: bool = False
    """Deletion sync is on for its type: a row deleted in the org takes the record along (S1)."""


def deciding_rule(standing: Standing) -> Rule:
    """The rule that the answer rests on: of a row that sfpush created and nothing is wrong with, why it did."""
    if standing.link is not None and standing.change.action in _LEAVES_AS_IT_IS:
        if standing.made is not None and standing.made.rule is not None and standing.made.id == standing.link.id:
            return standing.made.rule
        if standing.made_for is not None:
            return Rule.ACCOUNT_FOR_CONTACT
    return standing.change.rule


def answer(standing: Standing) -> str:
    """Whether it is in Salesforce, and why, in a few sentences."""
    said = [*_there(standing)] if standing.link is not None else [*_not_there(standing)]
    if standing.unmet:
        said.append(f"Of the filter this does not hold: {'; '.join(standing.unmet)}.")
    if standing.rejection is not None:
        said.append(_rejected(standing.rejection))
    return " ".join(said)


def _there(standing: Standing) -> list[str]:
    link, change = standing.link, standing.change
    assert link is not None
    is_there = "was" if change.rule in _GONE else "is"
    said = [f"It {is_there} in Salesforce as {link.sobject} {link.id}."]
    if (made := standing.made) is not None:
        what = "it" if made.id == link.id else f"{made.id}, which it was linked to before,"
        said.append(f"Run {made.run} created {what} on {made.at[:10]}{f': {made.reason}' if made.reason else '.'}")
    elif standing.made_for is not None:
        said.append(f"It was made because {standing.made_for} needed it.")
    else:
        said.append(f"It was there before: linked on {standing.linked_at[:10]}, not created by sfpush.")
    if change.action == "update":
        said.append(f"The next push updates it. {change.reason}")
    elif change.action not in _LEAVES_AS_IT_IS:
        said.append(change.reason)
    return said


def _not_there(standing: Standing) -> list[str]:
    change = standing.change
    match change.action:
        case "create" if standing.rejection is not None:
            return ["It is not in Salesforce: each try so far was rejected."]
        case "create":
            return [f"It is not in Salesforce yet; the next push creates it. {change.reason}"]
        case "update" | "link":
            return [
                f"It is in Salesforce as {change.sobject} {change.salesforce_id}, but not linked yet. {change.reason}"
            ]
        case _:
            return [f"It is not in Salesforce. {change.reason}"]


def _rejected(rejection: Rejection) -> str:
    tries = "once" if rejection.attempts == 1 else f"{rejection.attempts} times"
    then = "It waits for `sfpush errors retry` or a changed record" if rejection.waits else "It goes again by itself"
    message = rejection.message.rstrip(".")
    end = "" if message.endswith(("?", "!")) else "."
    return f"Salesforce rejected it {tries}: {rejection.code}, {message}{end} {then}."
