"""What an export can hold, and how that is seen from the names of its columns or JSON fields."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from sfpush.errors import SourceUnreadable, UsageError
from sfpush.model import RecordType


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of export: `name` is the API's list name; `record_type` is None for Apollo's own lists (stages …)."""

    name: str
    singular: str
    record_type: RecordType | None
    aliases: tuple[str, ...] = ()


CONTACTS = Kind("contacts", "contact", RecordType.CONTACT)
ACCOUNTS = Kind("accounts", "account", RecordType.ACCOUNT)
DEALS = Kind("opportunities", "opportunity", RecordType.DEAL, ("deals", "deal"))
TASKS = Kind("tasks", "task", RecordType.TASK)
CALLS = Kind("phone_calls", "phone_call", RecordType.CALL, ("calls", "call"))
EMAILS = Kind("emailer_messages", "emailer_message", RecordType.EMAIL, ("emails", "email"))
NOTES = Kind("notes", "note", RecordType.NOTE)
MEETINGS = Kind("calendar_events", "calendar_event", RecordType.MEETING, ("meetings", "meeting"))
CONVERSATIONS = Kind("conversations", "conversation", RecordType.CONVERSATION)
CONTACT_STAGES = Kind("contact_stages", "contact_stage", None)
ACCOUNT_STAGES = Kind("account_stages", "account_stage", None)
DEAL_STAGES = Kind("opportunity_stages", "opportunity_stage", None)
USERS = Kind("users", "user", None)
CUSTOM_FIELDS = Kind("typed_custom_fields", "typed_custom_field", None)
MAILBOXES = Kind("email_accounts", "email_account", None)

KINDS = (
    CONTACTS,
    ACCOUNTS,
    DEALS,
    TASKS,
    CALLS,
    EMAILS,
    NOTES,
    MEETINGS,
    CONVERSATIONS,
    CONTACT_STAGES,
    ACCOUNT_STAGES,
    DEAL_STAGES,
    USERS,
    CUSTOM_FIELDS,
    MAILBOXES,
)
BY_LIST_NAME = {kind.name: kind for kind in KINDS}
BY_SINGULAR = {kind.singular: kind for kind in KINDS}
BY_RECORD_TYPE = {kind.record_type: kind for kind in KINDS if kind.record_type}


@dataclass(frozen=True, slots=True)
class _Sign:
    """`kind` is meant if any of `any_of` is there, or all of one of the groups in `all_of`."""

    kind: Kind
    any_of: frozenset[str]
    all_of: tuple[frozenset[str], ...] = ()

    def seen_in(self, names: frozenset[str]) -> bool:
        """Whether fields of these names show it."""
        return not self.any_of.isdisjoint(names) or any(group <= names for group in self.all_of)


def _sign(kind: Kind, any_of: str, *all_of: str) -> _Sign:
    return _Sign(kind, frozenset(any_of.split()), tuple(frozenset(group.split()) for group in all_of))


# The first sign that is seen decides. Every API record mentions others (a call its contact, a deal its account), so
# signs are names that only one kind has; the weak ones, which several could have, come last.
_STRONG_SIGNS = (
    _sign(USERS, "sync_crm_id sync_salesforce_id linked_salesforce crm_email"),
    _sign(CUSTOM_FIELDS, "picklist_values mapped_crm_field additional_mapped_crm_field system_name"),
    _sign(DEAL_STAGES, "forecast_category_cd"),
    _sign(
        CONTACTS,
        "apollo_contact_id contact_stage_id person_linkedin_url contact_owner contact_emails person_id"
        " contact_campaign_statuses work_direct_phone",
        "first_name last_name",
    ),
    _sign(ACCOUNTS, "account_stage_id account_stage num_contacts company_street parent_account_id"),
    _sign(
        DEALS,
        "opportunity_stage_id opportunity_pipeline_id closed_date close_date deal_source deal_name deal_stage"
        " opportunity_contact_roles",
        "amount stage",
    ),
    _sign(CALLS, "phone_call_outcome_id phone_call_purpose_id voicemail_dropped inbound", "from_number to_number"),
    _sign(
        EMAILS,
        "emailer_step_id provider_message_id provider_thread_id body_html",
        "subject from_email",
        "subject to_email",
        "from_email to_email",
    ),
    _sign(TASKS, "skipped_at", "due_at status", "due_at priority"),
    _sign(CONVERSATIONS, "call_summary transcript pushed_to_crm", "topic summary"),
    _sign(MEETINGS, "", "start_time participants", "start_time end_time title"),
)
_WEAK_SIGNS = (
    _sign(CONTACTS, "first_name last_name email email_address email_status linkedin_url"),
    _sign(
        ACCOUNTS,
        "apollo_account_id company_name company account_name organization_name company_linkedin_url",
        "name domain",
        "name website",
        "name website_url",
        "name primary_domain",
        "name industry",
    ),
    _sign(NOTES, "content pinned_to_top"),
)


_OWN_TABLES = (
    (frozenset({"last_action", "last_rule", "last_reason"}), "records --csv"),
    (frozenset({"record", "action", "rule", "reason"}), "plan --csv"),
    (frozenset({"sfpush", "command", "status"}), "--json"),
    (frozenset({"plan_id", "gates", "changes"}), "plan --out"),
)
"""What our own files are told by, and which option writes them. Those of `errors export` are there to come back."""


@lru_cache(maxsize=1024)
def kind_of(names: frozenset[str]) -> Kind | None:
    """The kind of export whose fields are called so (snake case); None where the names do not tell."""
    return next((sign.kind for sign in (*_STRONG_SIGNS, *_WEAK_SIGNS) if sign.seen_in(names)), None)


def refuse_what_it_is_not(file: str, names: frozenset[str], kind: Kind | None) -> None:
    """Raise SourceUnreadable if the names of a file's fields tell that it is no export, or plainly of another kind than
    the one that `--type` says.

    The type that is named decides where the names leave it open, and always for Apollo's own lists, whose names others
    have too.
    """
    for own, option in _OWN_TABLES:
        if own <= names:
            raise SourceUnreadable(
                f"{file} was written by sfpush itself ({option}); it is no export of Apollo's.",
                hint="Import what Apollo exported, or a table that `sfpush errors export` wrote.",
                code="own-file",
            )
    if kind is None or kind.record_type is None:
        return
    told = next((sign.kind for sign in _STRONG_SIGNS if sign.seen_in(names)), kind)
    # Every export of people has the columns of their companies.
    fits = {sign.kind for sign in (*_STRONG_SIGNS, *_WEAK_SIGNS) if sign.seen_in(names)}
    if told is not kind and (kind not in fits or (told is CONTACTS and kind is ACCOUNTS)):
        raise SourceUnreadable(
            f"{file} plainly holds {told.name}, not {kind.name}.",
            hint=f"Leave --type out, or say --type {told.name}.",
            code="other-type",
        )


def kind_named(text: str) -> Kind:
    """The kind that `--type` names: a list name, its singular, or the product's word for it (deals, calls …).

    Raises UsageError for any other word.
    """
    wanted = text.strip().lower().replace("-", "_")
    for kind in KINDS:
        if wanted in (kind.name, kind.singular, *kind.aliases):
            return kind
    raise UsageError(
        f"{text!r} is not a type of export.", hint=f"Types are: {', '.join(_names(KINDS))}.", code="unknown-type"
    )


def types_to_choose_from() -> str:
    """The types that a message offers for `--type`."""
    return ", ".join(_names(KINDS))


def _names(kinds: Collection[Kind]) -> list[str]:
    return [kind.name for kind in kinds]
