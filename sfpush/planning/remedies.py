"""What would change the answer (L4): for each rule the things that a person can do, each a clause to act on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sfpush.model import WAITS, RecordType, Rule, typed
from sfpush.planning.explain import Standing, deciding_rule
from sfpush.planning.verdicts import Refusal

_NAMED = 5
_TABLES = {"Contact": "contacts", "Lead": "leads", "Account": "accounts", "Opportunity": "deals"}
_WITH_DELETION_SYNC = frozenset({"contacts", "accounts"})
_HELD_BACK = frozenset({Rule.PUSH_OFF, Rule.STAGE, Rule.NO_STAGE, Rule.FILTER})
_MEND = "mend the value in Apollo and import again"

_REMEDIES: Mapping[Rule, tuple[str, ...]] = {
    Rule.PUSH_OFF: ("switch its push on in the settings: the reason names the key",),
    Rule.CLASS_OFF: ("switch its class on in [activities.emails]: the reason names the key",),
    Rule.EXCLUDED: ("change the rule in [[activities.emails.exclude]] that the reason names",),
    Rule.NO_MATCH_IN_SALESFORCE: ("bring its people, account or deal into Salesforce first",),
    Rule.NOT_COMPLETED: ("complete it in Apollo and import again",),
    Rule.COMPANY_MISSING: ("name its company in Apollo and import again",),
    Rule.REQUIRED_MISSING: (
        "fill in what is missing in Apollo and import again",
        "map another Apollo field to it in [{table}.fields], or give it a constant in [{table}.on_create]",
    ),
    Rule.AMBIGUOUS_MATCH: ('set {shared}.on_ambiguous_match = "oldest"', "merge them in Salesforce"),
    Rule.AMBIGUOUS_ACCOUNT: (
        'set contacts.on_ambiguous_account = "random" or "oldest"',
        "merge these accounts in Salesforce",
    ),
    Rule.ACCOUNT_MISSING: (
        'set contacts.on_missing_account = "create"',
        "create the account in Salesforce, with the same website or name",
    ),
    Rule.DUPLICATE_IN_IMPORT: (
        "delete the one that is too many: sfpush records delete {key}",
        "if they are two, mend in Apollo what they share: the e-mail, website or name",
    ),
    Rule.LINKED_DELETED: (
        "have it made anew: sfpush unlink {key}",
        "restore it from Salesforce's recycle bin",
    ),
    Rule.LINKED_MERGED: ("set {words}.merge_sync = true, and the link follows",),
    Rule.HAS_CHILDREN: ("delete or move what belongs to it in Salesforce first",),
    Rule.PICKLIST_VALUE: ("add the value to the picklist in Salesforce", _MEND),
    Rule.TOO_LONG: ("shorten the value in Apollo and import again", 'set {shared}.on_too_long = "truncate"'),
    Rule.BAD_VALUE: (_MEND, "switch its line off in [{table}.fields]"),
    Rule.NOT_WRITEABLE: (
        "give the connected user access to it in Salesforce",
        "switch its line off in [{table}.fields], or take it out of the settings",
    ),
    Rule.UNCLEAR_CREATE: ("say that it is none of the org's: sfpush unlink {key}",),
    Rule.DELETED_IN_SALESFORCE: ("set {words}.deletion_sync = false, and the record here stays",),
    Rule.DELETED_IN_APOLLO: ("bring it back first: sfpush records restore {key}",),
}
"""What never depends on more than the record's key and the tables of the settings that are about it."""

_UNMADE = ('set contacts.on_missing_account = "block", and contacts make no more accounts',)


def would_change(standing: Standing) -> tuple[str, ...]:
    """What to do for another answer, the surest first; nothing where all is as it should be."""
    change = standing.change
    if change.action == "create" or (change.action == "update" and standing.rejection is not None):
        return tuple(_to_go(standing))
    if change.action in ("update", "link", "unchanged"):
        return _UNMADE if deciding_rule(standing) is Rule.ACCOUNT_FOR_CONTACT else ()
    return tuple(_for_rule(standing))


def _to_go(standing: Standing) -> Iterator[str]:
    """It would go: what holds the push itself."""
    rejection = standing.rejection
    if rejection is not None:
        yield rejection.hint.rstrip(".")
        yield f"send it again now: sfpush errors retry {rejection.number}"
    for gate in standing.gates:
        yield gate.message.rstrip(".")
    if rejection is None and not standing.gates:
        yield "push now: sfpush sync"


def _for_rule(standing: Standing) -> Iterator[str]:
    change, record = standing.change, standing.record
    words = f"{record.type.value}s"
    table = _TABLES.get(change.sobject, words)
    if change.rule in _HELD_BACK and standing.refusals:
        yield " and ".join(_lifted(one, standing, words) for one in standing.refusals)
        yield f"push it by hand: sfpush push {typed(record.key)}"
        return
    if change.rule is Rule.PUSH_OFF and record.deleted:
        yield f"set {words}.deletion_sync = true, and it goes in Salesforce too"
        yield f"bring it back: sfpush records restore {typed(record.key)}"
        return
    if change.rule is Rule.RETRIES_USED_UP:
        yield from _to_go(standing)
    if change.rule in (Rule.AMBIGUOUS_MATCH, Rule.LINKED_MERGED, Rule.UNCLEAR_CREATE):
        for candidate in change.candidates[:_NAMED]:
            yield f"say that it is {candidate}: sfpush link {typed(record.key)} {candidate}"
    if change.rule in WAITS:
        for needed in change.needs[:_NAMED]:
            yield f"see what keeps {needed}: sfpush why {typed(needed)}"
    for remedy in _REMEDIES.get(change.rule, ()):
        yield remedy.format(
            key=typed(record.key), words=words, table=table, shared="contacts" if table == "leads" else table
        )
    if change.rule is Rule.LINKED_DELETED and not standing.follows_deletions and words in _WITH_DELETION_SYNC:
        yield f"set {words}.deletion_sync = true, and the record here goes along"
    if change.rule is Rule.NO_MATCH_IN_SALESFORCE:
        yield from _without_match(record.type)


def _lifted(refusal: Refusal, standing: Standing, words: str) -> str:
    stage = standing.stage
    match refusal.rule:
        case Rule.PUSH_OFF:
            return f"set {words}.push = true"
        case Rule.NO_STAGE:
            return f'add "No stage" to {words}.stages'
        case Rule.STAGE if stage.name is None:
            return "import an export that has the Stage column"
        case Rule.STAGE if not stage.known:
            return f"import Apollo's {standing.record.type.value}_stages, which name the stage {stage.name}"
        case Rule.STAGE:
            return f'add "{stage.name}" to {words}.stages'
        case _:
            return f"change {words}.filter, or the record, so that it passes"


def _without_match(record_type: RecordType) -> Iterator[str]:
    if record_type is RecordType.EMAIL:
        yield "set activities.emails.push_without_match = true"
    if record_type is RecordType.MEETING:
        yield "set activities.meetings.push_all_calendar_events = true"
