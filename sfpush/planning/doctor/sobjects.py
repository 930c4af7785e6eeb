"""One sObject: what the user may do with it, the mapped fields, what a new row requires, values (C10, C12, F1 to F4).

What of the settings the org can't take is found by `map_check`, as `settings check` and the plan find it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sfpush.describe import Describe
from sfpush.planning.doctor import setup_paths
from sfpush.planning.doctor.checks import Check, failure, ok, skipped, warning
from sfpush.planning.field_map import STAGE
from sfpush.planning.fitting import Misfit, fitter, shown, some_of
from sfpush.planning.map_check import FROM_ELSEWHERE, TABLES, About, Found, created_sobjects
from sfpush.planning.map_standing import Standing, standings
from sfpush.settings.document import Document
from sfpush.settings.keys import dotted
from sfpush.settings.schema import Settings

_NEEDED_BY_EVERY_PLAN = ("Account", "Contact")
_ONLY_WITH_SEVERAL_CURRENCIES = "CurrencyIsoCode"
_WITHOUT = {
    "Read": "what is there can't be matched",
    "Create": "none can be made",
    "Edit": "each update is refused",
    "Delete": "what is deleted in Apollo stays in Salesforce although deletion_sync is on",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What the checks of one sObject look at: its describe, None where the user does not see it; what `check_map` found
    about it; and the stored values of `asked_values`."""

    sobject: str
    settings: Settings
    document: Document
    describe: Describe | None
    found: Sequence[Found]
    values: Mapping[str, tuple[Any, ...]]

    @property
    def created(self) -> bool:
        """Whether the settings make new rows of it."""
        return self.sobject in created_sobjects(self.settings)

    @property
    def written(self) -> bool:
        """Whether its rows are ever written; Opportunities may only be pulled (D2)."""
        return self.sobject != "Opportunity" or self.settings.deals.mode != "pull"

    def name(self, topic: str) -> str:
        """The name of the check of this topic."""
        return f"{self.sobject.lower()}-{topic}"

    def told(self, name: str, about: About, where: str = "") -> Iterator[Check]:
        """What was found about this, with its setting; `where` is the place in Setup, {field} the field's name."""
        for one in self.found:
            if one.about == about:
                check = failure if one.weight == "problem" else warning
                place = f"Salesforce: {where.format(field=one.field)}." if where else ""
                fix = f"{one.finding.fix} {setting_of(one, self.document)} {place}"
                yield check(name, one.finding.message, fix.strip())


def setting_of(found: Found, document: Document) -> str:
    """The setting that a find is about, and where it stands."""
    file, line = document.place(found.finding.path)
    return f"Setting: {dotted(found.finding.path)} ({f'{file}:{line}' if line else file})."


def names_of(sobject: str, settings: Settings) -> tuple[str, ...]:
    """The names of the checks that this sObject has under these settings."""
    topics = ["access", "fields"]
    if sobject in TABLES:
        topics += ["required", "values"] if sobject in created_sobjects(settings) else ["values"]
    return tuple(f"{sobject.lower()}-{topic}" for topic in topics)


def asked_values(settings: Settings, describes: Mapping[str, Describe]) -> Mapping[str, frozenset[str]]:
    """The Apollo fields, by sObject, of whose stored values it matters which they are: they go into restricted
    picklists, or into states and countries where the org has a list of those."""
    return {
        sobject: frozenset(
            each.line.apollo for lines in (restricted_lines, place_lines) for each in lines(sobject, settings, describe)
        )
        for sobject, describe in describes.items()
        if sobject in TABLES
    }


def restricted_lines(sobject: str, settings: Settings, describe: Describe) -> tuple[Standing, ...]:
    """The lines that write into a picklist which takes its own values only. Stages are looked up, not copied."""
    return tuple(
        each
        for each in _copying_lines(sobject, settings, describe)
        if each.field is not None and each.field.restricted_picklist and each.line.apollo != STAGE
    )


def place_lines(sobject: str, settings: Settings, describe: Describe) -> tuple[Standing, ...]:
    """The lines that write a state or country of which the org has a list: the code has a field beside it then."""
    return tuple(
        each
        for each in _copying_lines(sobject, settings, describe)
        if each.line.salesforce.endswith(("State", "Country")) and describe.field(f"{each.line.salesforce}Code")
    )


def check_sobject(look: Look) -> Iterator[Check]:
    """All there is to say of one sObject."""
    yield from _access(look)
    if look.describe is None:
        for name in names_of(look.sobject, look.settings)[1:]:
            yield skipped(name, f"The user does not see {look.sobject}.")
        return
    yield from _fields(look, look.describe)
    if look.sobject in TABLES:
        if look.created:
            yield from _required(look, look.describe)
        yield from _values(look, look.describe)


