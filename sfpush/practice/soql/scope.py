"""Finding the column that a SOQL path means, joining the parents it goes through."""

from __future__ import annotations

from dataclasses import dataclass, field

from sfpush.practice.catalogue import Catalogue
from sfpush.practice.database import quoted
from sfpush.practice.fields import Field, SObject
from sfpush.practice.soql import tree
from sfpush.practice.soql.parse import malformed

_ADVICE = (
    " If you are attempting to use a custom field, be sure to append the '__c' after the custom field name."
    " Please reference your WSDL or the describe call for the appropriate names."
)
NAMED_PARENTS = (
    "Id",
    "Name",
    "FirstName",
    "LastName",
    "Email",
    "Title",
    "Phone",
    "Username",
    "Alias",
    "IsActive",
    "Company",
)
"""Fields of a parent that may be one of several sObjects (Who, What, a Lead's Owner), besides Type."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the row or of a parent, and the SQL for it; `path` are the relationships gone through."""

    sql: str
    field: Field
    sobject: SObject
    path: tuple[str, ...]


@dataclass
class Scope:
    """The names one statement can use: its sObject's fields, and parents', joined as they are first named."""

    catalogue: Catalogue
    soql: str
    sobject: SObject
    alias: str | None = None
    prefix: str = "t"
    joins: dict[tuple[str, ...], tuple[str, str, SObject]] = field(default_factory=dict)

    def column(self, name: tree.Name) -> Column:
        """The column of a path such as `Account.Owner.Name`; Refused INVALID_FIELD if there is none."""
        parts = name.text.split(".")
        if len(parts) > 1 and parts[0].lower() in {(self.alias or "").lower(), self.sobject.name.lower()}:
            parts = parts[1:]
        sobject, table = self.sobject, self.prefix
        path: tuple[str, ...] = ()
        for relationship in parts[:-1]:
            sobject, table, path = self._parent(sobject, table, path, relationship, name)
        found = sobject.field(parts[-1])
        if found is None:
            raise malformed(
                self.soql,
                name.at,
                f"No such column '{parts[-1]}' on entity '{sobject.name}'." + _ADVICE,
                "INVALID_FIELD",
            )
        return Column(f"{table}.{quoted(found.name)}", found, sobject, path)

    @property
    def from_clause(self) -> str:
        return f"{quoted(self.sobject.name)} AS {self.prefix}" + "".join(
            f" {join}" for _, join, _ in self.joins.values()
        )

    def table(self, path: tuple[str, ...]) -> str:
        """The SQL name of the table that this path of relationships ends at."""
        return self.joins[path][0] if path else self.prefix

    def _parent(
        self, sobject: SObject, table: str, path: tuple[str, ...], relationship: str, name: tree.Name
    ) -> tuple[SObject, str, tuple[str, ...]]:
        lookup = sobject.by_relationship.get(relationship.lower())
        if lookup is None or lookup.relationship is None:
            raise malformed(
                self.soql,
                name.at,
                f"Didn't understand relationship '{relationship}' in field path. If you are attempting to use a custom "
                "relationship, be sure to append the '__r' after the custom relationship name. Please reference your "
                "WSDL or the describe call for the appropriate names.",
                "INVALID_FIELD",
            )
        whole = (*path, lookup.relationship)
        if whole not in self.joins:
            joined = f"{self.prefix}{len(self.joins) + 1}"
            target, source = self._target(lookup)
            join = f"LEFT JOIN {source} AS {joined} ON {joined}.Id = {table}.{quoted(lookup.name)}"
            self.joins[whole] = (joined, join, target)
        joined, _, target = self.joins[whole]
        return target, joined, whole

    def _target(self, lookup: Field) -> tuple[SObject, str]:
        names = [name for name in lookup.refers_to if name.lower() in self.catalogue.full]
        if len(names) == 1:
            target = self.catalogue.whole(names[0])
            return self.catalogue.get(names[0]) or target, quoted(target.name)
        targets = [self.catalogue.whole(name) for name in names]
        shared = [name for name in NAMED_PARENTS if any(target.has(name) for target in targets)]
        columns = [next(found for target in targets if (found := target.field(name))) for name in shared]
        kind = Field("Type", "string", "Type", length=40)
        selects = []
        for target in targets:
            listed = (quoted(name) if target.has(name) else f"NULL AS {quoted(name)}" for name in shared)
            selects.append(f"SELECT {', '.join(listed)}, '{target.name}' AS Type FROM {quoted(target.name)}")
        named = SObject("Name", "Name", "Names", "", (*columns, kind))
        return named, f"({' UNION ALL '.join(selects)})"
