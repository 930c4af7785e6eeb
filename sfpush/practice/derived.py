"""What the org fills in itself from other fields: names, closed flags, stages' probabilities, an activity's account."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from sfpush.practice import companies, rows
from sfpush.practice.catalogue import Catalogue
from sfpush.practice.fields import SObject
from sfpush.practice.rows import Row
from sfpush.practice.schema.opportunity import STAGES

_STAGES = {name.lower(): (chance, closed, won, forecast) for name, chance, closed, won, forecast in STAGES}


def fill(
    db: sqlite3.Connection,
    catalogue: Catalogue,
    sobject: SObject,
    batch: Sequence[Row],
    given: Sequence[frozenset[str]],
) -> None:
    """Fill in each row's derived fields; `given` holds, for each row, the names this request set."""
    filler = _FILLERS.get(sobject.name)
    if filler is not None:
        for row, names in zip(batch, given, strict=True):
            filler(row, names)
    if sobject.name in ("Contact", "Lead"):
        _company_keys(db, catalogue, sobject, batch)
    elif sobject.name in ("Task", "Event"):
        _accounts_of_activities(db, catalogue, batch)
    elif sobject.name == "CampaignMember":
        _member_names(db, catalogue, batch)


def full_name(row: Row) -> str:
    return " ".join(str(part) for part in (row.get("FirstName"), row.get("LastName")) if part)


def _person(row: Row, _given: frozenset[str]) -> None:
    row["Name"] = full_name(row)


def _account(row: Row, _given: frozenset[str]) -> None:
    row["key_name"] = companies.name_key(_text(row, "Name"))
    row["key_domain"] = companies.domain_key(_text(row, "Website"))
    row["key_phone"] = companies.phone_key(_text(row, "Phone"))


def _opportunity(row: Row, given: frozenset[str]) -> None:
    probability, closed, won, forecast = _STAGES.get(str(row["StageName"]).lower(), (0, False, False, "Pipeline"))
    if "StageName" in given or row["Probability"] is None:
        if "Probability" not in given or row["Probability"] is None:
            row["Probability"] = float(probability)
        row["ForecastCategory"] = forecast
        if "ForecastCategoryName" not in given or row["ForecastCategoryName"] is None:
            row["ForecastCategoryName"] = forecast
    row["IsClosed"], row["IsWon"] = int(closed), int(won)
    amount = row["Amount"]
    row["ExpectedRevenue"] = None if amount is None else round(float(amount) * float(row["Probability"] or 0) / 100, 2)
    closes = date.fromisoformat(str(row["CloseDate"]))
    row["FiscalYear"], row["FiscalQuarter"] = closes.year, (closes.month + 2) // 3


def _task(row: Row, _given: frozenset[str]) -> None:
    closed = str(row["Status"]).lower() == "completed"
    if closed and not row["IsClosed"]:
        row["CompletedDateTime"] = row["LastModifiedDate"]
    elif not closed:
        row["CompletedDateTime"] = None
    row["IsClosed"] = int(closed)
    row["IsHighPriority"] = int(str(row["Priority"]).lower() == "high")


def _event(row: Row, given: frozenset[str]) -> None:
    start = (
        row["ActivityDateTime"]
        if "ActivityDateTime" in given and "StartDateTime" not in given
        else row["StartDateTime"]
    )
    start = (
        start
        or row["ActivityDateTime"]
        or (f"{row['ActivityDate']}T00:00:00.000+0000" if row["ActivityDate"] else None)
    )
    if start is None:
        return
    begins = _moment(str(start))
    if row["IsAllDayEvent"]:
        begins = begins.replace(hour=0, minute=0, second=0)
    moved = "DurationInMinutes" not in given and "EndDateTime" in given
    if row["EndDateTime"] is not None and (moved or row["DurationInMinutes"] is None):
        row["DurationInMinutes"] = int((_moment(str(row["EndDateTime"])) - begins) / timedelta(minutes=1))
    if row["IsAllDayEvent"] and row["DurationInMinutes"] is None:
        row["DurationInMinutes"] = 1440
    ends = begins + timedelta(minutes=int(row["DurationInMinutes"] or 0))
    row["StartDateTime"] = row["ActivityDateTime"] = _stamp(begins)
    row["ActivityDate"] = begins.date().isoformat()
    row["EndDateTime"], row["EndDate"] = _stamp(ends), ends.date().isoformat()


def _member(row: Row, _given: frozenset[str]) -> None:
    responded = str(row["Status"]).lower() == "responded"
    if responded and not row["HasResponded"]:
        row["FirstRespondedDate"] = str(row["LastModifiedDate"])[:10]
    row["HasResponded"] = int(responded)
    row["LeadOrContactId"] = row["ContactId"] or row["LeadId"]
    row["Type"] = "Contact" if row["ContactId"] else "Lead"


def _company_keys(db: sqlite3.Connection, catalogue: Catalogue, sobject: SObject, batch: Sequence[Row]) -> None:
    if sobject.name == "Lead":
        for row in batch:
            row["key_company"] = companies.name_key(_text(row, "Company"))
        return
    wanted = {str(row["AccountId"]) for row in batch if row["AccountId"]}
    names = {
        record_id: row["key_name"] for record_id, row in rows.by_id(db, catalogue.whole("Account"), wanted).items()
    }
    for row in batch:
        row["key_company"] = names.get(str(row["AccountId"]))


def _accounts_of_activities(db: sqlite3.Connection, catalogue: Catalogue, batch: Sequence[Row]) -> None:
    """AccountId: the account it is related to, or that of the opportunity or contact."""
    through = {}
    for name, column in (("Opportunity", "WhatId"), ("Contact", "WhoId")):
        wanted = {str(row[column]) for row in batch if row[column]}
        through[name] = {key: row["AccountId"] for key, row in rows.by_id(db, catalogue.whole(name), wanted).items()}
    for row in batch:
        what = str(row["WhatId"] or "")
        if what.startswith("001"):
            row["AccountId"] = what
        else:
            row["AccountId"] = through["Opportunity"].get(what) or through["Contact"].get(str(row["WhoId"]))


def _member_names(db: sqlite3.Connection, catalogue: Catalogue, batch: Sequence[Row]) -> None:
    for name, column in (("Lead", "LeadId"), ("Contact", "ContactId")):
        wanted = {str(row[column]) for row in batch if row[column]}
        people = rows.by_id(db, catalogue.whole(name), wanted)
        for row in batch:
            person = people.get(str(row[column]))
            if person is not None:
                for part in ("Name", "FirstName", "LastName", "Title", "Email"):
                    row[part] = person[part]
                row["CompanyOrAccount"] = person.get("Company")


def _text(row: Row, name: str) -> str | None:
    value = row.get(name)
    return None if value is None else str(value)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.000+0000").replace(tzinfo=UTC)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


_FILLERS: dict[str, Callable[[Row, frozenset[str]], None]] = {
    "Account": _account,
    "Contact": _person,
    "Lead": _person,
    "User": _person,
    "Opportunity": _opportunity,
    "Task": _task,
    "Event": _event,
    "CampaignMember": _member,
}
