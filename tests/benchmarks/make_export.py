"""A made-up Apollo contact export of any size: `python -m tests.benchmarks.make_export 200000 contacts.csv`.

58 columns (the header of `contact_headers_2024_25_company.csv` without "SEO Description"), about 950 bytes a row, the
same bytes for the same number of rows.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterator
from pathlib import Path

HEADER = (
    "First Name,Last Name,Title,Company,Company Name for Emails,Email,Email Status,Primary Email Source,"
    "Email Confidence,Primary Email Catch-all Status,Primary Email Last Verified At,Seniority,Departments,"
    "Contact Owner,Work Direct Phone,Home Phone,Mobile Phone,Corporate Phone,Other Phone,Stage,Lists,Last Contacted,"
    "Account Owner,# Employees,Industry,Keywords,Person Linkedin Url,Website,Company Linkedin Url,Facebook Url,"
    "Twitter Url,City,State,Country,Company Address,Company City,Company State,Company Country,Company Phone,"
    "Technologies,Annual Revenue,Total Funding,Latest Funding,Latest Funding Amount,Last Raised At,Subsidiary of,"
    "Email Sent,Email Open,Email Bounced,Replied,Demoed,Number of Retail Locations,Apollo Contact Id,"
    "Apollo Account Id,Secondary Email,Secondary Email Source,Tertiary Email,Tertiary Email Source"
).split(",")

_FIRST = "Ann Bob Cy Dora Eve Finn Gus Hana Ida Jürgen Kim Leó Mia Noor Olga Pál Quinn Rosa Sam Tess".split()
_LAST = (
    "Lee Ray Low Maß O'Brien Tran Novák Silva Okafor Berg Ito Khan Diaz Weber Rossi Papp Moore Lind Ali Shaw".split()
)
_STAGES = ("Cold", "Approaching", "Replied", "Interested", "Not Interested", "")
_WORDS = (
    "saas,analytics,pipeline,automation,lead generation,crm,enterprise software,cloud,security,logistics,retail,"
    "payments,logistics planning,forecasting,marketing,data enrichment,consulting,manufacturing,biotech,energy"
).split(",")


def make_export(path: Path, rows: int) -> None:
    """Write an export of so many contacts, about twenty to a company."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_rows(rows))


def _rows(rows: int) -> Iterator[list[str]]:
    dice = random.Random(rows)
    for number in range(rows):
        company = dice.randrange(max(rows // 20, 1))
        domain = f"company-{company}.example"
        first, last = dice.choice(_FIRST), dice.choice(_LAST)
        person = f"{first}.{last}.{number}".lower().replace("'", "")
        values = {
            "First Name": first,
            "Last Name": last,
            "Title": "Director of Revenue Operations",
            "Company": f"Company {company} GmbH",
            "Company Name for Emails": f"Company {company}",
            "Email": f"{person}@{domain}",
            "Email Status": "Verified",
            "Primary Email Source": "Apollo",
            "Email Confidence": "0.93",
            "Primary Email Catch-all Status": "Not Catch-all",
            "Primary Email Last Verified At": "2026-03-18T22:36:33+00:00",
            "Seniority": "Director",
            "Departments": "Operations, Sales",
            "Contact Owner": f"owner{number % 20}@seller.example",
            "Work Direct Phone": f"'+1 202-555-{number % 10_000:04}",
            "Mobile Phone": f"'+1 303-555-{number % 10_000:04}",
            "Corporate Phone": f"'+1 404-555-{company % 10_000:04}",
            "Stage": dice.choice(_STAGES),
            "Lists": "Spring campaign, Webinar",
            "Account Owner": f"owner{company % 20}@seller.example",
            "# Employees": str(company % 5_000 + 1),
            "Industry": "information technology & services",
            "Keywords": ", ".join(dice.sample(_WORDS, 14)),
            "Person Linkedin Url": f"http://www.linkedin.com/in/{person}",
            "Website": f"https://www.{domain}",
            "Company Linkedin Url": f"http://www.linkedin.com/company/company-{company}",
            "City": "Springfield",
            "State": "Illinois",
            "Country": "United States",
            "Company Address": f"{company} Main Street, Springfield, Illinois, United States, 62701",
            "Company City": "Springfield",
            "Company State": "Illinois",
            "Company Country": "United States",
            "Company Phone": f"'+1 505-555-{company % 10_000:04}",
            "Technologies": "Salesforce, Outlook, Slack, Google Tag Manager, WordPress.org, Mobile Friendly",
            "Annual Revenue": str(company * 10_000),
            "Email Sent": "False",
            "Email Open": "False",
            "Email Bounced": "False",
            "Replied": "False",
            "Demoed": "False",
            "Apollo Contact Id": f"5f{number:022x}",
            "Apollo Account Id": f"6a{company:022x}",
        }
        yield [values.get(name, "") for name in HEADER]


if __name__ == "__main__":
    make_export(Path(sys.argv[2]), int(sys.argv[1]))
