"""`sfpush records`: what is in the local store, and where each record stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sfpush.commands.grouping import add, group
from sfpush.commands.named_file import named_file
from sfpush.commands.session import Session
from sfpush.display.result import Result
from sfpush.errors import UsageError

if TYPE_CHECKING:
    from sfpush.store.record_list import ListedRecord

app = group("List the records of the local store and look into one.", has_default=True)


class Which(StrEnum):
    """The lists that there are."""

    CONTACTS = "contacts"
    ACCOUNTS = "accounts"
    DEALS = "deals"
    ACTIVITIES = "activities"


class YesNo(StrEnum):
    """The answers to a question."""

    YES = "yes"
    NO = "no"


def records(
    context: typer.Context,
    *,
    which: Annotated[Which | None, typer.Argument(metavar="TYPE", help="Only these.")] = None,
    synced: Annotated[YesNo | None, typer.Option(help="Only records with, or without, a link to the org.")] = None,
    stage: Annotated[str, typer.Option(metavar="S", help="Only records in this stage; 'No stage' is one.")] = "",
    where: Annotated[
        str | None, typer.Option(metavar="EXPR", help="Only contacts and accounts that pass this filter.")
    ] = None,
    search: Annotated[str, typer.Option(metavar="Q", help="Text in key, name or e-mail.")] = "",
    deleted: Annotated[
        bool, typer.Option("--deleted", help="Only deleted records; `records restore` brings them back.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", callback=named_file, help="Also as a table for spreadsheets.")
    ] = None,
) -> Result:
    """List records with their link and the last decision on each.

    `--synced no` says why each is not in Salesforce. `sfpush records show KEY` shows everything known of one. Deals
    that came from Salesforce are left out under deals.hide_pulled.

    \b
    Examples:
      sfpush records contacts --synced no
      sfpush records --stage Interested --csv interested.csv
      sfpush records --where "country = 'Germany' and title like '%VP%'"
      sfpush records --deleted
      sfpush records show ann@acme.example
    """
    from sfpush.display.records_view import show_records
    from sfpush.display.shapes import record_shape
    from sfpush.model import RecordType
    from sfpush.runs.filters import keys_where
    from sfpush.store.record_list import list_records

    types = {
        None: (),
        Which.CONTACTS: (RecordType.CONTACT,),
        Which.ACCOUNTS: (RecordType.ACCOUNT,),
        Which.DEALS: (RecordType.DEAL,),
        Which.ACTIVITIES: tuple(set(RecordType) - {RecordType.CONTACT, RecordType.ACCOUNT, RecordType.DEAL}),
    }[which]
    session = Session.of(context)
    org = session.known_org
    keys = None if where is None else keys_where(session.store, where)

    def listed() -> Iterator[ListedRecord]:
        return list_records(
            session.store,
            org.org if org else None,
            types=types,
            keys=keys,
            synced=None if synced is None else synced is YesNo.YES,
            stage=stage or None,
            search=search or None,
            deleted=deleted,
            hide_pulled=session.settings.settings.deals.hide_pulled,
        )

    if csv is not None:
        _write_csv(csv, listed())
    return Result(
        "records",
        {"records": map(record_shape, listed())},
        view=partial(show_records, listed, connected=org is not None, with_reasons=synced is YesNo.NO),
    )


def show(
    context: typer.Context,
    *,
    key: Annotated[str, typer.Argument(metavar="KEY", help="A record's key, Apollo id or e-mail.")],
) -> Result:
    """Show one record.

    Its fields, its link, each time it was sent, and what each plan said of it.

    \b
    Example:
      sfpush records show ann@acme.example
    """
    from sfpush.display.records_view import show_record
    from sfpush.display.shapes import record_shape
    from sfpush.model import typed
    from sfpush.store.deals import as_shown
    from sfpush.store.record_history import attempts, decisions
    from sfpush.store.record_list import list_records
    from sfpush.store.records import find, get

    session = Session.of(context)
    org = session.known_org
    found = find(session.store, key)
    record = get(session.store, found)
    listed = next(list_records(session.store, org.org if org else None, keys=[found]), None)
    if record is None or listed is None:
        raise UsageError(
            f"The record {found} is deleted.",
            hint=f"Bring it back: sfpush records restore {typed(found)}",
            code="deleted-record",
        )
    facts = {
        "record": record_shape(listed),
        "fields": dict(as_shown(session.store, org.org if org else None, record)),
        "attempts": [asdict(one) for one in attempts(session.store, org.org, found)] if org else [],
        "history": [asdict(one) for one in decisions(session.store, org.org, found)] if org else [],
    }
    return Result("records show", facts, view=partial(show_record, facts))


def _write_csv(path: Path, listed: Iterator[ListedRecord]) -> None:
    from sfpush.commands.disk import written
    from sfpush.display.csv_output import RECORD_COLUMNS, write_csv
    from sfpush.display.shapes import record_shape
    from sfpush.settings.private import open_private

    with written(path), open_private(path, encoding="utf-8-sig", newline="") as file:
        write_csv(file, RECORD_COLUMNS, map(record_shape, listed))


add(app, records, "records", hidden=True)
add(app, show, "show")
