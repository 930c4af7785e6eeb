"""Rows for an org to begin with: a small believable company list, or very many plain rows quickly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sfpush.practice import derived, rows
from sfpush.practice.org import PracticeOrg
from sfpush.practice.rows import Row

_CHUNK = 5000

ACCOUNTS = (
    ("Northwind Traders", "northwind-traders.example", "Retail", 420, "Seattle", "US"),
    ("Blue Yonder Airlines", "blueyonder.example", "Transportation", 5200, "Denver", "US"),
    ("Fabrikam Robotics GmbH", "fabrikam.example", "Manufacturing", 780, "Stuttgart", "Germany"),
    ("Contoso Health", "contoso-health.example", "Healthcare", 2100, "Boston", "US"),
    ("Wingtip Analytics", "wingtip.example", "Technology", 95, "London", "United Kingdom"),
    ("Lucerne Energy AG", "lucerne-energy.example", "Energy", 340, "Zurich", "Switzerland"),
    ("Tailspin Media", "tailspin.example", "Media", 60, "Austin", "US"),
    ("O'Brien & Sons Ltd", "obrien-sons.example", "Construction", 150, "Dublin", "Ireland"),
)
CONTACTS = (
    ("Nora", "Lindqvist", "VP Operations", 0),
    ("Marcus", "Bell", "Buyer", 0),
    ("Priya", "Raman", "Chief Digital Officer", 1),
    ("Diego", "Ortega", "Head of Procurement", 1),
    ("Jonas", "Keller", "Plant Manager", 2),
    ("Heike", "Brandt", "CFO", 2),
    ("Grace", "Okafor", "IT Director", 3),
    ("Samuel", "Wright", "Clinical Systems Lead", 3),
    ("Emily", "Hart", "Founder", 4),
    ("Luca", "Meier", "Grid Engineer", 5),
    ("Tessa", "Young", "Producer", 6),
    ("Sean", "O'Brien", "Owner", 7),
)
LEADS = (
    ("Ivy", "Chen", "Litware Labs", "CTO"),
    ("Omar", "Haddad", "Proseware", "Sales Manager"),
    ("Julia", "Novak", "Adatum Foods", "Marketing Lead"),
    ("Peter", "Svensson", "Alpine Ski House", "Director"),
    ("Aiko", "Tanaka", "Woodgrove Bank", "Analyst"),
    ("Ruth", "Adams", "Graphic Design Institute", "Dean"),
)
CAMPAIGNS = (
    ("Spring Webinar", "Webinar", "In Progress", True),
    ("Autumn Trade Show", "Trade Show", "Completed", False),
)
USERS = (("Sofia", "Marin"), ("Daniel", "Frost"), ("Ines", "Weber"))


def seed_sample(org: PracticeOrg) -> None:
    """A small realistic org: 3 users, 8 accounts, 12 contacts, 6 leads, 2 campaigns. Call it on an empty org."""
    with org.writing() as db:
        profile_id = db.execute('SELECT Id FROM "Profile" ORDER BY n DESC').fetchone()[0]
    _insert(
        org,
        "User",
        (
            {
                "FirstName": first,
                "LastName": last,
                "Username": f"{first}.{last}@{org.identity.org_id[:15].lower()}.example".lower(),
                "Email": f"{first}.{last}@sfpush.example".lower(),
                "Alias": (first[0] + last)[:8].lower(),
                "ProfileId": profile_id,
            }
            for first, last in USERS
        ),
    )
    accounts = _insert(
        org,
        "Account",
        (
            {
                "Name": name,
                "Website": f"https://www.{domain}",
                "Industry": industry,
                "NumberOfEmployees": size,
                "BillingCity": city,
                "BillingCountry": country,
            }
            for name, domain, industry, size, city, country in ACCOUNTS
        ),
    )
    _insert(
        org,
        "Contact",
        (
            {
                "FirstName": first,
                "LastName": last,
                "Title": title,
                "AccountId": accounts[at],
                "Email": _address(first, last, ACCOUNTS[at][1]),
            }
            for first, last, title, at in CONTACTS
        ),
    )
    _insert(
        org,
        "Lead",
        (
            {
                "FirstName": first,
                "LastName": last,
                "Company": company,
                "Title": title,
                "Email": _address(first, last, company.split()[0].lower() + ".example"),
                "LeadSource": "Web",
            }
            for first, last, company, title in LEADS
        ),
    )
    _insert(
        org,
        "Campaign",
        (
            {"Name": name, "Type": kind, "Status": status, "IsActive": active}
            for name, kind, status, active in CAMPAIGNS
        ),
    )


def seed(org: PracticeOrg, *, accounts: int = 0, contacts: int = 0, leads: int = 0) -> None:
    """Add this many plain rows, contacts spread over all accounts; numbered on from the rows that are there.

    Nothing is checked and no duplicate rule runs: 100,000 rows take a few seconds.
    """
    with org.writing() as db:
        first = {name: rows.last_number(db, org.catalogue.whole(name)) + 1 for name in ("Account", "Contact", "Lead")}
        _insert(org, "Account", (_account(first["Account"] + index) for index in range(accounts)))
        account_ids = [row[0] for row in db.execute('SELECT Id FROM "Account" WHERE IsDeleted = 0 ORDER BY n')]
        _insert(
            org,
            "Contact",
            (
                _contact(first["Contact"] + index, account_ids[index % len(account_ids)] if account_ids else None)
                for index in range(contacts)
            ),
        )
        _insert(org, "Lead", (_lead(first["Lead"] + index) for index in range(leads)))


def _account(number: int) -> Row:
    return {
        "Name": f"Company {number}",
        "Website": f"https://www.company{number}.example",
        "Phone": f"+1 555 {number:07d}",
        "Industry": "Technology",
        "NumberOfEmployees": number % 5000,
        "BillingCity": "Springfield",
        "BillingCountry": "US",
    }


def _contact(number: int, account_id: str | None) -> Row:
    return {
        "FirstName": f"First{number}",
        "LastName": f"Last{number}",
        "Email": f"first{number}.last{number}@people.example",
        "Title": "Manager",
        "Phone": f"+1 555 {number:07d}",
        "MailingCity": "Springfield",
        "AccountId": account_id,
    }


def _lead(number: int) -> Row:
    return {
        "FirstName": f"First{number}",
        "LastName": f"Lead{number}",
        "Email": f"first{number}.lead{number}@leads.example",
        "Company": f"Prospect {number}",
        "Title": "Manager",
    }


def _insert(org: PracticeOrg, name: str, given: Iterable[Mapping[str, Any]]) -> list[str]:
    """Insert rows as they are, derived fields filled in, a chunk at a time; their Ids."""
    sobject = org.catalogue.whole(name)
    template = rows.defaults(sobject)
    if sobject.has("OwnerId"):
        template["OwnerId"] = org.identity.user_id
    made: list[str] = []
    with org.writing() as db:
        for chunk in _chunks(given):
            batch = [{**template, **row} for row in chunk]
            derived.fill(db, org.catalogue, sobject, batch, [frozenset()] * len(batch))
            made += rows.insert(db, sobject, batch, pod=org.identity.pod, user_id=org.identity.user_id, now=org.now())
    return made


def _chunks(given: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    rest = iter(given)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _address(first: str, last: str, domain: str) -> str:
    return f"{first}.{last}@{domain}".lower().replace("'", "")