def _access(look: Look) -> Iterator[Check]:
    name, wanted = look.name("access"), _rights(look)
    where = setup_paths.rights(look.sobject, wanted)
    checks = [*look.told(name, "access", where)]
    if look.describe is None:
        checks = checks or [_unseen(look, name, where)]
    else:
        has = {
            "Read": look.describe.queryable,
            "Create": look.describe.createable or look.created,  # where rows are made, check_map has told
            "Edit": look.describe.updateable,
            "Delete": look.describe.deletable,
        }
        state = failure if look.created or look.sobject != "Lead" else warning
        checks += [
            state(name, f"The user may not {right.lower()} {look.sobject} records: {_WITHOUT[right]}.", where)
            for right in wanted
            if not has[right]
        ]
    *before, last = map(str.lower, wanted)
    may = f"{', '.join(before)} and {last}" if before else last
    yield from checks or [ok(name, f"The user may {may} {look.sobject} records.")]


def _rights(look: Look) -> tuple[str, ...]:
    """What the user must be allowed to do, in the words of Salesforce's permissions."""
    people, accounts = look.settings.contacts.deletion_sync, look.settings.accounts.deletion_sync
    deletes = {"Contact": people, "Lead": people, "Account": accounts}
    wanted = {
        "Read": True,
        "Create": look.created or look.sobject not in TABLES,
        "Edit": look.written,
        "Delete": deletes.get(look.sobject, False),
    }
    return tuple(right for right, needed in wanted.items() if needed)


def _unseen(look: Look, name: str, where: str) -> Check:
    if look.sobject in _NEEDED_BY_EVERY_PLAN:
        return failure(name, f"The user does not see {look.sobject}, and no plan can be made without.", where)
    if look.sobject == "Lead":
        return warning(name, "The user does not see Lead: people who are leads in the org are taken for new.", where)
    return failure(name, f"The user does not see {look.sobject}, which these settings push or pull.", where)


def _fields(look: Look, describe: Describe) -> Iterator[Check]:
    name = look.name("fields")
    checks = [*look.told(name, "field", setup_paths.field_access(look.sobject, "{field}")), *look.told(name, "twice")]
    lines = standings(look.sobject, look.settings, describe)
    going = [each for each in lines if (each.writeable if look.written else each.field)]
    left_out = [
        each
        for each in lines
        if each not in going and not each.line.by_user and each.line.salesforce != _ONLY_WITH_SEVERAL_CURRENCIES
    ]
    if left_out:
        first = left_out[0].line
        table = TABLES.get(look.sobject)
        switch = f" Or switch it off: in [{table}.fields], {first.apollo} = false." if table else ""
        fields = ", ".join(each.line.salesforce for each in left_out)
        message = f"Left out, as this user can't see or write them in {look.sobject}: {fields}."
        checks.append(warning(name, message, f"{setup_paths.field_access(look.sobject, first.salesforce)}.{switch}"))
    can = "there and can be written" if look.written else "there"
    yield from checks or [ok(name, f"All mapped fields ({len(going)}) are {can}.")]


def _required(look: Look, describe: Describe) -> Iterator[Check]:
    name = look.name("required")
    required = [field.name for field in describe.required_on_create if field.name not in FROM_ELSEWHERE]
    yield from [*look.told(name, "required")] or [
        ok(name, f"What Salesforce requires of a new {look.sobject} is written: {', '.join(required) or 'nothing'}.")
    ]


def _values(look: Look, describe: Describe) -> Iterator[Check]:
    name = look.name("values")
    checks = [*look.told(name, "value", setup_paths.picklist(look.sobject, "{field}"))]
    for each in restricted_lines(look.sobject, look.settings, describe):
        assert each.field is not None
        fit = fitter(each.field, "block")
        stored = look.values.get(each.line.apollo, ())
        if unknown := tuple(shown(value) for value in stored if isinstance(fit(value), Misfit)):
            message = (
                f"{each.field.name} of {look.sobject} takes only its own values, and stored records have others, each"
                f" of them a block: {some_of(unknown)}."
            )
            fix = (
                f"Add them: {setup_paths.picklist(look.sobject, each.field.name)}. Or leave the field out: in"
                f" [{TABLES[look.sobject]}.fields], {each.line.apollo} = false."
            )
            checks.append(warning(name, message, fix))
    yield from checks or [ok(name, "Every value that settings and stored records give is one that its field takes.")]


def _copying_lines(sobject: str, settings: Settings, describe: Describe) -> Iterator[Standing]:
    """Lines that write a record's own value; a stage map writes values of the settings."""
    return (
        each
        for each in standings(sobject, settings, describe)
        if each.writeable and each.line.write != "never" and each.line.values is None
    )
