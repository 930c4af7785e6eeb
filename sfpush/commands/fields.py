"""`sfpush fields`: which Apollo field goes where, against what the org has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

import typer

from sfpush.commands.session import Session
from sfpush.commands.sobjects import SObject
from sfpush.display.result import Result


def fields(
    context: typer.Context,
    *,
    sobject: Annotated[
        SObject | None, typer.Argument(metavar="OBJECT", case_sensitive=False, help="Only this object.")
    ] = None,
) -> Result:
    """Show which Apollo field goes where.

    Each with the Salesforce field it goes to, how it is written, and a sample value. Once the org has been read it
    also says whether the org has the field and lets us write it. Change the map with [contacts.fields],
    [leads.fields], [accounts.fields] and [deals.fields] in the settings; that of activities is fixed.

    \b
    Examples:
      sfpush fields
      sfpush fields Lead
    """
    from sfpush.display.fields_view import show_fields

    session = Session.of(context)
    rows = [row for one in ([sobject] if sobject else SObject) for row in _rows(session, one.value)]
    return Result("fields", {"fields": rows}, view=partial(show_fields, rows))


def _rows(session: Session, sobject: str) -> Iterator[dict[str, Any]]:
    from sfpush.planning.field_map import object_map
    from sfpush.planning.map_standing import Standing
    from sfpush.store.describes import describes
    from sfpush.store.samples import samples_for

    org = session.known_org
    describe = describes(session.store, org.org).get(sobject) if org else None
    mapped = object_map(sobject, session.settings.settings, None)
    values = samples_for(session.store, sobject, {line.apollo for line in mapped.lines})
    for line in mapped.lines:
        standing = Standing(line, describe.field(line.salesforce) if describe else None)
        field = standing.field
        yield {
            "object": sobject,
            "apollo": line.apollo,
            "salesforce": field.name if field else line.salesforce,
            "write": line.write,
            "in_org": (field is not None) if describe else None,
            "writeable": standing.writeable if describe else None,
            "sample": values.get(line.apollo),
        }
